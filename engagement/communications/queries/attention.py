"""Messages that wait for one reader."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Date, Select, and_, bindparam, exists, or_

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.communications.models import Communication, Occurrence, SentBack
from engagement.communications.queries import approvals
from engagement.communications.queries.calendar import LONGEST_MISSED, MOST_SHOWN, with_communication
from engagement.communications.rules import OccurrenceStatus
from engagement.communications.scopes import in_charge, is_in_charge
from engagement.db import UtcDateTime, db
from engagement.reach import Reach


@dataclass(frozen=True)
class NeedsAttention:
    """Messages that wait for one reader, each list by date; `unreached` went to nobody in the last 30 days."""

    approvals: list[Occurrence]
    sent_back: list[Occurrence]
    late_drafts: list[Occurrence]
    held: list[Occurrence]
    missed: list[Occurrence]
    unreached: list[Occurrence]

    @property
    def count(self) -> int:
        """How many messages wait."""
        return sum(map(len, (self.approvals, self.sent_back, self.late_drafts, self.held, self.missed, self.unreached)))


def needs_attention(reader: Reader) -> NeedsAttention:
    """Return the messages that wait for this reader as approver, owner or planner, in three queries."""
    now, planning = clock.now(), rights.planning(reader)
    given = {"now": now, "today": now.date(), "recent": now - LONGEST_MISSED}
    found = db.session.execute(_waiting(reader.named_id, planning), given).all()
    rows = [row for row, _ in found]
    own = [row for row in rows if is_in_charge(planning, row.communication)]
    back = {row.id for row, is_back in found if is_back}

    def of(status: OccurrenceStatus) -> list[Occurrence]:
        return [row for row in own if row.status is status][:MOST_SHOWN]

    reviewed = approvals.approvable(planning, [row for row in rows if row.status is OccurrenceStatus.IN_REVIEW])
    return NeedsAttention(
        reviewed[:MOST_SHOWN],
        [row for row in of(OccurrenceStatus.DRAFT) if row.id in back],
        [row for row in of(OccurrenceStatus.DRAFT) if row.id not in back],
        of(OccurrenceStatus.HELD),
        of(OccurrenceStatus.MISSED),
        of(OccurrenceStatus.SENT),
    )


# Making a long statement anew costs more than running it.
@lru_cache(maxsize=64)
def _waiting(approver_id: int, planning: Reach) -> Select[Occurrence, bool]:
    """Return a SELECT of the first messages that may wait for a reader, each with whether it was sent back to be changed."""
    now, recent = bindparam("now", type_=UtcDateTime), Occurrence.sends_at > bindparam("recent", type_=UtcDateTime)
    is_sent_back = exists().where(SentBack.occurrence_id == Occurrence.id, SentBack.answered_at.is_(None))
    is_late = and_(Occurrence.write_by < bindparam("today", type_=Date), Occurrence.sends_at > now)
    waiting = or_(
        and_(Occurrence.status == OccurrenceStatus.DRAFT, is_sent_back),
        Occurrence.status.in_((OccurrenceStatus.IN_REVIEW, OccurrenceStatus.HELD)),
        and_(Occurrence.status == OccurrenceStatus.DRAFT, is_late),
        and_(Occurrence.status == OccurrenceStatus.MISSED, recent),
        and_(Occurrence.status == OccurrenceStatus.SENT, Occurrence.reached == 0, recent),
    )
    mine = or_(Communication.approver_id == approver_id, in_charge(planning))
    query = with_communication().add_columns(is_sent_back).where(waiting, mine, Communication.ended_at.is_(None))
    return query.order_by(Occurrence.sends_at, Occurrence.id).limit(4 * MOST_SHOWN)
