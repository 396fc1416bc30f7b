"""The letters about the readiness of waves that were queued, as they are read."""

from collections.abc import Mapping

from sqlalchemy import select

from engagement.db import db
from engagement.mail.models import Delivery, Mailing


def letters() -> list[tuple[str, str]]:
    """Return the letters that were queued, each once: to whom, and its subject."""
    return [(row.address, _filled(row.mailing.subject, row.filled)) for row in _rows()]


def texts() -> list[str]:
    """Return the texts of all these letters."""
    return [_filled(row.mailing.text, row.filled) for row in _rows()]


def _rows() -> list[Delivery]:
    asked = select(Delivery).join(Mailing).where(Mailing.title.startswith("Gate of ")).order_by(Delivery.id)
    return list(db.session.scalars(asked))


def _filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{{ " + name + " }}", value)
    return text
