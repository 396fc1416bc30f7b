"""Who may carry a level or an impact: groups, outsiders, and people while they hold a post in the change.

The attitude of any other employee is not stored, so that nobody's name stands beside "resistant" in a file for speaking up.
"""

from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, union_all
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.people.models import Department, Person
from engagement.programmes.models import Ownership, Programme
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion, Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import holds_now
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import LABELS
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus

_OPEN = Wave.status.not_in((WaveStatus.CLOSED, WaveStatus.CANCELLED))


@lru_cache(maxsize=8)
def may_be_labelled(on: date) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that levels and impact are kept of them on a day; never NULL.

    Of people it is true for sponsors, leads of waves, holders of a workflow, champions, heads of departments, and those who
    represent others.
    """
    # Written into the statement, or the databases could not use the index of those few who speak for others.
    nobody: ColumnElement[str] = literal_column("''")
    speaking = (
        select(Stakeholder.person_id)
        .join(StakeholderProfile, holds_now())
        .where(Stakeholder.person_id.is_not(None), StakeholderProfile.represents != nobody)
    )
    holders = select(Person.id).where(Person.left_at.is_(None), Person.id.in_(union_all(*_holders(on), speaking)))
    # Asked several times in one statement, found once.
    here = select(holders.cte("holder").c.id)
    # An entry that was merged into a person's tells of that person.
    into = aliased(Stakeholder)
    of_whom = select(into.person_id).where(into.id == Stakeholder.merged_into_id).scalar_subquery()
    person_id = func.coalesce(of_whom, Stakeholder.person_id)
    # Both halves say the same of those who were not merged; asking whom they were merged into, row by row, takes three times as long.
    is_one, into_id = Stakeholder.person_id, Stakeholder.merged_into_id
    return or_(
        and_(into_id.is_(None), or_(is_one.is_(None), is_one.in_(here))),
        and_(into_id.is_not(None), or_(person_id.is_(None), person_id.in_(here))),
    )


def holders_of_posts(on: date) -> set[int]:
    """Return the ids of all people who hold a post on a day; those who speak for others are not among them."""
    here = select(Person.id).where(Person.left_at.is_(None), Person.id.in_(union_all(*_holders(on))))
    return set(db.session.scalars(here))


def _holders(on: date) -> list[Select[Any]]:
    return [
        select(Programme.sponsor_id).where(Programme.sponsor_id.is_not(None), Programme.closed_at.is_(None)),
        select(Wave.sponsor_id).where(Wave.sponsor_id.is_not(None), _OPEN),
        select(Wave.lead_id).where(Wave.lead_id.is_not(None), _OPEN),
        select(Ownership.person_id).where(or_(Ownership.until_on.is_(None), Ownership.until_on > on)),
        select(Champion.person_id).join(Wave).where(is_champion_on(on), Wave.status != WaveStatus.CANCELLED),
        select(Department.manager_id).where(Department.manager_id.is_not(None), Department.closed_at.is_(None)),
    ]


def is_labelled(stakeholder: Stakeholder, on: date) -> bool:
    """Return whether levels and impact of one stakeholder are kept on a day."""
    if stakeholder.kind is not StakeholderKind.PERSON and stakeholder.merged_into_id is None:
        return True
    asked = select(Stakeholder.id).where(Stakeholder.id == stakeholder.id, may_be_labelled(on))
    return db.session.scalar(asked) is not None


def has_labels(rows: Any = StakeholderStanding) -> ColumnElement[bool]:
    """Return the condition on `StakeholderStanding`, or an alias of it, that the row says an impact or a level."""
    return or_(*(getattr(rows, label).is_not(None) for label in LABELS))


def labels_to_forget(on: date) -> list[int]:
    """Return the ids of people of whom levels or impact are stored, although they hold no post on a day any more."""
    labelled = select(StakeholderStanding.stakeholder_id).where(has_labels())
    asked = select(Stakeholder.id).where(Stakeholder.id.in_(labelled), ~may_be_labelled(on))
    return list(db.session.scalars(asked.order_by(Stakeholder.id)))
