"""Who may bring a register file: whoever keeps a map; what was read of it belongs to its sender alone."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engagement.db import db
from engagement.intake.models import KeptUpload
from engagement.intake.rules import UploadKind
from engagement.reach import Reach, allow_places, found


def register_file_for(planning: Reach, file_id: int) -> KeptUpload:
    """Return a register file that the reader brought, with its rows; raises BeyondReach, or NotFound for another's."""
    allow_places(planning)
    own = (KeptUpload.id == file_id, KeptUpload.account_id == planning.account_id)
    this = select(KeptUpload).where(*own, KeptUpload.kind == UploadKind.STAKEHOLDERS)
    return found(db.session.scalar(this.options(undefer(KeptUpload.content))))
