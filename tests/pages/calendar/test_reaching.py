"""The page of a message on when it reaches whom and in which language, and what can be done while some wait."""

import re
from datetime import timedelta

import pytest
from factories import PASSWORD, TESTER, make_person, make_programme, make_statement, make_wave, make_workflow, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from engagement.accounts.actions import account_for_person, choose_timezone, set_password
from engagement.accounts.models import Account
from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.models import Communication, Occurrence, OccurrenceText
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor
from tests.communications.calendar_rows import AT_TWO, TEXT, make_approved, make_draft, make_line, make_writer
from tests.pages.calendar.calendar_pages import page, post

pytestmark = pytest.mark.usefixtures("frozen")
POLISH = {"language": "pl", "subject": "Co się zmienia", "body": "Dzień dobry {{ first_name }}."}


@pytest.fixture
def writer(app: Flask) -> Account:
    return make_writer()


@pytest.fixture
def client(app: Flask, writer: Account) -> FlaskClient:
    make_person("Ann London", "ann@example.com")
    make_person("Bob Tokyo", "bob@example.com", timezone="Asia/Tokyo", country="JP", language="pl")
    return signed_in(app, writer)


def make_line_of(writer: Account, **details: object) -> Communication:
    return make_line(owner=writer, **{"in_working_hours": True, **details})


def test_the_page_says_before_who_gets_it_when(client: FlaskClient, writer: Account) -> None:
    draft = make_draft(make_line_of(writer))
    shown = page(client, f"/occurrences/{draft.id}")
    assert (
        "1 get it then, 1 in their next working hours, the last on Wednesday 15 April at 01:00, London time "
        "(Wednesday 09:00, Tokyo time)." in shown
    )
    assert '<th scope="row">Tokyo time</th><td>Wednesday 15 April at 09:00</td><td class="n">1</td>' in shown
    at_once = make_draft(make_line_of(writer, programme=draft.communication.programme, audience=draft.communication.audience, name="Urgent", in_working_hours=False))  # fmt: skip
    assert "Everybody gets it at once, whatever the time is where they work." in page(
        client, f"/occurrences/{at_once.id}"
    )


def test_times_are_the_reader_s_with_their_zone_and_the_message_s_own_beside_it(
    client: FlaskClient, writer: Account
) -> None:
    draft = make_draft(make_line_of(writer))
    choose_timezone(writer, "Asia/Tokyo")
    shown = page(client, f"/occurrences/{draft.id}")
    assert "Tuesday 14 April at 22:00, Tokyo time (Tuesday 14:00 by its own clock, London time)" in shown
    assert "the last on Wednesday 15 April at 09:00, Tokyo time." in shown


def test_readers_without_a_text_are_warned_of_and_the_text_is_written(client: FlaskClient, writer: Account) -> None:
    draft = make_draft(make_line_of(writer))
    write_occurrence(draft, "What changes", TEXT, by=writer.actor)
    address = f"/occurrences/{draft.id}"
    warned = page(client, address)
    assert "1 person reads Polish. Without a text in that language they get the English one." in warned
    assert 'form="message-form" name="turn_to" value="pl">Write it in Polish</button>' in warned
    writing = page(client, f"{address}?language=pl")
    assert "Nothing is saved in Polish yet." in writing
    assert "Save the text in Polish" in writing
    assert db.session.scalars(select(OccurrenceText)).all() == []
    post(client, address, text_version=draft.text_version, **POLISH)
    [row] = db.session.scalars(select(OccurrenceText)).all()
    assert (row.language, row.subject, row.body) == ("pl", POLISH["subject"], POLISH["body"])
    after = page(client, f"{address}?language=pl")
    assert "1 person reads Polish" not in after
    assert "As Bob Tokyo reads it, in Polish" in after
    assert '<div lang="pl"><h3>Co się zmienia</h3> <p>Dzień dobry Bob.</p></div>' in after
    assert "As Ann London reads it</h2>" in page(client, f"{address}?as=ann@example.com")
    post(client, f"{address}/translation-removals", language="pl")
    assert "1 person reads Polish" in page(client, address)


def test_a_language_of_nonsense_is_the_message_s_own(client: FlaskClient, writer: Account) -> None:
    draft = make_draft(make_line_of(writer))
    for language in ("en", "<script>", "x" * 200):
        assert "Save the draft" in page(client, f"/occurrences/{draft.id}?language={language}")


def send(writer: Account) -> Occurrence:
    occurrence = make_approved(make_line_of(writer))
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    for delivery in db.session.scalars(select(Delivery).where(Delivery.address == "ann@example.com")):
        delivery.state, delivery.sent_at = DeliveryState.SENT, AT_TWO
    db.session.commit()
    return occurrence


def test_who_waits_is_told_and_can_be_sent_it_or_not(client: FlaskClient, writer: Account) -> None:
    occurrence = send(writer)
    address = f"/occurrences/{occurrence.id}"
    shown = page(client, address)
    waits = "1 waits for their working hours, the last until Wednesday 15 April at 01:00, London time (Wednesday 09:00, Tokyo time)."
    assert f"1 of 2 people have it. {waits}" in shown
    log = page(client, f"/deliveries?message={occurrence.mailing_id}")
    assert "1 waits for their working hours" in log
    assert "in their working hours, " in log
    assert ">Wed 15 Apr, 01:00<" in log
    post(client, f"{address}/stopping", 422, reason=" ")
    assert "Say in a line why it is stopped." in client.post(f"{address}/stopping", data={"reason": ""}).get_data(
        as_text=True
    )
    post(client, f"{address}/releases")
    assert db.session.scalars(
        select(Delivery.due_at).where(Delivery.address == "bob@example.com")
    ).one() < AT_TWO + timedelta(hours=1)


def test_a_message_is_stopped_with_a_reason(client: FlaskClient, writer: Account) -> None:
    occurrence = send(writer)
    address = f"/occurrences/{occurrence.id}"
    post(client, f"{address}/stopping", reason="The date was wrong.")
    shown = page(client, address)
    assert "Stopped. 1 person doesn’t get it." in shown
    assert "Stopped by Ines Okafor: The date was wrong." in shown
    assert "Stopped before it was sent to this person: The date was wrong." in page(client, "/deliveries")


def test_a_communication_says_how_it_reaches_its_readers_and_can_be_changed(
    client: FlaskClient, writer: Account
) -> None:
    line = make_line_of(writer)
    assert "in their own working hours" in page(client, f"/communications/{line.id}")
    form = page(client, f"/communications/{line.id}/edit")
    assert "When does each reader get it?" in form
    fields = {
        "name": line.name, "kind": line.kind.value, "wave": "0", "audience": line.audience_id, "owner": writer.id,
        "approver": "0", "rhythm": "as_needed", "weekday": "MO", "week": "1", "month_day": "1", "at": "09:00",
        "timezone": "Europe/London", "starts_on": "2026-04-14", "holiday_policy": "after", "holiday_country": "GB-ENG",
        "write_lead_days": "5", "subject": line.subject, "outline": line.outline, "reaches": "at_once",
        "asks_confirmation": "y", "remind_after_days": "2", "remind_times": "1", "language": "pt-br",
    }  # fmt: skip
    refused = post(client, f"/communications/{line.id}/edit", 422, **fields)
    assert "Only a message that readers can’t switch off can ask them to confirm it." in refused
    post(client, f"/communications/{line.id}/edit", is_required="y", **fields)
    db.session.refresh(line)
    assert (line.in_working_hours, line.asks_confirmation, line.remind_after_days, line.remind_times, line.language) == (
        False, True, 2, 1, "pt-BR",
    )  # fmt: skip
    shown = page(client, f"/communications/{line.id}")
    assert "1 reminder, each after 2 days" in shown
    assert "Portuguese (pt-BR)" in shown


def test_a_person_s_page_and_their_own_say_why_zone_and_hours_matter(app: Flask, client: FlaskClient) -> None:
    bob = db.session.scalars(select(Person).where(Person.email == "bob@example.com")).one()
    shown = page(client, f"/people/{bob.id}")
    assert "inside these hours, by this clock, on working days of JP, and in this language" in shown
    account = account_for_person(bob)
    set_password(account, PASSWORD, by=TESTER)
    own = page(signed_in(app, account), "/me/timezone")
    assert "Messages reach you between 09:00 and 17:00, Tokyo time, on working days, and in Polish where" in own


def test_editor_and_preview_lean_as_the_language_is_written(client: FlaskClient, writer: Account) -> None:
    draft = make_draft(make_line_of(writer))
    write_occurrence(draft, "What changes", TEXT, by=writer.actor)
    write_translation(draft, "ar", "خبر", "مرحبا", by=writer.actor)
    db.session.commit()
    shown = page(client, f"/occurrences/{draft.id}?language=ar")
    assert '<div lang="ar" dir="rtl"><h3>خبر</h3>' in shown
    for tag in ("input", "textarea"):
        [field] = [each for each in re.findall(rf"<{tag}[^>]*>", shown) if 'lang="ar"' in each]
        assert 'dir="rtl"' in field


def test_a_text_for_training_roles_is_read_as_each_of_them(client: FlaskClient, writer: Account) -> None:
    workflow = make_workflow(make_programme(), "Claims triage")
    make_statement(workflow, StatementFor.LEADER, people_do="Look at ten suggestions a week")
    wave = make_wave(workflow.programme, workflows=(workflow,))
    draft = make_draft(make_line_of(writer, programme=wave.programme, wave=wave))
    address, body = f"/occurrences/{draft.id}", "Dear {{ first_name }}: {{ people_do }}"
    post(client, address, text_version=draft.text_version, subject="News", body=body)
    assert "<p>Dear Ann: Every decision on cover</p>" in page(client, address)
    nobody = page(client, f"{address}?role=leader")
    assert "As a reader with the training role leader alone reads it" in nobody
    assert "<p>Dear {{ first_name }}: Look at ten suggestions a week</p>" in nobody
    assert 'name="role" value="leader" form="message-form" aria-current="true">Leader</button>' in nobody
    make_person("Dee Head", "dee@example.com", roles=(TrainingRole.LEADER,))
    assert "<p>Dear Dee: Look at ten suggestions a week</p>" in page(client, f"{address}?role=leader")
    sent = client.post(address, data={"role": "leader", "as": "ann@example.com"})
    assert sent.headers["Location"].endswith(f"{address}?as=ann%40example.com&role=leader")


def test_who_has_no_statement_is_told_of_before_sending(client: FlaskClient, writer: Account) -> None:
    workflow = make_workflow(make_programme(), "Claims triage")
    db.session.execute(update(ScopeStatement).values(role=StatementFor.LEADER))
    wave = make_wave(workflow.programme, workflows=(workflow,))
    draft = make_draft(make_line_of(writer, programme=wave.programme, wave=wave))
    write_occurrence(draft, "News", "You do: {{ people_do }}", by=writer.actor)
    shown = page(client, f"/occurrences/{draft.id}")
    assert "Nothing is published of Claims triage for 2 readers with the training role user." in shown
    assert f'<a href="/waves/{wave.id}#workflows">' in shown
    assert "<p>You do: not published yet</p>" in shown
    plain = make_draft(
        make_line_of(writer, programme=wave.programme, audience=draft.communication.audience, name="Plain")
    )
    assert "Read it as somebody with one role alone" not in page(client, f"/occurrences/{plain.id}")
