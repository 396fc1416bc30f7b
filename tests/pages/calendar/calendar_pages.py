"""Short ways through the pages of the calendar."""

from typing import Any

from flask.testing import FlaskClient

from engagement.communications.models import Occurrence
from engagement.db import db


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    """Return a page with its blanks and line ends evened out, as a browser shows them."""
    answer = client.get(path)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return " ".join(answer.get_data(as_text=True).split())


def post(client: FlaskClient, path: str, status: int = 303, **fields: Any) -> str:
    answer = client.post(path, data=fields)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def fresh(occurrence_id: int) -> Occurrence:
    db.session.rollback()
    return db.session.get_one(Occurrence, occurrence_id, populate_existing=True)


FORM = {
    "name": "Technical update",
    "kind": "technical_update",
    "wave": "0",
    "approver": "0",
    "rhythm": "fortnightly",
    "weekday": "TH",
    "week": "1",
    "month_day": "1",
    "at": "11:00",
    "timezone": "Europe/London",
    "starts_on": "2026-04-16",
    "holiday_policy": "after",
    "holiday_country": "GB-ENG",
    "write_lead_days": "2",
    "subject": "News",
    "outline": "Text",
}
