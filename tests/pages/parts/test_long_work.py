"""Imports of many people: the page is sent at once, shows how far the work is, and leads on; whoever leaves it ends it."""

import re
import time

import pytest
from factories import make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.hr_files import make_hr_file
from pages.intake.given_files import give
from sqlalchemy import func, select

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.intake.models import ImportRun, StagedPerson
from engagement.intake.rules import RunStatus
from engagement.pages.parts import long_work
from engagement.people.models import Person

FILE = make_hr_file(5_000)


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


def led_to(shown: str) -> str:
    """The one address that the page leads on to by itself; the same stands in it as a link."""
    (url,) = re.findall(r'<meta http-equiv="refresh" content="0; url=([^"]+)">', shown)
    assert f'<a href="{url}">' in shown
    return url


def rows(table: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_large_file_is_read_applied_and_undone_before_the_readers_eyes(
    ines: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        long_work, "PAUSE", 0.001
    )  # a quick machine is done with this file before the usual pause is over
    shown = give(ines, FILE).get_data(as_text=True)
    shares = [int(share) for share in re.findall(r'max="100" value="(\d+)"', shown)]
    assert shares == sorted(shares)
    assert 0 == shares[0] < shares[-1] <= 100
    assert shown.rstrip().endswith("</html>")
    url = led_to(shown)
    assert rows(Person) == 0
    assert "This is what would." in ines.get(url).get_data(as_text=True)

    applied = ines.post(f"{url}/application").get_data(as_text=True)
    assert "<h1>Bringing the directory up to date</h1>" in applied
    assert (led_to(applied), rows(Person)) == (url, 5_000)

    undone = ines.post(f"{url}/undoing").get_data(as_text=True)
    assert (led_to(undone), db.session.scalars(select(ImportRun.status)).all()) == (url, [RunStatus.UNDONE])


def test_what_cannot_be_done_is_said_on_the_page_and_nothing_is_kept(ines: FlaskClient) -> None:
    shown = give(ines, FILE + b'9,"nobody@example.com').get_data(as_text=True)
    assert "A quotation mark opens on this line and is not closed" in shown
    assert 'href="/people/import">Go back</a>' in shown
    assert "http-equiv" not in shown
    assert (rows(ImportRun), rows(StagedPerson)) == (0, 0)

    run = led_to(give(ines, FILE).get_data(as_text=True))
    led_to(ines.post(f"{run}/application").get_data(as_text=True))
    twice = ines.post(f"{run}/application").get_data(as_text=True)
    assert "This import is applied already." in twice
    assert f'href="{run}">Go back</a>' in twice


def test_leaving_the_page_ends_the_work(ines: FlaskClient) -> None:
    answer = give(ines, make_hr_file(20_000))
    parts = answer.iter_encoded()
    assert b"Keep this page open." in next(parts)
    next(parts)
    answer.close()
    time.sleep(0.5)
    assert rows(ImportRun) == 0
