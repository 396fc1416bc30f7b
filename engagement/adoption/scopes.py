"""Who brings numbers of use and takes them back: who plans the whole programme. Nobody reads another one's days of use.

How a wave or programme is used is read by who oversees it (`programmes.scopes`, `waves.scopes`), as figures alone.
"""

from engagement.adoption.models import UsageDoor, UsageUpload
from engagement.db import db
from engagement.reach import Reach, allow, found


def upload_for(planning: Reach, upload_id: int) -> UsageUpload:
    """Return numbers that came in, of a programme that the reader plans; raises BeyondReach or NotFound."""
    row = found(db.session.get(UsageUpload, upload_id))
    allow(planning.covers(programme_id=row.programme_id), planning)
    return row


def door_for(planning: Reach, door_id: int) -> UsageDoor:
    """Return a secret for posting, of a programme that the reader plans; raises BeyondReach or NotFound."""
    row = found(db.session.get(UsageDoor, door_id))
    allow(planning.covers(programme_id=row.programme_id), planning)
    return row
