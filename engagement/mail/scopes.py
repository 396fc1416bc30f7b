"""Who decides what becomes of a message to one person; deliveries belong to no place."""

from engagement.mail.models import Delivery
from engagement.reach import Reach, row_of_all


def delivery_for(keeping_people: Reach, delivery_id: int) -> Delivery:
    """Return a delivery for who decides about them; raises BeyondReach or NotFound."""
    return row_of_all(keeping_people, Delivery, delivery_id)
