"""The grounds of assignments: memberships, roles and waves, and decisions that hold without them."""

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment, Leftover
from engagement.training.rules import LeftoverDecision
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus

SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


def grounds() -> Select[int, int, TrainingRole]:
    """Return wave, person and role of everything that memberships of open waves and roles ask for now."""
    return (
        select(Membership.wave_id, Membership.person_id, PersonRole.role)
        .join(Wave, Wave.id == Membership.wave_id)
        .join(Person, Person.id == Membership.person_id)
        .join(PersonRole, PersonRole.person_id == Membership.person_id)
        .where(Membership.ended_at.is_(None), Person.left_at.is_(None), Wave.status.not_in(SHUT))
    )


def is_grounded() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that it follows from the data."""
    here = grounds().where(
        Membership.wave_id == Assignment.wave_id,
        Membership.person_id == Assignment.person_id,
        PersonRole.role == Assignment.role,
    )
    return exists(here.correlate(Assignment))


def is_held() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that it lasts without a ground: kept after a move, or not decided yet."""
    stands = exists().where(
        Leftover.assignment_id == Assignment.id,
        Leftover.ended_at.is_(None),
        or_(Leftover.decision.is_(None), Leftover.decision == LeftoverDecision.KEEP),
    )
    return and_(stands, may_be_asked())


def may_be_asked() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that its person has not left and its wave is neither closed nor cancelled."""
    return and_(
        exists().where(Person.id == Assignment.person_id, Person.left_at.is_(None)),
        exists().where(Wave.id == Assignment.wave_id, Wave.status.not_in(SHUT)),
    )


def is_member() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that its person is in the wave now."""
    return exists().where(
        Membership.wave_id == Assignment.wave_id,
        Membership.person_id == Assignment.person_id,
        Membership.ended_at.is_(None),
    )


def has_role() -> ColumnElement[bool]:
    """Return the condition on `Assignment` that its person has the role now."""
    return exists().where(PersonRole.person_id == Assignment.person_id, PersonRole.role == Assignment.role)
