"""Everything as CSV files in one archive: for administrators alone, without what opens doors, audited, and never calculated."""

import csv
import io
import zipfile

import pytest
from factories import make_account, make_change_manager, make_person, make_unknown_concern, signed_in
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import Base, db
from engagement.pages.admin.everything import OF_CONCERNS, OF_THE_SERVICE, SECRET
from engagement.resistance.rules import Sender
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment

pytestmark = pytest.mark.usefixtures("frozen")


def taken(app: Flask, *roles: Role) -> dict[str, list[dict[str, str]]]:
    browser = signed_in(app, make_account("admin@example.com", "Ada Admin", *roles))
    answer = browser.post("/admin/everything.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="engagement-2026-04-14.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {
            name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            for name in archive.namelist()
            if name.endswith(".csv")
        }


def test_an_administrator_takes_everything_but_what_is_a_secret(app: Flask) -> None:
    make_person("Zoë Çelik", "zoe@example.com", job_title="=1+1")
    make_unknown_concern("I fear for my post", on=clock.now().date())
    say_something("Still in the letterbox", Sender.ANONYMOUS, secret="s", moment=Moment(clock.now().date(), "GB-ENG"))
    found = taken(app, Role.ADMINISTRATOR)
    assert set(found) == set(Base.metadata.tables) - OF_THE_SERVICE - OF_CONCERNS
    assert set(Base.metadata.tables) > OF_THE_SERVICE | OF_CONCERNS
    # Who answered a question wrongly is seen by nobody, so by no administrator either.
    assert not {"message_answer", "scope_answer"} & set(found)
    [person] = [row for row in found["person"] if row["email"] == "zoe@example.com"]
    assert (person["name"], person["job_title"]) == ("Zoë Çelik", "'=1+1")
    assert not SECRET & {column for rows in found.values() for row in rows for column in row}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "exported everything")).one()
    assert (entry.actor_name, entry.changes) == ("Ada Admin", {"concerns": [None, "no"]})


def test_concerns_are_in_it_for_who_reads_them_all(app: Flask) -> None:
    make_unknown_concern("I fear for my post", on=clock.now().date())
    found = taken(app, Role.ADMINISTRATOR, Role.CHANGE_MANAGER)
    assert [row["text"] for row in found["concern"]] == ["I fear for my post"]
    assert "receipt_hash" not in found["concern"][0]


def test_nobody_else_takes_anything(app: Flask) -> None:
    browser = signed_in(app, make_change_manager())
    assert browser.post("/admin/everything.zip").status_code == 403
    assert "everything.zip" not in browser.get("/admin").get_data(as_text=True)
    assert app.test_client().post("/admin/everything.zip").status_code in (302, 403)
