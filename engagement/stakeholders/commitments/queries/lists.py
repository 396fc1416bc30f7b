"""Lists of promises: for a page, of one stakeholder, of one owner, with a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.letters import search_words
from engagement.people.models import Department, Person
from engagement.reach import Reach
from engagement.searching import holds_words
from engagement.stakeholders.commitments.models import Commitment, CommitmentMove
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.commitments.scopes import own
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map


class Standing(StrEnum):
    """Which promises a list shows."""

    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"

    @property
    def word(self) -> str:
        """The state as a filter names it."""
        return {"open": "Open", "late": "Past their day", "closed": "Closed"}[self.value]


@dataclass(frozen=True)
class Filters:
    """The filters of a list of promises; None or "" doesn't filter."""

    words: str = ""
    standing: Standing | None = Standing.OPEN
    outcome: Outcome | None = None
    only_own: bool = False
    owner_id: int | None = None
    stakeholder_id: int | None = None


_NAME = func.coalesce(Person.name, Department.path, Stakeholder.name)
#: What `commitments_listed` can be put in order by.
COLUMNS: dict[str, Any] = {"due": Commitment.due_on, "stakeholder": _NAME}


def is_open() -> ColumnElement[bool]:
    """Return the condition on `Commitment` that nobody has said yet what came of it, and its stakeholder is on the map."""
    return Commitment.closed_at.is_(None) & Commitment.stakeholder_id.in_(select(Stakeholder.id).where(on_the_map()))


def is_same(one: Any, other: Any) -> ColumnElement[bool]:
    """Return the condition that two promises are one that a talk made to several; each is a row, `Commitment` or an alias of it."""
    return and_(
        one.interaction_id == other.interaction_id,
        one.text == other.text,
        one.owner_id == other.owner_id,
        one.id != other.id,
    )


def commitments_listed(readable: ColumnElement[bool], filters: Filters, reading: Reach, on: date) -> Select[Commitment]:
    """Return a SELECT of the readable promises that pass the filters, by day.

    Every one of the words has to occur in the promise or the stakeholder's name.
    """
    query = (
        select(Commitment)
        .join(Stakeholder, Stakeholder.id == Commitment.stakeholder_id)
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(readable, holds_words(search_words(filters.words), _NAME, Commitment.text))
        .order_by(Commitment.due_on, Commitment.id)
    )
    states = {
        Standing.OPEN: is_open(),
        Standing.LATE: is_open() & (Commitment.due_on < on),
        Standing.CLOSED: Commitment.closed_at.is_not(None),
    }
    if filters.standing is not None:
        query = query.where(states[filters.standing])
    if filters.outcome is not None:
        query = query.where(Commitment.outcome == filters.outcome)
    if filters.only_own:
        query = query.where(own(reading))
    if filters.owner_id is not None:
        query = query.where(Commitment.owner_id == filters.owner_id)
    if filters.stakeholder_id is not None:
        query = query.where(Commitment.stakeholder_id == filters.stakeholder_id)
    return query


def counted(commitments: Select[Commitment], on: date) -> tuple[int, int]:
    """Return how many promises a SELECT gives, and how many of them are past their day."""
    rows = commitments.order_by(None).with_only_columns(
        Commitment.closed_at, Commitment.due_on, maintain_column_froms=True
    )
    each = rows.subquery().c
    is_late = and_(each.closed_at.is_(None), each.due_on < on)
    number, late = db.session.execute(select(func.count(), func.sum(case((is_late, 1), else_=0)))).one()
    return number, late or 0


def with_everything(commitments: Select[Commitment]) -> list[Commitment]:
    """Return the promises of a SELECT with all that a list shows of each, in one statement."""
    whom = joinedload(Commitment.stakeholder)
    options = (
        whom.joinedload(Stakeholder.person),
        whom.joinedload(Stakeholder.department),
        joinedload(Commitment.owner),
        joinedload(Commitment.closed_by),
    )
    return list(db.session.scalars(commitments.options(*options)))


def owners_of(readable: ColumnElement[bool]) -> list[Person]:
    """Return who has to keep readable promises, by name."""
    held = select(Commitment.owner_id).where(readable)
    return list(db.session.scalars(select(Person).where(Person.id.in_(held)).order_by(Person.sorted_by, Person.id)))


def owns_any(person_id: int | None) -> bool:
    """Return whether somebody ever had to keep a promise."""
    asked = select(Commitment.id).where(Commitment.owner_id == (person_id or 0)).limit(1)
    return db.session.scalar(asked) is not None


def open_of_owner(person_id: int) -> list[Commitment]:
    """Return what somebody has to keep, by day."""
    mine = select(Commitment).where(Commitment.owner_id == person_id, is_open())
    return with_everything(mine.order_by(Commitment.due_on, Commitment.id))


def of_stakeholder(stakeholder_id: int, most_closed: int) -> tuple[list[Commitment], list[Commitment]]:
    """Return the open promises to a stakeholder by day, and the newest closed ones."""
    theirs = select(Commitment).where(Commitment.stakeholder_id == stakeholder_id)
    still = theirs.where(Commitment.closed_at.is_(None)).order_by(Commitment.due_on, Commitment.id)
    closed = theirs.where(Commitment.closed_at.is_not(None)).order_by(Commitment.closed_at.desc(), Commitment.id.desc())
    return with_everything(still), with_everything(closed.limit(most_closed))


def moves_of(commitment_id: int) -> Sequence[CommitmentMove]:
    """Return how a promise was given other days and owners, the newest first."""
    return db.session.scalars(
        select(CommitmentMove)
        .where(CommitmentMove.commitment_id == commitment_id)
        .options(
            joinedload(CommitmentMove.moved_by),
            joinedload(CommitmentMove.former_owner),
            joinedload(CommitmentMove.owner),
        )
        .order_by(CommitmentMove.id.desc())
    ).all()


def made_in(interaction_id: int, readable: ColumnElement[bool]) -> list[Commitment]:
    """Return the readable promises that were made in a talk."""
    return with_everything(
        select(Commitment).where(Commitment.interaction_id == interaction_id, readable).order_by(Commitment.id)
    )


def same_elsewhere(commitment: Commitment) -> list[Commitment]:
    """Return the same promise to others who took part in the talk, as far as it is still open."""
    if commitment.interaction_id is None:
        return []
    return with_everything(select(Commitment).where(is_same(Commitment, commitment), is_open()).order_by(Commitment.id))


def promised_twice(stakeholder_id: int) -> list[Commitment]:
    """Return the open promises to a stakeholder that the same talk made to them before, for the same day."""
    first = aliased(Commitment)
    before = exists().where(
        is_same(first, Commitment),
        first.stakeholder_id == stakeholder_id,
        first.due_on == Commitment.due_on,
        first.closed_at.is_(None),
        first.id < Commitment.id,
    )
    theirs = (Commitment.stakeholder_id == stakeholder_id, Commitment.closed_at.is_(None), before)
    return list(db.session.scalars(select(Commitment).where(*theirs).order_by(Commitment.id)))
