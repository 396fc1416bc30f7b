"""Keeps and deletes forms that could not be sent."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from engagement import clock
from engagement.accounts.kept_forms.models import KeptForm
from engagement.db import db, rows_changed

KEPT_FOR = timedelta(days=1)
#: How many forms are kept for an account; older ones are deleted.
MOST_KEPT = 5


def keep_form(account_id: int, path: str, fields: Sequence[tuple[str, str]]) -> KeptForm:
    """Keep the fields of a form sent to `path`, for the account that had opened it."""
    older = (
        select(KeptForm.id).where(KeptForm.account_id == account_id).order_by(KeptForm.id.desc()).offset(MOST_KEPT - 1)
    )
    rows_changed(delete(KeptForm).where(KeptForm.id.in_(older.limit(100_000))))
    row = KeptForm(account_id=account_id, path=path, fields=[list(pair) for pair in fields], kept_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row


def throw_away(row: KeptForm) -> None:
    db.session.delete(row)


def forget_kept_forms(now: datetime) -> int:
    """Delete forms kept for more than a day before `now` (UTC); return how many."""
    return rows_changed(delete(KeptForm).where(KeptForm.kept_at < now - KEPT_FOR))
