"""Pairs of stakeholders who may be the same, and what is said of both."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.letters import search_words
from engagement.people.models import Person
from engagement.people.queries import active
from engagement.reach import Reach, allow, allow_places, found
from engagement.stakeholders.duplicates.models import Distinction
from engagement.stakeholders.duplicates.rules import near_pairs
from engagement.stakeholders.entries.queries import EntryHeld, entries_held
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import (
    places_within,
    stakeholders_within,
    stakeholders_within_alone,
    stands_within_alone,
)


@dataclass(frozen=True)
class Pair:
    """Two stakeholders who may be the same, and why it looks so."""

    one: Stakeholder
    other: Stakeholder
    why: str


def pairs_proposed(planning: Reach) -> list[Pair]:
    """Return who may be on the map twice, of those whose maps are all within reach, the surest first."""
    here = (stakeholders_within_alone(planning), on_the_map())
    rows = {
        row.id: row
        for row in db.session.scalars(
            select(Stakeholder)
            .where(*here)
            .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
            .order_by(Stakeholder.id)
        )
    }
    known = set(db.session.execute(select(Distinction.stakeholder_id, Distinction.other_id)).all())
    pairs: dict[tuple[int, int], str] = {}
    for key, why in _proposed(rows):
        if key not in known:
            pairs.setdefault(key, why)
    return [Pair(rows[one], rows[other], why) for (one, other), why in pairs.items()]


def _proposed(rows: dict[int, Stakeholder]) -> Iterable[tuple[tuple[int, int], str]]:
    same: dict[object, list[int]] = defaultdict(list)
    people = _people_of(rows)
    for key, row in rows.items():
        if subject := row.person_id or row.department_id:
            same[row.kind, subject].append(key)
        if address := row.email or (people[key][1] if key in people else ""):
            same["address", address].append(key)
    for what, keys in same.items():
        why = "The same mail address." if what[0] == "address" else "The same in the directory."  # type: ignore[index]
        yield from ((pair, why) for pair in _each_with_each(keys))
    outside = {key: row.name for key, row in rows.items() if row.kind is StakeholderKind.OUTSIDE}
    named: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for key, (name, _) in people.items():
        named[tuple(sorted(search_words(name)))].append(key)
    for key, name in outside.items():
        for person in named.get(tuple(sorted(search_words(name))), ()):
            yield (min(key, person), max(key, person)), "The same name as somebody in the directory."
    yield from ((pair, "Names that look alike.") for pair in near_pairs(outside))


def _people_of(rows: dict[int, Stakeholder]) -> dict[int, tuple[str, str]]:
    """Return name and address of the stakeholders who are people of the directory."""
    asked = (
        select(Stakeholder.id, Person.name, Person.email)
        .join(Person, Person.id == Stakeholder.person_id)
        .where(on_the_map(), active())
    )
    return {key: (name, email or "") for key, name, email in db.session.execute(asked) if key in rows}


def _each_with_each(keys: list[int]) -> Iterable[tuple[int, int]]:
    first, *others = sorted(keys)
    return ((first, other) for other in others)


def pair_to_merge(maps: Reach, planning: Reach, keys: tuple[int, int], on: date) -> tuple[EntryHeld, EntryHeld]:
    """Return two stakeholders, all of whose maps `planning` reaches; raises BeyondReach or NotFound.

    Whoever was taken off the map or merged already can't be found.
    """
    allow_places(planning)
    these = (Stakeholder.id.in_(keys), stakeholders_within(maps), on_the_map())
    held = {each.stakeholder.id: each for each in entries_held(and_(*these), places_within(maps), on)}
    pair = tuple(found(held.get(key)) for key in keys)
    for each in pair:
        allow(stands_within_alone(planning, each.stakeholder), planning)
    return pair[0], pair[1]
