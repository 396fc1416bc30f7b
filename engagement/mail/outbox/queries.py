"""What the outbox finds left behind by dead workers."""

from datetime import datetime

from sqlalchemy import select

from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState


def expired_claims(now: datetime) -> list[int]:
    """Return the ids of deliveries whose claims have run out because their worker died."""
    held = Delivery.state.in_((DeliveryState.CLAIMED, DeliveryState.ATTEMPTING))
    return list(db.session.scalars(select(Delivery.id).where(held, Delivery.claimed_until <= now)))
