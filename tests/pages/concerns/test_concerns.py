"""Pages of concerns: who may read what, saying something, and the steps of the change team."""

import re
from datetime import date

import pytest
from factories import (
    hand_over_letters,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    signed_in,
)
from sqlalchemy import delete, select, update

from engagement.accounts.queries import account_by_email
from engagement.accounts.rules import Role
from engagement.db import count_of, db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.resistance import actions
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, LeftOut, Sender, Severity, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.rules import Moment
from engagement.settings import Outside

pytestmark = pytest.mark.usefixtures("frozen")
TODAY = date(2026, 4, 14)
FORM_KEY = "a form key that is long enough"


def say(text="I fear for my job", wave=None, **more):
    return make_unknown_concern(text, on=TODAY, source=Source.JOB_SECURITY, wave=wave, **more)


def employee(app, name="Tomasz Wójcik", email="tomasz@example.com"):
    person = make_person(name, email)
    account = make_account(email, name)
    account.person_id = person.id
    return signed_in(app, account), person


@pytest.fixture
def manager(app):
    return signed_in(app, make_change_manager())


def page(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def test_the_form_chooses_no_sender_and_says_what_is_stored(client):
    shown = page(client.get("/concerns/new"))
    assert "checked" not in shown
    assert "What is stored if you send it anonymously" in shown
    assert "sign in first" in shown
    named = next(tag for tag in re.findall(r"<input[^>]*>", shown) if 'value="named"' in tag)
    assert "disabled" in named


def test_an_empty_form_names_both_things_that_are_missing(client):
    shown = page(client.post("/concerns/new", data={}), 422)
    assert "Two things need your attention" in shown
    assert "Write what worries you. One sentence is enough." in shown
    assert "Choose one. We never choose for you." in shown
    assert "<title>Error: Say something" in shown
    assert count_of(select(Concern)) == 0


def test_a_too_long_text_is_kept_and_the_form_says_what_to_do(client):
    shown = page(client.post("/concerns/new", data={"text": "long " * 1200, "sender": "anonymous"}), 422)
    assert "Shorten it to 5,000 characters, or send it in two parts." in shown
    assert "long long long" in shown


def test_nobody_signed_in_can_only_be_anonymous(client):
    shown = page(client.post("/concerns/new", data={"text": "x", "sender": "named"}), 422)
    assert "To send it with your name, sign in first." in shown
    assert count_of(select(Concern)) == 0


def test_the_four_fields_of_the_contract_are_enough(client):
    wave = make_wave()
    db.session.commit()
    shown = page(
        client.post(
            "/concerns/new",
            data={
                "text": "It read hail as flood",
                "sender": "anonymous",
                "source": "quality_scepticism",
                "wave": str(wave.id),
            },
        )
    )
    assert "Sent. Now keep this code" in shown
    assert "In the morning of 15 April" in shown
    assert "By 16 April" in shown
    assert "By 22 April" in shown
    hand_over_letters(date(2026, 4, 15))
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.source, concern.wave_id, concern.text) == (
        Source.QUALITY_SCEPTICISM,
        wave.id,
        "It read hail as flood",
    )


def test_a_code_opens_the_conversation_and_a_wrong_one_says_always_the_same(client):
    sent = page(client.post("/concerns/new", data={"text": "It decides, and I sign", "sender": "anonymous"}))
    code = " ".join(re.findall(r"<span>([A-Z2-9]{4})</span>", sent))
    waiting = page(client.post("/concerns/receipt", data={"code": code}))
    assert "It waits in the letterbox. The change team gets it in the morning of Wednesday 15 April." in waiting
    assert "It decides, and I sign" in waiting
    hand_over_letters(date(2026, 4, 15))
    concern = db.session.scalars(select(Concern)).one()
    actions.answer(concern, "You decide, always.", by=make_change_manager().actor, on=TODAY)
    db.session.commit()
    opened = page(client.post("/concerns/receipt", data={"code": code.lower().replace(" ", "-")}))
    assert "You decide, always." in opened
    answered = page(client.post("/concerns/receipt", data={"code": code, "text": "And who signs?"}))
    assert "Your reply is stored" in answered
    blank = page(client.post("/concerns/receipt", data={"code": code, "text": "  "}), 422)
    assert "Write your reply before you send it." in blank
    assert "And who signs?" in answered
    assert concern.status is ConcernStatus.ANSWERED
    hand_over_letters(date(2026, 4, 16))
    assert concern.status is ConcernStatus.IN_RESPONSE
    wrong = {page(client.post("/concerns/receipt", data={"code": "X"}), 422).replace('value="X"', "")}
    wrong |= {
        page(client.post("/concerns/receipt", data={"code": "BBBB 2222 BBBB BBBB"}), 422).replace(
            'value="BBBB 2222 BBBB BBBB"', ""
        )
    }
    assert len(wrong) == 1
    assert "Nothing is kept under this code." in wrong.pop()


def test_what_was_said_with_a_name_is_followed_on_ones_own_page_alone(app):
    browser, person = employee(app)
    other, _ = employee(app, "Petra Lindqvist", "petra@example.com")
    wave = make_wave(members=[person])
    db.session.commit()
    assert "Wave 3: Property claims" in page(browser.get("/concerns/new"))
    sent = {"text": "Too fast for us", "sender": "named", "wave": str(wave.id), "form_key": FORM_KEY}
    for _ in range(2):
        assert browser.post("/concerns/new", data=sent).headers["Location"] == "/me/concerns"
    concern = db.session.scalars(select(Concern)).one()
    assert (concern.person, concern.wave) == (person, wave)
    assert page(browser.get("/me/concerns")).count("Too fast for us") == 1
    assert "Too fast for us" not in page(other.get("/me/concerns"))
    page(other.post(f"/me/concerns/{concern.id}/replies", data={"text": "x"}), 404)
    browser.post(f"/me/concerns/{concern.id}/replies", data={"text": "One more thing"})
    assert "One more thing" in page(browser.get("/me/concerns"))


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


@pytest.fixture
def configured(app, monkeypatch):
    """Settings changed for one test."""

    def change(**values):
        monkeypatch.setitem(app.config, "SETTINGS", app.config["SETTINGS"].model_copy(update=values))

    return change


def test_150_anonymous_concerns_from_one_place_are_braked_and_keep_their_text(client, frozen):
    answers = [client.post("/concerns/new", data={"text": f"Number {n}", "sender": "anonymous"}) for n in range(150)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429] * 120
    assert count_of(select(Letter)) == 30
    refused = answers[-1]
    assert refused.headers["Retry-After"] == "600"
    assert "Number 149" in page(refused, 429)
    assert "Send it again in 10 minutes." in page(refused, 429)
    elsewhere = client.post(
        "/concerns/new",
        data={"text": "From elsewhere", "sender": "anonymous"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert elsewhere.status_code == 200
    frozen.shift(601)
    assert client.post("/concerns/new", data={"text": "Later", "sender": "anonymous"}).status_code == 200


def test_what_the_brake_remembers_names_no_place(app, client):
    client.post(
        "/concerns/new", data={"text": "x", "sender": "anonymous"}, environ_overrides={"REMOTE_ADDR": "203.0.113.77"}
    )
    remembered = repr(vars(app.extensions["concern_brakes"]["say"]))
    assert "203.0.113.77" not in remembered
    assert str(count_of(select(Letter))) == "1"


def test_with_a_name_there_is_no_brake(app):
    browser, _ = employee(app)
    sent = [browser.post("/concerns/new", data={"text": f"Mine {n}", "sender": "named"}).status_code for n in range(40)]
    assert sent == [303] * 40


def test_replies_and_wrong_codes_are_braked_too(client):
    sent = page(client.post("/concerns/new", data={"text": "It decides", "sender": "anonymous"}))
    code = " ".join(re.findall(r"<span>([A-Z2-9]{4})</span>", sent))
    replies = [client.post("/concerns/receipt", data={"code": code, "text": f"And {n}"}) for n in range(30)]
    assert [answer.status_code for answer in replies] == [200] * 29 + [429]
    assert "And 29</textarea>" in page(replies[-1], 429)
    wrong = [client.post("/concerns/receipt", data={"code": f"BBBB 2222 BBBB {n}"}) for n in range(61)]
    assert [answer.status_code for answer in wrong] == [422] * 60 + [429]
    assert client.post("/concerns/receipt", data={"code": code}).status_code == 200


def test_the_door_to_the_outside_can_be_closed(app, client, configured):
    configured(concerns_from_outside=Outside.CLOSED)
    for method in ("get", "post"):
        shown = page(getattr(client, method)("/concerns/new", data={"text": "x", "sender": "anonymous"}))
        assert "only people who are signed in can say something" in shown
    assert count_of(select(Letter)) == 0
    browser, _ = employee(app)
    assert "Sent. Now keep this code" in page(browser.post("/concerns/new", data={"text": "x", "sender": "anonymous"}))
    assert "Read the answer" in page(client.get("/concerns/receipt"))


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


def test_asking_for_a_link_on_the_way_here_keeps_no_word_of_where_it_leads(app, client):
    make_person("Tomasz Wójcik", "tomasz@example.com")
    for target in ("/concerns/new", "/concerns/receipt", "/concerns/new?wave=3"):
        client.post("/login/link", data={"email": "tomasz@example.com", "next": target})
    assert "next=" not in page(client.get("/concerns/new"))
    kept = [str(row.filled) for row in db.session.scalars(select(Delivery))]
    assert len(kept) == 3
    assert not [words for words in kept if "concerns" in words]


def say_named(app, name="Tomasz Wójcik", email="tomasz@example.com", language=None):
    client, person = employee(app, name, email)
    person.language = language
    db.session.commit()
    sent = {"text": "I fear for my job", "sender": "named", "source": "job_security", "form_key": FORM_KEY + name}
    assert client.post("/concerns/new", data=sent).status_code == 303
    return client, db.session.scalars(select(Concern).where(Concern.person_id == person.id)).one()


def letters():
    db.session.rollback()
    return list(db.session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_named_sender_learns_of_an_answer_by_mail_menu_and_notice(app, manager):
    client, concern = say_named(app)
    assert letters() == []
    answered = {"text": "Your job is not in question, Tomasz."}
    page(manager.post(f"/concerns/{concern.id}/answers", data=answered, follow_redirects=True))
    [letter] = letters()
    assert (letter.address, letter.mailing.subject) == ("tomasz@example.com", "News for you from the change team")
    assert letter.filled == {"concern_link": "/me/concerns"}
    for part in (letter.mailing.text, letter.mailing.html):
        assert "You have an answer to what you said on Tuesday 14 April 2026." in part
        assert "fear" not in part
        assert "in question" not in part
    shown = page(client.get("/me"))
    assert "What you said on today: Answered" in shown or "What you said on Tuesday 14 April: Answered" in shown
    assert f'href="/me/concerns#concern-{concern.id}"' in shown
    assert ">What I said</a>" in shown
    assert "Your job is not in question, Tomasz." in page(client.get("/me/concerns"))
    assert "I fear" not in page(manager.get("/deliveries"))


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("acknowledgement", {}),
        ("ownership", None),
        ("source", {"source": "other", "reason": "It is about pace."}),
        ("closing", {"note": "Settled."}),
        ("reopening", {"reason": "There is more to say."}),
    ],
)
def test_a_named_sender_learns_of_each_step_in_their_language(app, manager, step, fields):
    _, concern = say_named(app, language="de-AT")
    manager_id = account_by_email("ines@example.com").id if fields is None else 0
    if step in ("closing", "reopening"):
        actions.answer(concern, "So it is.", by=account_by_email("ines@example.com").actor, on=TODAY)
        db.session.execute(delete(Delivery))
        db.session.commit()
    sent = {"owner": str(manager_id)} if fields is None else fields
    page(manager.post(f"/concerns/{concern.id}/{step}", data=sent, follow_redirects=True))
    [letter] = letters()
    assert letter.mailing.language == "de"
    assert "Bei dem, was Sie am Dienstag, 14. April 2026 gesagt haben, hat sich etwas getan." in letter.mailing.text


def test_steps_in_a_row_are_told_once_until_the_letter_is_out(app, manager):
    _, concern = say_named(app)
    manager.post(f"/concerns/{concern.id}/acknowledgement")
    manager.post(f"/concerns/{concern.id}/answers", data={"text": "So it is."})
    assert len(letters()) == 1
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    db.session.commit()
    manager.post(f"/concerns/{concern.id}/answers", data={"text": "And did you mean Monday?"})
    assert len(letters()) == 2


def test_an_unknown_sender_and_one_who_left_get_no_letter(app, manager):
    concern = say()
    _, named = say_named(app)
    named.person.left_at = named.received_at
    db.session.commit()
    for row in (concern.id, named.id):
        page(manager.post(f"/concerns/{row}/answers", data={"text": "So it is."}, follow_redirects=True))
    assert letters() == []
