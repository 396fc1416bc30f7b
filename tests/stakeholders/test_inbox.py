"""Mail that comes in: how any mail is read, what becomes an interaction, what waits, and whose words go."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.errors import NotFound, RuleBroken
from engagement.people import actions as people
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.privacy.queries.data_file import data_of
from engagement.reach import Reach
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.inbox import actions
from engagement.stakeholders.inbox.actions import Taken, make_mailbox, settle_mail, take_in
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.inbox.queries import inboxes_waiting, mailbox_of
from engagement.stakeholders.inbox.rules import reading as rules
from engagement.stakeholders.inbox.rules.reading import read_mail
from engagement.stakeholders.inbox.rules.tokens import address_with, tokens_in
from engagement.stakeholders.inbox.scopes import mail_to_assign
from engagement.stakeholders.interactions.models import InteractionWording
from engagement.stakeholders.interactions.queries.timeline import parties_of
from engagement.stakeholders.rules import Contact, StakeholderGroup

pytestmark = pytest.mark.usefixtures("frozen")
ZONE = "Europe/London"
INBOX = "engagement@example.com"


def mail(text="They want a call.", *, html="", attach="", **headers):
    message = EmailMessage()
    given = {
        "From": "Ines Okafor <ines@example.com>",
        "To": "Chair <chair@council.example>",
        "Subject": "Notice of wave 3",
        "Date": "Mon, 13 Apr 2026 16:30:00 +0200",
        "Message-ID": "<1@example.com>",
    }
    for name, value in {**given, **{key.replace("_", "-"): value for key, value in headers.items()}}.items():
        if value:
            message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    if attach:
        message.add_attachment(b"secret", maintype="application", subtype="pdf", filename=attach)
    return message.as_bytes()


def test_a_mail_is_read_whatever_it_is_made_of():
    read = read_mail(
        mail(Cc="Sam <SAM@Example.com>, nonsense", Delivered_To="engagement+abc@example.com", attach="rota.pdf")
    )
    assert (read.message_id, read.sender, read.subject) == ("<1@example.com>", "ines@example.com", "Notice of wave 3")
    assert read.addresses == ("chair@council.example", "sam@example.com")
    assert read.recipients[0] == "engagement+abc@example.com"
    assert (read.text, read.attachments, read.problem) == ("They want a call.", ("rota.pdf",), "")
    assert read.sent_at == datetime(2026, 4, 13, 14, 30, tzinfo=UTC)


def test_html_alone_becomes_text_without_scripts():
    page = "<html><head><title>T</title><style>p{}</style></head><body><p>Dear <b>all</b>,</p><p>we&nbsp;agree.<br>Bye</p><script>x()</script>"
    message = EmailMessage()
    message["From"] = "a@example.com"
    message.set_content(page, subtype="html")
    assert read_mail(message.as_bytes()).text == "Dear all,\n\nwe agree.\nBye"
    assert read_mail(mail("Plain.", html=page)).text == "Plain."


@pytest.mark.parametrize("word", ["From", "To", "Cc", "Von", "An", "De", "À", "Od", "> From", "*From"])
def test_the_headers_of_a_forwarded_mail_name_people(word):
    text = (
        f"FYI\n\n---- Forwarded ----\n{word}: Zed Broker <zed@broker.example>\nSubject: Hello\n\nFrom here on I agree."
    )
    assert read_mail(mail(text, To="")).addresses == ("zed@broker.example",)


def test_a_mail_that_is_attached_names_people():
    inner = EmailMessage()
    inner["From"], inner["To"] = "zed@broker.example", "sam@example.com"
    inner.set_content("Inner")
    outer = EmailMessage()
    outer["From"] = "ines@example.com"
    outer.set_content("See below.")
    outer.add_attachment(inner)
    assert set(read_mail(outer.as_bytes()).addresses) == {"zed@broker.example", "sam@example.com"}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00nonsense",
        b"From: \xff\xfe <\xff@\xfe>\nTo: ,,,;;<<>>\nDate: yesterday\nContent-Type: text/plain; charset=klingon\n\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n--x\n--x--",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Subject: =?utf-8?b?%%%?=\nContent-Transfer-Encoding: base64\n\n%%%%",
        b"From: a@example.com\nContent-Type: text/html\n\n<p" + b"<" * 10_000,
        b"Date: Mon, 99 Foo 99999 99:99:99 +9999\nMessage-ID: " + b"x" * 9_000 + b"\n\ntext",
        b"To: " + b"a@b.example, " * 5_000 + b"\n\ntext",
    ],
)
def test_no_mail_makes_it_fail(raw):
    read = read_mail(raw)
    assert 0 < len(read.message_id) <= rules.LONGEST_ID
    assert len(read.addresses) <= rules.MOST_ADDRESSES
    assert read.text or read.problem
    assert "\x00" not in read.text + read.subject


def test_a_long_mail_is_cut_and_says_so():
    read = read_mail(mail("x" * 10_000))
    assert read.text == "x" * rules.LONGEST_TEXT + "\n\n" + rules.CUT
    said = actions.said_of(replace(read, subject="s" * 400), "a" * 4_000, None, ZONE)
    assert len(said.notes) <= 5_000
    assert len(said.topics) == 300
    large = mail("Short.") + b"x" * rules.MOST_BYTES
    assert read_mail(large).text.endswith(rules.CUT)


def test_two_mails_without_an_id_are_told_apart_by_what_they_say():
    first, again, other = (read_mail(mail(text, Message_ID="")) for text in ("One", "One", "Two"))
    assert first.message_id == again.message_id != other.message_id


def test_the_tokens_are_found_in_the_addresses():
    assert tokens_in(["a@example.com", "Engagement+ABC@Example.com"], INBOX) == ["abc"]
    assert tokens_in([address_with(token, INBOX) for token in ("abc", "def", "abc")], INBOX) == ["abc", "def"]
    others = (
        "engagement@example.com",
        "engagement+@example.com",
        "engagement+abc@else.example",
        "other+abc@example.com",
        "",
    )
    assert tokens_in(others, INBOX) == []


@pytest.fixture
def ines(wave):
    return make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER, programme_id=wave.programme_id)


@pytest.fixture
def chair(wave):
    return add("Works council", wave, "chair@council.example")


@pytest.fixture
def token(wave):
    return make_mailbox(wave.programme, by=TESTER).mail_token


def add(name, place, address=""):
    row = add_stakeholder(name, StakeholderGroup.OTHERS, places=[place], by=TESTER)
    if address:
        say_contact(row, Contact(email=address), by=TESTER)
    return row


def take(token, raw):
    return take_in(read_mail(raw), token, ZONE).taken


def talks():
    return db.session.scalars(select(InteractionWording).order_by(InteractionWording.id)).all()


def waiting():
    rows = db.session.scalars(select(MailIn).where(MailIn.handled_at.is_(None)).order_by(MailIn.id))
    return [(row.sender, row.subject, row.text, row.problem) for row in rows]


def test_mail_of_a_planner_stands_with_everybody_whom_it_names(wave, ines, chair, token):
    sam = add_stakeholder(
        make_person("Sam Pryce", "sam@example.com"), StakeholderGroup.OTHERS, places=[wave], by=TESTER
    )
    assert take(token, mail(Cc="sam@example.com", attach="rota.pdf")) is Taken.LOGGED
    (said,) = talks()
    assert (said.notes, said.topics, said.channel.value, said.happened_on, said.said_by.name) == (
        "They want a call.\n\n[Attached, not kept: rota.pdf]",
        "Notice of wave 3",
        "message",
        date(2026, 4, 13),
        "Ines Okafor",
    )
    assert [row.id for row in parties_of(said.interaction_id)] == [chair.id, sam.id]
    assert waiting() == []
    kept = db.session.scalars(select(MailIn)).one()
    assert (kept.text, kept.subject, kept.sender, kept.interaction_id) == ("", "", "", said.interaction_id)


def test_the_same_mail_twice_is_once(wave, ines, chair, token):
    assert [take(token, mail()) for _ in range(3)] == [Taken.LOGGED, Taken.KNOWN, Taken.KNOWN]
    unknown = mail(From="else@example.com", Message_ID="<2@example.com>")
    assert [take(token, unknown) for _ in range(2)] == [Taken.WAITS, Taken.KNOWN]
    db.session.commit()
    db.session.add(MailIn(programme_id=wave.programme_id, message_id="<1@example.com>", received_at=clock.now()))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_mail_of_others_waits(wave, ines, chair, token):
    lead = make_account("lead@example.com", "Lena Lead", Role.CHANGE_MANAGER, wave_id=wave.id)
    far = make_account("far@example.com", "Far", Role.CHANGE_MANAGER, programme_id=make_programme("B").id)
    gone = make_account("gone@example.com", "Gone", Role.CHANGE_MANAGER)
    accounts.deactivate(gone, by=TESTER)
    for number, sender in enumerate((lead.email, far.email, gone.email, "stranger@example.com", "")):
        assert take(token, mail(From=sender, Message_ID=f"<{number}x@example.com>")) is Taken.WAITS
    assert talks() == []
    assert {problem for *_, problem in waiting()} == {
        "Its sender doesn’t plan this programme, so somebody who does has to look at it."
    }
    assert waiting()[0][:3] == ("lead@example.com", "Notice of wave 3", "They want a call.")


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (mail(To="nobody@else.example"), "No stakeholder of this programme has one of its addresses."),
        (mail(Auto_Submitted="auto-replied"), "No person wrote it: it is an automatic answer."),
        (mail(" "), "It has no text that can be read."),
    ],
)
def test_what_names_nobody_is_automatic_or_cannot_be_read_waits(ines, chair, token, raw, problem):
    assert take(token, raw) is Taken.WAITS
    assert [each[-1] for each in waiting()] == [problem]


def test_only_stakeholders_of_the_programme_are_found(wave, ines, token):
    other = add("Elsewhere", make_wave(make_programme("B")), "chair@council.example")
    assert take(token, mail()) is Taken.WAITS
    gone = add("Gone", wave, "gone@council.example")
    remove_stakeholder(gone, by=TESTER)
    assert take(token, mail(To="gone@council.example", Message_ID="<2@example.com>")) is Taken.WAITS
    assert other.email == "chair@council.example"


def test_a_renewed_address_takes_nothing_more(wave, ines, chair, token):
    new = make_mailbox(wave.programme, by=TESTER).mail_token
    assert new != token
    assert len(new) == 20
    assert mailbox_of(wave.programme_id).mail_token == new
    assert [take(each, mail()) for each in (token, "nonsense", new)] == [
        Taken.UNKNOWN_ADDRESS,
        Taken.UNKNOWN_ADDRESS,
        Taken.LOGGED,
    ]


def test_an_inbox_that_nobody_reads_is_full(wave, ines, chair, token, monkeypatch):
    monkeypatch.setattr(actions, "MOST_WAITING", 1)
    raws = [mail(From="else@example.com", Message_ID=f"<{number}@example.com>") for number in range(2)]
    assert [take(token, raw) for raw in raws] == [Taken.WAITS, Taken.FULL]
    assert take(token, mail(Message_ID="<3@example.com>")) is Taken.LOGGED


def test_who_plans_the_whole_programme_has_its_mail(wave, ines, chair, token):
    take(token, mail(From="else@example.com"))
    row = db.session.scalars(select(MailIn)).one()
    whole, part = Reach(programmes=frozenset({wave.programme_id})), Reach(waves=frozenset({wave.id}))
    assert mail_to_assign(whole, row.id) is row
    assert [(programme.id, number) for programme, number in inboxes_waiting(whole)] == [(wave.programme_id, 1)]
    assert inboxes_waiting(part) == []
    with pytest.raises(NotFound):
        mail_to_assign(part, row.id)
    settle_mail(row, None, by=TESTER)
    assert (row.text, row.sender) == ("", "")
    with pytest.raises(NotFound):
        mail_to_assign(whole, row.id)
    with pytest.raises(RuleBroken, match="Somebody has dealt with this mail already"):
        settle_mail(row, None, by=TESTER)


def test_waiting_mail_of_somebody_is_in_their_file_and_goes_with_them(wave, ines, chair, token):
    ann = make_person("Ann Employee", "ann@example.com")
    for number, sender in enumerate(("ann@example.com", "chair@council.example", "else@example.com")):
        take(token, mail(f"Words {number}", From=sender, To="", Message_ID=f"<{number}@example.com>"))
    db.session.commit()
    assert [row["text"] for row in data_of(ann, with_concerns=True)["about_them"]["mail_in"]] == ["Words 0"]
    people.mark_as_left(ann, by=TESTER)
    erase_person(ann, by=TESTER)
    erase_outsider(chair, by=TESTER)
    db.session.commit()
    assert [text for _, _, text, _ in waiting()] == ["Words 2"]
    assert db.session.scalars(select(MailIn.sender).order_by(MailIn.id)).all() == ["", "", "else@example.com"]
