"""Who may import HR files: whoever keeps the directory; an upload belongs to its sender alone."""

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engagement.db import db
from engagement.errors import NotFound
from engagement.intake.models import ImportRun, KeptUpload
from engagement.intake.rules import UploadKind
from engagement.reach import Reach, allow_all, row_of_all


def run_for(keeping_people: Reach, run_id: int) -> ImportRun:
    """Return an import; raises BeyondReach or NotFound."""
    return row_of_all(keeping_people, ImportRun, run_id)


def upload_for(keeping_people: Reach, upload_id: int) -> KeptUpload:
    """Return a file that the reader uploaded, with its content; raises BeyondReach, or NotFound for another's file."""
    allow_all(keeping_people)
    return own_file(keeping_people, upload_id, UploadKind.PEOPLE)


def own_file(reach: Reach, file_id: int, kind: UploadKind) -> KeptUpload:
    """Return a file of a kind that the reader brought, with its content; raises NotFound for another's."""
    own = (KeptUpload.id == file_id, KeptUpload.account_id == reach.account_id, KeptUpload.kind == kind)
    file = db.session.scalar(select(KeptUpload).where(*own).options(undefer(KeptUpload.content)))
    if file is None:
        raise NotFound("No file of yours waits here. It is let go once it is applied or dropped, and after a day.")
    return file
