"""What a sent message reached stays so when its readers leave, are erased, or move: on wave, message, sheet and in files."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from factories import TESTER, make_department, make_person, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import clock
from engagement.communications.actions.reminding import messages_to_remind_of, remind
from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.intake.actions.runs import settle_after_import
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery, Reminder
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.people.actions import mark_as_left, merge_department
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from tests.communications.calendar_rows import AT_TWO, make_approved, make_audience, make_line
from tests.mail.outbox import FROM, link_for
from tests.mail.smtp_peer import smtp_peer

pytestmark = pytest.mark.usefixtures("frozen")
#: Each reader: what became of their copy, and whether they confirmed it.
READERS = {
    "Ann Sent": (DeliveryState.SENT, True),
    "Bob Sent": (DeliveryState.SENT, False),
    "Cy Refused": (DeliveryState.BOUNCED, True),
    "Dee Refused": (DeliveryState.BOUNCED, False),
    "Eve Deferred": (DeliveryState.DEFERRED, True),
    "Fay Deferred": (DeliveryState.DEFERRED, False),
    "Guy Uncertain": (DeliveryState.UNKNOWN, False),
    "Hal Stays": (DeliveryState.SENT, True),
}


@pytest.fixture
def sent(app: Flask) -> Occurrence:
    """A message to the people of a wave, reminded of once, with every outcome of sending."""
    people = [make_person(name, f"{name.split()[0].lower()}@example.com", "Claims") for name in READERS]
    wave = make_wave(members=people, departments=(make_department("Claims"),))
    line = make_line(
        wave.programme,
        wave=wave,
        audience=make_audience(rule={"field": "wave", "values": [wave.id]}),
        asks_confirmation=True,
        remind_after_days=2,
    )
    occurrence = make_approved(line)
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    for copy in db.session.scalars(select(Delivery)):
        copy.state, confirmed = READERS[copy.name]
        copy.attempted_at, copy.attempts, copy.due_at = AT_TWO, 1, AT_TWO + timedelta(hours=1)
        copy.sent_at = AT_TWO if copy.state is DeliveryState.SENT else None
        if confirmed:
            acknowledge(copy, by=TESTER)
    db.session.commit()
    _deliver(AT_TWO + timedelta(minutes=1))
    return occurrence


def _deliver(at: object) -> None:
    with smtp_peer() as peer, clock.standing_at(at):  # type: ignore[arg-type]
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)


def words_of(browser: FlaskClient, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


def counts(browser: FlaskClient, message: Occurrence) -> dict[str, object]:
    communication = message.communication
    wave = words_of(browser, f"/waves/{communication.wave_id}")
    page = words_of(browser, f"/occurrences/{message.id}")
    sheet = words_of(browser, f"/reports/programmes/{communication.programme_id}")
    file = browser.get(f"/reports/programmes/{communication.programme_id}.csv").get_data(as_text=True)
    listed = words_of(browser, f"/occurrences/{message.id}/unconfirmed")
    return {
        "wave": re.findall(r"\d+ (?:people|person)", wave[wave.index("What went out") :])[:1],
        "message": re.findall(r"Have confirmed (\d+) of (\d+)", page),
        "words": re.findall(r"sent to \d+ people", page),
        "sheet": re.findall(r"\d+ %, \d+ of \d+|\d+ of \d+", sheet[sheet.index("What changes in claims") :])[:1],
        "file": [line.split(",")[2:5] for line in file.splitlines() if "What changes in claims" in line],
        "unconfirmed": re.findall(r"\d+ of \d+", listed)[:1],
        "reminded": db.session.query(Delivery).join(Reminder, Reminder.mailing_id == Delivery.mailing_id).count(),
    }


def _leave(person: Person) -> None:
    mark_as_left(person, by=TESTER)


def _erase(person: Person) -> None:
    erase_person(person, by=TESTER)


def _move(person: Person) -> None:
    person.department = make_department("Finance")


def _merge(person: Person) -> None:
    if person.department and person.department.path == "Claims":
        merge_department(person.department, make_department("Finance"), by=TESTER)


@pytest.mark.parametrize("event", [_leave, _erase, _move, _merge])
def test_counts_of_what_was_sent_stay_when_readers_go(
    app: Flask, sent: Occurrence, event: Callable[[Person], None]
) -> None:
    later = AT_TWO + timedelta(days=2)
    with clock.standing_at(later):
        for one in messages_to_remind_of(later):
            remind(one, now=later)
    browser = signed_in(app, db.session.get_one(type(sent.communication.owner), sent.communication.owner_id))
    before = counts(browser, sent)
    assert before["wave"] == ["8 people"]
    assert before["message"] == [("4", "8")]
    assert all(before.values())
    for person in db.session.scalars(select(Person).where(Person.name != "Hal Stays")).all():
        event(person)
    settle_after_import()
    db.session.commit()
    assert counts(browser, sent) == before
    _deliver(later)
    assert counts(browser, sent)["message"] == before["message"]
