"""Reads of waves and their members."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import TypeAlias

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.queries import person_page, standing_department
from engagement.programmes.models import Workflow
from engagement.reach import Reach, allow_anything, found
from engagement.searching import by_name
from engagement.waves.models import GoLiveMove, Membership, Wave, WaveDepartment, WaveStep, WaveWorkflow
from engagement.waves.rules import MembershipOrigin, WaveStatus, may_take_back
from engagement.waves.scopes import people_within
from engagement.waves.tallies.queries import WAVES, member_sums


def person_for(reading: Reach, person_id: int) -> Person:
    """Return somebody whom a reader sees by name, with department and manager loaded.

    Raises NotFound for anybody else and for erased people, BeyondReach when the reader sees no people at all.
    """
    allow_anything(reading)
    return found(person_page(person_id, people_within(reading)))


def waves_visible(condition: ColumnElement[bool]) -> list[Wave]:
    """Return the waves that meet the condition (see `scopes.waves_within`), by programme and number."""
    return list(
        db.session.scalars(
            select(Wave)
            .where(condition)
            .options(joinedload(Wave.programme), joinedload(Wave.lead))
            .order_by(Wave.programme_id, Wave.number)
        )
    )


def waves_of(programme_id: int) -> list[Wave]:
    """Return the waves of a programme in their order."""
    return list(db.session.scalars(_of_programme(), {"programme": programme_id}))


# Making a statement anew costs more than running it.
@cache
def _of_programme() -> Select[Wave]:
    return select(Wave).where(Wave.programme_id == bindparam("programme")).order_by(Wave.number)


def of_open_waves() -> ColumnElement[bool]:
    """Return the condition on `Wave` that it is neither closed nor cancelled."""
    return Wave.status.not_in((WaveStatus.CLOSED, WaveStatus.CANCELLED))


def open_waves() -> list[Wave]:
    """Return the waves that still ask something of their people, by day of go-live."""
    return list(db.session.scalars(select(Wave).where(of_open_waves()).order_by(Wave.go_live_on, Wave.number)))


def waves_of_person(person_id: int) -> list[Wave]:
    """Return a person's present waves, except cancelled ones, by day of go-live."""
    return list(
        db.session.scalars(
            select(Wave)
            .join(Membership)
            .where(
                Membership.person_id == person_id,
                Membership.ended_at.is_(None),
                Wave.status != WaveStatus.CANCELLED,
            )
            .options(joinedload(Wave.programme))
            .order_by(Wave.go_live_on, Wave.number)
        )
    )


def workflows_of_waves(wave_ids: Iterable[int]) -> dict[int, list[Workflow]]:
    """Return the workflows of each wave by name, in one query."""
    by_wave: dict[int, list[Workflow]] = defaultdict(list)
    for wave_id, workflow in db.session.execute(_workflows(), {"waves": list(wave_ids)}):
        by_wave[wave_id].append(workflow)
    return by_wave


@cache
def _workflows() -> Select[int, Workflow]:
    return (
        select(WaveWorkflow.wave_id, Workflow)
        .join(Workflow)
        .where(WaveWorkflow.wave_id.in_(WAVES), Workflow.retired_at.is_(None))
        .order_by(by_name(Workflow.name), Workflow.id)
    )


#: The departments of waves, by the id of the wave.
ByWave: TypeAlias = Mapping[int, Sequence[Department]]


def departments_of_waves(wave_ids: Iterable[int]) -> dict[int, list[Department]]:
    """Return the departments of each wave, by path, in one query."""
    by_wave: dict[int, list[Department]] = defaultdict(list)
    for wave_id, department in db.session.execute(_departments(), {"waves": list(wave_ids)}):
        by_wave[wave_id].append(department)
    return by_wave


@cache
def _departments() -> Select[int, Department]:
    return (
        select(WaveDepartment.wave_id, Department)
        .join(Department, Department.id == WaveDepartment.department_id)
        .where(WaveDepartment.wave_id.in_(WAVES))
        .order_by(Department.sorted_by, Department.id)
    )


def member_counts(wave_ids: Sequence[int]) -> dict[int, int]:
    """Return how many people are in each wave now, in one query; every wave has an entry."""
    found = dict.fromkeys(wave_ids, 0)
    for row in member_sums(wave_ids):
        found[row.wave_id] += row.members
    return found


#: What the people of a wave can be put in order by.
MEMBER_COLUMNS = {"name": Person.sorted_by, "job": func.lower(Person.job_title)}


def members(wave_id: int, *, without_role: bool = False) -> Select[Person]:
    """Return a SELECT of a wave's present members by name, or only of those without a training role."""
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.wave_id == wave_id, Membership.ended_at.is_(None))
        .options(joinedload(Person.department))
        .order_by(Person.sorted_by, Person.id)
    )
    return query.where(Person.id.not_in(select(PersonRole.person_id))) if without_role else query


def member_ids(wave_id: int) -> Select[int]:
    """Return a SELECT of the ids of a wave's present members."""
    return select(Membership.person_id).where(Membership.wave_id == wave_id, Membership.ended_at.is_(None))


def members_between(wave_id: int, begins_at: datetime, ends_at: datetime) -> Select[Person]:
    """Return a SELECT of everybody, by name, who was in a wave at any moment between two instants."""
    then = select(Membership.person_id).where(
        Membership.wave_id == wave_id,
        Membership.joined_at < ends_at,
        or_(Membership.ended_at.is_(None), Membership.ended_at > begins_at),
    )
    return (
        select(Person)
        .where(Person.id.in_(then))
        .options(joinedload(Person.department))
        .order_by(Person.sorted_by, Person.id)
    )


def status_to_take_back_to(wave_id: int, now: datetime) -> WaveStatus | None:
    """Return the wave's status if its newest step is undone at `now`; None when it can't be undone."""
    return status_before(steps_of(wave_id), now)


def status_before(steps: Sequence[WaveStep], now: datetime) -> WaveStatus | None:
    """Return the status that undoing the last of a wave's steps at `now` leads to; None when it can't be undone."""
    if len(steps) < 2 or not may_take_back(steps[-2].status, steps[-1].status, steps[-1].at, now):
        return None
    return steps[-2].status


def steps_of(wave_id: int) -> list[WaveStep]:
    """Return the steps of a wave, the first one first."""
    return list(db.session.scalars(select(WaveStep).where(WaveStep.wave_id == wave_id).order_by(WaveStep.id)))


def moves_of_waves(wave_ids: Iterable[int]) -> dict[int, list[GoLiveMove]]:
    """Return the moves of each wave's go-live, newest first, in one query; unmoved waves have no entry."""
    by_wave: dict[int, list[GoLiveMove]] = defaultdict(list)
    for move in db.session.scalars(_moves(), {"waves": list(wave_ids)}):
        by_wave[move.wave_id].append(move)
    return dict(by_wave)


@cache
def _moves() -> Select[GoLiveMove]:
    return select(GoLiveMove).where(GoLiveMove.wave_id.in_(WAVES)).order_by(GoLiveMove.id.desc())


def is_settling(on: date) -> ColumnElement[bool]:
    """Return the condition on `Wave` that its people are left to settle on a day."""
    is_live = Wave.status.in_([status for status in WaveStatus if status.is_live])
    return and_(is_live, Wave.go_live_on <= on, Wave.stabilises_until_on >= on)


def quiet_waves(on: date, programme_id: int, lineages: Iterable[str], besides: int | None = None) -> list[Wave]:
    """Return open waves in their quiet period on a day, of the programme or with one of these departments."""
    asked = select(Wave).where(
        Wave.go_live_on <= on,
        Wave.stabilises_until_on >= on,
        Wave.status.in_([status for status in WaveStatus if status.is_open and status.keeps_days]),
        Wave.id != (besides or 0),
    )
    quiet = list(db.session.scalars(asked.order_by(Wave.go_live_on, Wave.id)))
    theirs, places = lineages_of_waves([wave.id for wave in quiet]), tuple(lineages)
    return [wave for wave in quiet if wave.programme_id == programme_id or _share_people(theirs[wave.id], places)]


def _share_people(some: Iterable[str], others: Sequence[str]) -> bool:
    return any(one.startswith(other) or other.startswith(one) for one in some for other in others)


def waves_with_members_below(lineage: str) -> list[Wave]:
    """Return the waves, except cancelled ones, with present members from a department or below, by go-live."""
    below = select(Department.id).where(Department.lineage.startswith(lineage, autoescape=True))
    members = (
        select(Membership.wave_id)
        .join(Person, Membership.person_id == Person.id)
        .where(Membership.ended_at.is_(None), Person.department_id.in_(below))
    )
    return list(
        db.session.scalars(
            select(Wave)
            .where(Wave.id.in_(members), Wave.status != WaveStatus.CANCELLED)
            .options(joinedload(Wave.programme))
            .order_by(Wave.go_live_on, Wave.number)
        )
    )


def lineages_of_waves(wave_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the lineages of each wave's departments, which cover those below; every wave has an entry.

    A merged department counts as its successor.
    """
    standing = standing_departments_of_waves(wave_ids)
    return {wave_id: [row.lineage for row in rows] for wave_id, rows in standing.items()}


def standing_departments_of_waves(wave_ids: Sequence[int], given: ByWave | None = None) -> dict[int, list[Department]]:
    """Return each wave's departments, each once, of which a merged one counts as its successor; every wave has an entry.

    `given` are those of `departments_of_waves`, of these waves or more, if they are there already.
    """
    if given is None:
        given = departments_of_waves(wave_ids)
    return {wave_id: list(dict.fromkeys(map(standing_department, given.get(wave_id, ())))) for wave_id in wave_ids}


#: The wave, and the departments that stand for its own, that a statement is about; given when it is executed.
_WAVE, _DEPARTMENTS = bindparam("wave", type_=Integer), bindparam("departments", expanding=True, type_=Integer)


@dataclass(frozen=True)
class Placing:
    """The people who have to come to a wave because of its departments, and the memberships that have to end, as SELECTs of their ids."""

    coming: Select[int]
    going: Select[int]


def placing_to_do(wave_id: int) -> Placing | None:
    """Return who has to come to a wave and who to go; None, which is usual, if nobody has."""
    standing = standing_departments_of_waves([wave_id])[wave_id]
    given = {"wave": wave_id, "departments": [row.id for row in standing]}
    if not db.session.scalar(_number_misplaced(), given):
        return None
    placing = _placing()
    return Placing(placing.coming.params(given), placing.going.params(given))


# Making a long statement anew costs more than running it.
@cache
def _number_misplaced() -> Select[int]:
    # Counted, because of EXISTS PostgreSQL thinks that it finds somebody soon, and then reads everybody.
    parts = [part.subquery() for part in (_placing().coming, _placing().going)]
    coming, going = (select(func.count()).select_from(part).scalar_subquery() for part in parts)
    return select(coming + going)


@cache
def _placing() -> Placing:
    top = aliased(Department)
    below = select(Department.id).join(top, Department.lineage.startswith(top.lineage)).where(top.id.in_(_DEPARTMENTS))
    here = select(Person.id).where(Person.left_at.is_(None), Person.department_id.in_(below))
    gone = select(Person.id).where(Person.left_at.is_not(None))
    of_wave = (Membership.wave_id == _WAVE, Membership.ended_at.is_(None))
    moved = and_(Membership.origin == MembershipOrigin.DEPARTMENT, Membership.person_id.not_in(here))
    return Placing(
        here.where(Person.id.not_in(select(Membership.person_id).where(*of_wave))),
        select(Membership.id).where(*of_wave, or_(moved, Membership.person_id.in_(gone))),
    )
