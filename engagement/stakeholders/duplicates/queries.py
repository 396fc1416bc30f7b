"""Pairs of stakeholders who may be the same, and what is said of both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.people.queries import active
from engagement.reach import Reach, allow, allow_places, found
from engagement.stakeholders.duplicates.models import Distinction
from engagement.stakeholders.duplicates.rules import near_pairs, words_of
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


class Proposal(NamedTuple):
    """The ids of two stakeholders who may be the same, the smaller first, and why it looks so."""

    one_id: int
    other_id: int
    why: str


@dataclass(frozen=True)
class Pair:
    """Two stakeholders who may be the same, and why it looks so."""

    one: Stakeholder
    other: Stakeholder
    why: str


class _Entry(NamedTuple):
    """What one stakeholder is compared by; `person` is their name in the directory if they are there and haven't left."""

    id: int
    kind: StakeholderKind
    subject_id: int | None
    name: str
    address: str
    person: str | None


def pairs_proposed(planning: Reach) -> list[Proposal]:
    """Return who may be on the map twice, of those whose maps are all within reach, the surest first."""
    known = set(db.session.execute(select(Distinction.stakeholder_id, Distinction.other_id)).all())
    pairs: dict[tuple[int, int], str] = {}
    for key, why in _proposed(_entries(planning)):
        if key not in known:
            pairs.setdefault(key, why)
    return [Proposal(*key, why) for key, why in pairs.items()]


def pairs_of(proposals: Sequence[Proposal]) -> list[Pair]:
    """Return these proposals with their stakeholders."""
    asked = select(Stakeholder).where(Stakeholder.id.in_({key for each in proposals for key in each[:2]}))
    loaded = asked.options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
    rows = {row.id: row for row in db.session.scalars(loaded)} if proposals else {}
    return [Pair(rows[each.one_id], rows[each.other_id], each.why) for each in proposals]


def _entries(planning: Reach) -> list[_Entry]:
    here = and_(Person.id == Stakeholder.person_id, active())
    rows = db.session.execute(
        select(
            Stakeholder.id,
            Stakeholder.kind,
            func.coalesce(Stakeholder.person_id, Stakeholder.department_id),
            Stakeholder.name,
            func.coalesce(func.nullif(Stakeholder.email, ""), Person.email, ""),
            Person.name,
        )
        .outerjoin(Person, here)
        .where(stakeholders_within_alone(planning), on_the_map())
        .order_by(Stakeholder.id)
    )
    return [_Entry._make(row) for row in rows]


def _proposed(entries: Sequence[_Entry]) -> Iterable[tuple[tuple[int, int], str]]:
    subjects: dict[tuple[StakeholderKind, int], list[int]] = defaultdict(list)
    addresses: dict[str, list[int]] = defaultdict(list)
    named: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for row in entries:
        if row.subject_id is not None:
            subjects[row.kind, row.subject_id].append(row.id)
        if row.address:
            addresses[row.address].append(row.id)
        if row.person is not None:
            named[words_of(row.person)].append(row.id)
    yield from _each_with_each(subjects.values(), "The same in the directory.")
    yield from _each_with_each(addresses.values(), "The same mail address.")
    outside = tuple((row.id, row.name) for row in entries if row.kind is StakeholderKind.OUTSIDE)
    for key, name in outside:
        for person in named.get(words_of(name), ()):
            yield (min(key, person), max(key, person)), "The same name as somebody in the directory."
    yield from ((pair, "Names that look alike.") for pair in near_pairs(outside))


def _each_with_each(same: Iterable[list[int]], why: str) -> Iterable[tuple[tuple[int, int], str]]:
    return (((keys[0], other), why) for keys in same for other in keys[1:])


def merged_already(maps: Reach, keys: tuple[int, int]) -> int | None:
    """Return which of two entries stays since they were merged, None if they weren't, or for a reader who doesn't see it."""
    gone = select(Stakeholder.merged_into_id).where(Stakeholder.id.in_(keys), Stakeholder.merged_into_id.in_(keys))
    return db.session.scalar(select(Stakeholder.id).where(Stakeholder.id.in_(gone), stakeholders_within(maps)))


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
