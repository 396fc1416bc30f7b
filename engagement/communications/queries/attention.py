"""What of the calendar waits for one reader."""

from dataclasses import dataclass

from sqlalchemy import and_, or_

from engagement import clock
from engagement.accounts.scopes.reader import Reader
from engagement.communications import approvals
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.calendar import LONGEST_MISSED, MOST_SHOWN, with_communication
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.scopes import in_charge, is_in_charge
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
    """Return the messages that wait for this reader, as approver, as owner or as planner: three queries."""
    now = clock.now()
    recent = Occurrence.sends_at > now - LONGEST_MISSED
    waiting = or_(
        Occurrence.status.in_((OccurrenceStatus.IN_REVIEW, OccurrenceStatus.HELD)),
        and_(Occurrence.status == OccurrenceStatus.DRAFT, Occurrence.write_by < now.date(), Occurrence.sends_at > now),
        and_(Occurrence.status == OccurrenceStatus.MISSED, recent),
        and_(Occurrence.status == OccurrenceStatus.SENT, Occurrence.reached == 0, recent),
    )
    mine = or_(Communication.approver_id == reader.named_id, in_charge(reader))
    query = with_communication().where(waiting, mine, Communication.ended_at.is_(None))
    rows = list(db.session.scalars(query.order_by(Occurrence.sends_at, Occurrence.id).limit(4 * MOST_SHOWN)))
    own = [row for row in rows if is_in_charge(reader, row.communication)]

    def of(status: OccurrenceStatus) -> list[Occurrence]:
        return [row for row in own if row.status is status][:MOST_SHOWN]

    reviewed = approvals.approvable(reader, [row for row in rows if row.status is OccurrenceStatus.IN_REVIEW])
    return NeedsAttention(
        reviewed[:MOST_SHOWN],
        of(OccurrenceStatus.DRAFT),
        of(OccurrenceStatus.HELD),
        of(OccurrenceStatus.MISSED),
        of(OccurrenceStatus.SENT),
    )
