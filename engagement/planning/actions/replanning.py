"""Moving a milestone with everything that hangs on it, in one transaction, and taking that back once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.models import Approval, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.planning.actions.telling import tell_of
from engagement.planning.actions.writing import held_messages, is_as_seen, move_steps, write_message
from engagement.planning.models import Replan, ReplanRow
from engagement.planning.queries.moves import Seen, what_moves
from engagement.planning.rules import LONGEST_REASON, Effect, Replanning, Row, RowKind
from engagement.verbs import Verb
from engagement.waves.actions import move_go_live
from engagement.waves.milestones.actions import write_days
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
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
    changing = [row for row in plan.of(RowKind.MESSAGE) if row.effect is not Effect.STAYS]
    messages = held_messages([row.key for row in changing])
    if plan.seal != move.seal or not all(is_as_seen(messages.get(row.key), row) for row in changing):
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
    former = {RowKind.MILESTONE: {milestone.id: was}}
    former[RowKind.MESSAGE] = _write_messages(changing, messages, done.at, by=by)
    _write_steps(plan, reason, seen, by=by)
    db.session.add_all(
        _stored(done, row, former.get(row.kind, {}).get(row.key, {}))
        for row in plan.rows
        if row.effect is not Effect.STAYS
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


def _write_messages(
    rows: Sequence[Row], messages: Mapping[int, Occurrence], at: datetime, *, by: Actor
) -> dict[int, dict[str, Any]]:
    """Write the new times; return what undoing gives back of each message.

    Approvals end at `at`, by which undoing and the letters find them again.
    """
    was: dict[int, dict[str, Any]] = {}
    told = []
    for row in rows:
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
    ending = [row.key for row in rows if row.effect.ends_approval or row.effect is Effect.PASSED]
    db.session.execute(
        update(Approval)
        .where(Approval.occurrence_id.in_(ending), Approval.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
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
        move_steps(days, reason, seen, by=by)


def _stored(done: Replan, row: Row, was: dict[str, Any]) -> ReplanRow:
    days = {"old_on": row.old_on, "new_on": row.new_on, "old_at": row.old_at, "new_at": row.new_at}
    return ReplanRow(replan_id=done.id, kind=row.kind, key=row.key, effect=row.effect, was=was, **days)
