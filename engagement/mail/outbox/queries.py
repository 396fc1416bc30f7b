"""What the outbox finds left behind by dead workers, and how sending fares just now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.models import MailDomainPace, MailWorker
from engagement.mail.outbox.rules import LEASE, LONGEST_PAUSE
from engagement.mail.queries import due_count, is_set_aside
from engagement.mail.rules import DeliveryState

#: A connection that waits because of trouble is heard of once a minute; one that sends, every five seconds.
HEARD_WITHIN, SENDS_WITHIN = timedelta(seconds=75), timedelta(seconds=15)


def is_over(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a claim has run out; one that lasts longer than any can was made before the clock was put back."""
    return or_(Delivery.claimed_until <= now, Delivery.claimed_until > now + 2 * LEASE)


def is_paused(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a domain is left alone; for longer than any pause lasts was said before the clock was put back."""
    return MailDomainPace.until.between(now + timedelta(microseconds=1), now + LONGEST_PAUSE)


def expired_claims(now: datetime) -> list[int]:
    """Return the ids of deliveries whose claims have run out because their worker died, without those set aside."""
    held = Delivery.state.in_((DeliveryState.CLAIMED, DeliveryState.ATTEMPTING))
    return list(db.session.scalars(select(Delivery.id).where(held, is_over(now), ~is_set_aside())))


@dataclass(frozen=True)
class Sending:
    """How sending fares: the messages that are due, the pace of all connections, their trouble, and domains that are left alone."""

    due: int
    connections: int
    per_second: float
    trouble: str | None
    paused: tuple[tuple[str, datetime], ...]

    @property
    def lasts(self) -> timedelta | None:
        """How long what is due takes at this pace; None when nothing moves."""
        return timedelta(seconds=self.due / self.per_second) if self.per_second else None


def sending_now(now: datetime) -> Sending:
    """Return how sending fares."""
    columns = (MailWorker.seen_at, MailWorker.per_second, MailWorker.trouble)
    # What is far ahead was written before the clock was put back.
    heard = MailWorker.seen_at.between(now - HEARD_WITHIN, now + HEARD_WITHIN)
    workers = db.session.execute(select(*columns).where(heard)).all()
    paused = select(MailDomainPace.domain, MailDomainPace.until).where(is_paused(now))
    return Sending(
        due_count(now),
        len(workers),
        sum(worker.per_second for worker in workers if worker.seen_at > now - SENDS_WITHIN),
        next((worker.trouble for worker in workers if worker.trouble), None),
        tuple((domain, until) for domain, until in db.session.execute(paused.order_by(MailDomainPace.domain)) if until),
    )
