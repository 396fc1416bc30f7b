"""What people hold that others take over when they leave; found from the things held, for many people at once."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, func, select, union_all

from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries import held_at_gates, held_things
from engagement.attention.queries.held_things import HeldThing
from engagement.db import db
from engagement.people.models import Person

#: Every kind of thing that people hold, in the order in which lists show them.
KINDS = (*held_things.KINDS, *held_at_gates.KINDS)


class HeldTotals(NamedTuple):
    """How many leavers still hold something, and how many things that is."""

    people: int
    things: int


def held_by(person: Person, reader: Reader | None = None) -> list[HeldThing]:
    """Return what a person holds now, as far as the reader may see it; everything for the service (None)."""
    return things_held([person.id], reader)[person.id]


def things_held(people: Sequence[int], reader: Reader | None = None) -> dict[int, list[HeldThing]]:
    """Return what each of these people holds now, as `held_by` does, in one query for each kind of thing."""
    found: dict[int, list[HeldThing]] = defaultdict(list, {person_id: [] for person_id in people})
    for kind in KINDS:
        rows = kind.rows.add_columns(kind.holder).where(kind.holder.in_(people))
        if reader and kind.within:
            rows = rows.where(kind.within(reader))
        for row, holder in db.session.execute(rows):
            thing = kind.said(row, reader)
            if thing is not None:
                found[holder].append(thing)
    return found


def leavers_who_hold(reader: Reader, *, limit: int, offset: int) -> list[tuple[Person, list[HeldThing]]]:
    """Return leavers who still hold something, the latest first and then by name: the list for reassignment."""
    leavers = db.session.scalars(
        select(Person)
        .where(_left(), Person.id.in_(select(_holders().c.person_id)))
        .order_by(Person.left_at.desc(), Person.sorted_by, Person.id)
        .limit(limit)
        .offset(offset)
    ).all()
    held = things_held([person.id for person in leavers], reader)
    return [(person, held[person.id]) for person in leavers]


def held_by_leavers(among: Select[int] | None = None) -> HeldTotals:
    """Count leavers who still hold something, and what they hold; `among` limits this to some people."""
    counted = _totals() if among is None else _totals().where(Person.id.in_(among))
    return HeldTotals(*db.session.execute(counted).one())


# Making a long statement anew costs more than running it.
@cache
def _totals() -> Select[int, int]:
    holders = _holders()
    return (
        select(func.count(holders.c.person_id.distinct()), func.count())
        .join(Person, Person.id == holders.c.person_id)
        .where(_left())
    )


def _left() -> ColumnElement[bool]:
    return Person.left_at.is_not(None) & Person.erased_at.is_(None)


def _holders() -> Subquery:
    """Return one row for each thing held, with the column `person_id`."""
    rows = (
        kind.rows.with_only_columns(kind.holder.label("person_id"), maintain_column_froms=True).order_by(None)
        for kind in KINDS
    )
    return union_all(*rows).subquery()
