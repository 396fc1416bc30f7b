"""A sender with a name learns what becomes of it: by letter, menu and notice."""

import pytest
from pages.concerns.saying import FORM_KEY, TODAY, employee, page, say
from sqlalchemy import delete, select, update

from engagement.accounts.queries import account_by_email
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.resistance import actions
from engagement.resistance.models import Concern

pytestmark = pytest.mark.usefixtures("frozen")


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
