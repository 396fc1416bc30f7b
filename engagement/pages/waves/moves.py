"""Moving a wave's go-live: a preview first, then the move; and what pages say about moves and chosen days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import Field

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.communications.models import Occurrence
from engagement.communications.queries.naming_days import messages_naming
from engagement.days.working_days import why_off
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today, short_day
from engagement.pages.parts.forms import complain
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.pages.waves import blueprint
from engagement.pages.waves.forms import MoveForm
from engagement.planning.actions.replanning import Move, replan
from engagement.planning.actions.undoing import undo_replan
from engagement.planning.queries.moves import Seen, what_moves
from engagement.planning.rules import Replanning, RowKind, moved_words
from engagement.waves import queries
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import GoLiveMove, Wave
from engagement.waves.scopes import wave_for
from engagement.words import listed


def seen_now() -> Seen:
    """Return the moment for which a plan is made: now, here."""
    return Seen(clock.now(), here_today(), guard.organisation().country)


@dataclass(frozen=True)
class Wish:
    """A day that somebody wants for a milestone, and what else changes in the same step."""

    milestone: Milestone
    day: date
    also: Callable[[], None] = lambda: None


def _preview(wave: Wave, wish: Wish, form: Any) -> Replanning | None:
    """Return what would move; if the day is refused, put the sentence into the form."""
    try:
        return what_moves(wave, wish.milestone, wish.day, seen_now())
    except (BadInput, RuleBroken) as refused:
        form.take(refused)
        return None


def show_or_apply(wave: Wave, wish: Wish, form: Any) -> BaseResponse | Replanning | None:
    """Apply the rows that the page showed, if its second button was pressed for the same day; else return them to show.

    None for a day that is refused; then the sentence stands in the form.
    """
    plan = _preview(wave, wish, form)
    if plan is None or "confirm" not in request.form or request.form.get("shown") != wish.day.isoformat():
        return plan
    move = Move(plan, form.reason.data or "", request.form.get("seal", ""))
    with saving(form) as saved:
        replan(wave, move, seen_now(), by=guard.reader().actor, organisation=guard.organisation())
        wish.also()
    if not saved:
        return _preview(wave, wish, form)
    more = "Whoever is affected gets one letter about it. You can take it back on the page of milestones."
    return saved.to("waves.wave", moved_words(plan), more, wave_id=wave.id)


@blueprint.route("/waves/<int:wave_id>/go-live", methods=["GET", "POST"])
def move(wave_id: int) -> Drawn | BaseResponse:
    """Show what would move along; move go-live when the same day is sent again."""
    row = held(wave_for(rights.planning(guard.reader()), wave_id))
    form = MoveForm(go_live_on=row.go_live_on)
    plan, warnings, outdated = None, list[str](), list[Occurrence]()
    if form.validate_on_submit():
        new_day: date = form.go_live_on.data
        live = next(each for each in milestones_of(row.id) if each.kind is MilestoneKind.GO_LIVE)
        plan = show_or_apply(row, Wish(live, new_day), form)
        if isinstance(plan, BaseResponse):
            return plan
        if plan is not None:
            warnings = _further_warnings(row, plan)
            outdated = messages_naming(row, row.go_live_on, new_day)
    return drawn("waves/move.html", form, wave=row, plan=plan, warnings=warnings, outdated=outdated)


def _further_warnings(wave: Wave, plan: Replanning) -> list[str]:
    """Return what is against the day of go-live besides what stands beside its row."""
    places = queries.lineages_of_waves([wave.id])[wave.id]
    said = [clash for row in plan.of(RowKind.MILESTONE) if row.key == plan.milestone_id for clash in row.clashes]
    quiet = queries.quiet_waves(plan.to_on, wave.programme_id, places, wave.id)
    return [
        _quiet_words(each) for each in quiet if not any(clash.startswith(f"{each.title} is left") for clash in said)
    ]


@blueprint.post("/waves/<int:wave_id>/replans/undoing")
def undo_move(wave_id: int) -> BaseResponse:
    """Take the last move of a milestone back, with everything that moved along."""
    wave = held(wave_for(rights.planning(guard.reader()), wave_id))
    kept = undo_replan(wave, seen_now(), by=guard.reader().actor, organisation=guard.organisation())
    more = f" Changed since, so as they are now: {listed(kept)}." if kept else ""
    return done("waves.milestones", "The move is taken back.", f"The former days hold again.{more}", wave_id=wave_id)


def day_off_words(go_live_on: date) -> str:
    """Warn of a go-live on a day when few people work; "" for a working day."""
    why = why_off(go_live_on, guard.organisation().country)
    return f" That is {why}, when few people work." if why else ""


def go_live_warnings(go_live_on: date | None, programme_id: int, lineages: Sequence[str]) -> list[str]:
    """Say what is against a new wave's go-live on a day: it has passed, few people work, or it is in another wave's quiet period."""
    if go_live_on is None:
        return []
    found = ["This day has passed."] if go_live_on < here_today() else []
    found += [words] if (words := day_off_words(go_live_on).strip()) else []
    return [*found, *map(_quiet_words, queries.quiet_waves(go_live_on, programme_id, lineages))]


def _quiet_words(wave: Wave) -> str:
    until = day(wave.stabilises_until_on) if wave.stabilises_until_on else ""
    return f"{wave.title} is left to settle until {until}; nothing else should be asked of its people."


def is_meant(field: Field, warnings: Sequence[str]) -> bool:
    """Return whether nothing is against the chosen day, or the sender ticked that this day is meant."""
    if not warnings or request.form.get("despite") == field.data.isoformat():
        return True
    complain(field, f"{' '.join(warnings)} Choose another day, or tick below that this one is meant.")
    return False


def move_words(moves: Sequence[GoLiveMove]) -> str:
    """Say from which day go-live was last moved, when, by whom and why; "" if it never moved."""
    if not moves:
        return ""
    newest = moves[0]
    return f"Moved from {day(newest.from_on)} on {short_day(newest.at)} by {newest.by}: {newest.reason}"


def outdated_messages(wave: Wave, moves: Sequence[GoLiveMove]) -> list[Occurrence]:
    """Return the sent messages that name a former day of go-live."""
    former = {move.from_on for move in moves} - {wave.go_live_on}
    found = {row.id: row for each in sorted(former) for row in messages_naming(wave, each, wave.go_live_on)}
    return list(found.values()) if wave.status.is_ahead else []
