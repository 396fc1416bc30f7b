"""Taking a re-planning back, once, with everything that moved along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.models import Approval, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.planning.actions.telling import tell_of_return
from engagement.planning.actions.writing import held_messages, move_steps, write_message
from engagement.planning.models import Replan, ReplanRow
from engagement.planning.queries.history import last_replan, rows_of
from engagement.planning.queries.moves import Seen
from engagement.planning.rules import RowKind
from engagement.stakeholders.leadership.models import StepLine
from engagement.verbs import Verb
from engagement.waves.actions import move_go_live
from engagement.waves.milestones.actions import write_days
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset
from engagement.waves.models import Wave


@dataclass(frozen=True)
class TakenBack:
    """What came of taking a re-planning back: how many things have their former day, and the names of those that don't."""

    restored: int
    kept: tuple[str, ...]


def undo_replan(wave: Wave, seen: Seen, *, by: Actor, organisation: Organisation = UNSET) -> TakenBack:
    """Take the last re-planning of a wave back, once. Whatever somebody changed since keeps what they did.

    Raises RuleBroken when there is none, it was taken back, a message of it went out since, or a milestone of it was moved
    or removed since.
    """
    done = last_replan(wave.id)
    if done is None or done.undone_at is not None:
        raise RuleBroken("There is no re-planning of this wave that could be taken back.")
    rows = rows_of(done.id)
    messages = held_messages([row.key for row in rows if row.kind is RowKind.MESSAGE])
    _refuse_undoing(wave, rows, messages)
    kept = _restore_messages(done, rows, messages, by=by)
    _restore_milestones(wave, done, rows, seen, by=by)
    steps = {row.key: row.old_on for row in rows if row.kind is RowKind.STEP}
    if steps:
        move_steps(_still_there(rows, steps), "The move was taken back.", seen, by=by)
    done.undone_at, done.undone_by = clock.now(), by.name[:401]
    audit.record(Verb.UNDID_REPLANNING, wave, by=by, milestone=(None, done.name), day=(done.to_on, done.from_on))
    db.session.flush()
    told_due = next((row.new_on for row in rows if row.kind is RowKind.TRAINING), None)
    tell_of_return(done, told_due, by=by, organisation=organisation)
    return TakenBack(len(rows) - len(kept), tuple(kept))


def _refuse_undoing(wave: Wave, rows: Sequence[ReplanRow], messages: Mapping[int, Occurrence]) -> None:
    out = [
        messages[row.key].title
        for row in rows
        if row.kind is RowKind.MESSAGE and row.key in messages and messages[row.key].status.is_out
    ]
    if out:
        raise RuleBroken(f"It can’t be taken back: “{out[0]}” went out since. Move the days by hand instead.")
    days = {row.id: row.falls_on for row in milestones_of(wave.id)}
    if any(days.get(row.key) != row.new_on for row in rows if row.kind is RowKind.MILESTONE):
        raise RuleBroken(
            "It can’t be taken back: a milestone was moved or removed since. Move the days by hand instead."
        )
    live = {row.id for row in milestones_of(wave.id) if row.kind is MilestoneKind.GO_LIVE}
    moved = {row.key for row in rows if row.kind is RowKind.MILESTONE}
    if not wave.status.is_open or (not wave.status.is_ahead and live & moved):
        raise RuleBroken(f"It can’t be taken back: {wave.title} is {wave.status.word.lower()}.")


def _restore_messages(
    done: Replan, rows: Sequence[ReplanRow], messages: Mapping[int, Occurrence], *, by: Actor
) -> list[str]:
    """Give messages their former time and state; return the titles of those that somebody changed since."""
    kept, told, approved = [], [], list[int]()
    for row in rows:
        message = messages.get(row.key)
        if row.kind is not RowKind.MESSAGE or message is None or row.old_at is None:
            continue
        if message.sends_at != row.new_at or message.status.value != row.was["became"]:
            kept.append(message.title)
            continue
        changes: dict[str, tuple[Any, Any]] = {"sends_at": (message.sends_at, row.old_at)}
        write_message(message, row.old_at)
        former = OccurrenceStatus(row.was["status"])
        if _may_return(message, row, former, clock.now()):
            changes |= {"status": (message.status, former)} if former is not message.status else {}
            message.status, message.reason = former, row.was["reason"]
            approved += [message.id] if former is OccurrenceStatus.APPROVED else []
        told.append((Verb.MOVED_MESSAGE, audit.about(message), changes))
    db.session.execute(
        update(Approval)
        .where(Approval.occurrence_id.in_(approved), Approval.withdrawn_at == done.at)
        .values(withdrawn_at=None)
    )
    db.session.flush()
    audit.record_many(told, by=by)
    return kept


def _may_return(message: Occurrence, row: ReplanRow, former: OccurrenceStatus, now: datetime) -> bool:
    """Return whether a message gets its former state: an approval only for the same text and a time to come."""
    if former is not OccurrenceStatus.APPROVED:
        return True
    return message.text_version == row.was["version"] and message.sends_at > now


def _restore_milestones(wave: Wave, done: Replan, rows: Sequence[ReplanRow], seen: Seen, *, by: Actor) -> None:
    present = {row.id: row for row in milestones_of(wave.id)}
    milestone = present[done.milestone_key]
    if milestone.kind is MilestoneKind.GO_LIVE:
        move_go_live(wave, done.from_on, reason="The move was taken back.", by=by, country=seen.country)
    former = {row.key: row.old_on for row in rows if row.kind is RowKind.MILESTONE}
    write_days(wave, list(present.values()), former, seen.country)
    was = next((row.was for row in rows if row.kind is RowKind.MILESTONE and row.key == milestone.id), {})
    anchor = present.get(was.get("anchor_id") or 0)
    if anchor is not None:
        milestone.count_from(
            anchor, Offset(was["offset_days"], Counted(was["counted_in"]), HolidayPolicy(was["day_policy"]))
        )
    db.session.flush()


def _still_there(rows: Sequence[ReplanRow], days: Mapping[int, Any]) -> dict[int, Any]:
    """Return the former days of the steps that still have the day that the re-planning gave them."""
    given = {row.key: row.new_on for row in rows if row.kind is RowKind.STEP}
    asked = select(StepLine.step_id, StepLine.due_on).where(
        StepLine.step_id.in_(list(days)), StepLine.superseded_at.is_(None)
    )
    return {key: days[key] for key, due_on in db.session.execute(asked) if given[key] == due_on}
