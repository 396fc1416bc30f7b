"""What holds of notices: which workflows affect workers, the current version, and the draft of the next one."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.notices.models import Notice, WorkerEffect
from engagement.programmes.queries import WORKFLOWS


def effects_of(workflow_ids: Iterable[int]) -> dict[int, WorkerEffect]:
    """Return why each of these workflows affects workers, for those that do."""
    rows = db.session.scalars(
        select(WorkerEffect)
        .where(WorkerEffect.workflow_id.in_(list(workflow_ids)), WorkerEffect.ended_at.is_(None))
        .options(joinedload(WorkerEffect.said_by))
    )
    return {row.workflow_id: row for row in rows}


def affecting(workflow_ids: Iterable[int]) -> dict[int, bool]:
    """Return which of these workflows affect workers, and whether a notice about each is published; in one query."""
    return dict(db.session.execute(_affecting(), {"workflows": list(workflow_ids)}).all())


# Making the statement anew costs more than running it.
@cache
def _affecting() -> Select[int, bool]:
    is_told = exists().where(Notice.workflow_id == WorkerEffect.workflow_id, Notice.published_at.is_not(None))
    return select(WorkerEffect.workflow_id, is_told).where(
        WorkerEffect.workflow_id.in_(WORKFLOWS), WorkerEffect.ended_at.is_(None)
    )


def current_notices(workflow_ids: Iterable[int]) -> dict[int, Notice]:
    """Return the newest published notice of each of these workflows."""
    newest = (
        select(func.max(Notice.id))
        .where(Notice.workflow_id.in_(list(workflow_ids)), Notice.published_at.is_not(None))
        .group_by(Notice.workflow_id)
    )
    rows = db.session.scalars(
        select(Notice).where(Notice.id.in_(newest)).options(joinedload(Notice.workflow), joinedload(Notice.mailing))
    )
    return {row.workflow_id: row for row in rows}


def draft_of(workflow_id: int) -> Notice | None:
    """Return the notice that is being written, if there is one."""
    return db.session.scalar(select(Notice).where(Notice.workflow_id == workflow_id, Notice.published_at.is_(None)))


def published_of(workflow_id: int) -> Sequence[Notice]:
    """Return the published notices of a workflow, the newest first."""
    return db.session.scalars(
        select(Notice)
        .where(Notice.workflow_id == workflow_id, Notice.published_at.is_not(None))
        .options(joinedload(Notice.published_by), joinedload(Notice.written_by))
        .order_by(Notice.number.desc())
    ).all()


def notices_to_send() -> list[int]:
    """Return the ids of the current notices of workflows that affect workers: those whose readers may have become more."""
    asked = select(WorkerEffect.workflow_id).where(WorkerEffect.ended_at.is_(None)).order_by(WorkerEffect.workflow_id)
    return sorted(notice.id for notice in current_notices(db.session.scalars(asked)).values())
