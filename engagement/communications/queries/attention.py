"""What of the calendar waits for one reader."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_, true

from engagement import clock
from engagement.accounts.access import PLANNERS, Reader
from engagement.communications import approvals
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.calendar import LONGEST_MISSED, MOST_SHOWN, with_communication
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db


@dataclass(frozen=True)
class NeedsAttention:
    """What of the calendar waits for one reader, each list by date; `unreached` went to nobody in the last 30 days."""

    approvals: list[Occurrence]
    late_drafts: list[Occurrence]
    held: list[Occurrence]
    missed: list[Occurrence]
    unreached: list[Occurrence]

    @property
    def count(self) -> int:
        """How many messages wait."""
        return sum(map(len, (self.approvals, self.late_drafts, self.held, self.missed, self.unreached)))


def needs_attention(reader: Reader) -> NeedsAttention:
    """Return the messages that wait for this reader, as approver, as owner or as planner: one query."""
    now = clock.now()
    recent = Occurrence.sends_at > now - LONGEST_MISSED
    waiting = or_(
        Occurrence.status.in_((OccurrenceStatus.IN_REVIEW, OccurrenceStatus.HELD)),
        and_(Occurrence.status == OccurrenceStatus.DRAFT, Occurrence.write_by < now.date(), Occurrence.sends_at > now),
        and_(Occurrence.status == OccurrenceStatus.MISSED, recent),
        and_(Occurrence.status == OccurrenceStatus.SENT, Occurrence.reached == 0, recent),
    )
    mine = or_(Communication.approver_id == reader.account_id, _in_charge(reader))
    query = with_communication().where(waiting, mine, Communication.ended_at.is_(None))
    rows = list(db.session.scalars(query.order_by(Occurrence.sends_at, Occurrence.id).limit(4 * MOST_SHOWN)))
    own = [row for row in rows if is_in_charge(reader, row.communication)]

    def of(status: OccurrenceStatus) -> list[Occurrence]:
        return [row for row in own if row.status is status][:MOST_SHOWN]

    reviewed = [row for row in rows if row.status is OccurrenceStatus.IN_REVIEW and approvals.may_approve(reader, row)]
    return NeedsAttention(
        reviewed[:MOST_SHOWN],
        of(OccurrenceStatus.DRAFT),
        of(OccurrenceStatus.HELD),
        of(OccurrenceStatus.MISSED),
        of(OccurrenceStatus.SENT),
    )


def _in_charge(reader: Reader) -> ColumnElement[bool]:
    if reader.has(*PLANNERS):
        return true()
    programmes = {programme_id for role, programme_id in reader.in_programmes if role in PLANNERS}
    waves = {wave_id for role, wave_id in reader.in_waves if role in PLANNERS} | reader.leads_waves
    ways = [Communication.owner_id == reader.account_id]
    ways += [Communication.programme_id.in_(programmes)] if programmes else []
    ways += [Communication.wave_id.in_(waves)] if waves else []
    return or_(false(), *ways)


def is_in_charge(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader owns a communication or plans its programme or wave."""
    programme_id, wave_id = communication.programme_id, communication.wave_id
    return (
        communication.owner_id == reader.account_id
        or reader.has(*PLANNERS)
        or any((role, programme_id) in reader.in_programmes for role in PLANNERS)
        or (
            wave_id is not None
            and (wave_id in reader.leads_waves or any((r, wave_id) in reader.in_waves for r in PLANNERS))
        )
    )
