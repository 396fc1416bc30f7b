"""What is said of the groups of waves: what holds now, earlier versions, and what a person may read of their own work."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from engagement.db import db
from engagement.people.models import Department, Person, PersonRole
from engagement.people.queries import below, department_successors, standing_department
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor, applying
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import ImpactSide
from engagement.waves.models import Membership
from engagement.waves.tallies.queries import WAVES

#: A group of a wave: a department, and for which of its people.
GroupKey = tuple[int, StatementFor]


#: What each side says of each group of a wave.
Assessments = dict[tuple[int, StatementFor, ImpactSide], ImpactAssessment]


def assessments_of(wave_id: int) -> Assessments:
    """Return the assessments of a wave that hold now, by group and side; a merged department counts as its successor."""
    return assessments_of_waves([wave_id])[wave_id]


def assessments_of_waves(wave_ids: Collection[int]) -> dict[int, Assessments]:
    """Return the same for each of these waves, in one statement."""
    asked = db.session.scalars(_of_waves(), {"waves": list(wave_ids)}).unique()
    # What was said of the successor itself comes last, and so goes before what was said of those merged into it.
    rows = sorted(asked, key=lambda row: (row.department.closed_at is None, row.id))
    found: dict[int, Assessments] = {wave_id: {} for wave_id in wave_ids}
    for row in rows:
        found[row.wave_id][standing_department(row.department).id, row.for_role, row.side] = row
    return found


# Making the statement anew costs more than running it.
@cache
def _of_waves() -> Select[ImpactAssessment]:
    return (
        select(ImpactAssessment)
        .where(ImpactAssessment.wave_id.in_(WAVES), ImpactAssessment.superseded_at.is_(None))
        .options(
            joinedload(ImpactAssessment.aspects),
            joinedload(ImpactAssessment.department),
            joinedload(ImpactAssessment.sponsor),
        )
    )


def versions_of(
    wave_id: int, department_id: int, for_role: StatementFor = StatementFor.EVERYBODY
) -> Sequence[ImpactAssessment]:
    """Return every assessment of a group and of those merged into it, the newest first."""
    asked = select(ImpactAssessment).where(
        ImpactAssessment.wave_id == wave_id,
        ImpactAssessment.department_id.in_(_with_merged([department_id])),
        ImpactAssessment.for_role == for_role,
    )
    with_words = asked.options(selectinload(ImpactAssessment.aspects))
    return db.session.scalars(with_words.order_by(ImpactAssessment.id.desc())).all()


def standing_assessment(
    wave_id: int, department_id: int, side: ImpactSide, for_role: StatementFor = StatementFor.EVERYBODY
) -> ImpactAssessment | None:
    """Return what one side says of a group now."""
    return assessments_of(wave_id).get((department_id, for_role, side))


def roles_of_members(wave_id: int) -> dict[tuple[int | None, TrainingRole | None], int]:
    """Return how many present people of a wave are in each department with each role, None for no role, in one statement."""
    number = func.count()
    counted = (
        select(Person.department_id, PersonRole.role, number)
        .join(Membership, Membership.person_id == Person.id)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(Membership.wave_id == wave_id, Membership.ended_at.is_(None))
        .group_by(Person.department_id, PersonRole.role)
    )
    return {(department_id, role): people for department_id, role, people in db.session.execute(counted)}


def department_lineages(department_ids: Collection[int]) -> dict[int, str]:
    """Return the lineages of these departments."""
    rows = db.session.execute(select(Department.id, Department.lineage).where(Department.id.in_(department_ids)))
    return dict(rows.all())


def members_of(rows: Sequence[ImpactAssessment]) -> dict[int, int]:
    """Return, by id, how many present people of the wave belong to the group of each of these assessments, in one statement."""
    if not rows:
        return {}
    numbers = db.session.execute(select(*(_members(row).scalar_subquery() for row in rows))).one()
    return {row.id: number for row, number in zip(rows, numbers, strict=True)}


def _members(row: ImpactAssessment) -> Select[int]:
    place = standing_department(row.department)
    within = select(Department.id).where(below(place))
    counted = (
        select(func.count(Person.id.distinct()))
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.wave_id == row.wave_id, Membership.ended_at.is_(None), Person.department_id.in_(within))
    )
    if row.for_role is StatementFor.EVERYBODY:
        return counted
    holders = select(PersonRole.person_id).where(PersonRole.role == TrainingRole(row.for_role.value))
    return counted.where(Person.id.in_(holders))


def published_for(
    wave_ids: Sequence[int], lineage: str, roles: Collection[TrainingRole] = ()
) -> list[ImpactAssessment]:
    """Return what people of a department with these roles may read of these waves.

    For each wave that is the newest published of the closest department that says something to them: for their roles, and
    for everybody there where a role has nothing of its own.
    """
    above = [int(part) for part in lineage.split("/") if part]
    asked = (
        select(ImpactAssessment)
        .join(ImpactAssessment.department)
        .where(
            ImpactAssessment.wave_id.in_(wave_ids),
            ImpactAssessment.department_id.in_(_with_merged(above)),
            ImpactAssessment.published_at.is_not(None),
        )
        .options(
            contains_eager(ImpactAssessment.department),
            joinedload(ImpactAssessment.wave),
            selectinload(ImpactAssessment.aspects),
        )
        .order_by(ImpactAssessment.wave_id, ImpactAssessment.published_at, ImpactAssessment.id)
    )
    newest: dict[tuple[int, int], dict[StatementFor, ImpactAssessment]] = defaultdict(dict)
    for row in db.session.scalars(asked):
        newest[row.wave_id, above.index(standing_department(row.department).id)][row.for_role] = row
    closest: dict[int, list[ImpactAssessment]] = {}
    for (wave_id, _depth), rows in sorted(newest.items(), key=lambda item: item[0]):
        if own := [rows[each] for each in applying(rows, roles)]:
            closest[wave_id] = own
    return [row for rows in closest.values() for row in rows]


def _with_merged(department_ids: Sequence[int]) -> list[int]:
    """Return the ids of these departments and of those that were merged into them."""
    return [*department_ids, *(old for old, new in department_successors().items() if new in department_ids)]
