"""A form with a preview, as its second button sends it: with the mark of the rows that were shown."""

import re
from typing import Any

from flask.testing import FlaskClient


def sealed(client: FlaskClient, path: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return these answers with the mark of the preview that the page shows for them."""
    asked = {name: value for name, value in data.items() if name != "confirm"}
    found = re.search(r'name="seal" value="(\w+)"', client.post(path, data=asked).get_data(as_text=True))
    return {**data, "seal": found[1] if found else ""}
