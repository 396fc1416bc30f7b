"""Who may decide about a message to one person: whoever keeps the people; deliveries belong to no department."""

from engagement.mail.models import Delivery, Mailing
from engagement.reach import Reach, row_of_all


def delivery_for(keeping_people: Reach, delivery_id: int) -> Delivery:
    """Return a delivery if `keeping_people` reaches everybody; raises BeyondReach or NotFound."""
    return row_of_all(keeping_people, Delivery, delivery_id)


def mailing_for(keeping_people: Reach, mailing_id: int) -> Mailing:
    """Return a mailing, to decide about what is uncertain of it; raises BeyondReach or NotFound."""
    return row_of_all(keeping_people, Mailing, mailing_id)
