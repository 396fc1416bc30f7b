"""Reads of scope statements: what holds now, what is being written, and every version."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor, applying

#: The statements of workflows that hold: by workflow, and for whom.
Current = Mapping[int, Mapping[StatementFor, ScopeStatement]]


def statements_of(workflow: Workflow) -> Sequence[ScopeStatement]:
    """Return every version for every role, drafts too, those for all roles first and the newest first."""
    found = db.session.scalars(
        select(ScopeStatement)
        .where(ScopeStatement.workflow_id == workflow.id)
        .order_by(ScopeStatement.number.desc(), ScopeStatement.id.desc())
    ).all()
    order = list(StatementFor)
    return sorted(found, key=lambda statement: order.index(statement.role))


def holds_now() -> ColumnElement[bool]:
    """Return the condition on `ScopeStatement` that it is the newest published version for its role."""
    later = aliased(ScopeStatement)
    newest = (
        select(func.max(later.number))
        .where(
            later.workflow_id == ScopeStatement.workflow_id,
            later.role == ScopeStatement.role,
            later.published_at.is_not(None),
        )
        .scalar_subquery()
    )
    return and_(ScopeStatement.published_at.is_not(None), ScopeStatement.number == newest)


def current_statements(workflow_ids: Iterable[int]) -> Current:
    """Return the statements of these workflows that hold, in one query; workflows without any have no entry."""
    found: dict[int, dict[StatementFor, ScopeStatement]] = defaultdict(dict)
    held = select(ScopeStatement).where(ScopeStatement.workflow_id.in_(list(workflow_ids)), holds_now())
    for statement in db.session.scalars(held.order_by(ScopeStatement.id)):
        found[statement.workflow_id][statement.role] = statement
    return dict(found)


def statements_for(current: Current, workflow_id: int, roles: Collection[TrainingRole]) -> list[ScopeStatement]:
    """Return the statements of a workflow for somebody with these roles."""
    published = current.get(workflow_id, {})
    return [published[each] for each in applying(published, roles)]


def draft_of(workflow: Workflow, role: StatementFor) -> ScopeStatement | None:
    """Return what is being written for a role, None if nothing is."""
    return db.session.scalar(_of(workflow, role).where(ScopeStatement.published_at.is_(None)))


def newest_published(workflow: Workflow, role: StatementFor) -> ScopeStatement | None:
    """Return the statement for a role that holds now, None if none was ever published."""
    return db.session.scalar(_of(workflow, role).where(holds_now()))


def _of(workflow: Workflow, role: StatementFor) -> Select[ScopeStatement]:
    return select(ScopeStatement).where(ScopeStatement.workflow_id == workflow.id, ScopeStatement.role == role)
