"""Who reads a scope statement: who oversees its workflow; drafts only who plans it. Its readers see theirs on their own page."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.reach import Reach, allow, found


def statement_for(overseeing: Reach, planning: Reach, statement_id: int) -> ScopeStatement:
    """Return a statement with its workflow; raises NotFound or BeyondReach."""
    row = found(
        db.session.scalar(
            select(ScopeStatement)
            .where(ScopeStatement.id == statement_id)
            .options(joinedload(ScopeStatement.workflow).joinedload(Workflow.programme))
        )
    )
    reach = planning if row.is_draft else overseeing
    allow(reach.covers(programme_id=row.workflow.programme_id), reach)
    return row
