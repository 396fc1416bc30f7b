"""What comes next on a map: contacts by their rhythm, and promises and next steps by their day, in one statement each."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import Select, bindparam, select, true

from engagement.db import db
from engagement.people.models import Person
from engagement.reach import Reach
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.scopes import commitments_within
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.queries.lateness import lateness
from engagement.stakeholders.rhythm.rules import Every, every_of
from engagement.stakeholders.scopes import places_within
from engagement.stakeholders.standings.queries.placing import counting
from engagement.stakeholders.standings.queries.reading import MapAt, kept

#: A contact stands in the statement once for each map on which somebody is.
_MOST_MAPS = 10


class Promised(NamedTuple):
    """A promise, or a next step: its words, and who keeps it."""

    id: int
    text: str
    owner: str


@dataclass(frozen=True)
class Coming:
    """What comes with a stakeholder on a day: what is `promised`, or a contact, one of which is wanted `every` so often."""

    stakeholder_id: int
    due_on: date
    every: Every | None = None
    promised: Promised | None = None

    def days_late(self, on: date) -> int:
        """Return how many days it is past its day."""
        return max(0, (on - self.due_on).days)


def next_on_map(at: MapAt, reading: Reach, most: int) -> list[Coming]:
    """Return the first of what comes on a map as it is now, by day, so that what is late comes first.

    Promises are told as far as `reading` notes reaches.
    """
    contacts: dict[int, Coming] = {}
    for key, late, days in db.session.execute(_contacts(at), {"most": most * _MOST_MAPS}):
        # On two maps the closer rhythm counts, as in `closest`: it comes first.
        if days is not None and key not in contacts:
            contacts[key] = Coming(key, at.on - timedelta(days=late), every=every_of(days))
    promises = [
        Coming(key, due_on, promised=Promised._make(said))
        for key, due_on, *said in db.session.execute(_promises(at, reading), {"most": most})
    ]
    return sorted((*contacts.values(), *promises), key=lambda each: each.due_on)[:most]


@kept
def _contacts(at: MapAt) -> Select[int, int, int]:
    each = lateness(_on_map(at), at.on).subquery()
    rows = select(each.c.id, each.c.late, each.c.days)
    # SQLite works out anew in a condition what is asked for, so those of whom no contact is wanted come last instead of being left out.
    return rows.order_by(each.c.late.desc().nulls_last(), each.c.id).limit(bindparam("most"))


@kept
def _promises(at: MapAt, reading: Reach) -> Select[int, date, int, str, str]:
    readable = true() if reading.everything else commitments_within(reading)
    # Asked of each open promise, of which there are few, rather than by listing the whole map.
    is_on_map = _on_map(at).where(Stakeholder.id == Commitment.stakeholder_id).correlate(Commitment).exists()
    return (
        select(Commitment.stakeholder_id, Commitment.due_on, Commitment.id, Commitment.text, Person.name)
        .join(Person, Person.id == Commitment.owner_id)
        .where(Commitment.closed_at.is_(None), is_on_map, readable)
        .order_by(Commitment.due_on, Commitment.id)
        .limit(bindparam("most"))
    )


def _on_map(at: MapAt) -> Select[int]:
    return counting((Stakeholder.id,), places_within(at.maps), at.filters, None)
