"""A company whose file would give away a sign-in."""

import re

from flask.testing import FlaskClient
from intake.companies import csv_of
from pages.intake.given_files import give


def applied(client: FlaskClient, *rows: str) -> str:
    """Give a file, apply it and return what its preview said."""
    url = give(client, csv_of(*rows)).headers["Location"]
    preview = text_of(client, url)
    assert client.post(f"{url}/application", data={"confirm_leavers": "y"}).status_code == 303
    return preview


def text_of(client: FlaskClient, url: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", client.get(url).get_data(as_text=True)).split())
