"""Who those on a map are, and why somebody was judged as they are: in plain values, because a page tells a hundred of them."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Executable, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from engagement.accounts.models import Account
from engagement.db import db
from engagement.people.models import Department, Person
from engagement.stakeholders.models import Stakeholder, StakeholderProfile
from engagement.stakeholders.queries import NAME
from engagement.stakeholders.rules import StakeholderGroup, StakeholderKind
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.placing import of_then
from engagement.stakeholders.standings.queries.posts import has_labels, may_be_labelled


class Owner(NamedTuple):
    """Who looks after somebody."""

    name: str
    has_left: bool


class Told(NamedTuple):
    """Who somebody on the map is, and what was said of their part in the change. `is_gone`: they left, or were closed."""

    title: str
    short_name: str
    """A name for the map: of a department only its own, without those above it."""
    kind: StakeholderKind
    is_gone: bool
    added_on: date
    group: StakeholderGroup
    owner: Owner | None

    @property
    def gone_word(self) -> str:
        """What it is called that they are gone."""
        return "Left" if self.kind is StakeholderKind.PERSON else "Closed"


class Reason(NamedTuple):
    """Why somebody was judged as they are, by whom (None: the service) and when."""

    text: str
    by: str | None
    at: datetime


def told(ids: Iterable[int], *, before: datetime | None = None) -> dict[int, Told]:
    """Return who these stakeholders are, with what held of them just before an instant (None: now)."""
    rows = db.session.execute(_told(before), {"ids": sorted(set(ids))})
    return {
        key: Told(title, short_name, kind, is_gone, added_at.date(), group, Owner(owner, left) if owner else None)
        for key, title, short_name, kind, is_gone, added_at, group, owner, left in rows
    }


# Making a long statement anew costs more than running it.
@lru_cache(maxsize=8)
def _told(before: datetime | None) -> Executable:
    owner = aliased(Person)
    return (
        select(
            Stakeholder.id,
            NAME,
            func.coalesce(Person.name, Department.name, Stakeholder.name),
            Stakeholder.kind,
            or_(Person.left_at.is_not(None), Department.closed_at.is_not(None)),
            Stakeholder.added_at,
            StakeholderProfile.group,
            owner.name,
            owner.left_at.is_not(None),
        )
        .join(StakeholderProfile, of_then(StakeholderProfile, before))
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .outerjoin(owner, owner.id == StakeholderProfile.owner_id)
        .where(Stakeholder.id.in_(bindparam("ids", expanding=True)))
    )


def reasons(ids: Iterable[int], *, before: datetime | None = None, on: date) -> dict[int, Reason]:
    """Return why these stakeholders were judged as they are, as far as it may be told.

    A reason may speak of attitudes, so of somebody without a post it isn't told while any of their levels are still stored.
    """
    rows = db.session.execute(_reasons(before, on), {"ids": sorted(set(ids))})
    return {key: Reason(text, by, at) for key, text, by, at in rows}


def tells_reasons(on: date) -> ColumnElement[bool]:
    """Return the condition on `Stakeholder` that it may be told on a day why they were judged as they are."""
    of_any_time = aliased(StakeholderStanding)
    labelled = exists().where(of_any_time.stakeholder_id == Stakeholder.id, has_labels(of_any_time))
    return or_(may_be_labelled(on), ~labelled)


@lru_cache(maxsize=8)
def _reasons(before: datetime | None, on: date) -> Executable:
    row = StakeholderStanding
    return (
        select(row.stakeholder_id, row.reason, Account.name, row.said_at)
        .join(Stakeholder, of_then(row, before))
        .outerjoin(Account, Account.id == row.said_by_id)
        .where(
            Stakeholder.id.in_(bindparam("ids", expanding=True)),
            row.reason != "",
            tells_reasons(on),
        )
    )
