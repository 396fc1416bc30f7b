"""Short ways to an employee's own pages."""

from factories import make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement import clock
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.training.models import Module
from engagement.training.rules import ItemKind
from tests.training.courses import right_answers

REQUIRED = ItemKind.REQUIRED


def sign_in(app: Flask, person: Person) -> FlaskClient:
    account = make_account(person.email or "", person.name)
    account.person_id = person.id
    return signed_in(app, account)


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def answers(module: Module, wrong: int = 0) -> dict[str, object]:
    given = {f"q-{question}": keys for question, keys in right_answers(module, wrong).items()}
    return {"seed": "s", **given}


def make_message(person: Person, subject: str = "Why we start with {{ department }}") -> Delivery:
    mailing = Mailing(
        kind=MailingKind.COMMUNICATION,
        subject=subject,
        text="Dear {{ first_name }},\n\nhere is what changes.\n\n- One\n- Two",
        html="<p>Dear {{ first_name }}</p>",
        sender_name="Margaret Leclerc",
        built_at=clock.now(),
    )
    delivery = Delivery(
        mailing=mailing,
        person=person,
        address=person.email,
        filled={"first_name": person.first_name, "department": "Claims"},
        state=DeliveryState.SENT,
        queued_at=clock.now(),
        due_at=clock.now(),
        sent_at=clock.now(),
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery
