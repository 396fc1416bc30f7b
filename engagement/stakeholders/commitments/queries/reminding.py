"""Which promises somebody has to be reminded of or told about, and who."""

from datetime import date, timedelta

from sqlalchemy import or_, select

from engagement.accounts.models import Account, Grant
from engagement.accounts.rules import Role
from engagement.days.working_days import LONGEST_BREAK
from engagement.db import db
from engagement.people.models import Person
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.lists import is_open, is_same
from engagement.stakeholders.commitments.rules import reminded_from
from engagement.stakeholders.models import StakeholderPlace, StakeholderProfile
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def promises_to_remind_of(on: date, country: str) -> list[int]:
    """Return the ids of open promises whose day is near or has come, and whose owner was not reminded for that day."""
    near = on + timedelta(days=LONGEST_BREAK)
    unsaid = or_(Commitment.reminded_for.is_(None), Commitment.reminded_for != Commitment.due_on)
    asked = select(Commitment.id, Commitment.due_on).where(is_open(), unsaid, Commitment.due_on.between(on, near))
    rows = db.session.execute(asked.order_by(Commitment.id))
    return [commitment_id for commitment_id, due_on in rows if reminded_from(due_on, country) <= on]


def promises_to_tell_of(on: date) -> list[int]:
    """Return the ids of open promises past their day of which nobody else was told for that day."""
    untold = or_(Commitment.escalated_for.is_(None), Commitment.escalated_for != Commitment.due_on)
    asked = select(Commitment.id).where(is_open(), untold, Commitment.due_on < on)
    return list(db.session.scalars(asked.order_by(Commitment.id)))


def who_is_told(commitment: Commitment) -> list[Person | Account]:
    """Return who is told that a promise is late, beside its owner.

    That is who looks after the stakeholder; if nobody else does, the leads of the waves on whose map they stand; else the
    change managers of the programme and of everything.
    """
    after = db.session.scalar(
        select(Person)
        .join(StakeholderProfile, StakeholderProfile.owner_id == Person.id)
        .where(
            StakeholderProfile.stakeholder_id == commitment.stakeholder_id,
            StakeholderProfile.superseded_at.is_(None),
            Person.left_at.is_(None),
            Person.id != commitment.owner_id,
        )
    )
    if after is not None:
        return [after]
    leads = _leads(commitment)
    return [*(leads or _change_managers(commitment))]


def _leads(commitment: Commitment) -> list[Person]:
    open_wave = Wave.status.not_in((WaveStatus.CLOSED, WaveStatus.CANCELLED))
    on_map = or_(
        StakeholderPlace.wave_id == Wave.id,
        StakeholderPlace.wave_id.is_(None) & (StakeholderPlace.programme_id == Wave.programme_id),
    )
    leads = (
        select(Wave.lead_id)
        .join(StakeholderPlace, on_map)
        .where(
            open_wave, StakeholderPlace.stakeholder_id == commitment.stakeholder_id, StakeholderPlace.ended_at.is_(None)
        )
    )
    asked = select(Person).where(Person.id.in_(leads), Person.left_at.is_(None), Person.id != commitment.owner_id)
    return list(db.session.scalars(asked.order_by(Person.id)))


def _change_managers(commitment: Commitment) -> list[Account]:
    programmes = select(StakeholderPlace.programme_id).where(
        StakeholderPlace.stakeholder_id == commitment.stakeholder_id, StakeholderPlace.ended_at.is_(None)
    )
    everything = Grant.programme_id.is_(None) & Grant.wave_id.is_(None) & Grant.department_id.is_(None)
    holding = select(Grant.account_id).where(
        Grant.role == Role.CHANGE_MANAGER,
        Grant.withdrawn_at.is_(None),
        or_(everything, Grant.programme_id.in_(programmes)),
    )
    asked = select(Account).where(Account.id.in_(holding), Account.deactivated_at.is_(None)).order_by(Account.id)
    return list(db.session.scalars(asked))


def was_told_with_another(commitment: Commitment, *, late: bool) -> bool:
    """Return whether the same promise to somebody else in the same talk was already written about for this day."""
    if commitment.interaction_id is None:
        return False
    column = Commitment.escalated_for if late else Commitment.reminded_for
    asked = select(Commitment.id).where(is_same(Commitment, commitment), column == commitment.due_on)
    return db.session.scalar(asked.limit(1)) is not None
