"""Reads of champions: who they are, and how well they cover a wave's people, department by department."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import Places, places_of, standing_department
from engagement.people.rules import path_key
from engagement.stakeholders.models import Champion
from engagement.stakeholders.rules import PEOPLE_FOR_A_CHAMPION, champions_needed, coverage_words
from engagement.waves.models import Wave
from engagement.waves.queries import ByWave, departments_of_waves
from engagement.waves.rules import WaveStatus
from engagement.waves.tallies.queries import MemberSum, member_sums
from engagement.words import plural


@dataclass(frozen=True)
class DepartmentCoverage:
    """A department of a wave with everything below it: the wave's members there, and their champions.

    `department` is None for members outside the wave's departments, and for champions of its former departments. `number` is how many
    champions there are; `champions` are these, unless they were only counted.
    """

    department: Department | None
    people: int
    number: int
    champions: Sequence[Champion] = ()

    @property
    def name(self) -> str:
        """The department's path, or words for the rest."""
        return self.department.path if self.department is not None else "From elsewhere"

    @property
    def needed(self) -> int:
        """How many champions make one for 25 people."""
        return champions_needed(self.people)

    @property
    def missing(self) -> int:
        """How many champions are missing for this."""
        return max(0, self.needed - self.number)

    @property
    def words(self) -> str:
        """The coverage in one line."""
        return coverage_words(self.number, self.people)


@dataclass(frozen=True)
class WaveCoverage:
    """How well the champions of a wave cover its people on one day."""

    rows: Sequence[DepartmentCoverage]

    @property
    def people(self) -> int:
        return sum(row.people for row in self.rows)

    @property
    def champions(self) -> int:
        return sum(row.number for row in self.rows)

    @property
    def needed(self) -> int:
        """How many champions make one for 25 people in each department."""
        return sum(row.needed for row in self.rows)

    @property
    def missing(self) -> int:
        """How many are missing in all departments; a surplus in one does not help another."""
        return sum(row.missing for row in self.rows)

    @property
    def gaps(self) -> list[DepartmentCoverage]:
        """The departments that lack champions, the largest gap first."""
        return sorted((row for row in self.rows if row.missing), key=lambda row: -row.missing)

    @property
    def people_for_one(self) -> int | None:
        """The number of people for each champion, rounded; None without champions."""
        return round(self.people / self.champions) if self.champions else None

    @property
    def words(self) -> str:
        """The coverage in one or two sentences, with what is aimed at."""
        if not self.people:
            return "Nobody is in the wave yet."
        people = plural(self.people, "person", "people")
        aim = f"Aim: one for every {PEOPLE_FOR_A_CHAMPION}."
        if self.people_for_one is None:
            return f"No champion for {people}. {aim}"
        every = f"one for every {self.people_for_one:,}" if self.champions > 1 else "one for all"
        return f"{plural(self.champions, 'champion', 'champions')} for {people}, {every}. {aim}"


def is_champion_on(on: Any) -> ColumnElement[bool]:
    """Return the condition on `Champion` that their time covers a day; doesn't check whether they left."""
    return and_(Champion.from_on <= on, or_(Champion.until_on.is_(None), Champion.until_on > on))


def standing_departments(wave_id: int) -> list[Department]:
    """Return the departments of a wave by path, merged ones as their successors."""
    return _standing(departments_of_waves([wave_id]).get(wave_id, []))


def _standing(departments: Sequence[Department]) -> list[Department]:
    found = {row.id: row for row in map(standing_department, departments)}
    return sorted(found.values(), key=lambda row: path_key(row.path))


def place_of(lineage: str, departments: Sequence[Department]) -> Department | None:
    """Return the nearest of these departments at or above the one with this lineage."""
    above = [row for row in departments if lineage.startswith(row.lineage)]
    return max(above, key=lambda row: len(row.lineage), default=None)


def wave_coverage(wave_id: int, on: date) -> WaveCoverage:
    """Return the coverage of a wave on a day by department, with its champions, in a fixed number of queries."""
    return coverages([wave_id], on)[wave_id]


def coverages(wave_ids: Sequence[int], on: date) -> dict[int, WaveCoverage]:
    """Return the coverage of each of these waves on a day by department, with its champions, in a fixed number of queries."""
    sums = member_sums(wave_ids)
    posts: dict[int, list[_Posts]] = defaultdict(list)
    for champion in _champions(Champion.wave_id.in_(wave_ids), is_champion_on(on), Person.left_at.is_(None)):
        posts[champion.wave_id].append(_Posts(champion.department, 1, [champion]))
    places = places_of(row.department_id for row in sums)
    return _coverages(wave_ids, sums, posts, departments_of_waves(wave_ids), places)


class PostSum(NamedTuple):
    """How many champions a department has in a wave."""

    wave_id: int
    department_id: int
    number: int


def counted_coverages(
    wave_ids: Sequence[int],
    sums: Sequence[MemberSum],
    counted: Sequence[PostSum],
    departments: ByWave,
    places: Places,
) -> dict[int, WaveCoverage]:
    """Return the coverage of each of these waves by department from kept numbers, without the champions themselves.

    `departments` are those of the waves, `places` those of the departments of their people.
    """
    known = {row.id: row for rows in departments.values() for row in rows}
    # Usually none: champions stand for a department of their wave, which may have lost it since.
    former = {row.department_id for row in counted} - known.keys()
    if former:
        known |= {row.id: row for row in db.session.scalars(select(Department).where(Department.id.in_(former)))}
    posts: dict[int, list[_Posts]] = defaultdict(list)
    for row in counted:
        posts[row.wave_id].append(_Posts(known[row.department_id], row.number))
    return _coverages(wave_ids, sums, posts, departments, places)


@dataclass(frozen=True)
class _Posts:
    """Champions of a department, as many as their `number`."""

    department: Department
    number: int
    champions: Sequence[Champion] = ()


def _coverages(
    wave_ids: Sequence[int],
    sums: Sequence[MemberSum],
    posts: Mapping[int, Sequence[_Posts]],
    departments: ByWave,
    places: Places,
) -> dict[int, WaveCoverage]:
    members = _members_by_lineage(sums, places)
    return {
        key: _coverage(_standing(departments.get(key, [])), members.get(key, []), posts.get(key, []))
        for key in wave_ids
    }


def _coverage(
    departments: Sequence[Department], members: Sequence[tuple[str | None, int]], posts: Sequence[_Posts]
) -> WaveCoverage:
    people: dict[int | None, int] = defaultdict(int)
    for lineage, number in members:
        found = place_of(lineage, departments) if lineage else None
        people[found.id if found else None] += number
    there: dict[int | None, list[_Posts]] = defaultdict(list)
    for each in posts:
        found = place_of(standing_department(each.department).lineage, departments)
        there[found.id if found else None].append(each)

    def row(department: Department | None) -> DepartmentCoverage:
        key = department.id if department else None
        champions = [champion for each in there[key] for champion in each.champions]
        return DepartmentCoverage(department, people[key], sum(each.number for each in there[key]), champions)

    elsewhere = [row(None)] if people[None] or there[None] else []
    return WaveCoverage([*map(row, departments), *elsewhere])


def _members_by_lineage(sums: Sequence[MemberSum], places: Places) -> dict[int, list[tuple[str | None, int]]]:
    counted: dict[int, list[tuple[str | None, int]]] = defaultdict(list)
    for row in sums:
        place = places.get(row.department_id) if row.department_id else None
        counted[row.wave_id].append((place.lineage if place else None, row.members))
    return counted


def champions_of_wave(wave_id: int, on: date) -> list[Champion]:
    """Return the champions of a wave on a day, by name, without people who left."""
    return _champions(Champion.wave_id == wave_id, is_champion_on(on), Person.left_at.is_(None))


def other_champions(wave_id: int, on: date) -> list[Champion]:
    """Return a wave's former and future champions, and those who left while they were one, by name."""
    return _champions(Champion.wave_id == wave_id, or_(~is_champion_on(on), Person.left_at.is_not(None)))


def champion_posts(person_id: int, on: date) -> list[Champion]:
    """Return where a person is a champion on a day, except in cancelled waves; nothing for a leaver."""
    here = (Champion.person_id == person_id, Person.left_at.is_(None), Wave.status != WaveStatus.CANCELLED)
    return _champions(is_champion_on(on), *here)


def posts_of(person_id: int, visible_waves: ColumnElement[bool]) -> list[Champion]:
    """Return where a person is, will be or was a champion."""
    return _champions(Champion.person_id == person_id, visible_waves)


def _champions(*conditions: ColumnElement[bool]) -> list[Champion]:
    return list(
        db.session.scalars(
            select(Champion)
            .join(Person, Person.id == Champion.person_id)
            .join(Wave, Wave.id == Champion.wave_id)
            .where(*conditions)
            .options(
                joinedload(Champion.person).joinedload(Person.department),
                joinedload(Champion.wave).joinedload(Wave.programme),
                joinedload(Champion.department),
                joinedload(Champion.appointed_by),
                joinedload(Champion.released_by),
            )
            .order_by(Wave.go_live_on, Person.sorted_by, Champion.id)
        )
    )
