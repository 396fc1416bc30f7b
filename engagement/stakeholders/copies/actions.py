"""Stopping what waits for stakeholders outside the directory, and emptying what was sent to an erased one."""

from collections.abc import Sequence

from sqlalchemy import select, update

from engagement.db import rows_changed
from engagement.mail.models import UNCLAIMED, Delivery
from engagement.mail.rules import UNSENT, DeliveryState
from engagement.stakeholders.copies.models import StakeholderCopy

OFF_THE_MAP = "This stakeholder was taken off the map, so nothing is sent to them."


def stop_copies(stakeholder_id: int) -> None:
    """Stop whatever has not been sent to somebody who is taken off the map."""
    theirs = select(StakeholderCopy.delivery_id).where(StakeholderCopy.stakeholder_id == stakeholder_id)
    rows_changed(
        update(Delivery)
        .where(Delivery.id.in_(theirs), Delivery.state.in_(UNSENT))
        .values(state=DeliveryState.SUPPRESSED, reason=OFF_THE_MAP, **UNCLAIMED)
    )


def empty_copies(stakeholder_ids: Sequence[int]) -> None:
    """Delete address, name and values from what was sent to these stakeholders; that it was sent, and when, stays."""
    theirs = select(StakeholderCopy.delivery_id).where(StakeholderCopy.stakeholder_id.in_(stakeholder_ids))
    rows_changed(update(Delivery).where(Delivery.id.in_(theirs)).values(address="", name="", filled={}, reply=None))
