"""The demonstration, loaded by its command: believable, complete, and no slot left open on any page, on both engines."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from commands.shell import DEMO_PASSWORD, Demonstration, Shell
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader

from engagement.app import create_app
from engagement.days.working_days import why_off
from engagement.db import db
from engagement.demo import load
from engagement.settings import Settings
from engagement.stakeholders.rules import StakeholderGroup

PAGES = {
    "manager": ["/", "/programmes", "/programmes/1/portfolio", "/workflows/3", "/workflows/3/versions", "/workflows/3/statements", "/statements/3", "/statements/3/people", "/workflows/3/oversight", "/waves/3", "/waves/3/quiet-periods/2", "/people", "/audiences", "/communications", "/deliveries", "/training",
                "/waves/2/training", "/stakeholders", "/stakeholders/2", "/stakeholders/map?since=2020-01-01", "/stakeholders/gaps", "/stakeholders/leadership", "/stakeholders/network", "/stakeholders/11/relations", "/stakeholders/chain", "/stakeholders/champions", "/stakeholders/leadership/4", "/waves/3/champions", "/workflows/1/value", "/workflows/3/value", "/metrics/2", "/value/import", "/consultations", "/consultations/2", "/programmes/1/bodies", "/workflows/4/notices", "/audiences/7", "/people/leavers", "/concerns", "/reports/programmes/1", "/mailbox"],
    "sponsor": ["/", "/stakeholders", "/me", "/me/messages", "/reports/programmes/1"],
    "employee": ["/", "/me", "/me/champion", "/me/training", "/me/messages", "/me/concerns", "/concerns/new", "/consultations/2"],
    "lead": ["/", "/me", "/me/team"],
    "auditor": ["/", "/communications"],
    "admin": ["/", "/admin", "/admin/jobs"],
}  # fmt: skip


@contextmanager
def application(shell: Shell) -> Iterator[Flask]:
    """The service on the database of a shell, without a process of its own."""
    app = create_app(
        Settings(_env_file=None, database_url=shell.database_url, instance_path=str(shell.folder / "instance"))
    )
    app.config["WTF_CSRF_ENABLED"] = False
    yield app
    with app.app_context():
        db.engine.dispose()


def signed_in(app: Flask, who: str) -> FlaskClient:
    browser = app.test_client()
    answer = browser.post("/login", data={"email": f"{who}@example.com", "password": DEMO_PASSWORD})
    assert answer.location == "/", who
    return browser


@pytest.fixture
def loaded(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Demonstration:
    """The demonstration on each engine in turn: a copy of what other tests have too, moved to PostgreSQL by a backup."""
    known: Demonstration = request.getfixturevalue("demonstration")
    shutil.copy(known.file, tmp_path / "engagement.db")
    shell = Shell(f"sqlite:///{tmp_path / 'engagement.db'}", tmp_path)
    if engine_name == "postgresql":
        there: Shell = request.getfixturevalue("postgresql_shell")
        assert shell.flask("backup", tmp_path / "backup.zip").code == 0
        assert there.flask("restore", tmp_path / "backup.zip").code == 0
        shell = there
    return Demonstration(shell, known.said, known.seconds)


def one(shell: Shell, query: str) -> int:
    [(number,)] = shell.rows(query)
    return int(str(number))


def words(shell: Shell, query: str) -> set[str]:
    return {str(word) for (word,) in shell.rows(query)}


def test_the_demonstration_is_believable_and_every_page_is_filled(loaded: Demonstration) -> None:
    shell = loaded.shell
    assert loaded.seconds < 60
    assert "manager@example.com" in loaded.said
    assert f"One password for all: {DEMO_PASSWORD}" in loaded.said
    assert shell.flask("demo", "accounts").out.count("@example.com") == 6
    assert shell.flask("demo", "load").refusal.startswith("The database is not empty.")

    assert one(shell, "SELECT count(*) FROM person") == 2412
    states = [str(status) for (status,) in shell.rows("SELECT status FROM wave ORDER BY number")]
    assert states == ["closed", "stabilising", "planned", "planned"]
    days = [date.fromisoformat(day) for day in words(shell, "SELECT go_live_on FROM wave")]
    assert [day for day in days if why_off(day, "GB-ENG")] == []
    assert len(words(shell, "SELECT source FROM concern")) == 5
    assert words(shell, "SELECT status FROM occurrence") >= {"sent", "draft", "in_review"}
    assert one(shell, "SELECT count(*) FROM occurrence WHERE status = 'sent'") > 15
    assert one(shell, "SELECT count(*) FROM delivery WHERE state = 'sent'") > 5_000
    assert one(shell, "SELECT count(*) FROM delivery WHERE state = 'bounced' AND reply LIKE '5%'") > 0
    assert one(shell, "SELECT count(*) FROM delivery WHERE translation_id IS NOT NULL") > 500
    assert one(shell, "SELECT count(*) FROM acknowledgement") > 900
    assert one(shell, "SELECT count(*) FROM delivery JOIN reminder USING (mailing_id) WHERE state = 'sent'") > 300
    assert one(shell, "SELECT count(*) FROM completion") > 500
    assert one(shell, "SELECT count(*) FROM stakeholder") > 12
    assert words(shell, "SELECT stakeholder_group FROM stakeholder_profile") == {
        group.value for group in StakeholderGroup
    }
    assert one(shell, "SELECT count(*) FROM concern_response") > 20
    assert words(shell, "SELECT kind FROM value_metric") == {"value", "tickets", "self_service"}
    assert one(shell, "SELECT count(*) FROM interaction") == 33
    assert words(shell, "SELECT outcome FROM commitment") == {"kept", "not_kept", "None"}
    assert (
        one(shell, "SELECT count(DISTINCT stakeholder_id) FROM stakeholder_standing WHERE superseded_at IS NOT NULL")
        > 9
    )
    assert one(shell, "SELECT count(*) FROM stakeholder_standing WHERE reason = ''") == 0
    assert one(shell, "SELECT count(*) FROM stakeholder_removal WHERE undone_at IS NULL") == 1
    assert one(shell, "SELECT people FROM quiet_override WHERE ended_at IS NOT NULL") > 4

    with application(shell) as app:
        for who, paths in PAGES.items():
            browser = signed_in(app, who)
            for path in paths:
                answer = browser.get(path, follow_redirects=True)
                assert answer.status_code == 200, (who, path)
                assert not re.search(r"\{\{|\}\}", answer.get_data(as_text=True)), (who, path)
        champions = signed_in(app, "manager").get("/waves/3/champions").get_data(as_text=True)
        assert "1 champion for 211 people; 9 would be 1 in 25 (here: 8 more)" in champions
        mine = signed_in(app, "employee").get("/me").get_data(as_text=True)
        assert "You are a champion" in mine
        assert mine.count("Until you confirm it, reminders come by mail.") == 3
        assert "Looks after this stakeholder" in signed_in(app, "manager").get("/people/leavers").get_data(as_text=True)
        sheet = signed_in(app, "sponsor").get("/reports/programmes/1").get_data(as_text=True)
        assert "Claims and finance" in sheet
        assert '3 of 7 done, <span class="late">1 missed</span> and 3 to come' in sheet
        for kind in ("xlsx", "csv"):
            assert signed_in(app, "sponsor").get(f"/reports/programmes/1.{kind}").status_code == 200, kind
        paper = PdfReader(BytesIO(signed_in(app, "sponsor").get("/reports/programmes/1.pdf").get_data()))
        first, second = (page.extract_text() for page in paper.pages)
        assert "What was said to people" in first
        assert second.startswith("How each figure is counted")


def test_the_demonstration_is_played_on_postgresql_too(postgresql_shell: Shell) -> None:
    """Its first hundred days, in which people come and go, learn, object, and get messages."""
    with application(postgresql_shell) as app, app.app_context():
        load(app.config["SETTINGS"], lambda _sentence: None, days=100)
    assert one(postgresql_shell, "SELECT count(*) FROM person") > 2_400
    for table, least in (("completion", 50), ("delivery", 300), ("concern", 10)):
        assert one(postgresql_shell, f"SELECT count(*) FROM {table}") > least, table
