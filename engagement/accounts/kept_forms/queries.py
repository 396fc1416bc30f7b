"""Reads of kept forms."""

from sqlalchemy import func, select

from engagement.accounts.kept_forms.models import KeptForm
from engagement.db import db


def newest_kept_form(account_id: int) -> int | None:
    """Return the id of the account's newest kept form, None without one."""
    return db.session.scalar(select(func.max(KeptForm.id)).where(KeptForm.account_id == account_id))


def kept_form(form_id: int, account_id: int) -> KeptForm | None:
    """Return a kept form of this account, None for anybody else's."""
    return db.session.scalar(select(KeptForm).where(KeptForm.id == form_id, KeptForm.account_id == account_id))
