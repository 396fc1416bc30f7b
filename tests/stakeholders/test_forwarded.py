"""Mail that is forwarded counts on the day of its original, as far as what a mail program wrote can be read surely."""

from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest
from factories import TESTER, make_account
from sqlalchemy import select
from stakeholders.forwarded_mails import GMAIL, OUTLOOK, OUTLOOK_BRITISH, OUTLOOK_FRENCH, OUTLOOK_GERMAN, READ

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.inbox.actions import Taken, make_mailbox, take_in
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.inbox.rules.forwarded import Original, original_in
from engagement.stakeholders.inbox.rules.reading import read_mail
from engagement.stakeholders.inbox.rules.written_days import day_in
from engagement.stakeholders.interactions.models import InteractionWording
from engagement.stakeholders.rules import Contact, StakeholderGroup

ZONE = "Europe/London"
SAID_ON = date(2026, 3, 27)


@pytest.mark.parametrize("program", READ)
def test_the_head_of_a_forwarded_mail_says_its_day(program):
    assert original_in("", READ[program], []) == Original(sent_on=SAID_ON)
    assert original_in("Fwd: Renewals", READ[program], []) == Original(sent_on=SAID_ON)


def test_a_head_in_html_says_its_day():
    message = EmailMessage()
    message["Subject"] = "FW: Renewals"
    message.set_content(
        "<p>See below.</p><div><b>From:</b> Zed Broker &lt;zed@broker.example&gt;<br><b>Sent:</b> Friday, March 27, 2026 3:04 PM<br>"
        "<b>To:</b> Ines<br><b>Subject:</b> Renewals</div><p>We can’t wait.</p>",
        subtype="html",
    )
    assert read_mail(message.as_bytes()).original == Original(sent_on=SAID_ON)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("27/03/2026 15:04", SAID_ON),
        ("03/27/2026 3:04 PM", SAID_ON),
        ("27-03-2026", SAID_ON),
        ("27.03.2026 15:04", SAID_ON),
        ("3.4.2026", date(2026, 4, 3)),
        ("04/04/2026", date(2026, 4, 4)),
        ("1er avril 2026", date(2026, 4, 1)),
        ("Do., 2. Apr. 2026 um 08:00 Uhr", date(2026, 4, 2)),
        ("czwartek, 2 kwietnia 2026", date(2026, 4, 2)),
        ("03/04/2026 15:04", None),
        ("03-04-2026", None),
        ("27.03.26", None),
        ("31 February 2026", None),
        ("99/99/2026", None),
        ("27 March 2026, or 28 March 2026", None),
        ("27 Smarch 2026", None),
        ("yesterday at 15:04", None),
        ("", None),
    ],
)
def test_a_written_day_is_read_only_if_it_can_be_no_other(text, day):
    assert day_in(text) == day


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Renewals", OUTLOOK),
        ("AW: Vertragsverlängerung", OUTLOOK_GERMAN),
        ("RE\u00a0: Renouvellements", OUTLOOK_FRENCH),
        ("Renewals", "On Fri, Mar 27, 2026 at 3:04 PM Zed Broker <zed@broker.example> wrote:\n\n> We can't wait."),
        ("Invitation", "Subject: Kick-off\nDate: 27 March 2026\nFrom: 10:00\nTo: 12:00"),
        ("Renewals", "They moved the date: 27 March 2026.\nFrom: here on we wait."),
        ("", ""),
    ],
)
def test_replies_and_other_mail_forward_nothing(subject, text):
    assert original_in(subject, text, []) is None


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Fwd: Renewals", "We can't wait, they say."),
        ("WG: Vertragsverlängerung", ""),
        ("Renewals", OUTLOOK_BRITISH.replace("27 March 2026 15:04", "03/04/2026 15:04")),
        ("Renewals", GMAIL.replace("Date: ", "Day: ")),
    ],
)
def test_what_is_forwarded_without_a_day_says_so(subject, text):
    assert original_in(subject, text, []) == Original()


def test_a_day_must_be_possible():
    on = date(2026, 4, 13)
    assert Original(sent_on=date(2026, 4, 14)).day(on, ZONE) == on
    assert [Original(sent_on=day).day(on, ZONE) for day in (date(2026, 4, 15), date(1999, 1, 1), None)] == [None] * 3
    late = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)
    assert [Original(sent_at=late).day(on, zone).day for zone in (ZONE, "Europe/Berlin")] == [27, 28]
    assert Original(sent_at=datetime(9999, 12, 31, 23, 59, tzinfo=UTC)).day(on, "Europe/Berlin") is None


def attached(*dates, text="See the attached.", subject="Renewals"):
    outer = EmailMessage()
    for name, value in (
        ("From", "ines@example.com"),
        ("Subject", subject),
        ("Date", "Mon, 13 Apr 2026 16:30:00 +0200"),
    ):
        outer[name] = value
    outer.set_content(text)
    for number, day in enumerate(dates):
        inner = EmailMessage()
        inner["From"], inner["Date"], inner["Subject"] = "zed@broker.example", day, f"Renewals {number}"
        inner.set_content("<p>We can’t wait.</p>", subtype="html")
        outer.add_attachment(inner)
    return outer.as_bytes()


def test_a_mail_that_is_attached_has_its_own_date():
    read = read_mail(attached("Fri, 27 Mar 2026 15:04:05 +0100"))
    assert read.original == Original(sent_at=datetime(2026, 3, 27, 14, 4, 5, tzinfo=UTC))
    assert read.text == "See the attached.\n\nWe can’t wait."
    assert read_mail(attached("yesterday")).original == Original()
    two = ("Fri, 27 Mar 2026 15:04:05 +0100", "Sat, 28 Mar 2026 15:04:05 +0100")
    assert read_mail(attached(*two)).original == Original()
    # What is forwarded inline may have a mail attached itself.
    assert read_mail(attached(two[1], text=GMAIL)).original == Original(sent_on=SAID_ON)
    assert read_mail(attached(two[1], subject="Re: Renewals")).original is None


@pytest.fixture
def token(wave, frozen):
    make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER, programme_id=wave.programme_id)
    broker = add_stakeholder("Brokers", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    say_contact(broker, Contact(email="zed@broker.example"), by=TESTER)
    return make_mailbox(wave.programme, by=TESTER).mail_token


def take(token, text, **headers):
    message = EmailMessage()
    given = {
        "From": "ines@example.com",
        "Subject": "Fwd: Renewals",
        "Date": "Mon, 13 Apr 2026 16:30:00 +0200",
        **headers,
    }
    for name, value in given.items():
        message[name] = value
    message.set_content(text)
    return take_in(read_mail(message.as_bytes()), token, ZONE).taken


def kept():
    """The day and the moment of the newest interaction, and what its mail says of the forwarding."""
    said = db.session.scalars(select(InteractionWording).order_by(InteractionWording.id.desc())).first()
    mail = db.session.scalars(select(MailIn).order_by(MailIn.id.desc())).first()
    return said.happened_on, said.began_at, mail.is_forwarded, mail.original_on


def test_forwarded_mail_stands_on_the_day_of_its_original(token):
    assert take(token, GMAIL) is Taken.LOGGED
    assert kept() == (SAID_ON, None, True, SAID_ON)


def test_forwarded_mail_to_a_colleague_with_a_copy_here_too(token):
    assert take(token, OUTLOOK, To="sam@example.com") is Taken.LOGGED
    assert kept() == (SAID_ON, None, True, SAID_ON)


def test_without_a_sure_day_it_is_that_of_forwarding(token):
    assert take(token, OUTLOOK_BRITISH.replace("27 March 2026", "03/04/2026")) is Taken.LOGGED
    assert kept() == (date(2026, 4, 13), datetime(2026, 4, 13, 14, 30, tzinfo=UTC), True, None)
    assert take(token, GMAIL.replace("Mar 27, 2026", "Mar 27, 2027")) is Taken.LOGGED
    assert kept() == (date(2026, 4, 13), datetime(2026, 4, 13, 14, 30, tzinfo=UTC), True, None)


def test_a_copy_of_what_is_written_to_a_stakeholder_keeps_its_own_day(token):
    for subject in ("Re: Renewals", "FW: Renewals"):
        assert take(token, OUTLOOK, To="zed@broker.example", Subject=subject) is Taken.LOGGED
        assert kept() == (date(2026, 4, 13), datetime(2026, 4, 13, 14, 30, tzinfo=UTC), False, None)


def test_what_waits_keeps_the_day_of_its_original(token):
    assert take(token, GMAIL, From="else@example.com") is Taken.WAITS
    waiting = db.session.scalars(select(MailIn)).one()
    assert (waiting.is_forwarded, waiting.original_on) == (True, SAID_ON)
