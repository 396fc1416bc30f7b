"""The log of concerns: who may read what, the steps of the change team, and figures."""

import pytest
from factories import hand_over_letters, make_account, make_person, make_programme, make_wave, signed_in
from pages.concerns.saying import TODAY, employee, page, say
from sqlalchemy import select

from engagement.accounts.queries import account_by_email
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, LeftOut, Sender, Severity, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment
from engagement.settings import Outside

pytestmark = pytest.mark.usefixtures("frozen")


def test_the_log_is_for_the_change_team_alone(app, manager, client):
    concern = say()
    employee_browser, _ = employee(app)
    readers = {
        "sponsor": signed_in(app, make_account("s@example.com", "Margaret Leclerc", Role.SPONSOR)),
        "auditor": signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR)),
        "administrator": signed_in(app, make_account("i@example.com", "Ian Admin", Role.ADMINISTRATOR)),
        "employee": employee_browser,
    }
    for address in ("/concerns", "/concerns/log", f"/concerns/{concern.id}"):
        assert page(manager.get(address))
        assert client.get(address).status_code == 302
        for browser in readers.values():
            assert "I fear for my job" not in page(browser.get(address), 403)
    for noun in ("acknowledgement", "ownership", "answers", "source", "severity", "closing", "reopening"):
        page(readers["sponsor"].post(f"/concerns/{concern.id}/{noun}", data={"text": "x"}), 403)
    assert concern.status is ConcernStatus.RECEIVED


def test_a_wave_lead_reads_and_logs_only_for_the_own_wave(app):
    programme = make_programme()
    lead = make_person("Lena Lead", "lena@example.com")
    own, other = make_wave(programme, number=1, name="Own", lead=lead), make_wave(programme, number=2, name="Other")
    account = make_account("lena@example.com", "Lena Lead")
    account.person_id = lead.id
    mine, theirs, nowhere = say("Mine", own), say("Theirs", other), say("Nowhere")
    browser = signed_in(app, account)
    shown = page(browser.get("/concerns"))
    assert "Mine" in shown
    assert "Theirs" not in shown
    assert "Nowhere" not in shown
    page(browser.get(f"/concerns/{mine.id}"))
    for concern in (theirs, nowhere):
        page(browser.get(f"/concerns/{concern.id}"), 403)
    refused = page(
        browser.post("/concerns/log", data={"text": "x", "source": "other", "severity": "low", "wave": str(other.id)}),
        422,
    )
    assert "Choose the wave." in refused
    logged = browser.post(
        "/concerns/log", data={"text": "Heard", "source": "other", "severity": "low", "wave": str(own.id)}
    )
    assert logged.status_code == 303


def test_a_concern_is_answered_and_closed_through_its_page(manager):
    concern = say()
    address = f"/concerns/{concern.id}"
    shown = page(manager.get(address))
    assert "Nobody has read it yet. The sender was promised that somebody does by Wednesday 15 April." in shown
    assert "Say what is decided, in writing, with a date" in shown
    assert manager.post(f"{address}/acknowledgement").status_code == 303
    assert (
        manager.post(f"{address}/ownership", data={"owner": str(account_by_email("ines@example.com").id)}).status_code
        == 303
    )
    assert "Write the answer before you send it." in page(manager.post(f"{address}/answers", data={"text": " "}), 422)
    page(manager.post(f"{address}/closing", data={"note": "Done"}), 422)
    assert manager.post(f"{address}/answers", data={"text": "It holds until March."}).status_code == 303
    manager.post(f"{address}/source", data={"source": "change_fatigue", "reason": "It is the pace"})
    manager.post(f"{address}/severity", data={"severity": "severe"})
    page(manager.post(f"{address}/source", data={"source": "other", "reason": ""}), 422)
    page(manager.post(f"{address}/severity", data={"severity": "nonsense"}), 422)
    manager.post(f"{address}/closing", data={"note": "In writing to all"})
    assert (concern.status, concern.source, concern.severity) == (
        ConcernStatus.CLOSED,
        Source.CHANGE_FATIGUE,
        Severity.SEVERE,
    )
    manager.post(f"{address}/reopening", data={"reason": "New question"})
    assert concern.status is ConcernStatus.IN_RESPONSE
    shown = page(manager.get(address))
    for words in ("It holds until March.", "It is the pace", "In writing to all", "New question"):
        assert words in shown


def test_nobody_is_made_owner_who_may_not_read_it(app, manager):
    concern = say()
    outsider = make_account("o@example.com", "Otto Outsider")
    db.session.commit()
    shown = page(manager.post(f"/concerns/{concern.id}/ownership", data={"owner": str(outsider.id)}), 422)
    assert "The person you chose may not read this concern" in shown
    assert concern.owner_id is None


def test_the_log_is_filtered_and_escaped_and_reads_no_row_alone(app, manager, statements):
    for number in range(30):
        say(f"Alpha number {number} <script>")
    say("Beta alone")
    db.session.commit()
    only = page(manager.get("/concerns?q=beta"))
    assert "Beta alone" in only
    assert "Alpha" not in only
    assert "Nothing fits all of these" in page(manager.get("/concerns?status=closed"))
    with statements() as sent:
        shown = page(manager.get("/concerns"))
    assert "&lt;script&gt;" in shown
    assert "number 3 <script>" not in shown
    assert len(sent) <= 14


def test_what_comes_from_outside_can_be_left_out_of_every_figure(app, client, configured):
    configured(concerns_from_outside=Outside.UNCOUNTED)
    told = "what comes without signing in is in no figure here"
    assert told not in page(client.get("/concerns/receipt"))
    assert f"(you are not now): {told}" in page(client.get("/concerns/new"))
    client.post("/concerns/new", data={"text": "From outside", "sender": "anonymous"})
    browser, _ = employee(app)
    assert f"(you are now): {told}" in page(browser.get("/concerns/new"))
    browser.post("/concerns/new", data={"text": "From inside", "sender": "anonymous"})
    hand_over_letters(TODAY)
    left_out = dict(db.session.execute(select(Concern.text, Concern.left_out)).all())
    assert left_out == {"From outside": LeftOut.OUTSIDE, "From inside": None}


def test_a_flood_is_shown_to_the_change_team_who_decide(app, manager):
    for number in range(25):
        say_something(f"Flood {number}", Sender.ANONYMOUS, secret="s", moment=Moment(TODAY, "GB-ENG"))
    hand_over_letters(TODAY)
    shown = page(manager.get("/concerns"))
    assert "25 anonymous concerns came together on Tuesday 14 April" in shown
    assert shown.count("in no figure until you decide") == 25
    assert "25 anonymous concerns" in page(manager.get("/concerns?status=flood"))
    page(manager.post("/concerns/floods", data={"on": "nonsense", "counts": "yes"}), 422)
    assert manager.post("/concerns/floods", data={"on": "2026-04-14", "counts": "yes"}).status_code == 303
    after = page(manager.get("/concerns"))
    assert "They count with the next figures" in after
    assert "came together" not in after
    assert set(db.session.scalars(select(Concern.left_out))) == {None}


def test_figures_of_the_log_are_as_of_the_end_of_yesterday(app, manager, frozen):
    say("Said and answered today")
    shown = page(manager.get("/concerns"))
    assert "At the end of yesterday nobody waited for an answer." in shown
    assert "As of the end of Monday 13 April." in shown
    assert '<td class="n">1</td>' not in shown
    frozen.shift(86_400)  # the session of yesterday is over
    manager = signed_in(app, account_by_email("ines@example.com"))
    shown = page(manager.get("/concerns"))
    assert "At the end of yesterday one concern waited for an answer, none longer than promised." in shown
    assert '<td class="n">1</td>' in shown
