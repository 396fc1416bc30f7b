"""Saying where a stakeholder stands: the form and its page."""

from dataclasses import asdict, replace
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, ValidationError

from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import choices_of
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.map_asked import KEPT
from engagement.pages.stakeholders.stakeholder import stakeholder_to_change
from engagement.stakeholders.standings import actions
from engagement.stakeholders.standings.queries.present import standing_shown
from engagement.stakeholders.standings.rules import (
    LABELS,
    LONGEST_REASON,
    Level,
    Standing,
    standing_words,
    tenths_of,
    written,
)

#: Which judgements a place on the map is made of, and the pages from which somebody is moved.
MOVED = ("influence", "interest")
COMES_FROM = {"map": "stakeholders.map_page", "gaps": "stakeholders.gaps"}
SCALE = "From 0 to 10, such as 7 or 7.5. Empty: not judged yet."


class TenthsField(StringField):
    """A judgement from 0 to 10 with one decimal; `tenths` is what was typed, None if empty."""

    tenths: int | None = None

    def __init__(self, label: str, **options: Any) -> None:
        options.setdefault("filters", [stripped])
        super().__init__(label, render_kw={"inputmode": "decimal", "autocomplete": "off"}, **options)

    def process_data(self, value: Any) -> None:
        """Show a stored judgement as people write it."""
        super().process_data(written(value) if isinstance(value, int) else value)

    def pre_validate(self, form: object) -> None:
        """Read what was typed; raises ValidationError for anything but a number on the scale."""
        try:
            self.tenths = tenths_of(self.data or "")
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def written(self, value: Any) -> str:
        """Return a stored or typed judgement in one spelling, so that "7,5" counts as 7.5."""
        try:
            tenths = value if isinstance(value, int) else tenths_of(value or "")
        except ValueError:
            return str(value)
        return "" if tenths is None else written(tenths)


def _level(label: str) -> SelectField:
    levels = [SelectChoice("", "Not said"), *choices_of(Level)]
    return SelectField(label, choices=levels)


class StandingForm(EditForm):
    """Where somebody stands from now on."""

    influence = TenthsField("How much power do they have over this change?", description=SCALE)
    interest = TenthsField("How much does it interest them?", description=SCALE)
    impact = TenthsField("How much does it change for them?", description=SCALE)
    level_now = _level("How engaged are they today?")
    level_wanted = _level("How engaged do we need them?")
    reason = TextAreaField(
        "Why?",
        description="Needed when you change what was said before. Everybody who sees the map reads it.",
        filters=[stripped],
        validators=[Length(max=LONGEST_REASON, message=f"Keep this under {LONGEST_REASON:,} characters.")],
    )

    def said(self) -> Standing:
        """Return what the form says; what it doesn't ask is not said."""
        said: dict[str, Any] = {name: self[name].tenths for name in actions.JUDGED if name in self}
        said |= {name: Level(self[name].data) for name in LABELS[1:] if name in self and self[name].data}
        return Standing(**said)


@blueprint.route("/stakeholders/<int:stakeholder_id>/standing", methods=["GET", "POST"])
def standing(stakeholder_id: int) -> Drawn | BaseResponse:
    """Say where a stakeholder stands."""
    held(stakeholder_to_change(stakeholder_id).stakeholder)
    line = stakeholder_to_change(stakeholder_id)
    shown = standing_shown(line.stakeholder, today())
    form = StandingForm(data={name: "" if value is None else value for name, value in asdict(shown.said).items()})
    if not shown.is_labelled:
        for label in LABELS:
            del form[label]
    if form.validate_on_submit():
        said = form.said()
        with saving(form) as saved:
            row = actions.say_standing(
                line.stakeholder, said, form.reason.data or "", on=today(), by=guard.reader().actor
            )
        if saved:
            says = "It is kept." if row else "Nothing was changed."
            endpoint, values = _way_back(stakeholder_id)
            more = f"{line.stakeholder.title}: {standing_words(shown.said, said)}" if row else ""
            return saved.to(endpoint, says, more, **values)
    endpoint, values = _way_back(stakeholder_id)
    return drawn(
        "stakeholders/standing.html",
        form,
        row=line.stakeholder,
        shown=shown,
        moved=standing_words(shown.said, replace(shown.said, **_moved_to(form))) if request.method == "GET" else "",
        back_url=url_for(endpoint, **values),
    )


def _moved_to(form: StandingForm) -> dict[str, Any]:
    """Put the place to which somebody was moved on the map into the form, where it counts as typed; return it in tenths."""
    moved = {}
    for name in MOVED:
        try:
            tenths = tenths_of(request.args.get(name, ""))
        except ValueError:
            tenths = None
        if tenths is not None:
            form[name].data, moved[name] = written(tenths), tenths
    return moved


def _way_back(stakeholder_id: int) -> tuple[str, dict[str, Any]]:
    """Return where the reader came from: the map or its gaps, with their filters, or the stakeholder's page."""
    endpoint = COMES_FROM.get(request.args.get("from", ""))
    if endpoint is None:
        return "stakeholders.stakeholder", {"stakeholder_id": stakeholder_id}
    return endpoint, {name: request.args[name] for name in KEPT if request.args.get(name)}
