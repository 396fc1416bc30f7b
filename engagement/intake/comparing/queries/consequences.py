"""The training that a staged run would leave behind: unfinished assignments of people who move or lose a role."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, and_, case, false, func, or_, select

from engagement.db import db
from engagement.intake.comparing.queries.desired import desired, filled
from engagement.intake.models import ImportRun
from engagement.intake.rules import ROLE_BITS, ChangeKind
from engagement.people.models import Department
from engagement.people.rules import parent_path
from engagement.training.models import Assignment
from engagement.training.queries.standing import belonging, standing_of
from engagement.waves import queries as waves
from engagement.waves.models import Membership
from engagement.waves.rules import MembershipOrigin

MOVING = (ChangeKind.MOVED, ChangeKind.CHANGED)


@dataclass(frozen=True)
class TrainingLeft:
    """How many unfinished assignments, of how many people, a run would turn into questions."""

    assignments: int = 0
    people: int = 0


def training_left_by(run: ImportRun) -> TrainingLeft:
    """Return the training that a staged run would leave unfinished, by the departments and roles of the file.

    Roles that follow from a rule are not considered. Returns zeros for a run that is no longer staged or moves nobody.
    """
    fields = filled(run)
    moves, changes_roles = "department_id" in fields, "roles" in fields
    if not run.is_staged or not (moves or changes_roles) or not any(run.count(kind) for kind in MOVING):
        return TrainingLeft()
    # Each set is a query of its own: SQLite would otherwise scan all staged rows for each assignment.
    wanted = select(desired(run, *MOVING)).cte("wanted").prefix_with("MATERIALIZED")
    open_waves = [wave.id for wave in waves.open_waves()]
    lineages = waves.lineages_of_waves(open_waves)
    left = or_(_leaves(run, wanted, lineages) if moves else false(), _loses_role(wanted) if changes_roles else false())
    left_behind = (
        select(Assignment.id)
        .join(wanted, wanted.c.person_id == Assignment.person_id)
        .outerjoin(
            Membership,
            and_(
                Membership.wave_id == Assignment.wave_id,
                Membership.person_id == Assignment.person_id,
                Membership.ended_at.is_(None),
            ),
        )
        .where(Assignment.wave_id.in_(open_waves), left)
        .cte("left_behind")
        .prefix_with("MATERIALIZED")
    )
    standing = standing_of(Assignment.id.in_(select(left_behind.c.id)), belonging())
    counted = select(func.count(), func.count(standing.c.person_id.distinct())).where(
        standing.c.is_finished == 0, standing.c.asked > 0
    )
    assignments, people = db.session.execute(counted).one()
    return TrainingLeft(assignments, people)


def _leaves(run: ImportRun, wanted: CTE, lineages: Mapping[int, Iterable[str]]) -> ColumnElement[bool]:
    """Return the condition for people who joined a wave by department and would work outside its departments.

    `lineages` are those of departments that are yet to be made.
    """
    new = lineages_above(run.new_departments)
    moved = or_(wanted.c.department_id.is_distinct_from(wanted.c.old_department_id), wanted.c.to_new_department)
    outside = [
        and_(Assignment.wave_id == wave_id, ~_stays(wanted, inside, new)) for wave_id, inside in lineages.items()
    ]
    return and_(Membership.origin == MembershipOrigin.DEPARTMENT, moved, or_(false(), *outside))


def _stays(wanted: CTE, lineages: Iterable[str], new: dict[str, str]) -> ColumnElement[bool]:
    prefixes = tuple(lineages)
    below = or_(false(), *(Department.lineage.startswith(prefix, autoescape=True) for prefix in prefixes))
    known = func.coalesce(wanted.c.department_id, 0).in_(select(Department.id).where(below))
    made = wanted.c.department.in_([path for path, lineage in new.items() if lineage.startswith(prefixes)])
    return case((wanted.c.to_new_department, made), else_=known)


def lineages_above(paths: Iterable[str]) -> dict[str, str]:
    """Return for each new department's path the lineage of the nearest existing department above it, "" for none."""
    above = {path: list(_parents(path)) for path in paths}
    known = dict(
        db.session.execute(
            select(Department.path, Department.lineage).where(
                Department.path.in_({parent for parents in above.values() for parent in parents})
            )
        ).all()
    )
    return {path: next((known[p] for p in parents if p in known), "") for path, parents in above.items()}


def _parents(path: str) -> Iterable[str]:
    parent = parent_path(path)
    while parent is not None:
        yield parent
        parent = parent_path(parent)


def _loses_role(wanted: CTE) -> ColumnElement[bool]:
    bit = case(*((Assignment.role == role, bit) for role, bit in ROLE_BITS.items()))
    return and_(wanted.c.old_roles.bitwise_and(bit) != 0, wanted.c.roles.bitwise_and(bit) == 0)
