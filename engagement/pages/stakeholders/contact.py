"""How often to be in touch, of a programme and of one stakeholder, and judging how the relationship stands."""

from typing import Any

from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import choices_of
from engagement.pages.parts.forms import EditForm, stripped
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.stakeholder import stakeholder_to_change, stakeholder_to_note
from engagement.pages.stakeholders.standing import SCALE, TenthsField
from engagement.programmes.scopes import programme_for
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.health.queries import health_shown
from engagement.stakeholders.health.rules import LONGEST_REASON
from engagement.stakeholders.rhythm import actions
from engagement.stakeholders.rhythm.queries.said import contacts_of, own_rhythm, rhythms_of
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.standings.queries.posts import is_labelled
from engagement.stakeholders.standings.rules import Quadrant

_EVERY = choices_of(Every)


class RhythmsForm(EditForm):
    """How often a programme wants to be in touch, by quadrant."""

    work_closely = SelectField("Work closely with: much power, much interest", choices=_EVERY)
    keep_satisfied = SelectField("Keep satisfied: much power, little interest", choices=_EVERY)
    keep_informed = SelectField("Keep informed: little power, much interest", choices=_EVERY)
    keep_an_eye = SelectField("Keep an eye on: little power, little interest", choices=_EVERY)


class OwnRhythmForm(EditForm):
    """How often to be in touch with one stakeholder."""

    every = SelectField(
        "How often do we want to be in touch?",
        choices=[SelectChoice("", "As often as with others in their quarter of the map"), *_EVERY],
    )


class HealthForm(EditForm):
    """How somebody judges the relationship."""

    figure = TenthsField("How does the relationship stand?", description=SCALE)
    reason = TextAreaField(
        "Why?",
        description="Read by who keeps a map of theirs, and administrators.",
        filters=[stripped],
        validators=[
            InputRequired("Say why. One sentence is enough."),
            Length(max=LONGEST_REASON, message=f"Keep this under {LONGEST_REASON:,} characters."),
        ],
    )


@blueprint.route("/stakeholders/rhythm/<int:programme_id>", methods=["GET", "POST"])
def rhythms(programme_id: int) -> Drawn | BaseResponse:
    """Say how often a programme wants to be in touch with whoever stands in each quarter of its map."""
    programme = held(programme_for(rights.planning(guard.reader()), programme_id))
    before = rhythms_of(programme_id)
    form = RhythmsForm(data={quadrant.value: every.value for quadrant, every in before.items()})
    if form.validate_on_submit():
        said = {quadrant: Every(form[quadrant.value].data) for quadrant in Quadrant}
        with saving(form) as saved:
            is_new = actions.say_rhythms(programme, said, by=guard.reader().actor)
        if saved:
            more = "Whoever is late by it stands on Today of who looks after them." if is_new else ""
            says = "It is kept." if is_new else "Nothing was changed."
            return saved.to("stakeholders.rhythms", says, more, programme_id=programme_id)
    return drawn("stakeholders/rhythms.html", form, programme=programme)


@blueprint.route("/stakeholders/<int:stakeholder_id>/rhythm", methods=["GET", "POST"])
def rhythm(stakeholder_id: int) -> Drawn | BaseResponse:
    """Say how often to be in touch with one stakeholder."""
    held(stakeholder_to_change(stakeholder_id).stakeholder)
    row, own = stakeholder_to_change(stakeholder_id).stakeholder, own_rhythm(stakeholder_id)
    form = OwnRhythmForm(data={"every": own.every.value if own else ""})
    if form.validate_on_submit():
        with saving(form) as saved:
            every = Every(form.every.data) if form.every.data else None
            is_new = actions.say_own_rhythm(row, every, by=guard.reader().actor)
        if saved:
            says = "It is kept." if is_new else "Nothing was changed."
            return saved.to("stakeholders.stakeholder", says, stakeholder_id=stakeholder_id)
    return drawn("stakeholders/rhythm.html", form, row=row, own=own)


@blueprint.route("/stakeholders/<int:stakeholder_id>/health", methods=["GET", "POST"])
def health(stakeholder_id: int) -> Drawn | BaseResponse:
    """Judge how the relationship with a stakeholder stands, beside the computed figure."""
    held(stakeholder_to_note(stakeholder_id).stakeholder)
    row, on = stakeholder_to_note(stakeholder_id).stakeholder, today()
    shown = health_shown(row, contacts_of({row.id: row.added_at.date()}, on)[row.id], on, labelled=is_labelled(row, on))
    judged: dict[str, Any] = {"figure": shown.judgement.figure, "reason": ""} if shown.judgement else {}
    form = HealthForm(data=judged)
    if form.validate_on_submit():
        with saving(form) as saved:
            judge_health(row, form.figure.tenths, form.reason.data or "", on=on, by=guard.reader().actor)
        if saved:
            return saved.to("stakeholders.stakeholder", "It is kept.", stakeholder_id=stakeholder_id)
    return drawn("stakeholders/health.html", form, row=row, health=shown)
