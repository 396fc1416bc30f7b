"""Short ways to the form on which a message is written."""

import re
from typing import Any

from flask.testing import FlaskClient

from engagement.communications.models import Occurrence
from tests.communications.calendar_rows import TEXT
from tests.pages.calendar.calendar_pages import page


def drawn_from(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="drawn_from" type="hidden" value="([^"]*)"', page(client, path))
    assert found is not None
    return found[1].replace("&#34;", '"').replace("&quot;", '"')


def form_of(draft: Occurrence, **fields: Any) -> dict[str, Any]:
    return {"subject": "News", "body": TEXT, "text_version": str(draft.text_version), "language": "", **fields}
