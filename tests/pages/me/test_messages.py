"""An employee's messages: read as they were sent, also when values were let go."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER
from flask import Flask
from pages.me.own_pages import make_message, sign_in, text_of

from engagement import clock
from engagement.db import db
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.privacy.actions.retention import apply_retention, keep_for
from engagement.privacy.rules.records import RecordKind
from engagement.waves.models import Wave


def test_messages_are_read_as_they_were_sent(app: Flask, person: Person, wave: Wave) -> None:
    delivery = make_message(person)
    client = sign_in(app, person)
    assert "Message: Why we start with Claims" in text_of(client, "/me")
    assert "From Margaret Leclerc" in text_of(client, "/me/messages")
    page = text_of(client, f"/me/messages/{delivery.id}")
    assert "<h1>Why we start with Claims</h1>" in page
    assert f"<p>Dear {person.first_name},</p>" in page
    assert "<li>One</li>" in page


def test_a_message_whose_values_were_let_go_is_shown_with_a_stand_in(
    app: Flask, person: Person, wave: Wave, frozen: time_machine.Traveller
) -> None:
    delivery = make_message(person)
    delivery.mailing.html = (
        '<!--text--><p>Dear {{ first_name }}, <a href="{{ training_link }}">learn</a></p><!--/text-->'
    )
    keep_for(RecordKind.DELIVERIES, 60, by=TESTER)
    frozen.shift(timedelta(days=61))
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 1}
    client = sign_in(app, person)
    assert "Why we start with […]" in text_of(client, "/me/messages")
    page = text_of(client, f"/me/messages/{delivery.id}")
    assert '<p>Dear […], <a rel="noopener noreferrer nofollow">learn</a></p>' in page
    assert "deleted 60 days after the message went out. […] marks their places" in page
    assert "<dt>To</dt>" not in page


def test_what_still_waits_to_be_sent_keeps_its_values(
    app: Flask, person: Person, frozen: time_machine.Traveller
) -> None:
    make_message(person).state = DeliveryState.QUEUED
    keep_for(RecordKind.DELIVERIES, 60, by=TESTER)
    frozen.shift(timedelta(days=61))
    assert apply_retention(clock.now()) == {RecordKind.DELIVERIES: 0}


def test_no_messages_is_said_in_words(app: Flask, person: Person) -> None:
    assert "No messages yet" in text_of(sign_in(app, person), "/me/messages")


@pytest.mark.parametrize(("language", "turned"), [("he", ' dir="rtl"'), ("ar-EG", ' dir="rtl"'), ("pl", "")])
def test_a_message_leans_as_its_language_is_written(
    app: Flask, person: Person, wave: Wave, language: str, turned: str
) -> None:
    delivery = make_message(person)
    delivery.mailing.language, delivery.mailing.asks_confirmation = language, True
    db.session.commit()
    client = sign_in(app, person)
    page = text_of(client, f"/me/messages/{delivery.id}")
    assert f'<h1 lang="{language}"{turned}>Why we start with Claims</h1>' in page
    assert f'<div class="prose" lang="{language}"{turned}>' in page
    assert f'<span lang="{language}"{turned}>Why we start with Claims</span>' in text_of(client, "/me/messages")
    assert f'<h3 lang="{language}"{turned}>Why we start with Claims</h3>' in text_of(client, "/me")
