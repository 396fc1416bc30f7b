"""What is sent on a side: a line with an audience and a message, a delivery that came back, and what was set aside."""

from factories import TESTER
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import make_account
from engagement.audiences.actions import give_role_by_rule, save_audience
from engagement.communications.actions.calendar import make_communication
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import Details, Occurrence, TextVersion
from engagement.communications.rules import CommunicationKind
from engagement.db import db
from engagement.mail.bounces.models import Bounce, Suppression
from engagement.mail.bounces.rules.causes import Cause
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme
from engagement.set_aside import SetAside
from tests.communications.calendar_rows import AT_TWO
from tests.mail.outbox import make_mailing, queue

RAW = "Subject: S\nContent-Type: text/html\n\n<p>Text</p>"


def calendar_of(side: str, programme: Programme, department: Department) -> dict[str, object]:
    audience = save_audience(f"The {side} audience", {"field": "department", "values": [department.id]}, by=TESTER)
    rule = give_role_by_rule(TrainingRole.SUPPORT, audience, by=TESTER)
    owner = make_account(f"owner.{side}@example.com", f"Owner {side}", by=TESTER)
    db.session.flush()
    line = make_communication(
        programme,
        Details(
            CommunicationKind.DEPARTMENT_BRIEFING,
            f"The {side} briefing",
            audience,
            owner,
            subject=f"The {side} subject",
            outline="[Write here.]",
        ),
        by=TESTER,
    )
    message = schedule_briefing(line, AT_TWO, by=TESTER)
    version = TextVersion(occurrence_id=message.id, number=1, subject=f"The {side} subject", body="")
    db.session.add(version)
    db.session.flush()
    return {
        "version_id": version.id,
        "audience_id": audience.id,
        "rule_id": rule.id,
        "communication_id": line.id,
        "occurrence_id": message.id,
        "set_aside_id": set_aside(message).id,
        "account_id": owner.id,
    }


def delivery_to(person: Person) -> Delivery:
    mailing = make_mailing()
    queue(mailing, select(Person.id).where(Person.id == person.id))
    delivery = db.session.scalars(select(Delivery).where(Delivery.mailing_id == mailing.id)).one()
    delivery.state = DeliveryState.SENT
    delivery.mailing.asks_confirmation = True
    db.session.flush()
    return delivery


def bounce_of(side: str, delivery: Delivery) -> dict[str, object]:
    """On each side a message that came back, and an address that gets nothing since."""
    bounce = Bounce(
        fingerprint=side,
        came_at=clock.now(),
        cause=Cause.NO_MAILBOX,
        address=f"former-{side}@example.com",
        status="5.1.1",
        text=f"The {side} words",
        counts=True,
        delivery_id=delivery.id,
    )
    stop = Suppression(address=bounce.address, stopped_at=clock.now(), bounce=bounce)
    db.session.add_all([bounce, stop])
    db.session.flush()
    return {"bounce_id": bounce.id, "suppression_id": stop.id}


def set_aside(message: Occurrence) -> SetAside:
    row = SetAside(
        line="send-reminders", kind="occurrence", key=str(message.id), name="", reason="A fault.", at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    return row


def mailbox_message() -> MailboxMessage:
    message = MailboxMessage(
        received_at=clock.now(), sender="a@example.com", recipient="b@example.com", subject="S", raw=RAW
    )
    db.session.add(message)
    db.session.flush()
    return message
