"""Reading what was kept."""

from sqlalchemy import select

from engagement.accounts.kept_forms.models import KeptForm
from engagement.db import db


def kept_form(form_id: int, account_id: int) -> KeptForm | None:
    """Return a kept form of this account, None for anybody else's."""
    return db.session.scalar(select(KeptForm).where(KeptForm.id == form_id, KeptForm.account_id == account_id))
