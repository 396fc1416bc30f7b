"""Who keeps notices: who plans the programme of their workflow."""

from engagement.db import db
from engagement.notices.models import Notice
from engagement.programmes.scopes import reaches_programme
from engagement.reach import Reach, allow, found


def notice_for(planning: Reach, notice_id: int) -> Notice:
    """Return a notice of a programme within reach; raises NotFound or BeyondReach."""
    notice = found(db.session.get(Notice, notice_id))
    allow(reaches_programme(planning, notice.workflow.programme), planning)
    return notice
