"""Reads of the sponsor chain: from the programme's sponsor down to the head of each affected department."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import standing_department
from engagement.people.rules import path_key
from engagement.stakeholders.chain.rules import Gap, is_won
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.stakeholders.queries import on_map_of_wave, on_the_map
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import may_be_labelled
from engagement.stakeholders.standings.rules import Level
from engagement.waves.models import Wave
from engagement.waves.queries import ByWave, departments_of_waves


@dataclass(frozen=True)
class Link:
    """One step of a chain: the posts in words, who holds them (None: nobody), and what is missing there."""

    posts: Sequence[str]
    person: Person | None
    stakeholder_id: int | None
    gap: Gap | None

    @property
    def post_words(self) -> str:
        return ", ".join(self.posts)

    @property
    def words(self) -> str:
        """What is missing, as a sentence; "" if nothing is."""
        if self.gap is None:
            return ""
        name = self.person.name if self.person is not None else ""
        return {
            Gap.NOBODY: f"Nobody is named: {self.post_words}.",
            Gap.LEFT: f"{name} has left: {self.post_words}.",
            Gap.NOT_ON_MAP: f"{name} is not on the map.",
            Gap.NOT_SUPPORTIVE: f"{name} is not supportive yet.",
        }[self.gap]


@dataclass(frozen=True)
class Chain:
    """The way from the top to one affected department of a wave."""

    wave: Wave
    department: Department
    links: Sequence[Link]

    @property
    def gaps(self) -> list[Link]:
        return [link for link in self.links if link.gap is not None]

    @property
    def breaks(self) -> list[Link]:
        """The steps at which nobody stands."""
        return [link for link in self.links if link.gap is not None and link.gap.breaks]


@dataclass(frozen=True)
class _Known:
    """Who is on the map of each wave, with their level where it may be told."""

    on_map: Mapping[tuple[int, int], int]
    levels: Mapping[int, Level | None]

    def link(self, wave: Wave, posts: Sequence[str], person: Person | None) -> Link:
        key = self.on_map.get((wave.id, person.id)) if person is not None else None
        if person is None:
            gap: Gap | None = Gap.NOBODY
        elif person.has_left:
            gap = Gap.LEFT
        elif key is None:
            gap = Gap.NOT_ON_MAP
        else:
            gap = None if is_won(self.levels.get(key)) else Gap.NOT_SUPPORTIVE
        return Link(posts, person, key, gap)


def chains_of(waves: Sequence[Wave], on: date, departments: ByWave | None = None) -> list[Chain]:
    """Return the chain to each department of these waves, by wave and path; in a fixed number of queries, in one if there are none.

    `departments` are those of the waves, if they are read already.
    """
    found = departments_of_waves([wave.id for wave in waves]) if departments is None else departments
    placed = {key: _standing(rows) for key, rows in found.items()}
    if not placed:
        return []
    above = _departments(key for rows in placed.values() for row in rows for key in _lineage(row))
    people = {row.manager_id for row in above.values()}
    people |= {each for wave in waves for each in (wave.sponsor_id, wave.programme.sponsor_id)}
    known = _known(waves, people - {None}, on)
    return [
        Chain(wave, department, _links(wave, [above[key] for key in _lineage(department) if key in above], known))
        for wave in waves
        for department in placed.get(wave.id, [])
    ]


def _standing(departments: Iterable[Department]) -> list[Department]:
    found = {row.id: row for row in map(standing_department, departments)}
    return sorted(found.values(), key=lambda row: path_key(row.path))


def _lineage(department: Department) -> list[int]:
    return [int(key) for key in department.lineage.split("/") if key]


def _departments(ids: Iterable[int]) -> dict[int, Department]:
    return {row.id: row for row in db.session.scalars(_with_manager(), {"ids": sorted(set(ids))})}


# Making a long statement anew costs more than running it.
@cache
def _with_manager() -> Select[Department]:
    these = Department.id.in_(bindparam("ids", expanding=True))
    return select(Department).where(these).options(joinedload(Department.manager))


def _known(waves: Sequence[Wave], people: Collection[int | None], on: date) -> _Known:
    ids, programmes = [wave.id for wave in waves], {wave.id: wave.programme_id for wave in waves}
    rows = db.session.execute(_on_maps(on), {"people": list(people), "waves": ids}).all()
    on_map: dict[tuple[int, int], int] = {}
    levels: dict[int, Level | None] = {}
    for key, person_id, programme_id, wave_id, level, is_labelled in rows:
        levels[key] = level if is_labelled else None
        for one in [wave_id] if wave_id is not None else [w for w in ids if programmes[w] == programme_id]:
            if person_id is not None:
                on_map.setdefault((one, person_id), key)
    return _Known(on_map, levels)


@lru_cache(maxsize=8)
def _on_maps(on: date) -> Select[int, int | None, int, int | None, Level | None, bool]:
    return (
        select(
            Stakeholder.id,
            Stakeholder.person_id,
            StakeholderPlace.programme_id,
            StakeholderPlace.wave_id,
            StakeholderStanding.level_now,
            may_be_labelled(on),
        )
        .join(StakeholderPlace, StakeholderPlace.stakeholder_id == Stakeholder.id)
        .outerjoin(
            StakeholderStanding,
            (StakeholderStanding.stakeholder_id == Stakeholder.id) & StakeholderStanding.superseded_at.is_(None),
        )
        .where(
            Stakeholder.person_id.in_(bindparam("people", expanding=True)),
            StakeholderPlace.ended_at.is_(None),
            on_the_map(),
            on_map_of_wave(bindparam("waves", expanding=True)),
        )
        .order_by(Stakeholder.id)
    )


def _links(wave: Wave, line: Sequence[Department], known: _Known) -> list[Link]:
    """Return the steps from the top; somebody with several posts in a row stands once.

    Only the affected department itself needs a head; above it, one that never had a head is no step.
    """
    programme = wave.programme
    steps: list[tuple[str, Person | None]] = []
    if programme.sponsor is not None or wave.sponsor is None:
        steps.append((f"sponsor of {programme.name}", programme.sponsor))
    if wave.sponsor is not None:
        steps.append((f"sponsor of {wave.title}", wave.sponsor))
    steps += [(f"head of {row.path}", row.manager) for row in line if row.manager is not None or row is line[-1]]
    joined: list[tuple[list[str], Person | None]] = []
    for post, person in steps:
        if joined and person is not None and joined[-1][1] is person:
            joined[-1][0].append(post)
        else:
            joined.append(([post], person))
    return [known.link(wave, posts, person) for posts, person in joined]


@dataclass(frozen=True)
class BrokenChain:
    """A wave to whose departments the sponsor's word doesn't get, because nobody stands in between."""

    wave: Wave
    links: Sequence[Link]

    @property
    def words(self) -> str:
        """What is missing, each thing once."""
        return " ".join(dict.fromkeys(link.words for link in self.links))


def broken_chains(waves: Sequence[Wave], on: date, departments: ByWave | None = None) -> list[BrokenChain]:
    """Return which of these waves have a step at which nobody stands, in their order."""
    found: dict[int, list[Link]] = {}
    for chain in chains_of(waves, on, departments):
        found.setdefault(chain.wave.id, []).extend(chain.breaks)
    return [BrokenChain(wave, found[wave.id]) for wave in waves if found.get(wave.id)]
