"""Saying of several stakeholders at once how engaged the change needs them to be, where nobody has said it."""

from collections.abc import Sequence

from flask import request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import choices_of, row_id
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.lists import TALL_PER_PAGE
from engagement.pages.parts.saving import Drawn, Saved, drawn, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.map_asked import MapAsked, map_asked
from engagement.pages.stakeholders.map_lines import MapLine, lines_of, links_for
from engagement.stakeholders.standings import actions
from engagement.stakeholders.standings.queries.gaps import Gaps
from engagement.stakeholders.standings.rules import LONGEST_REASON, Level
from engagement.words import plural

_FIELD = "level_"
_LEVELS = [SelectChoice("", "Not yet"), *choices_of(Level)]
NONE_CHOSEN = "Choose a level for at least one of them."


class WantedForm(Form):
    """The desired levels of those on the page; their fields are added when it is known who they are."""

    reason = StringField(
        "Why?",
        description="One line for all of them. Everybody who sees the map reads it.",
        filters=[stripped],
        validators=[Length(max=LONGEST_REASON, message=f"Keep this under {LONGEST_REASON:,} characters.")],
    )

    def chosen(self) -> dict[int, Level]:
        """Return the levels that were chosen, by stakeholder."""
        fields = (field for field in self if field.name.startswith(_FIELD) and field.data)
        return {int(field.name.removeprefix(_FIELD)): Level(field.data) for field in fields}


@blueprint.route("/stakeholders/gaps/wanted", methods=["GET", "POST"])
def wanted() -> Drawn | BaseResponse:
    """Say of several stakeholders how engaged the change needs them to be."""
    planning = rights.planning(guard.reader())
    guard.allow_places(planning)
    found = map_asked(planning, compares=False)
    every, sent = Gaps(planning, found.filters, None, today()), _sent()
    rows = every.without_wanted(planning, TALL_PER_PAGE, sent or None)
    lines = lines_of(rows, links_for(found, [row.stakeholder_id for row in rows], comes_back_to="gaps"))
    form = _form_for(lines)
    if form.validate_on_submit():
        if not any(sent.values()):
            form.form_errors.append(NONE_CHOSEN)
        else:
            with saving(form) as saved:
                number = actions.say_wanted(form.chosen(), form.reason.data or "", on=today(), by=guard.reader().actor)
            if saved:
                return _lead_on(found, every, number, sum(map(bool, sent.values())) - number)
    return drawn(
        "stakeholders/wanted.html",
        form,
        lines=[(line, form[_field_of(line)]) for line in lines],
        total=every.counts().unwanted,
        narrowed=found.narrowed,
        back_url=url_for("stakeholders.gaps", **found.kept),
    )


def _sent() -> dict[int, str]:
    """Return what the form says, by stakeholder; nothing if none was sent."""
    given = (
        (row_id(name.removeprefix(_FIELD)), level) for name, level in request.form.items() if name.startswith(_FIELD)
    )
    return {key: level for key, level in given if key is not None}


def _form_for(lines: Sequence[MapLine]) -> WantedForm:
    fields = {_field_of(line): SelectField(line.name, choices=_LEVELS) for line in lines}
    form: WantedForm = type("WantedForm", (WantedForm,), fields)()
    return form


def _field_of(line: MapLine) -> str:
    return f"{_FIELD}{line.row.stakeholder_id}"


def _lead_on(found: MapAsked, every: Gaps, number: int, others: int) -> BaseResponse:
    """Say what is kept, and lead to those who are left, or back to the gaps."""
    says = f"{plural(number, 'desired level is', 'desired levels are')} kept." if number else "Nothing was changed."
    more = f"Of {others:,} somebody said it while you looked; theirs stays." if others else ""
    left = every.without_wanted(every.maps, 1)
    return Saved.to("stakeholders.wanted" if left else "stakeholders.gaps", says, more, **found.kept)
