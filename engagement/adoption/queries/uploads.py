"""Numbers of use that came in, and the secrets with which they are posted."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.adoption.models import UsageDoor, UsageUpload
from engagement.db import db


def uploads_of(programme_id: int, limit: int) -> Sequence[UsageUpload]:
    """Return what came in for a programme, the newest first."""
    return db.session.scalars(
        select(UsageUpload)
        .where(UsageUpload.programme_id == programme_id)
        .options(joinedload(UsageUpload.received_by))
        .order_by(UsageUpload.received_at.desc(), UsageUpload.id.desc())
        .limit(limit)
    ).all()


def doors_of(programme_id: int) -> Sequence[UsageDoor]:
    """Return the secrets of a programme, those in use first."""
    return db.session.scalars(
        select(UsageDoor)
        .where(UsageDoor.programme_id == programme_id)
        .options(joinedload(UsageDoor.made_by))
        .order_by(UsageDoor.ended_at.is_not(None), UsageDoor.id)
    ).all()


def same_file(programme_id: int, file_hash: str) -> UsageUpload | None:
    """Return what brought the same file before, unless it was taken back."""
    same = (UsageUpload.file_hash == file_hash, UsageUpload.taken_back_at.is_(None))
    return db.session.scalar(
        select(UsageUpload).where(UsageUpload.programme_id == programme_id, *same).order_by(UsageUpload.id.desc())
    )
