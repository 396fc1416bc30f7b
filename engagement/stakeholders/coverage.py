"""Reads of champions: who is one, and how far those of a wave reach its people, department by department."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import standing_department
from engagement.people.rules import path_key
from engagement.stakeholders.models import Champion
from engagement.stakeholders.rules import champions_needed, coverage_words
from engagement.waves.models import Membership, Wave
from engagement.waves.queries import departments_of_waves
from engagement.waves.rules import WaveStatus


@dataclass(frozen=True)
class DepartmentCoverage:
    """A department of a wave with everything below it: members of the wave there, and champions for them.

    `department` is None for members who work in no department of the wave, and for champions of departments that it had.
    """

    department: Department | None
    people: int
    champions: Sequence[Champion]

    @property
    def name(self) -> str:
        """The department's path, or words for the rest."""
        return self.department.path if self.department is not None else "From elsewhere"

    @property
    def needed(self) -> int:
        """How many champions would be one in 25."""
        return champions_needed(self.people)

    @property
    def missing(self) -> int:
        """How many champions are missing to that."""
        return max(0, self.needed - len(self.champions))

    @property
    def words(self) -> str:
        """The coverage in one line."""
        return coverage_words(len(self.champions), self.people)


@dataclass(frozen=True)
class WaveCoverage:
    """How far the champions of a wave reach its people on one day."""

    rows: Sequence[DepartmentCoverage]

    @property
    def people(self) -> int:
        """How many people are in the wave."""
        return sum(row.people for row in self.rows)

    @property
    def champions(self) -> int:
        """How many champions it has."""
        return sum(len(row.champions) for row in self.rows)

    @property
    def needed(self) -> int:
        """How many champions would be one in 25 in each department."""
        return sum(row.needed for row in self.rows)

    @property
    def missing(self) -> int:
        """How many are missing in the departments together; one too many here does not help there."""
        return sum(row.missing for row in self.rows)

    @property
    def gaps(self) -> list[DepartmentCoverage]:
        """The departments that lack champions, the widest gap first."""
        return sorted((row for row in self.rows if row.missing), key=lambda row: -row.missing)

    @property
    def people_for_one(self) -> int | None:
        """For how many people there is one champion, rounded; None without champions."""
        return round(self.people / self.champions) if self.champions else None


def is_champion_on(on: date) -> ColumnElement[bool]:
    """Return the condition on `Champion` for those whose time covers a day; whether the person left is not asked here."""
    return and_(Champion.from_on <= on, or_(Champion.until_on.is_(None), Champion.until_on > on))


def standing_departments(wave_id: int) -> list[Department]:
    """Return the departments of a wave by path, a merged one as the one that it was merged into."""
    found = {row.id: row for row in map(standing_department, departments_of_waves([wave_id]).get(wave_id, []))}
    return sorted(found.values(), key=lambda row: path_key(row.path))


def place_of(lineage: str, departments: Sequence[Department]) -> Department | None:
    """Return the nearest of these departments in or below which somebody with this department's lineage works."""
    above = [row for row in departments if lineage.startswith(row.lineage)]
    return max(above, key=lambda row: len(row.lineage), default=None)


def wave_coverage(wave_id: int, on: date) -> WaveCoverage:
    """Return the coverage of a wave on a day by department, in a number of queries that does not grow with its people."""
    departments = standing_departments(wave_id)
    people: dict[int | None, int] = defaultdict(int)
    for lineage, number in _members_by_lineage(wave_id):
        found = place_of(lineage, departments) if lineage else None
        people[found.id if found else None] += number
    champions: dict[int | None, list[Champion]] = defaultdict(list)
    for champion in champions_of_wave(wave_id, on):
        found = place_of(standing_department(champion.department).lineage, departments)
        champions[found.id if found else None].append(champion)
    rows = [DepartmentCoverage(row, people[row.id], champions[row.id]) for row in departments]
    if people[None] or champions[None]:
        rows.append(DepartmentCoverage(None, people[None], champions[None]))
    return WaveCoverage(rows)


def _members_by_lineage(wave_id: int) -> list[tuple[str | None, int]]:
    counted = db.session.execute(
        select(Department.lineage, func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Department, Department.id == Person.department_id)
        .where(Membership.wave_id == wave_id, Membership.ended_at.is_(None))
        .group_by(Department.lineage)
    )
    return [(lineage, number) for lineage, number in counted]


def champions_of_wave(wave_id: int, on: date) -> list[Champion]:
    """Return who is a champion of a wave on a day, by name; nobody who has left."""
    return _champions(Champion.wave_id == wave_id, is_champion_on(on), Person.left_at.is_(None))


def other_champions(wave_id: int, on: date) -> list[Champion]:
    """Return who was a champion of a wave before, left while they were one, or will be one later; by name."""
    return _champions(Champion.wave_id == wave_id, or_(~is_champion_on(on), Person.left_at.is_not(None)))


def champion_posts(person_id: int, on: date) -> list[Champion]:
    """Return where a person is a champion on a day, in waves that are not cancelled; nothing for somebody who has left."""
    here = (Champion.person_id == person_id, Person.left_at.is_(None), Wave.status != WaveStatus.CANCELLED)
    return _champions(is_champion_on(on), *here)


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
