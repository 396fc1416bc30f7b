"""Saying something: the form, what it asks, the code that opens the conversation, and the brake."""

import re
from datetime import date

import pytest
from factories import hand_over_letters, make_change_manager, make_person, make_wave
from pages.concerns.saying import FORM_KEY, TODAY, employee, page
from sqlalchemy import select

from engagement.db import count_of, db
from engagement.mail.models import Delivery
from engagement.resistance import actions
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Source
from engagement.resistance.saying.models import Letter
from engagement.settings import Outside

pytestmark = pytest.mark.usefixtures("frozen")


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


def test_asking_for_a_link_on_the_way_here_keeps_no_word_of_where_it_leads(app, client):
    make_person("Tomasz Wójcik", "tomasz@example.com")
    for target in ("/concerns/new", "/concerns/receipt", "/concerns/new?wave=3"):
        client.post("/login/link", data={"email": "tomasz@example.com", "next": target})
    assert "next=" not in page(client.get("/concerns/new"))
    kept = [str(row.filled) for row in db.session.scalars(select(Delivery))]
    assert len(kept) == 3
    assert not [words for words in kept if "concerns" in words]
