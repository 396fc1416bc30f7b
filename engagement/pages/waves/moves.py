"""Moving a wave's go-live: a preview first, then the move; and what pages say about moves and chosen days."""

from collections.abc import Sequence
from datetime import date

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Field

from engagement.accounts.scopes import rights
from engagement.communications.models import Occurrence
from engagement.communications.queries.naming_days import messages_naming
from engagement.days.working_days import why_off
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today, short_day
from engagement.pages.parts.forms import complain
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import MoveForm
from engagement.waves import actions, queries
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind, days_of
from engagement.waves.models import Wave
from engagement.waves.scopes import wave_for


@blueprint.route("/waves/<int:wave_id>/go-live", methods=["GET", "POST"])
def move(wave_id: int) -> Drawn | BaseResponse:
    """Show what would move along; move go-live when the same day is sent again."""
    row = held(wave_for(rights.planning(guard.reader()), wave_id))
    form = MoveForm(go_live_on=row.go_live_on)
    country = guard.organisation().country
    shown, warnings, outdated = None, list[str](), list[Occurrence]()
    if form.validate_on_submit():
        new_day: date = form.go_live_on.data
        if "confirm" in request.form and request.form.get("shown") == new_day.isoformat():
            with saving(form) as saved:
                actions.move_go_live(row, new_day, reason=form.reason.data, by=guard.reader().actor, country=country)
            if saved:
                says = f"{row.title} goes live on {day(row.go_live_on)}."
                more = "Everything that is counted from the day follows; its people read why."
                return saved.to("waves.wave", says, more, wave_id=wave_id)
        shown = _what_moves(row, new_day, country)
        warnings = go_live_warnings(new_day, row.programme_id, queries.lineages_of_waves([row.id])[row.id], row.id)
        outdated = messages_naming(row, row.go_live_on, new_day) if new_day != row.go_live_on else []
    return drawn("waves/move.html", form, wave=row, shown=shown, warnings=warnings, outdated=outdated)


def _what_moves(wave: Wave, new_day: date, country: str) -> list[tuple[str, date, date]]:
    rows = milestones_of(wave.id)
    given = {row.id: new_day for row in rows if row.kind is MilestoneKind.GO_LIVE}
    days = days_of(rows, country, given)
    return [(row.title, row.falls_on, days[row.id]) for row in rows if days[row.id] != row.falls_on]


def day_off_words(go_live_on: date) -> str:
    """Warn of a go-live on a day when few people work; "" for a working day."""
    why = why_off(go_live_on, guard.organisation().country)
    return f" That is {why}, when few people work." if why else ""


def go_live_warnings(
    go_live_on: date | None, programme_id: int, lineages: Sequence[str], wave_id: int | None = None
) -> list[str]:
    """Say what is against a go-live on a day: it has passed, few people work, or it is in another wave's quiet period."""
    if go_live_on is None:
        return []
    found = ["This day has passed."] if go_live_on < here_today() else []
    found += [words] if (words := day_off_words(go_live_on).strip()) else []
    for quiet in queries.quiet_waves(go_live_on, programme_id, lineages, wave_id):
        until = day(quiet.stabilises_until_on) if quiet.stabilises_until_on else ""
        found.append(f"{quiet.title} is left to settle until {until}; nothing else should be asked of its people.")
    return found


def is_meant(field: Field, warnings: Sequence[str]) -> bool:
    """Return whether nothing is against the chosen day, or the sender ticked that this day is meant."""
    if not warnings or request.form.get("despite") == field.data.isoformat():
        return True
    complain(field, f"{' '.join(warnings)} Choose another day, or tick below that this one is meant.")
    return False


def move_words(wave: Wave) -> str:
    """Say from which day go-live was last moved, when, by whom and why; "" if it never moved."""
    moves = queries.moves_of_waves([wave.id]).get(wave.id)
    if not moves:
        return ""
    newest = moves[0]
    return f"Moved from {day(newest.from_on)} on {short_day(newest.at)} by {newest.by}: {newest.reason}"


def outdated_messages(wave: Wave) -> list[Occurrence]:
    """Return the sent messages that name a former day of go-live."""
    former = {move.from_on for move in queries.moves_of_waves([wave.id]).get(wave.id, [])} - {wave.go_live_on}
    found = {row.id: row for each in sorted(former) for row in messages_naming(wave, each, wave.go_live_on)}
    return list(found.values()) if wave.status.is_ahead else []
