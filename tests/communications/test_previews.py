"""How a message reads for one person: previews, test copies, what was sent, and why it came."""

import pytest
from factories import TESTER, make_person, make_wave
from sqlalchemy import update

from engagement.communications.actions import sending
from engagement.communications.queries.previews import preview_as
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.models import Delivery
from engagement.mail.rules import MailingKind
from tests.communications.calendar_rows import make_approved, make_draft, make_line, queue

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_a_test_copy_goes_to_the_author_with_the_values_of_the_chosen_recipient() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    occurrence = make_approved()
    author = occurrence.communication.owner
    delivery = sending.send_test_copy(occurrence, person, author, by=author.actor)
    assert (delivery.address, delivery.person_id) == ("ines@example.com", None)
    assert delivery.filled == {"first_name": "Tomasz", "my_change_link": "/me", "department": "Claims"}
    assert delivery.mailing.kind is MailingKind.TEST_COPY
    assert delivery.mailing.subject == "Test copy: What changes in claims"
    assert occurrence.status is OccurrenceStatus.APPROVED


def test_a_test_copy_is_refused_while_the_text_has_problems() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    draft = make_draft()
    with pytest.raises(RuleBroken):
        sending.send_test_copy(draft, person, draft.communication.owner, by=TESTER)


def test_a_preview_shows_real_values_escaped() -> None:
    person = make_person("Eve", "eve@example.com", first_name="<b>Eve</b>")
    preview = preview_as(make_approved(), person)
    assert preview.html.startswith("<p>Dear &lt;b&gt;Eve&lt;/b&gt;,</p>")
    assert '<a href="/me">See what changes for you</a>' in preview.html
    assert preview.text.startswith("Dear <b>Eve</b>,")


def test_a_message_that_is_out_is_shown_as_it_was_sent() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    wave = make_wave()
    occurrence = make_approved(make_line(wave.programme, wave=wave), body="{{ first_name }}: **{{ wave }}** <now>")
    queue(occurrence)
    wave.name, person.first_name = "Renamed", "Thomas"
    db.session.flush()
    assert preview_as(occurrence, person).html == (
        "<p>Tomasz: <strong>Wave 3: Property claims</strong> &lt;now&gt;</p>"
    )


def test_a_copy_whose_values_were_let_go_is_shown_without_them() -> None:
    person = make_person("Tomasz Wójcik", "tomasz@example.com")
    wave = make_wave()
    text = "{{ first_name }}, of **{{ wave }}**: {{ my_change_link }}"
    occurrence = make_approved(make_line(wave.programme, wave=wave), body=text)
    queue(occurrence)
    db.session.execute(update(Delivery).values(address="", name="", filled={}))
    preview = preview_as(occurrence, person)
    assert preview.is_emptied
    assert preview.html == (
        "<p>[…], of <strong>Wave 3: Property claims</strong>: "
        '<a rel="noopener noreferrer nofollow">See what changes for you</a></p>'
    )
