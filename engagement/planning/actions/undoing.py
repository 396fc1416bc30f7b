"""Taking a re-planning back, once, with everything that moved along."""

from collections.abc import Mapping, Sequence
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
from engagement.planning.actions.anchoring import drop_anchor, settle_plan
from engagement.planning.actions.telling import tell_of_return
from engagement.planning.actions.writing import held_messages, move_steps, write_message
from engagement.planning.models import Replan, ReplanRow
from engagement.planning.queries.history import last_replan, rows_of
from engagement.planning.queries.moves import Seen
from engagement.planning.rules import RowKind
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepState
from engagement.verbs import Verb
from engagement.waves.actions import move_go_live
from engagement.waves.milestones.actions import write_days
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset
from engagement.waves.models import Wave

#: Why an approved message stays on hold with its former time.
NOT_AGAIN = "The move was taken back, but its text was changed since, or its time has passed. It needs approval again."


def undo_replan(wave: Wave, seen: Seen, *, by: Actor, organisation: Organisation = UNSET) -> list[str]:
    """Take the last re-planning of a wave back, once. Whatever somebody changed since keeps what they did, and its day.

    Return the titles of messages that keep theirs; so that they do, they are no longer counted from a milestone. What was
    planned since follows the milestones back.

    Raises RuleBroken when there is none, it was taken back, a message of it went out since, or a milestone of it was moved
    or removed since.
    """
    done = last_replan(wave.id)
    if done is None or done.undone_at is not None:
        raise RuleBroken("There is no re-planning of this wave that could be taken back.")
    rows = rows_of(done.id)
    messages = held_messages([row.key for row in rows if row.kind is RowKind.MESSAGE])
    _refuse_undoing(wave, rows, messages)
    changed = _restore_messages(done, rows, messages, by=by)
    _restore_milestones(wave, done, rows, seen, by=by)
    steps = {row.key: row.old_on for row in rows if row.kind is RowKind.STEP}
    if steps:
        move_steps(_still_there(rows, steps), "The move was taken back.", seen, by=by)
    for message in changed:
        if message.status.can_be_written:
            drop_anchor(message, by=by)
    settle_plan([wave], seen, by=by)
    done.undone_at, done.undone_by = clock.now(), by.name[:401]
    audit.record(Verb.UNDID_REPLANNING, wave, by=by, milestone=(None, done.name), day=(done.to_on, done.from_on))
    db.session.flush()
    told_due = next((row.new_on for row in rows if row.kind is RowKind.TRAINING), None)
    tell_of_return(done, told_due, by=by, organisation=organisation)
    return [message.title for message in changed]


def _refuse_undoing(wave: Wave, rows: Sequence[ReplanRow], messages: Mapping[int, Occurrence]) -> None:
    out = [
        messages[row.key].title
        for row in rows
        if row.kind is RowKind.MESSAGE and row.key in messages and messages[row.key].status.is_out
    ]
    if out:
        raise RuleBroken(f"It can’t be taken back: “{out[0]}” went out since. Move the days by hand instead.")
    present = {row.id: row for row in milestones_of(wave.id)}
    moved = {row.key: row.new_on for row in rows if row.kind is RowKind.MILESTONE}
    if any(key not in present or present[key].falls_on != day for key, day in moved.items()):
        raise RuleBroken(
            "It can’t be taken back: a milestone was moved or removed since. Move the days by hand instead."
        )
    moves_go_live = any(present[key].kind is MilestoneKind.GO_LIVE for key in moved)
    if not wave.status.is_open or (not wave.status.is_ahead and moves_go_live):
        raise RuleBroken(f"It can’t be taken back: {wave.title} is {wave.status.word.lower()}.")


def _restore_messages(
    done: Replan, rows: Sequence[ReplanRow], messages: Mapping[int, Occurrence], *, by: Actor
) -> list[Occurrence]:
    """Give messages their former time and state; return those that somebody changed since."""
    kept, told, approved = list[Occurrence](), [], list[int]()
    for row in rows:
        message = messages.get(row.key)
        if row.kind is not RowKind.MESSAGE or message is None or row.old_at is None:
            continue
        if message.sends_at != row.new_at or message.status.value != row.was["became"]:
            kept.append(message)
            continue
        changes: dict[str, tuple[Any, Any]] = {"sends_at": (message.sends_at, row.old_at)}
        write_message(message, row.old_at)
        former = OccurrenceStatus(row.was["status"])
        if _may_return(message, row, former, clock.now()):
            changes |= {"status": (message.status, former)} if former is not message.status else {}
            message.status, message.reason = former, row.was["reason"]
            approved += [message.id] if former is OccurrenceStatus.APPROVED else []
        else:
            message.reason = NOT_AGAIN
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
    was = next(row.was for row in rows if row.kind is RowKind.MILESTONE and row.key == milestone.id)
    anchor = present.get(was["anchor_id"] or 0)
    counted = (was["offset_days"], was["counted_in"], was["day_policy"])
    milestone.count_from(anchor, _offset(*counted) if anchor is not None else None)
    db.session.flush()


def _offset(days: int, counted: str, policy: str) -> Offset:
    return Offset(days, Counted(counted), HolidayPolicy(policy))


def _still_there(rows: Sequence[ReplanRow], days: Mapping[int, Any]) -> dict[int, Any]:
    """Return the former days of the steps that are still planned for the day that the re-planning gave them."""
    given = {row.key: row.new_on for row in rows if row.kind is RowKind.STEP}
    asked = select(StepLine.step_id, StepLine.due_on).where(
        StepLine.step_id.in_(list(days)), StepLine.superseded_at.is_(None), StepLine.state == StepState.PLANNED
    )
    return {key: days[key] for key, due_on in db.session.execute(asked) if given[key] == due_on}
