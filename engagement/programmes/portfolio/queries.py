"""Reads of the portfolio: versions of workflows, how they are rated, and which are to be looked at again."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.portfolio.models import WorkflowVersion
from engagement.programmes.portfolio.rules import Ratings


def versions_of(workflow: Workflow) -> Sequence[WorkflowVersion]:
    """Return all versions of a workflow, the newest first, with those that are announced and don't hold yet."""
    return db.session.scalars(
        select(WorkflowVersion)
        .where(WorkflowVersion.workflow_id == workflow.id)
        .order_by(WorkflowVersion.number.desc())
    ).all()


def current_version(workflow: Workflow, on: date) -> WorkflowVersion | None:
    """Return the version that holds on a day; None before the first one."""
    return next((version for version in versions_of(workflow) if version.holds_from_on <= on), None)


def ratings_of(workflow: Workflow) -> Ratings:
    """Return how a workflow is rated."""
    return Ratings(workflow.value, workflow.complexity, workflow.risk)


def version_numbers(workflow_ids: Iterable[int], on: date) -> dict[int, int]:
    """Return the number of the version of each workflow that holds on a day, in one query."""
    held = (
        select(WorkflowVersion.workflow_id, func.max(WorkflowVersion.number))
        .where(WorkflowVersion.workflow_id.in_(list(workflow_ids)), WorkflowVersion.holds_from_on <= on)
        .group_by(WorkflowVersion.workflow_id)
    )
    return dict(db.session.execute(held).all())


def reviews_due(programme_ids: Iterable[int], on: date) -> Sequence[Workflow]:
    """Return the workflows of open programmes that were to be looked at again by a day, the longest due first."""
    return db.session.scalars(
        select(Workflow)
        .join(Workflow.programme)
        .where(
            Workflow.programme_id.in_(list(programme_ids)),
            Workflow.retired_at.is_(None),
            Workflow.review_on <= on,
            Programme.closed_at.is_(None),
        )
        .options(joinedload(Workflow.programme))
        .order_by(Workflow.review_on, Workflow.id)
    ).all()
