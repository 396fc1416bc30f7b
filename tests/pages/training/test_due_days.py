"""Another day for one person: given on a page with a reason, refused with what was typed, and read by whom it concerns."""

import csv
from datetime import date
from io import StringIO

import pytest
from factories import make_account, make_change_manager, make_person, make_programme, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import report_done
from engagement.training.models import Assignment, OwnDueDay
from engagement.training.rules import ItemKind
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def wave(app: Flask) -> Wave:
    """Ana and Ben have a course until 5 May and have not finished it; Cleo has."""
    module = make_module("reading")
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED))
    people = [make_person(name) for name in ("Ana Lima", "Ben Ode", "Cleo Roy")]
    made = make_wave(make_programme(), members=people, go_live_on=date(2026, 5, 12))
    settle_assignments(clock.now())
    report_done(people[2], module, by=make_change_manager().actor)
    db.session.commit()
    return made


def page_for(name: str) -> str:
    row = db.session.scalars(select(Assignment).join(Assignment.person).where(Person.name == name)).one()
    return f"/training/assignments/{row.id}/due-day"


def manager(app: Flask) -> FlaskClient:
    return signed_in(app, db.session.scalars(select(Account).where(Account.email == "ines@example.com")).one())


def test_a_day_is_given_and_read_by_the_person_and_in_lists(app: Flask, wave: Wave) -> None:
    client, address = manager(app), page_for("Ana Lima")
    assert address in client.get(f"/waves/{wave.id}/training/people").get_data(as_text=True)
    posted = {"due_on": "2026-05-20", "reason": "Back from <leave> on the 18th."}
    assert client.post(address, data=posted).location == f"/waves/{wave.id}/training/people"
    rows = list(csv.DictReader(StringIO(client.get(f"/waves/{wave.id}/training/people.csv").data.decode("utf-8-sig"))))
    days = {row["Name"]: row["Due on"] for row in rows}
    assert days == {"Ana Lima": "2026-05-20", "Ben Ode": "2026-05-05", "Cleo Roy": "2026-05-05"}
    told = "Wednesday 20 May: Back from &lt;leave&gt; on the 18th."
    assert told in client.get(address).get_data(as_text=True)
    ana = db.session.scalars(select(Person).where(Person.name == "Ana Lima")).one()
    account = make_account("ana.lima@example.com", "Ana Lima")
    account.person_id = ana.id
    own = signed_in(app, account)
    course = db.session.scalars(select(Assignment.id).limit(1)).one()
    pages = {path: own.get(path).get_data(as_text=True) for path in ("/me", "/me/training", f"/me/training/{course}")}
    assert ["20 May" in page for page in pages.values()] == [True] * 3
    assert ["5 May" in page for page in pages.values()] == [False] * 3
    assert "on a day of your own" in pages["/me/training"]
    assert "Back from &lt;leave&gt; on the 18th. (Ines Okafor)" in pages[f"/me/training/{course}"]


@pytest.mark.parametrize(
    ("due_on", "reason", "told"),
    [
        ("2026-04-13", "Away.", "This day has passed. Choose today or a later day."),
        ("2026-05-20", " ", "Say why, in at most 1,000 characters."),
        ("soon", "Away.", "Write a day, such as 2026-12-31."),
    ],
)
def test_what_is_refused_is_kept_as_typed(app: Flask, wave: Wave, due_on: str, reason: str, told: str) -> None:
    answer = manager(app).post(page_for("Ana Lima"), data={"due_on": due_on, "reason": reason})
    page = answer.get_data(as_text=True)
    assert (answer.status_code, told in page, f'value="{due_on}"' in page) == (422, True, True)
    assert reason.strip() in page
    assert db.session.scalars(select(OwnDueDay)).all() == []


def test_where_the_wave_is_over_no_day_is_offered_or_given(app: Flask, wave: Wave) -> None:
    wave.status = WaveStatus.CLOSED
    client, address = manager(app), page_for("Ana Lima")
    assert "Another day" not in client.get(f"/waves/{wave.id}/training/people").get_data(as_text=True)
    answer = client.post(address, data={"due_on": "2026-05-20", "reason": "Away."})
    assert answer.status_code == 422
    assert "not asked of Ana Lima any more" in answer.get_data(as_text=True)


def test_who_only_reads_is_offered_no_other_day_nor_is_it_for_who_has_finished(app: Flask, wave: Wave) -> None:
    people = f"/waves/{wave.id}/training/people"
    shown = manager(app).get(people).get_data(as_text=True)
    assert [page_for(name) in shown for name in ("Ana Lima", "Ben Ode", "Cleo Roy")] == [True, True, False]
    auditor = signed_in(app, make_account("ada@example.com", "Ada Moss", Role.AUDITOR))
    assert "due-day" not in auditor.get(people).get_data(as_text=True)
    assert auditor.post(page_for("Ana Lima"), data={"due_on": "2026-05-20", "reason": "Away."}).status_code == 403
