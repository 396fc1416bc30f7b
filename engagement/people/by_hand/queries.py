"""What was said by hand of one person, and of all as numbers."""

from sqlalchemy import Integer, Subquery, case, cast, func, select

from engagement.db import db
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.rules import HAND_BITS, HandField


def said_by_hand(person_id: int) -> list[HandValue]:
    """Return what was said of somebody by hand, in the fixed order of fields."""
    rows = db.session.scalars(select(HandValue).where(HandValue.person_id == person_id))
    return sorted(rows, key=lambda row: list(HandField).index(row.field))


def hand_masks() -> Subquery:
    """Return for each person of whom something was said by hand what it is, as the sum of `HAND_BITS`."""
    bit = case(*((HandValue.field == field, bit) for field, bit in HAND_BITS.items()), else_=0)
    mask = cast(func.sum(bit), Integer).label("mask")
    return select(HandValue.person_id, mask).group_by(HandValue.person_id).subquery()
