"""What the directory does to people: first file, the same again, a move, leaving, coming back; and what follows each time."""

from datetime import timedelta

import time_machine
from factories import PASSWORD, TESTER, make_programme
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN, CY, DEE, bring_in, person, tally
from mail.outbox import FROM, link_for, make_mailing, queue
from mail.smtp_peer import smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import account_for_person, reactivate, set_password
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.people.queries import department_by_path
from engagement.people.rules import TrainingRole
from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import TIMETABLE
from engagement.training.models import Assignment
from engagement.waves.actions import plan_wave
from engagement.waves.models import Membership, Wave, WaveDetails

EVERYBODY = (ADA, BEN, CY, DEE)


def settle() -> str:
    """Let the clock settle the directory, as it does every ten minutes."""
    assert run_if_due(TIMETABLE[0], anyway=True)
    state = line_states()[0]
    assert state.error is None
    return state.outcome


def members(wave: Wave) -> list[str]:
    rows = db.session.scalars(select(Membership).where(Membership.wave_id == wave.id, Membership.ended_at.is_(None)))
    return sorted(row.person.employee_id or "" for row in rows)


def asked(wave: Wave) -> list[tuple[str | None, TrainingRole]]:
    """Who has to learn what in a wave now."""
    rows = db.session.scalars(
        select(Assignment).where(Assignment.wave_id == wave.id, Assignment.withdrawn_at.is_(None))
    )
    return sorted((person_row.employee_id, row.role) for row in rows for person_row in [row.person])


def sign_in(app: Flask, number: str) -> FlaskClient:
    account = account_for_person(person(number))
    set_password(account, PASSWORD, by=TESTER)
    db.session.commit()
    client = app.test_client()
    assert client.post("/login", data={"email": account.email, "password": PASSWORD}).location == "/"
    return client


def planned_wave(path: str, name: str, days: int) -> Wave:
    day = clock.now().date() + timedelta(days=days)
    programme = make_programme(f"Programme of {name}")
    return plan_wave(
        programme, WaveDetails(name), day, departments=[d for d in [department_by_path(path)] if d], by=TESTER
    )


def test_a_year_of_one_directory(app: Flask, frozen: time_machine.Traveller) -> None:
    # The first file; two waves are planned on it.
    assert tally(bring_in(*EVERYBODY)) == {"new": 4}
    claims, finance = planned_wave("Operations/Claims", "Claims", 28), planned_wave("Finance", "Finance", 60)
    assert (members(claims), members(finance)) == (["2", "3"], ["4"])
    settle()
    assert asked(claims) == [("2", TrainingRole.USER), ("3", TrainingRole.BUILDER), ("3", TrainingRole.USER)]
    assert asked(finance) == []

    # The same file again: nothing moves, and nothing is asked twice.
    frozen.shift(timedelta(days=1))
    assert tally(bring_in(*EVERYBODY)) == {"unchanged": 4}
    assert settle() == "0 joined a wave, 0 left one. 0 assigned, 0 withdrawn, 0 asked about."

    # Ben moves to finance: other wave, other training; his session goes on.
    browser = sign_in(app, "2")
    assert "Claims" in browser.get("/me").get_data(as_text=True)
    moved = BEN.replace("Operations/Claims", "Finance")
    assert tally(bring_in(ADA, moved, CY, DEE)) == {"moved": 1, "unchanged": 3}
    settle()
    assert (members(claims), members(finance)) == (["3"], ["2", "4"])
    assert asked(claims) == [("3", TrainingRole.BUILDER), ("3", TrainingRole.USER)]
    assert asked(finance) == [("2", TrainingRole.USER)]
    assert browser.get("/me").status_code == 200

    # Ben leaves while a message to him waits: session, membership, assignment and message end with him.
    mailing = make_mailing()
    assert queue(mailing) == 4
    db.session.commit()
    frozen.shift(timedelta(days=1))
    assert tally(bring_in(ADA, CY, DEE)) == {"unchanged": 3, "left": 1}
    settle()
    assert (members(finance), asked(finance)) == (["4"], [])
    assert browser.get("/me").location.startswith("/login")
    with smtp_peer() as peer:
        counts = deliver_until_empty(Transport(peer.url), "story", link_for, FROM)
        assert (counts.sent, counts.suppressed) == (3, 1)
        assert "ben@example.com" not in peer.recipients
    [his] = db.session.scalars(select(Delivery).where(Delivery.address == "ben@example.com"))
    assert (his.state, his.reason) == (DeliveryState.SUPPRESSED, "This person has left, so nothing is sent to them.")

    # Ben comes back to claims: the same person, with his history; he signs in anew and gets what is sent from now on.
    frozen.shift(timedelta(days=90))
    assert tally(bring_in(*EVERYBODY)) == {"returned": 1, "unchanged": 3}
    settle()
    assert (members(claims), members(finance)) == (["2", "3"], ["4"])
    assert asked(claims)[0] == ("2", TrainingRole.USER)
    rows = db.session.scalars(select(Membership).where(Membership.person_id == person("2").id)).all()
    # He was in claims before, in finance meanwhile, and is in claims again.
    spans = sorted((row.joined_at, row.wave_id, row.ended_at is None) for row in rows)
    assert [span[1:] for span in spans] == [(claims.id, False), (finance.id, False), (claims.id, True)]
    assert browser.get("/me").location.startswith("/login")
    # He had a password, so an administrator lets him in again.
    reactivate(account_for_person(person("2")), by=TESTER)
    db.session.commit()
    assert sign_in(app, "2").get("/me").status_code == 200
    with smtp_peer() as peer:
        assert queue(make_mailing(subject="Welcome back")) == 4
        db.session.commit()
        deliver_until_empty(Transport(peer.url), "story", link_for, FROM)
        assert peer.recipients.count("ben@example.com") == 1
