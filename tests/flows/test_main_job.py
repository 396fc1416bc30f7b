"""The main job, once, from the HR file to the sponsor's sheet: over HTTP, a real SMTP server and the real clock function."""

import io
import re
from datetime import timedelta
from typing import Any

import time_machine
from factories import PASSWORD, TESTER, make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient
from mail.smtp_peer import SmtpPeer, smtp_peer
from sqlalchemy import func, select

from engagement import clock, serving
from engagement.accounts.actions import account_for_person, set_password
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audiences.actions import save_audience
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.intake.models import ImportRun
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.outbox.rules import Counts
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
from engagement.people.models import Person
from engagement.people.queries import department_by_path
from engagement.programmes.models import Programme, Workflow
from engagement.resistance.models import Concern
from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import line_named
from engagement.training.actions.library import settle_library
from engagement.training.models import Module
from engagement.waves.models import Membership, Wave

HR_FILE = """employee_id;Work Email;First name;Last name;Job title;Department;Manager ID;Country;Training role
1;margaret@example.com;Margaret;Leclerc;Chief operating officer;Executive;;GB;leader
2;sam@example.com;Sam;Pryce;Programme lead;Operations;1;GB;leader
3;dana@example.com;Dana;Whitfield;Team manager;Operations/Claims;2;GB;leader
4;tomasz@example.com;Tomasz;Wójcik;Claims handler;Operations/Claims;3;GB;user
5;zofia@example.com;Zofia;Żółw;Claims handler;Operations/Claims/Property;3;GB;user
6;ravi@example.com;Ravi;Nair;Surveyor;Operations/Claims/Property;3;GB;
7;helen@example.com;Helen;Adeyemi;Engineer;IT;1;GB;support
"""
BODY = """Dear {{ first_name }},

from **{{ go_live }}**, new claims reach {{ department }} already sorted. You still decide every one.

What changes for you: {{ my_change_link }}

Something worries you? {{ concern_link }}

{{ sender_name }}
"""
WORRY = "If it sorts the claims, what are the twelve of us for?"


def _run(name: str) -> None:
    """Let the clock run one line, as it does when the line is due."""
    line = line_named(name)
    assert line
    assert run_if_due(line, anyway=True)
    [state] = [state for state in line_states() if state.name == name]
    assert state.error is None, state.error


def _deliver(app: Flask, peer: SmtpPeer) -> Counts:
    counts = deliver_until_empty(
        Transport(peer.url), "flow", serving.link_maker(app), "Engagement <engagement@example.com>"
    )
    _run("settle-deliveries")
    return counts


def _only(model: type[Any], **values: object) -> Any:
    return db.session.scalars(select(model).filter_by(**values)).one()


def _import_people(manager: FlaskClient) -> None:
    upload = {"file": (io.BytesIO(HR_FILE.encode("utf-8-sig")), "people.csv"), "full": "full"}
    answer = manager.post("/people/import", data=upload, content_type="multipart/form-data")
    assert answer.status_code == 303
    preview = manager.get(answer.location).get_data(as_text=True)
    assert "Nothing has changed yet" in preview
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0
    run = _only(ImportRun)
    assert manager.post(f"/people/import/{run.id}/application").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Person)) == 7


def _plan(manager: FlaskClient) -> tuple[Programme, Wave]:
    manager.post(
        "/programmes/new", data={"name": "Claims", "purpose": "Sorted claims", "sponsor": "margaret@example.com"}
    )
    programme = _only(Programme)
    statement = {
        "name": "Claims triage",
        "portfolio_class": "quick_win",
        "system_does": "Reads each claim\nSorts it",
        "people_do": "Every decision",
        "who_decides": "You do.",
        "signs_of_error": "The photos show something else",
        "then_do": "Press Send back.",
        "about_the_job": "No post is removed.",
    }
    manager.post(f"/programmes/{programme.id}/workflows/new", data=statement)
    workflow = _only(Workflow)
    holders = {
        "operational_owner": "3",
        "change_approver": "margaret@example.com",
        "escalation_contact": "2",
        "support_team": "7",
    }
    manager.post(f"/workflows/{workflow.id}/ownership", data=holders)
    wave = {
        "name": "Property claims",
        "go_live_on": (clock.now().date() + timedelta(days=28)).isoformat(),
        "training_lead_days": "7",
        "lead": "sam@example.com",
        "departments": [department_by_path("Operations/Claims").id],
        "workflows": [workflow.id],
    }
    answer = manager.post(f"/programmes/{programme.id}/waves/new", data=wave)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    members = select(Person.name).join(Membership, Membership.person_id == Person.id).order_by(Person.id)
    assert db.session.scalars(members).all() == ["Dana Whitfield", "Tomasz Wójcik", "Zofia Żółw", "Ravi Nair"]
    page = manager.get(f"/waves/{_only(Wave).id}").get_data(as_text=True)
    assert "1 person has no training role yet" in page
    return programme, _only(Wave)


def _write_briefing(
    manager: FlaskClient, writer: Account, approver: Account, programme: Programme, wave: Wave
) -> Occurrence:
    audience = save_audience("People of wave 1", {"field": "wave", "values": [wave.id]}, by=TESTER)
    db.session.commit()
    form = {
        "name": "Briefings for property claims",
        "kind": "department_briefing",
        "wave": wave.id,
        "audience": audience.id,
        "owner": writer.id,
        "approver": approver.id,
        "rhythm": "as_needed",
        "weekday": "MO",
        "week": "1",
        "month_day": "1",
        "at": "09:00",
        "timezone": "Europe/London",
        "starts_on": clock.now().date().isoformat(),
        "holiday_policy": "after",
        "holiday_country": "GB",
        "write_lead_days": "5",
        "is_required": "y",
        "subject": "What changes from {{ go_live }}",
        "outline": BODY,
    }
    answer = manager.post(f"/communications/new?programme_id={programme.id}", data=form)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    line = _only(Communication)
    when = {"day": (clock.now().date() + timedelta(days=1)).isoformat(), "time": "14:00"}
    answer = manager.post(f"/communications/{line.id}/occurrences", data=when)
    return db.session.get_one(Occurrence, int(answer.location.rsplit("/", 1)[1]))


def test_the_whole_job(app: Flask, frozen: time_machine.Traveller) -> None:
    ines = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    joan = make_account("joan@example.com", "Joan Approver", Role.CHANGE_MANAGER)
    settle_library(by=ines.actor)
    manager = signed_in(app, ines)
    approving = signed_in(app, joan)

    # 3, 4: an HR file comes in, a wave is planned
    _import_people(manager)
    programme, wave = _plan(manager)

    # 5: a briefing is written, tested, approved by somebody else
    message = _write_briefing(manager, ines, joan, programme, wave)
    at = f"/occurrences/{message.id}"
    version = message.text_version
    manager.post(at, data={"subject": "Hello", "body": "Dear {{ fist_name }}", "text_version": version})
    refused = manager.post(f"{at}/approval-requests", data={}, follow_redirects=True).get_data(as_text=True)
    assert "fist_name" in refused
    version = _only(Occurrence, id=message.id).text_version
    manager.post(at, data={"subject": "What changes from {{ go_live }}", "body": BODY, "text_version": version})
    manager.post(f"{at}/approval-requests", data={})
    with smtp_peer() as peer:
        manager.post(f"{at}/test-copies", data={"as": "tomasz@example.com"})
        _deliver(app, peer)
        copy, asking = sorted(peer.messages, key=lambda each: each.recipient)
        assert (copy.recipient, asking.recipient) == ("ines@example.com", "joan@example.com")
        assert "Dear Tomasz," in copy.message.get_body(("plain",)).get_content()
    manager.post(f"{at}/approvals", data={"text_version": version + 1})  # nobody approves their own
    assert _only(Occurrence, id=message.id).status is OccurrenceStatus.IN_REVIEW
    approving.post(f"{at}/approvals", data={"text_version": _only(Occurrence, id=message.id).text_version})
    assert _only(Occurrence, id=message.id).status is OccurrenceStatus.APPROVED

    # the clock sends it, once
    _run("queue-occurrences")
    assert _only(Occurrence, id=message.id).status is OccurrenceStatus.APPROVED
    frozen.shift(timedelta(days=1, hours=6))
    with smtp_peer() as peer:
        _run("queue-occurrences")
        _run("queue-occurrences")
        _deliver(app, peer)
        _deliver(app, peer)
        assert sorted(peer.recipients) == [
            "dana@example.com",
            "ravi@example.com",
            "tomasz@example.com",
            "zofia@example.com",
        ]
        [mine] = [received for received in peer.messages if received.recipient == "tomasz@example.com"]
    assert _only(Occurrence, id=message.id).status is OccurrenceStatus.SENT
    assert mine.message["Subject"] == "What changes from Tuesday 12 May"
    manager = signed_in(app, _only(Account, email="ines@example.com"))  # the session of yesterday is over
    log = manager.get("/deliveries").get_data(as_text=True)
    assert "tomasz@example.com" in log
    sent = select(func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.SENT)
    assert db.session.scalar(sent) == 6  # four readers, the test copy, and who was asked to approve

    # 6: an employee opens the link, learns, objects without a name
    text = mine.message.get_body(("plain",)).get_content()
    link = re.search(r"https?://[^/\s]+(/login/link/\S+)", text).group(1)
    # The way to say something without a name names nobody before the page opens: an address like everybody's.
    assert re.findall(r"\S+/concerns/new\S*", text) == ["http://127.0.0.1:8000/concerns/new"]
    assert text.count("/login/link/") == 1
    rich = mine.message.get_body(("html",)).get_content()
    assert 'href="http://127.0.0.1:8000/concerns/new"' in rich
    assert rich.count("/login/link/") == 1
    employee = app.test_client()
    assert "Tomasz Wójcik" in employee.get(link).get_data(as_text=True)
    assert employee.post(link).location == "/me"
    change = employee.get("/me").get_data(as_text=True)
    assert "The photos show something else" in change
    assert "Press Send back." in change
    _learn(employee)
    said = employee.post(
        "/concerns/new", data={"text": WORRY, "sender": "anonymous", "wave": wave.id, "form_key": "k" * 32}
    )
    assert said.status_code == 200
    receipt = said.get_data(as_text=True)
    assert "Tomasz" not in receipt
    frozen.shift(timedelta(days=1))
    _run("empty-letterbox")
    _run("count-objections")
    concern = _only(Concern)
    assert (concern.person_id, concern.received_at, concern.is_anonymous) == (None, None, True)

    # 7: the change manager sees both, the sponsor too
    manager = signed_in(app, _only(Account, email="ines@example.com"))  # another day, another session
    assert WORRY[:40] in manager.get("/concerns").get_data(as_text=True)
    completion = manager.get(f"/waves/{wave.id}/training").get_data(as_text=True)
    assert "1 of 2" in completion
    sponsor = _sponsor(app)
    sheet = sponsor.get(f"/reports/programmes/{programme.id}").get_data(as_text=True)
    assert "33\N{NO-BREAK SPACE}%, 1 of 3" in sheet
    assert WORRY[:20] not in sheet
    assert "Tomasz" not in sheet

    # 8: every line of the timetable is shown
    shown = manager.get("/admin/jobs").get_data(as_text=True)
    assert all(state.name in shown for state in line_states())


def _sponsor(app: Flask) -> FlaskClient:
    account = account_for_person(_only(Person, email="margaret@example.com"))
    set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def _learn(employee: FlaskClient) -> None:
    for slug in ("working-with-an-ai-workflow", "when-it-is-wrong"):
        module = _only(Module, slug=slug)
        page = employee.get(f"/me/training/{module.id}").get_data(as_text=True)
        seed = re.search(r'name="seed" value="([^"]+)"', page).group(1)
        right = {f"q-{question.id}": sorted(question.right_keys) for question in module.questions}
        answer = employee.post(f"/me/training/{module.id}", data={"seed": seed, **right})
        assert answer.status_code == 303, answer.get_data(as_text=True)
