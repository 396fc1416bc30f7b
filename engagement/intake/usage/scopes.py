"""Who may bring numbers of use as a file: whoever plans a programme; what was read of it belongs to its sender alone."""

from engagement.intake.models import KeptUpload
from engagement.intake.rules import UploadKind
from engagement.intake.scopes import own_file
from engagement.reach import Reach, allow_places


def usage_file_for(planning: Reach, file_id: int) -> KeptUpload:
    """Return a file of use that the reader brought, with its rows; raises BeyondReach, or NotFound for another's."""
    allow_places(planning)
    return own_file(planning, file_id, UploadKind.USAGE)
