"""Counting messages and sponsors' steps from milestones, and letting go of that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement import audit
from engagement.audit import Actor
from engagement.communications.actions.approving import lapse
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import Communication, Occurrence
from engagement.days.cadence import HolidayPolicy
from engagement.days.local_time import instant_of
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.planning.actions.writing import held_messages, is_as_seen, write_message
from engagement.planning.models import Anchor
from engagement.planning.queries.anchored import anchor_of, anchor_of_step
from engagement.planning.queries.moves import Seen, message_rows
from engagement.planning.rules import MOST_IN_A_CHAIN, Effect
from engagement.stakeholders.leadership.models import StepLine
from engagement.verbs import Verb
from engagement.waves.milestones.actions import settle_milestones
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.rules import LONGEST_OFFSET, Counted, Offset
from engagement.waves.models import Wave


@dataclass(frozen=True)
class Chain:
    """Several messages of one communication, each so many days before or after a milestone, at one time of day."""

    milestone: Milestone
    offsets: tuple[int, ...]
    at: time
    counted: Counted = Counted.WORKING
    policy: HolidayPolicy = HolidayPolicy.BEFORE

    def instants(self, timezone: str, country: str) -> list[tuple[Offset, datetime]]:
        """Return the time of each message, by day, in the zone and with the days off of its communication."""
        offsets = [Offset(days, self.counted, self.policy) for days in self.offsets]
        zone = ZoneInfo(timezone)
        dated = [(each, instant_of(each.day_from(self.milestone.falls_on, country), self.at, zone)) for each in offsets]
        return sorted(dated, key=lambda found: found[1])


def refuse_chain(chain: Chain) -> None:
    """Raise BadInput for a chain without messages, with too many, or that reaches too far."""
    if not chain.offsets or len(chain.offsets) > MOST_IN_A_CHAIN:
        sentence = f"Write 1 to {MOST_IN_A_CHAIN} numbers of days, such as T−14, T−7, T+5."
        raise BadInput(sentence, {"offsets": sentence})
    if max(map(abs, chain.offsets)) > LONGEST_OFFSET:
        sentence = f"Choose at most {LONGEST_OFFSET} days."
        raise BadInput(sentence, {"offsets": sentence})


def plan_chain(communication: Communication, chain: Chain, *, by: Actor) -> list[Occurrence]:
    """Plan drafts of a communication that are counted from a milestone and follow it.

    Raises BadInput for impossible offsets or a time that has passed, RuleBroken for a milestone of another wave, or when
    there is a message at such a time already.
    """
    refuse_chain(chain)
    if communication.wave_id != chain.milestone.wave_id:
        raise RuleBroken("A message is counted from a milestone of its own wave.")
    made = []
    for offset, at in chain.instants(communication.timezone, communication.holiday_country):
        try:
            message = schedule_briefing(communication, at, by=by)
        except BadInput as refused:
            sentence = f"{offset.short} has passed. Leave it out, or choose another number of days."
            raise BadInput(sentence, {"offsets": sentence}) from refused
        db.session.add(Anchor.at(chain.milestone, offset, occurrence_id=message.id))
        audit.record(Verb.ANCHORED_MESSAGE, message, by=by, counted=(None, offset.words(chain.milestone.noun)))
        made.append(message)
    db.session.flush()
    return made


def drop_anchor(occurrence: Occurrence, *, by: Actor) -> None:
    """Let a message keep its day, whatever happens to the milestone from which it was counted. Twice changes nothing."""
    anchor = anchor_of(occurrence.id)
    if anchor is not None:
        audit.record(Verb.DROPPED_ANCHOR, occurrence, by=by, counted=(anchor.words, "its own day"))
        db.session.delete(anchor)
        db.session.flush()


def drop_anchors_of(milestone: Milestone, *, by: Actor) -> int:
    """Let everything that is counted from a milestone keep its day, before it is removed; return how many."""
    asked = (
        select(Anchor)
        .where(Anchor.milestone_id == milestone.id)
        .options(joinedload(Anchor.occurrence), joinedload(Anchor.step))
    )
    rows = list(db.session.scalars(asked))
    for row in rows:
        of = row.occurrence or row.step
        audit.record(Verb.DROPPED_ANCHOR, of, by=by, counted=(row.words, "its own day"))
        db.session.delete(row)
    db.session.flush()
    return len(rows)


def anchor_step(line: StepLine, milestone: Milestone | None, *, by: Actor) -> None:
    """Count a sponsor's step from a milestone of its wave, as far from it as it is now, in calendar days; None drops that.

    Raises RuleBroken for a milestone of another wave.
    """
    if milestone is not None and line.step.wave_id != milestone.wave_id:
        raise RuleBroken("A step is counted from a milestone of its own wave.")
    present = anchor_of_step(line.step_id)
    before = present.words if present is not None else "its own day"
    if present is not None:
        db.session.delete(present)
        db.session.flush()
    after = "its own day"
    if milestone is not None:
        offset = Offset((line.due_on - milestone.falls_on).days, Counted.CALENDAR, HolidayPolicy.BEFORE)
        db.session.add(Anchor.at(milestone, offset, step_id=line.step_id))
        after = offset.words(milestone.noun)
    if before != after:
        audit.record(Verb.ANCHORED_STEP, line.step, by=by, counted=(before, after))
    db.session.flush()


def settle_plan(waves: Iterable[Wave], seen: Seen, *, by: Actor = audit.CLOCK) -> int:
    """Settle the milestones of these waves and the messages that are counted from them; return how many moved.

    Needed where a day changed without a preview: a go-live that came on another day, other public holidays. Repeating it
    changes nothing. Approvals of messages that move lapse, and their people are told.
    """
    moved, waves = 0, list(waves)
    milestones = settle_milestones(waves, seen.country)
    for wave in waves:
        days: dict[int, date] = {row.id: row.falls_on for row in milestones[wave.id]}
        rows = [row for row in message_rows(wave, days, seen, None) if row.moves and row.effect is not Effect.PASSED]
        messages = held_messages([row.key for row in rows])
        for row in rows:
            message = messages.get(row.key)
            if message is None or row.new_at is None or not is_as_seen(message, row):
                continue
            audit.record(Verb.MOVED_MESSAGE, message, by=by, sends_at=(message.sends_at, row.new_at))
            write_message(message, row.new_at)
            if row.effect is Effect.LAPSES:
                lapse(message, f"{row.why} It goes out {message.when} now.", by=by)
            moved += 1
    db.session.flush()
    return moved
