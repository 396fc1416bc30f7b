"""What would move if a milestone of a wave fell on another day, in as many statements for any number of things."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, bindparam, func, or_, select

from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.approvals import GO_LIVE
from engagement.communications.rules import WRITABLE, OccurrenceStatus
from engagement.communications.texts.rules.subjects import in_words
from engagement.days.local_time import instant_of
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.organisation.rules import UNSET
from engagement.planning.models import Anchor
from engagement.planning.queries.surroundings import surroundings_of
from engagement.planning.rules import Effect, Replanning, Row, RowKind, with_clashes
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepState
from engagement.training.models import Assignment
from engagement.training.queries.standing import is_asked
from engagement.waves.milestones.actions import TOO_EARLY
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind, Offset, contradictions, days_of
from engagement.waves.models import Wave
from engagement.words import plural

#: Why a message keeps its time, by its state.
_KEPT = {
    OccurrenceStatus.SENDING: "It is being sent.",
    OccurrenceStatus.SENT: "It was sent.",
    OccurrenceStatus.SKIPPED: "It was left out.",
    OccurrenceStatus.MISSED: "It was missed. Give it another time on its page.",
}


@dataclass(frozen=True)
class Seen:
    """The moment for which a plan is made: now, the day that it is here, and the country whose days off count."""

    now: datetime
    today: date
    country: str = UNSET.country


@dataclass(frozen=True)
class _Days:
    """The milestones of a wave with their days before and after."""

    rows: Sequence[Milestone]
    after: Mapping[int, date]

    def of_kind(self, kind: MilestoneKind) -> date | None:
        return next((self.after[row.id] for row in self.rows if row.kind is kind), None)


def what_moves(wave: Wave, milestone: Milestone, new_day: date, seen: Seen) -> Replanning:
    """Return what moves, stays and clashes if a milestone falls on `new_day`. Nothing is changed.

    Raises RuleBroken for a wave that is over or a go-live that has happened, BadInput for the day that it has already or
    a quiet period that would end before it begins.
    """
    _refuse(wave, milestone, new_day)
    rows = milestones_of(wave.id)
    days = _Days(rows, days_of(rows, seen.country, {milestone.id: new_day}))
    live, quiet = days.of_kind(MilestoneKind.GO_LIVE), days.of_kind(MilestoneKind.STABILISED)
    if live is not None and quiet is not None and quiet < live:
        raise BadInput(TOO_EARLY, {"falls_on": TOO_EARLY})
    found = [
        *_milestones(days, milestone),
        *_training(wave, days),
        *message_rows(wave, days.after, seen, live if live != wave.go_live_on else None),
        *_steps(days, seen),
    ]
    moved = [_Moved(row.id, row.kind, row.title, days.after[row.id], row.anchor_id, row.offset) for row in rows]
    return Replanning(
        wave.id,
        milestone.id,
        milestone.title,
        milestone.falls_on,
        new_day,
        with_clashes(found, surroundings_of(wave, found, seen.today, seen.country)),
        tuple(each.sentence for each in contradictions(moved, seen.today, seen.country, is_ahead=False)),
    )


@dataclass(frozen=True)
class _Moved:
    """A milestone on its day to come, for the rules about contradictions."""

    id: int
    kind: MilestoneKind
    title: str
    falls_on: date
    anchor_id: int | None
    offset: Offset | None


def _refuse(wave: Wave, milestone: Milestone, new_day: date) -> None:
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; its days stay as they are.")
    if milestone.kind is MilestoneKind.GO_LIVE and not wave.status.is_ahead:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; its go-live has happened.")
    if new_day == milestone.falls_on:
        sentence = "It falls on this day already. Choose another one."
        raise BadInput(sentence, {"falls_on": sentence, "go_live_on": sentence})


def _milestones(days: _Days, moved: Milestone) -> Iterator[Row]:
    for row in days.rows:
        new_on, follows = days.after[row.id], row.counted_words
        effect = Effect.STAYS if new_on == row.falls_on else Effect.MOVES
        if row.id == moved.id:
            why = "You move it." if row.anchor_id is None else f"You move it. So far it was {follows}."
        elif effect is Effect.MOVES:
            why = f"{follows[:1].upper()}{follows[1:]}."
        else:
            why = "It has its own day." if row.anchor_id is None else f"It is {follows}."
        yield Row(RowKind.MILESTONE, row.id, row.title, row.falls_on, new_on, effect, why, row.kind.value)


def _training(wave: Wave, days: _Days) -> Iterator[Row]:
    due = days.of_kind(MilestoneKind.TRAINING_DUE)
    if due is None or due == wave.training_due_on:
        return
    own = Assignment.own_due_on.is_not(None)
    counted = (
        select(own, func.count(Assignment.person_id.distinct()))
        .where(Assignment.wave_id == wave.id, is_asked())
        .group_by(own)
    )
    numbers = dict(db.session.execute(counted).all())
    asked, apart = numbers.get(False, 0), numbers.get(True, 0)
    if asked:
        name = f"Training of {plural(asked, 'person', 'people')}"
        yield Row(RowKind.TRAINING, wave.id, name, wave.training_due_on, due, Effect.MOVES, "It is due with the wave.")
    if apart:
        name = f"Training of {plural(apart, 'person', 'people')} with a due day of their own"
        day = wave.training_due_on
        yield Row(RowKind.TRAINING, -wave.id, name, day, day, Effect.STAYS, "Their day was given to them, and stays.")


def message_rows(wave: Wave, days: Mapping[int, date], seen: Seen, new_go_live: date | None) -> Iterator[Row]:
    """Yield the messages of a wave, and those that are counted from its milestones, as they are with these days.

    Messages that are kept for a roll-back have no day, so they are left out. `new_go_live` is the go-live if it changes:
    approvals of texts were given for the present one.
    """
    rows = db.session.execute(_messages(), {"wave": wave.id, "milestones": list(days)}).all()
    overtaken = _overtaken(rows, new_go_live) if new_go_live is not None else set()
    for row in rows:
        if (found := _message(row, days, seen, is_overtaken=row.id in overtaken)) is not None:
            yield found


# Making a long statement anew costs more than running it.
@cache
def _messages() -> Executable:
    anchored = Anchor.id.is_not(None)
    columns = (Occurrence.id, Occurrence.status, Occurrence.sends_at, Occurrence.subject, Occurrence.from_cadence)
    line = (Communication.name, Communication.timezone, Communication.holiday_country)
    counted = (Anchor.milestone_id, Anchor.offset_days, Anchor.counted_in, Anchor.day_policy)
    from_one = Anchor.milestone_id.in_(bindparam("milestones", expanding=True))
    return (
        select(*columns, *line, *counted, Milestone)
        .join(Communication, Communication.id == Occurrence.communication_id)
        .outerjoin(Anchor, Anchor.occurrence_id == Occurrence.id)
        .outerjoin(Milestone, Milestone.id == Anchor.milestone_id)
        .where(
            or_(Communication.wave_id == bindparam("wave"), from_one),
            or_(anchored, Occurrence.status.in_(WRITABLE)),
            Occurrence.is_kept.is_(False),
        )
        .order_by(Occurrence.sends_at, Occurrence.id)
    )


def _overtaken(rows: Sequence[Any], go_live: date) -> set[int]:
    """Return the ids of approved messages whose approval was given for another go-live than this."""
    asked = (
        select(Approval.occurrence_id, Approval.acted_on)
        .join(Occurrence, Occurrence.id == Approval.occurrence_id)
        .where(
            Approval.occurrence_id.in_([row.id for row in rows if row.status is OccurrenceStatus.APPROVED]),
            Approval.withdrawn_at.is_(None),
            Approval.text_version == Occurrence.text_version,
        )
    )
    return {key for key, facts in db.session.execute(asked) if (facts or {}).get(GO_LIVE, str(go_live)) != str(go_live)}


def _message(row: Any, days: Mapping[int, date], seen: Seen, *, is_overtaken: bool) -> Row | None:
    zone = ZoneInfo(row.timezone)
    local = row.sends_at.astimezone(zone)
    name = in_words(row.subject) or row.name

    def said(effect: Effect, why: str, new_on: date | None = None, new_at: datetime | None = None) -> Row:
        on, at = local.date(), row.sends_at
        return Row(RowKind.MESSAGE, row.id, name, on, new_on or on, effect, why, row.status.value, at, new_at or at)

    if row.milestone_id not in days:
        if is_overtaken:
            return said(Effect.OVERTAKEN, "It has its own day, but was approved for the former go-live.")
        return said(Effect.STAYS, "Its rhythm gives its day." if row.from_cadence else "It has its own day.")
    offset = Offset(row.offset_days, row.counted_in, row.day_policy)
    day = offset.day_from(days[row.milestone_id], row.holiday_country)
    new_at = instant_of(day, local.time(), zone)
    words = offset.words(row.Milestone.noun)
    counted = f"{words[:1].upper()}{words[1:]}"
    if new_at == row.sends_at and is_overtaken:
        return said(Effect.OVERTAKEN, "It was approved for the former go-live.")
    if new_at == row.sends_at:
        return said(Effect.STAYS, f"{counted}.") if row.status in WRITABLE else None
    if row.status in _KEPT:
        return said(Effect.STAYS, _KEPT[row.status])
    if new_at <= seen.now:
        return said(Effect.PASSED, f"{counted}: by the new plan its time has passed.", day, new_at)
    if row.status is OccurrenceStatus.APPROVED:
        return said(Effect.LAPSES, f"{counted}. It was approved for another time.", day, new_at)
    return said(Effect.MOVES, f"{counted}.", day, new_at)


def _steps(days: _Days, seen: Seen) -> Iterator[Row]:
    asked = (
        select(StepLine, Anchor)
        .join(Anchor, Anchor.step_id == StepLine.step_id)
        .where(StepLine.superseded_at.is_(None), Anchor.milestone_id.in_(list(days.after)))
        .order_by(StepLine.due_on, StepLine.id)
    )
    for line, anchor in db.session.execute(asked):
        day = anchor.offset.day_from(days.after[anchor.milestone_id], seen.country)
        name, state = f"{line.kind.word}: {line.where or line.what}", line.state.value
        if day == line.due_on:
            continue
        if line.state is not StepState.PLANNED:
            yield Row(
                RowKind.STEP, line.step_id, name, line.due_on, line.due_on, Effect.STAYS, f"{line.state.word}.", state
            )
        elif day < seen.today:
            why = "By the new plan its day would have passed, so it stays."
            yield Row(RowKind.STEP, line.step_id, name, line.due_on, line.due_on, Effect.STAYS, why, state)
        else:
            yield Row(RowKind.STEP, line.step_id, name, line.due_on, day, Effect.MOVES, f"It is {anchor.words}.", state)
