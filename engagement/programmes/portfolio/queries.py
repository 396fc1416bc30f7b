"""Reads of the portfolio: the versions of a workflow."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.programmes.portfolio.models import WorkflowVersion


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
