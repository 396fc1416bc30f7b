"""Who may lift the stop of an address: whoever keeps the people. Who reads deliveries may read what came back."""

from engagement.mail.bounces.models import Bounce, Suppression
from engagement.reach import Reach, row_of_all


def bounce_for(reading_operation: Reach, bounce_id: int) -> Bounce:
    """Return a bounce if `reading_operation` reaches everything; raises BeyondReach or NotFound."""
    return row_of_all(reading_operation, Bounce, bounce_id)


def suppression_for(keeping_people: Reach, suppression_id: int) -> Suppression:
    """Return a stopped address if `keeping_people` reaches everybody; raises BeyondReach or NotFound."""
    return row_of_all(keeping_people, Suppression, suppression_id)
