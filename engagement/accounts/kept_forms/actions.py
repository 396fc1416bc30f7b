"""Keeping what was typed, and letting it go."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from engagement import clock
from engagement.accounts.kept_forms.models import KeptForm
from engagement.db import db, rows_changed

KEPT_FOR = timedelta(days=1)
#: Kept of one account; the oldest go first.
MOST_KEPT = 5


def keep_form(account_id: int, path: str, fields: Sequence[tuple[str, str]]) -> KeptForm:
    """Keep the fields of a form that was sent to `path` for the account that had opened it."""
    older = (
        select(KeptForm.id).where(KeptForm.account_id == account_id).order_by(KeptForm.id.desc()).offset(MOST_KEPT - 1)
    )
    rows_changed(delete(KeptForm).where(KeptForm.id.in_(older.limit(100_000))))
    row = KeptForm(account_id=account_id, path=path, fields=[list(pair) for pair in fields], kept_at=clock.now())
    db.session.add(row)
    db.session.flush()
    return row


def throw_away(row: KeptForm) -> None:
    """Let one go."""
    db.session.delete(row)


def forget_kept_forms(now: datetime) -> int:
    """Let those go that nobody came back for within a day; returns how many."""
    return rows_changed(delete(KeptForm).where(KeptForm.kept_at < now - KEPT_FOR))
