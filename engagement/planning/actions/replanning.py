"""Moving a milestone with everything that hangs on it, in one transaction, and taking that back once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import contains_eager

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.planning.actions.telling import tell_of, tell_of_return
from engagement.planning.actions.writing import write_message
from engagement.planning.models import Replan, ReplanRow
from engagement.planning.queries.history import last_replan, rows_of
from engagement.planning.queries.moves import Seen, what_moves
from engagement.planning.rules import LONGEST_REASON, Effect, Replanning, Row, RowKind
from engagement.stakeholders.leadership.actions import StepDetails, change_step
from engagement.stakeholders.leadership.models import StepLine
from engagement.verbs import Verb
from engagement.waves.actions import move_go_live
from engagement.waves.milestones.actions import write_days
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset
from engagement.waves.models import Wave

OVERTAKEN = (
    "Something of this plan changed after you opened the page. Look at what would move now, then apply it again."
)
#: What a message becomes whose new time has passed: an approved one waits for a decision, others were not finished in time.
_PASSED = "By the new plan it would have gone out {when}, which has passed."


@dataclass(frozen=True)
class Move:
    """What somebody who saw the preview wants: the plan, why, and the mark of the rows that were shown."""

    plan: Replanning
    reason: str
    seal: str


def replan(wave: Wave, move: Move, seen: Seen, *, by: Actor, organisation: Organisation = UNSET) -> Replan:
    """Apply a plan as it was shown: milestones, messages, approvals and steps, with one letter for each who is affected.

    Raises RuleBroken when anything changed since the preview; then nothing is written. Raises BadInput without a reason,
    and otherwise as `what_moves` does.
    """
    reason = _reason(move.reason)
    milestone = db.session.get_one(Milestone, move.plan.milestone_id)
    plan = what_moves(wave, milestone, move.plan.to_on, seen)
    if plan.seal != move.seal:
        raise RuleBroken(OVERTAKEN)
    done = Replan(
        wave_id=wave.id,
        milestone_key=milestone.id,
        name=plan.name,
        from_on=plan.from_on,
        to_on=plan.to_on,
        reason=reason,
        at=clock.now(),
        by=by.name[:401],
    )
    db.session.add(done)
    db.session.flush()
    was = _counting(milestone)
    _write_milestones(wave, milestone, plan, move, seen, by=by)
    messages = _messages(plan.of(RowKind.MESSAGE))
    former = _write_messages(plan, messages, by=by)
    _write_steps(plan, reason, seen, by=by)
    db.session.add_all(
        _stored(
            done, row, was if row.key == milestone.id and row.kind is RowKind.MILESTONE else former.get(row.key, {})
        )
        for row in plan.rows
        if row.moves or row.effect is Effect.OVERTAKEN
    )
    changes = {"milestone": (None, plan.name), "day": (plan.from_on, plan.to_on), "moved": (None, plan.moving)}
    audit.record(Verb.REPLANNED_WAVE, wave, by=by, **changes, reason=(None, reason))
    db.session.flush()
    tell_of(done, plan, list(messages.values()), by=by, organisation=organisation)
    return done


def _reason(given: str) -> str:
    reason = given.strip()
    if not reason or len(reason) > LONGEST_REASON:
        sentence = (
            "Shorten this to 1,000 characters."
            if reason
            else "Say why it moves. One sentence is enough; people will read it."
        )
        raise BadInput(sentence, {"reason": sentence})
    return reason


def _counting(milestone: Milestone) -> dict[str, Any]:
    return {
        "anchor_id": milestone.anchor_id,
        "offset_days": milestone.offset_days,
        "counted_in": milestone.counted_in,
        "day_policy": milestone.day_policy,
    }


def _write_milestones(wave: Wave, milestone: Milestone, plan: Replanning, move: Move, seen: Seen, *, by: Actor) -> None:
    if milestone.kind is MilestoneKind.GO_LIVE:
        move_go_live(wave, plan.to_on, reason=move.reason, by=by, country=seen.country)
        return
    rows = milestones_of(wave.id)
    milestone.count_from(None, None)
    write_days(wave, rows, {milestone.id: plan.to_on}, seen.country)


def _messages(rows: Sequence[Row]) -> dict[int, Occurrence]:
    """Return the messages that change, locked, by id."""
    keys = [row.key for row in rows if row.effect is not Effect.STAYS]
    asked = (
        select(Occurrence)
        .join(Occurrence.communication)
        .where(Occurrence.id.in_(keys))
        .options(contains_eager(Occurrence.communication).joinedload(Communication.owner))
        .with_for_update(of=Occurrence)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in db.session.scalars(asked)}


def _write_messages(plan: Replanning, messages: Mapping[int, Occurrence], *, by: Actor) -> dict[int, dict[str, Any]]:
    """Write the new times; return what undoing gives back of each message."""
    was: dict[int, dict[str, Any]] = {}
    told = []
    for row in plan.of(RowKind.MESSAGE):
        if row.effect is Effect.STAYS:
            continue
        message = messages[row.key]
        was[row.key] = {"status": message.status.value, "reason": message.reason, "version": message.text_version}
        changes: dict[str, tuple[Any, Any]] = {}
        if row.moves and row.new_at is not None:
            changes["sends_at"] = (message.sends_at, row.new_at)
            write_message(message, row.new_at)
        before = message.status
        _write_status(message, row)
        if message.status is not before:
            changes |= {"status": (before, message.status), "reason": (None, message.reason)}
        was[row.key]["became"] = message.status.value
        told.append((Verb.MOVED_MESSAGE, audit.about(message), changes))
    ending = [row.key for row in plan.of(RowKind.MESSAGE) if row.effect.ends_approval or row.effect is Effect.PASSED]
    db.session.execute(
        update(Approval)
        .where(Approval.occurrence_id.in_(ending), Approval.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )
    db.session.flush()
    audit.record_many(told, by=by)
    return was


def _write_status(message: Occurrence, row: Row) -> None:
    if row.effect.ends_approval:
        message.status = OccurrenceStatus.HELD
        message.reason = f"{row.why} It goes out {message.when} now, once it is approved again."
    elif row.effect is Effect.PASSED:
        is_ready = message.status in (OccurrenceStatus.APPROVED, OccurrenceStatus.HELD)
        message.status = OccurrenceStatus.HELD if is_ready else OccurrenceStatus.MISSED
        message.reason = _PASSED.format(when=message.when)


def _write_steps(plan: Replanning, reason: str, seen: Seen, *, by: Actor) -> None:
    days = {row.key: row.new_on for row in plan.of(RowKind.STEP) if row.moves}
    if days:
        _move_steps(days, reason, seen, by=by)


def _move_steps(days: Mapping[int, Any], reason: str, seen: Seen, *, by: Actor) -> None:
    asked = select(StepLine).where(StepLine.step_id.in_(list(days)), StepLine.superseded_at.is_(None))
    for line in db.session.scalars(asked).all():
        said = StepDetails(line.kind, line.what, line.where, days[line.step_id])
        change_step(line, line.person, said, reason, on=min(seen.today, said.due_on), by=by)


def _stored(done: Replan, row: Row, was: dict[str, Any]) -> ReplanRow:
    days = {"old_on": row.old_on, "new_on": row.new_on, "old_at": row.old_at, "new_at": row.new_at}
    return ReplanRow(replan_id=done.id, kind=row.kind, key=row.key, effect=row.effect, was=was, **days)


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
    messages = _held([row.key for row in rows if row.kind is RowKind.MESSAGE])
    _refuse_undoing(wave, rows, messages)
    kept = _restore_messages(done, rows, messages, by=by)
    _restore_milestones(wave, done, rows, seen, by=by)
    steps = {row.key: row.old_on for row in rows if row.kind is RowKind.STEP}
    if steps:
        _move_steps(_still_there(rows, steps), "The move was taken back.", seen, by=by)
    done.undone_at, done.undone_by = clock.now(), by.name[:401]
    audit.record(Verb.UNDID_REPLANNING, wave, by=by, milestone=(None, done.name), day=(done.to_on, done.from_on))
    db.session.flush()
    told_due = next((row.new_on for row in rows if row.kind is RowKind.TRAINING), None)
    tell_of_return(done, told_due, by=by, organisation=organisation)
    return TakenBack(len(rows) - len(kept), tuple(kept))


def _held(keys: Sequence[int]) -> dict[int, Occurrence]:
    asked = (
        select(Occurrence)
        .join(Occurrence.communication)
        .where(Occurrence.id.in_(keys))
        .options(contains_eager(Occurrence.communication))
        .with_for_update(of=Occurrence)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in db.session.scalars(asked)}


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
