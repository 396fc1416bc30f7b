"""The page of one message: writing, approving, moving, deciding, and reading it as somebody."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from factories import make_account, make_people, make_person, make_wave, signed_in
from flask import Flask
from pages.calendar.calendar_pages import FORM, fresh, page, post
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import MailingKind
from tests.communications.calendar_rows import (
    AT_TWO,
    TEXT,
    make_approved,
    make_approver,
    make_audience,
    make_draft,
    make_line,
)

pytestmark = pytest.mark.usefixtures("frozen")


def test_a_message_goes_from_draft_to_approved_through_the_pages(app: Flask, writer: Account) -> None:
    make_person("Tomasz Wójcik", "tomasz@example.com")
    draft = make_draft(make_line(owner=writer))
    approver = make_approver()
    writes, approves = signed_in(app, writer), signed_in(app, approver)
    path = f"/occurrences/{draft.id}"
    first = page(writes, path)
    assert "A note to the author still stands in the text: [Write here.]" in first
    assert "Ask for approval" not in first
    post(writes, path, subject="What changes", body=TEXT, text_version="1")
    second = page(writes, path)
    assert "Dear Tomasz," in second
    assert "Approve this text" not in second
    post(writes, f"{path}/approval-requests")
    assert "Approve this text" in page(approves, path)
    post(approves, f"{path}/approvals", text_version="2")
    assert fresh(draft.id).status is OccurrenceStatus.APPROVED
    assert "It goes out by itself to 1 person, Tuesday 14 April at 14:00, London time." in page(writes, path)
    post(writes, path, subject="What changes", body=TEXT + " More.", text_version="2")
    assert "The approval was withdrawn." in page(writes, path)
    assert fresh(draft.id).status is OccurrenceStatus.DRAFT


def test_the_writer_is_refused_and_a_named_approver_without_other_roles_is_not(
    app: Flask, writer: Account, employee: Account
) -> None:
    draft = make_draft(make_line(owner=writer, approver=employee))
    write_occurrence(draft, "News", "Text", by=writer.actor)
    writes, approves = signed_in(app, writer), signed_in(app, employee)
    post(writes, f"/occurrences/{draft.id}/approvals", 403, text_version="2")
    assert "Approve this text" in page(approves, f"/occurrences/{draft.id}")
    post(approves, f"/occurrences/{draft.id}/skipping", 403, reason="x")
    post(approves, f"/occurrences/{draft.id}/approvals", text_version="2")
    assert fresh(draft.id).status is OccurrenceStatus.APPROVED


def test_nobody_writes_approves_and_sends_alone(app: Flask, writer: Account) -> None:
    """Whoever plans one wave could once finish a text as the outline, approve it, and send it to anybody as somebody else."""
    wave = make_wave(members=[make_person()])
    alone = make_account("wim@example.com", "Wim Alone", Role.CHANGE_MANAGER, wave_id=wave.id)
    board = make_audience("Executive board", {"field": "person", "values": [make_person("Cy Board").id]})
    inside = make_audience("Wave 3", {"field": "wave", "values": [wave.id]})
    client = signed_in(app, alone)
    form = {**FORM, "wave": wave.id, "owner": writer.id, "approver": alone.id, "rhythm": "as_needed"}
    form |= {"name": "News", "outline": "All is decided."}
    refused = post(client, "/communications/new", 422, **form, audience=board.id)
    assert "“Executive board” reaches 1 person outside the waves that you plan." in refused
    assert db.session.scalars(select(Communication)).all() == []
    post(client, "/communications/new", **form, audience=inside.id)
    line = db.session.scalars(select(Communication)).one()
    refused = post(client, f"/communications/{line.id}/edit", 422, **form, audience=board.id)
    assert "“Executive board” reaches 1 person outside the waves that you plan." in refused
    post(client, f"/communications/{line.id}/occurrences", day="2026-04-20", time="09:00")
    message = db.session.scalars(select(Occurrence)).one()
    path = f"/occurrences/{message.id}"
    shown = page(client, path)
    assert "Wim Alone, in the outline" in shown
    assert "Approve this text" not in shown
    post(client, f"{path}/approvals", 403, text_version="1")
    post(client, f"{path}/approval-requests")
    post(client, f"{path}/approvals", 403, text_version="1")
    assert fresh(message.id).status is OccurrenceStatus.IN_REVIEW


def test_problems_come_back_with_the_page_and_what_was_typed_is_kept(app: Flask, writer: Account) -> None:
    draft = make_draft(make_line(owner=writer))
    client = signed_in(app, writer)
    path = f"/occurrences/{draft.id}"
    post(client, path, subject="News", body="Dear {{ frist_name }}", text_version="1")
    answer = post(client, f"{path}/approval-requests", 422)
    assert "{{ frist_name }} is not a merge field; did you mean {{ first_name }}?" in answer
    stale = post(client, path, 422, subject="News", body="My own words", text_version="1")
    assert "Somebody changed this text after you opened it." in stale
    assert "My own words" in stale
    assert fresh(draft.id).body == "Dear {{ frist_name }}"


def test_the_text_is_shown_as_a_chosen_recipient_and_a_test_copy_reads_like_it(app: Flask, writer: Account) -> None:
    make_people(2)
    make_person("Leila Haddad", "leila@example.com")
    occurrence = make_approved(make_line(owner=writer))
    client = signed_in(app, writer)
    shown = page(client, f"/occurrences/{occurrence.id}?as=leila@example.com")
    assert "As Leila Haddad reads it" in shown
    assert "Dear Leila," in shown
    assert "Nobody in the audience has the address “x@example.com”." in page(
        client, f"/occurrences/{occurrence.id}?as=x@example.com"
    )
    post(client, f"/occurrences/{occurrence.id}/test-copies", **{"as": "leila@example.com"})
    delivery = db.session.scalars(select(Delivery)).one()
    assert (delivery.address, delivery.mailing.kind) == ("ines@example.com", MailingKind.TEST_COPY)
    assert delivery.filled["first_name"] == "Leila"


@pytest.mark.parametrize("role", [Role.CHANGE_MANAGER, Role.TRAINER, Role.AUDITOR])
def test_a_message_is_read_as_those_alone_whom_the_reader_sees(app: Flask, writer: Account, role: Role) -> None:
    ann = make_person("Ann Inside", "ann@example.com")
    make_person("Aaron Outside", "aaron@example.com", "Legal")
    wave = make_wave(members=[ann])
    draft = make_draft(make_line(wave.programme, owner=writer, outline="Dear {{ name }}"))
    client = signed_in(app, make_account("wim@example.com", "Wim Scoped", role, wave_id=wave.id))
    path = f"/occurrences/{draft.id}"
    assert "Dear Ann Inside" in page(client, path)
    assert "Dear Ann Inside" in page(client, f"{path}?as=ann@example.com")
    hidden, unknown = (page(client, f"{path}?as={who}@example.com") for who in ("aaron", "nobodyatall"))
    assert "Nobody whom you see in the audience has the address “aaron@example.com”." in hidden
    assert hidden.replace("aaron@", "nobodyatall@") == unknown
    assert "Aaron" not in page(client, path) + hidden
    assert "Dear Aaron Outside" in page(signed_in(app, writer), f"{path}?as=aaron@example.com")


def test_who_sees_no_recipient_reads_it_with_their_own_values_or_with_its_fields(app: Flask, writer: Account) -> None:
    make_person("Aaron Outside", "aaron@example.com", "Legal")
    wave = make_wave()
    rule = {"field": "location", "values": ["Leeds"]}
    make_person("Lee Leeds", "lee@example.com", location="Leeds")
    make_person("Owen Own", "owen@example.com", "Legal")
    told = {}
    for email, name in (("owen@example.com", "Owen Own"), ("wim@example.com", "Wim Nowhere")):
        owner = make_account(email, name, Role.TRAINER, wave_id=wave.id)
        line = make_line(wave.programme, owner=owner, outline="Dear {{ name }}", audience=make_audience(name, rule))
        path, client = f"/occurrences/{make_draft(line).id}", signed_in(app, owner)
        shown = page(client, path)
        told[name] = re.findall(r"You see none of its readers by name, so [^<]+|(?<=<p>)Dear [^<]+", shown)
        copied = client.post(f"{path}/test-copies").status_code
        told[name].append(str(copied))
        assert "Lee Leeds" not in shown
    assert told == {
        "Owen Own": [
            "You see none of its readers by name, so your own values stand in the fields.",
            "Dear Owen Own",
            "303",
        ],
        "Wim Nowhere": [
            "You see none of its readers by name, so the fields stay as they are written.",
            "Dear {{ name }}",
            "422",
        ],
    }


def test_moving_and_skipping_through_the_page(app: Flask, writer: Account) -> None:
    draft = make_draft(make_line(owner=writer))
    client = signed_in(app, writer)
    path = f"/occurrences/{draft.id}"
    assert "Choose a time in the future." in post(client, f"{path}/moves", 422, day="2026-04-13", time="09:00")
    post(client, f"{path}/moves", day="2026-04-20", time="09:30")
    assert fresh(draft.id).sends_at == datetime(2026, 4, 20, 8, 30, tzinfo=UTC)
    assert "Moved by hand from Tuesday 14 April at 14:00, London time." in page(client, path)
    assert "Say in a line why it is left out." in post(client, f"{path}/skipping", 422, reason=" ")
    post(client, f"{path}/skipping", reason="Nothing new.")
    assert "Nothing new." in page(client, path)
    assert fresh(draft.id).status is OccurrenceStatus.SKIPPED


def test_a_held_message_waits_for_a_decision_on_its_page(app: Flask, writer: Account) -> None:
    make_people(1)
    occurrence = make_approved(make_line(owner=writer))
    late = AT_TWO + timedelta(days=2)
    assert queue_occurrence(occurrence.id, now=late, lateness_limit_hours=24) is QueueOutcome.HELD
    client = signed_in(app, writer)
    shown = page(client, f"/occurrences/{occurrence.id}")
    assert "Send it now" in shown
    assert "more than the limit of 24 hours." in shown
    post(client, f"/occurrences/{occurrence.id}/decisions")
    assert fresh(occurrence.id).status is OccurrenceStatus.APPROVED
    post(client, f"/occurrences/{occurrence.id}/decisions", 422)


def test_after_sending_the_page_counts_by_state_and_reaches_who_came_later(app: Flask, writer: Account) -> None:
    make_people(3)
    occurrence = make_approved(make_line(owner=writer))
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    make_person("Leila Haddad", "leila@example.com")
    client = signed_in(app, writer)
    shown = page(client, f"/occurrences/{occurrence.id}")
    assert "3 people were in the audience when it was approved, 3 people when it was sent." in shown
    assert f"/deliveries?message={fresh(occurrence.id).mailing_id}&amp;state=queued" in shown
    assert "1 person has come into the audience since and has no copy." in shown
    post(client, f"/occurrences/{occurrence.id}/resumption")
    assert fresh(occurrence.id).reached == 4
    assert "Save the draft" not in page(client, f"/occurrences/{occurrence.id}")


def test_a_message_dated_by_hand_opens_as_a_draft(app: Flask, writer: Account) -> None:
    line = make_line(owner=writer)
    client = signed_in(app, writer)
    assert "Choose a time in the future." in post(
        client, f"/communications/{line.id}/occurrences", 422, day="2026-04-01", time="09:00"
    )
    post(client, f"/communications/{line.id}/occurrences", day="2026-04-21", time="12:30")
    made = db.session.scalars(select(Occurrence)).one()
    assert made.sends_at == datetime(2026, 4, 21, 11, 30, tzinfo=UTC)


def test_an_empty_audience_is_said_before_and_after(app: Flask, writer: Account) -> None:
    line = make_line(owner=writer, audience=make_audience("Nobody", {"field": "location", "values": ["Atlantis"]}))
    occurrence = make_approved(line)
    client = signed_in(app, writer)
    assert "The audience reaches nobody at present." in page(client, f"/occurrences/{occurrence.id}")
    post(client, f"/occurrences/{occurrence.id}/test-copies", 422)
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    db.session.commit()
    assert "No recipients: “Nobody” reached nobody when it was due." in page(client, f"/occurrences/{occurrence.id}")
