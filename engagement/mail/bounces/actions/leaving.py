"""Remembering which mails of the mailbox of bounces were looked at and stay there."""

from collections.abc import Collection

from engagement import clock
from engagement.db import db
from engagement.mail.bounces.models import BounceMailbox

ONLY = 1


def remember_left(names: Collection[str]) -> None:
    """Keep the names of the mails that stay in the mailbox, in place of those that stayed before."""
    row = db.session.get(BounceMailbox, ONLY)
    if row is None:
        row = BounceMailbox(id=ONLY)
        db.session.add(row)
    row.left_there, row.read_at = sorted(names), clock.now()
    db.session.flush()
