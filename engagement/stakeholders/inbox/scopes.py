"""Whose mail is whose: who plans all of a programme keeps its address and its inbox."""

from engagement.db import db
from engagement.reach import Reach, allow, found
from engagement.stakeholders.inbox.models import MailIn


def mail_to_assign(planning: Reach, mail_in_id: int) -> MailIn:
    """Return a mail that waits; raises BeyondReach, or NotFound for one that was handled."""
    allow(planning.holds_places, planning)
    mail = db.session.get(MailIn, mail_in_id)
    mail = mail if mail is not None and planning.covers_all_of(mail.programme_id) else None
    return found(mail if mail is not None and mail.handled_at is None else None)
