"""Short ways to give a file to the pages of imports."""

import io
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from engagement.db import db
from engagement.people.models import Person


def give(client: FlaskClient, data: bytes, filename: str = "people.csv", **more: str) -> Any:
    form = {"full": "full", "file": (io.BytesIO(data), filename), **more}
    return client.post("/people/import", data=form, content_type="multipart/form-data")


def headcount() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def page(client: FlaskClient, url: str) -> str:
    return client.get(url).get_data(as_text=True)
