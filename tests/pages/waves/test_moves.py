"""Moving a go-live: everybody reads why and from which day; days that speak against it are asked about; old words are listed."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_wave,
    signed_in,
)
from flask import Flask
from flask.testing import FlaskClient
from previews import sealed
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.communications.actions.building import build_message
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.waves import actions
from engagement.waves.models import Membership, Wave
from tests.communications.calendar_rows import make_draft, make_line

WHY = "The test data are late."


@pytest.fixture
def wave(app: Flask, frozen: object) -> Wave:
    """A wave of claims that goes live on Tuesday 12 May 2026 and settles until 9 June, with Ana in it."""
    made = make_wave(members=[make_person("Ana Lima", email="ana@example.com")], go_live_on=date(2026, 5, 12))
    made.stabilises_until_on = date(2026, 6, 9)
    db.session.flush()
    return made


@pytest.fixture
def manager(app: Flask, frozen: object) -> FlaskClient:
    """Ines, who plans everything."""
    return signed_in(app, make_change_manager())


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return plain(answer.get_data(as_text=True))


def move(client: FlaskClient, wave: Wave, day: str, **changed: str) -> int:
    form = {"go_live_on": day, "shown": day, "confirm": "yes", "reason": WHY, **changed}
    path = f"/waves/{wave.id}/go-live"
    return client.post(path, data=sealed(client, path, form)).status_code


def test_everybody_reads_why_go_live_moved_and_from_which_day(app: Flask, manager: FlaskClient, wave: Wave) -> None:
    assert move(manager, wave, "2026-05-26") == 303
    assert f"Moved from Tuesday 12 May on 14 April by Ines Okafor: {WHY}" in text_of(manager, f"/waves/{wave.id}")
    for path in (f"/programmes/{wave.programme_id}", "/programmes"):
        assert f"26 May not 12 May: {WHY}" in text_of(manager, path), path
    assert f"Moved from 12 May: {WHY}" in text_of(manager, f"/reports/programmes/{wave.programme_id}")
    account = make_account("ana@example.com", "Ana Lima")
    account.person_id = db.session.scalars(select(Membership.person_id)).one()
    mine = text_of(signed_in(app, account), "/me")
    assert "That was to be Tuesday 12 May; it moved: The test data are late." in mine
    assert f"(moved from 12 May: {WHY})" in mine


def test_only_the_day_that_was_shown_is_taken(manager: FlaskClient, wave: Wave) -> None:
    assert move(manager, wave, "2026-05-26", shown="2026-05-19") == 200
    assert move(manager, wave, "2026-05-26", shown="") == 200
    db.session.expire_all()
    assert wave.go_live_on == date(2026, 5, 12)


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        ("2026-04-13", "This day has passed."),
        ("2026-05-30", "That is a Saturday, when few people work."),
        ("2026-12-25", "That is Christmas Day, when few people work."),
        ("2026-05-12", "Wave 3: Property claims is left to settle until Tuesday 9 June"),
        ("2026-06-09", "Wave 3: Property claims is left to settle until Tuesday 9 June"),
        ("2026-06-10", ""),
    ],
)
def test_a_new_wave_on_a_day_that_something_speaks_against_is_asked_about(
    manager: FlaskClient, wave: Wave, day: str, warning: str
) -> None:
    form = {"name": "Next", "go_live_on": day, "training_lead_days": "7"}
    path = f"/programmes/{wave.programme_id}/waves/new"
    answer = manager.post(path, data=form)
    assert (answer.status_code, warning in plain(answer.get_data(as_text=True))) == (422 if warning else 303, True)
    if warning:
        assert manager.post(path, data={**form, "despite": "2026-05-01"}).status_code == 422
        assert manager.post(path, data={**form, "despite": day}).status_code == 303
    made = db.session.scalars(select(Wave).where(Wave.name == "Next")).one()
    assert made.go_live_on == date.fromisoformat(day)


def test_another_programme_is_warned_where_the_same_people_are_left_to_settle(manager: FlaskClient, wave: Wave) -> None:
    claims = make_department("Operations/Claims")
    actions.choose_departments(wave, [claims], by=TESTER)
    other = make_wave(make_programme("Other"), number=1, name="Elsewhere", go_live_on=date(2026, 9, 1))
    assert "left to settle" not in shown_move(manager, other, "2026-05-19")
    actions.choose_departments(other, [make_department("Operations/Claims/Property")], by=TESTER)
    db.session.commit()
    assert "Wave 3: Property claims is left to settle" in shown_move(manager, other, "2026-05-19")


def shown_move(client: FlaskClient, wave: Wave, day: str) -> str:
    return plain(client.post(f"/waves/{wave.id}/go-live", data={"go_live_on": day}).get_data(as_text=True))


@pytest.mark.parametrize(
    ("words", "is_listed"),
    [
        ("It starts on Tuesday 12 May.", True),
        ("Es beginnt am 12.05.2026.", True),
        ("See you on 2026-05-12", True),
        ("From May 12 on", True),
        ("It starts on {{ go_live }}.", True),
        ("Not on 12 May, as we wrote, but on 26 May.", False),
        ("It starts on 13 May, and 12 of us are ready.", False),
    ],
)
def test_sent_messages_that_name_the_former_day_are_listed_for_who_moves_it(
    app: Flask, manager: FlaskClient, wave: Wave, words: str, is_listed: bool
) -> None:
    owner = db.session.scalars(select(Account).where(Account.email == "ines@example.com")).one()
    line = make_line(wave.programme, wave=wave, owner=owner)
    row = make_draft(line)
    row.subject, row.body, row.status = "What changes", words, OccurrenceStatus.SENT
    row.mailing = build_message(row)
    unsent = make_draft(line, row.sends_at + timedelta(days=1))
    unsent.subject, unsent.body = "Later", words
    db.session.commit()
    assert ("Sent messages that name" in shown_move(manager, wave, "2026-05-26")) == is_listed
    assert move(manager, wave, "2026-05-26") == 303
    page = text_of(manager, f"/waves/{wave.id}")
    assert ("Sent messages name another day than Tuesday 26 May" in page) == is_listed
    assert page.count("Plan a correction") == int(is_listed)
    # Moved back, they are right again.
    assert move(manager, wave, "2026-05-12") == 303
    assert "Sent messages name another day" not in text_of(manager, f"/waves/{wave.id}")
