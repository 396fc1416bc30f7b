"""How long each kind of record is kept."""

from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, IntegerField
from wtforms.validators import Optional

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.errors import BadInput
from engagement.pages.admin import blueprint
from engagement.pages.frame import guard
from engagement.pages.parts.forms import EditForm
from engagement.pages.parts.saving import Drawn, done, drawn
from engagement.privacy.actions.retention import keep_for
from engagement.privacy.queries import old_records
from engagement.privacy.queries.old_records import Going
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import RecordKind, days_problem
from engagement.words import plural

#: What is said above the form, by what was done with it: a title and its tone.
NOTICES = {
    "shown": ("No rule has been changed yet.", ""),
    "changed": ("You changed the days after looking. No rule has been changed yet.", "warn"),
}


class RetentionForm(EditForm):
    """Days for each kind of record; empty keeps it for ever. `shown` are the days for which the reader saw what would go."""

    shown = HiddenField()
    step = HiddenField()


for _kind in RecordKind:
    setattr(RetentionForm, _kind.value, IntegerField(_kind.word, description=_kind.goes, validators=[Optional()]))


@blueprint.route("/admin/retention", methods=["GET", "POST"])
def retention() -> Drawn | BaseResponse:
    """Show what would go after these days; save the days when they are sent again unchanged."""
    guard.allow_all(rights.administering(guard.reader()))
    rules = retention_rules()
    kept = {kind: rules[kind].keep_days if kind in rules else None for kind in RecordKind}
    form = RetentionForm(data={kind.value: days for kind, days in kept.items()})
    if not form.is_submitted():
        return _rules_shown(form, kept, "")
    if not form.validate():
        return _rules_shown(form, {}, "")
    asked = {kind: form[kind.value].data for kind in RecordKind}
    problems = {kind.value: problem for kind, days in asked.items() if (problem := days_problem(days))}
    if problems:
        form.take(BadInput("Some of the days can’t be kept.", problems))
        return _rules_shown(form, {}, "")
    if form.step.data != "keep" or form.shown.data != _in_one_line(asked):
        form.shown.data = _in_one_line(asked)
        return _rules_shown(form, asked, "changed" if form.step.data == "keep" else "shown")
    for kind, days in asked.items():
        keep_for(kind, days, by=guard.reader().actor)
    return done("admin.retention", "Kept.", "The clock lets old records go once a day, first within a day from now.")


def _rules_shown(form: RetentionForm, days: dict[RecordKind, int | None], state: str) -> Drawn:
    """Return the page with what would go after these days; `state` says whether they were only looked at."""
    now = clock.now()
    figures = {k.value: old_records.going(k, number, now) for k, number in days.items() if number is not None}
    lines = [(form[kind.value], _hint(kind, figures.get(kind.value), state)) for kind in RecordKind]
    held_back = {kind: going.held_back for kind, going in figures.items() if going.held_back}
    return drawn("admin/retention.html", form, lines=lines, held_back=held_back, notice=NOTICES.get(state))


def _hint(kind: RecordKind, going: Going | None, state: str) -> str:
    if going is None:
        return kind.goes
    rule = "With" if state else "With the rule as it is kept,"
    when = f"{rule} {plural(going.keep_days, 'day', 'days')}, {going.words} would go now."
    if going.later:
        first = going.records - going.later
        when += f" The next run takes {first:,} of them and leaves {going.later:,} to the runs after it, once a day."
    return f"{kind.goes} {when}"


def _in_one_line(days: dict[RecordKind, int | None]) -> str:
    return " ".join(f"{kind.value}={number}" for kind, number in days.items())
