"""Reads of what was sent to stakeholders outside the directory."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.mail.models import Delivery
from engagement.stakeholders.copies.models import StakeholderCopy
from engagement.stakeholders.models import Stakeholder

#: The newest copies on somebody's page.
SHOWN = 10


def went_to(stakeholder_id: int) -> ColumnElement[bool]:
    """Return the condition on `Delivery` that it is a copy to this stakeholder outside the directory."""
    return Delivery.id.in_(select(StakeholderCopy.delivery_id).where(StakeholderCopy.stakeholder_id == stakeholder_id))


def copies_to(stakeholder_id: int) -> list[Delivery]:
    """Return the newest messages to somebody outside the directory, whatever became of them."""
    rows = select(Delivery).where(went_to(stakeholder_id)).options(joinedload(Delivery.mailing))
    return list(db.session.scalars(rows.order_by(Delivery.id.desc()).limit(SHOWN)))


def copy_to(stakeholder_id: int, mailing_id: int) -> Delivery | None:
    """Return the copy of one mailing to somebody outside the directory, None if they have none."""
    rows = select(Delivery).where(went_to(stakeholder_id), Delivery.mailing_id == mailing_id)
    return db.session.scalar(rows.options(joinedload(Delivery.translation)).limit(1))


def outsiders_of(delivery_ids: Sequence[int]) -> dict[int, Stakeholder]:
    """Return for each delivery to somebody outside the directory whom it went to."""
    rows = select(StakeholderCopy.delivery_id, Stakeholder).join(StakeholderCopy.stakeholder)
    found = db.session.execute(rows.where(StakeholderCopy.delivery_id.in_(delivery_ids)))
    return dict(found.all())


def have_copies_of(mailing_id: int) -> set[int]:
    """Return the ids of the stakeholders outside the directory who have a copy of a mailing."""
    rows = select(StakeholderCopy.stakeholder_id).join(StakeholderCopy.delivery)
    return set(db.session.scalars(rows.where(Delivery.mailing_id == mailing_id)))
