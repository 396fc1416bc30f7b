"""Reads of what was sent to stakeholders outside the directory."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.mail.models import Delivery
from engagement.stakeholders.copies.models import StakeholderCopy

#: The newest copies on somebody's page.
SHOWN = 10


def copies_to(stakeholder_id: int) -> list[Delivery]:
    """Return the newest messages to somebody outside the directory, whatever became of them."""
    theirs = select(StakeholderCopy.delivery_id).where(StakeholderCopy.stakeholder_id == stakeholder_id)
    rows = select(Delivery).where(Delivery.id.in_(theirs)).options(joinedload(Delivery.mailing))
    return list(db.session.scalars(rows.order_by(Delivery.id.desc()).limit(SHOWN)))


def have_copies_of(mailing_id: int) -> set[int]:
    """Return the ids of the stakeholders outside the directory who have a copy of a mailing."""
    rows = select(StakeholderCopy.stakeholder_id).join(StakeholderCopy.delivery)
    return set(db.session.scalars(rows.where(Delivery.mailing_id == mailing_id)))
