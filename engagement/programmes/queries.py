"""Reads of programmes, workflows and ownership."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select, true
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Ownership, Programme, Workflow
from engagement.programmes.rules import OwnershipPart
from engagement.searching import by_name

EVERY_ONE = true()
#: The workflows that a statement reads, given when it is executed.
WORKFLOWS: Any = bindparam("workflows", expanding=True)


@dataclass(frozen=True)
class Holding:
    """Who holds one part of a workflow's ownership today; nobody if `person` is None.

    `vacant_since` is the day on which the last holder ended or left, None if there never was one.
    """

    part: OwnershipPart
    person: Person | None
    since_on: date | None
    last_holder: str | None = None
    vacant_since: date | None = None

    @property
    def is_vacant(self) -> bool:
        """Whether nobody holds it, leavers aside."""
        return self.person is None


@dataclass(frozen=True)
class OwnershipGap:
    """A part of a workflow's ownership that nobody holds."""

    workflow: Workflow
    part: OwnershipPart
    last_holder: str | None
    vacant_since: date | None


def programmes(within: ColumnElement[bool] = EVERY_ONE) -> list[Programme]:
    """Return all programmes, or those that meet `within` (see `scopes.programmes_within`), open ones first, by name."""
    return list(
        db.session.scalars(
            select(Programme)
            .where(within)
            .options(joinedload(Programme.sponsor))
            .order_by(Programme.closed_at.is_not(None), by_name(Programme.name), Programme.id)
        )
    )


def workflows_of(programme_ids: Iterable[int]) -> list[Workflow]:
    """Return the workflows of these programmes that are not retired, by name."""
    return list(
        db.session.scalars(
            select(Workflow)
            .where(Workflow.programme_id.in_(list(programme_ids)), Workflow.retired_at.is_(None))
            .order_by(by_name(Workflow.name), Workflow.id)
        )
    )


def holdings(workflow_ids: Sequence[int]) -> dict[int, list[Holding]]:
    """Return each workflow's four parts in their fixed order with their present holders, in one query.

    Leavers hold nothing: their part is vacant since they left.
    """
    return _held(workflow_ids, db.session.scalars(_holders(), {"workflows": list(workflow_ids)}))


def holdings_within(programme_ids: Iterable[int]) -> dict[Workflow, list[Holding]]:
    """Return the same of every workflow of these programmes that is not retired, by name, in one query."""
    rows = db.session.execute(_workflows_with_holders(), {"programmes": list(programme_ids)}).all()
    workflows = {workflow.id: workflow for workflow, _ in rows}
    held = _held(workflows, (row for _, row in rows if row is not None))
    return {workflow: held[key] for key, workflow in workflows.items()}


# Making these statements anew costs more than running them.
@cache
def _workflows_with_holders() -> Select[Workflow, Ownership]:
    return (
        select(Workflow, Ownership)
        .outerjoin(Ownership, Ownership.workflow_id == Workflow.id)
        .where(Workflow.programme_id.in_(bindparam("programmes", expanding=True)), Workflow.retired_at.is_(None))
        .options(joinedload(Ownership.person))
        .order_by(by_name(Workflow.name), Workflow.id, Ownership.since_on, Ownership.id)
    )


def _held(workflow_ids: Iterable[int], rows: Iterable[Ownership]) -> dict[int, list[Holding]]:
    found: dict[tuple[int, OwnershipPart], list[Ownership]] = defaultdict(list)
    for row in rows:
        found[row.workflow_id, row.part].append(row)
    return {key: [_holding(part, found.get((key, part), [])) for part in OwnershipPart] for key in workflow_ids}


@cache
def _holders() -> Select[Ownership]:
    return (
        select(Ownership)
        .where(Ownership.workflow_id.in_(WORKFLOWS))
        .options(joinedload(Ownership.person))
        .order_by(Ownership.since_on, Ownership.id)
    )


def _holding(part: OwnershipPart, rows: list[Ownership]) -> Holding:
    if not rows:
        return Holding(part, None, None)
    last = rows[-1]
    if last.until_on is not None:
        return Holding(part, None, None, last.person.name, last.until_on)
    if last.person.left_at is not None:
        return Holding(part, None, None, last.person.name, last.person.left_at.date())
    return Holding(part, last.person, last.since_on)


def ownership_gaps(programme_ids: Iterable[int]) -> list[OwnershipGap]:
    """Return every vacant part of ownership in these programmes, in one query."""
    return gaps_in(holdings_within(programme_ids))


def gaps_in(held: Mapping[Workflow, Sequence[Holding]]) -> list[OwnershipGap]:
    """Return the vacant parts among these holdings of workflows."""
    return [
        OwnershipGap(workflow, holding.part, holding.last_holder, holding.vacant_since)
        for workflow, parts in held.items()
        for holding in parts
        if holding.is_vacant
    ]
