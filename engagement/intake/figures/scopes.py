"""Who may bring a file of readings: whoever plans a programme; what was read of it belongs to its sender alone."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engagement.db import db
from engagement.intake.models import KeptUpload
from engagement.intake.rules import UploadKind
from engagement.reach import Reach, allow_places, found


def readings_file_for(planning: Reach, file_id: int) -> KeptUpload:
    """Return a file of readings that the reader brought, with its lines; raises BeyondReach, or NotFound for another's."""
    allow_places(planning)
    own = (KeptUpload.id == file_id, KeptUpload.account_id == planning.account_id)
    this = select(KeptUpload).where(*own, KeptUpload.kind == UploadKind.READINGS)
    return found(db.session.scalar(this.options(undefer(KeptUpload.content))))
