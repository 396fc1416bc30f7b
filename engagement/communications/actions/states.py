"""What all changes of one message share: locking its row, and refusing what its state forbids."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from engagement import clock
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken

LONGEST_REASON = 2_000


def lock(occurrence: Occurrence) -> None:
    """Read a message anew and lock its row until the transaction ends, so that sending and editing can't overlap."""
    db.session.flush()
    # The lock names its table: the row may come with outer joins, which PostgreSQL refuses to lock.
    db.session.execute(select(Occurrence.id).where(Occurrence.id == occurrence.id).with_for_update(of=Occurrence))
    db.session.refresh(occurrence)


def allow_in(occurrence: Occurrence, statuses: Iterable[OccurrenceStatus], what: str) -> None:
    """Raise RuleBroken unless the message is in one of the states; `what` is the verb for the refusal, such as "moved"."""
    refuse_unless(
        occurrence.status in statuses,
        f"This message can’t be {what}: its state is “{occurrence.status.word.lower()}”.",
    )


def refuse_unless(condition: bool, sentence: str) -> None:
    if not condition:
        raise RuleBroken(sentence)


def refuse_unseen(occurrence: Occurrence, seen_version: int | None) -> None:
    """Raise RuleBroken when the text was changed since the version that the person saw (None: don't check)."""
    refuse_unless(
        seen_version is None or seen_version == occurrence.text_version,
        "Somebody changed this text after you opened it. Read it as it is now, then do this again.",
    )


def withdraw_approvals(occurrence: Occurrence) -> int:
    """Withdraw the valid approvals of a message; return how many there were."""
    return rows_changed(
        update(Approval)
        .where(Approval.occurrence_id == occurrence.id, Approval.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )


def dated(communication: Communication, instant: datetime) -> date:
    """Return the local day of an instant, in the communication's time zone."""
    return instant.astimezone(ZoneInfo(communication.timezone)).date()


def said_why(text: str, field: str, otherwise: str) -> str:
    """Return a reason as it is stored; raise BadInput on `field` when it is missing or too long."""
    text = text.strip()
    if not text or len(text) > LONGEST_REASON:
        sentence = f"Keep it under {LONGEST_REASON:,} characters." if text else otherwise
        raise BadInput(sentence, {field: sentence})
    return text
