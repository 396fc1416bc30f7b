"""Who reads how a programme or wave is used, who brings numbers, and who posts them. Nobody reads another one's days of use."""

from sqlalchemy import select

from engagement.adoption.models import UsageUpload
from engagement.db import db
from engagement.reach import Reach, allow, found


def brings_usage(planning: Reach, programme_id: int) -> bool:
    """Return whether numbers of a programme may be brought and taken back: by who plans all of it."""
    return planning.covers(programme_id=programme_id)


def upload_for(planning: Reach, upload_id: int) -> UsageUpload:
    """Return numbers that came in, of a programme that the reader plans; raises BeyondReach or NotFound."""
    row = found(db.session.scalar(select(UsageUpload).where(UsageUpload.id == upload_id)))
    allow(brings_usage(planning, row.programme_id), planning)
    return row
