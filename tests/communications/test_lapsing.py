"""What readers act on is part of what was approved; and sending back, with who is told of each."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_people, make_person, make_programme, make_wave, make_workflow
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import grant_role
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.audiences.actions import change_audience
from engagement.communications.actions import approving, calendar, placing
from engagement.communications.actions.sending import decide_held, queue_occurrence
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import possible_approvers
from engagement.communications.queries.attention import needs_attention
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.db import db
from engagement.errors import BadInput, NotAllowed, RuleBroken
from engagement.mail.models import Delivery
from engagement.scheduler import message_jobs
from tests.communications.calendar_rows import (
    AT_TWO,
    TEXT,
    make_approved,
    make_approver,
    make_audience,
    make_draft,
    make_line,
    make_writer,
)

pytestmark = pytest.mark.usefixtures("app", "frozen")
FIELDS = "{{ wave }} of {{ programme }} goes live {{ go_live }} with {{ workflow }}. {{ sender_name }}"


def approved(body: str = FIELDS) -> Occurrence:
    programme = make_programme()
    wave = make_wave(programme, go_live_on=date(2026, 5, 12), workflows=(make_workflow(programme, "Claims triage"),))
    make_people(2)
    return make_approved(make_line(wave.programme, wave=wave), body=body)


def told(subject: str) -> dict[str, str]:
    """Return who was told something, with what the mail is filled with."""
    rows = db.session.scalars(select(Delivery).order_by(Delivery.id)).all()
    return {row.address: str(row.filled.get("comment", "")) for row in rows if row.mailing.subject.startswith(subject)}


def other_go_live(row: Occurrence) -> None:
    assert row.communication.wave is not None
    row.communication.wave.go_live_on = date(2026, 5, 19)


def other_name_of_the_wave(row: Occurrence) -> None:
    assert row.communication.wave is not None
    row.communication.wave.name = "Claims and more"


def other_name_of_the_programme(row: Occurrence) -> None:
    row.communication.programme.name = "Another name"


def other_name_of_the_sender(row: Occurrence) -> None:
    row.communication.owner.name = "Ines Marsh"


def other_rule(row: Occurrence) -> None:
    row.communication.audience.rule = {"field": "location", "values": ["London"]}


CHANGES: list[tuple[Callable[[Occurrence], None], str]] = [
    (other_go_live, "The go-live was Tuesday 12 May 2026 when it was approved, and is Tuesday 19 May 2026 now."),
    (other_name_of_the_wave, "Number and name of the wave was “"),
    (other_name_of_the_programme, "The name of the programme was “"),
    (
        other_name_of_the_sender,
        "The name of the communication’s owner was “Ines Okafor” when it was approved, and is “Ines Marsh” now.",
    ),
    (other_rule, "The audience “Everybody” asks for other people than when it was approved."),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_what_readers_act_on_is_part_of_what_was_approved(
    app: Flask, change: Callable[[Occurrence], None], said: str
) -> None:
    occurrence = approved()
    change(occurrence)
    db.session.flush()
    page = occurrence_page(occurrence)
    assert (page.approval, page.lapsed.startswith(said)) == (None, True)
    assert message_jobs.queue_occurrences(app.config["SETTINGS"]) == f"{occurrence.id} held, its approval lapsed"
    assert occurrence.status is OccurrenceStatus.HELD
    assert occurrence.reason.startswith(said)
    mails = told("No longer approved")
    assert set(mails) == {"ines@example.com", "sam@example.com"}
    assert all(comment == occurrence.reason for comment in mails.values())
    assert message_jobs.queue_occurrences(app.config["SETTINGS"]) == "Nothing was due."
    approver = db.session.scalars(select(Account).where(Account.email == "sam@example.com")).one()
    approving.approve(occurrence, by=approver.actor)
    with clock.standing_at(AT_TWO):
        message_jobs.queue_occurrences(app.config["SETTINGS"])
    assert occurrence.status.is_out


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_a_change_at_the_last_moment_holds_the_message(change: Callable[[Occurrence], None], said: str) -> None:
    occurrence = approved()
    change(occurrence)
    db.session.flush()
    assert queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24) is QueueOutcome.HELD
    assert occurrence.reason.startswith(said)


@pytest.mark.parametrize("change", [other_name_of_the_wave, other_name_of_the_programme])
def test_what_a_text_does_not_say_does_not_end_its_approval(app: Flask, change: Callable[[Occurrence], None]) -> None:
    occurrence = approved(TEXT)
    change(occurrence)
    db.session.flush()
    message_jobs.queue_occurrences(app.config["SETTINGS"])
    assert occurrence.status is OccurrenceStatus.APPROVED


def test_a_go_live_counts_also_where_the_text_names_it_in_words() -> None:
    occurrence = approved("It begins on Tuesday 12 May.")
    other_go_live(occurrence)
    assert approving.lapse_if_overtaken(occurrence)


def test_new_people_in_the_same_audience_need_no_approval() -> None:
    occurrence = approved()
    make_person("Nia New", "nia@example.com")
    assert not approving.lapse_if_overtaken(occurrence)


def test_an_audience_that_is_saved_with_another_rule_holds_what_was_approved(app: Flask) -> None:
    occurrence = approved()
    audience = occurrence.communication.audience
    change_audience(audience, audience.name, {"field": "location", "values": ["London"]}, by=TESTER)
    message_jobs.queue_occurrences(app.config["SETTINGS"])
    assert occurrence.status is OccurrenceStatus.HELD


def test_a_message_that_is_sent_late_by_decision_is_not_held_again() -> None:
    occurrence = approved()
    late = AT_TWO + timedelta(days=3)
    assert queue_occurrence(occurrence.id, now=late, lateness_limit_hours=24) is QueueOutcome.HELD
    with clock.standing_at(late):
        decide_held(occurrence, True, by=TESTER)
        assert queue_occurrence(occurrence.id, now=late, lateness_limit_hours=24) is QueueOutcome.QUEUED


def test_approvers_are_told_by_mail_with_a_link() -> None:
    draft = make_draft()
    writer, sam = draft.communication.owner, make_approver()
    trainer = make_account("kim@example.com", "Kim", Role.TRAINER)
    gone = make_account("gone@example.com", "Gone", Role.CHANGE_MANAGER)
    gone.deactivated_at = clock.now()
    write_occurrence(draft, "News", "Text", by=writer.actor)
    assert approving.ask_approval(draft, by=writer.actor) == [sam]
    assert set(told("Waits for your approval")) == {"sam@example.com"}
    [mail] = db.session.scalars(select(Delivery))
    assert mail.filled["message_link"] == f"/occurrences/{draft.id}"
    assert mail.filled["who"] == "Ines Okafor"
    assert trainer.email not in told("Waits")


def test_a_named_approver_alone_is_told() -> None:
    sponsor = make_account("margaret@example.com", "Margaret Leclerc", Role.SPONSOR)
    draft = make_draft(make_line(approver=sponsor))
    make_approver()
    write_occurrence(draft, "News", "Text", by=draft.communication.owner.actor)
    assert approving.ask_approval(draft, by=draft.communication.owner.actor) == [sponsor]
    assert set(told("Waits for your approval")) == {"margaret@example.com"}


def test_nobody_is_found_where_everybody_wrote_it() -> None:
    draft = make_draft(make_line(owner=make_writer()))
    write_occurrence(draft, "News", "Text", by=draft.communication.owner.actor)
    assert possible_approvers(draft) == []
    assert approving.ask_approval(draft, by=draft.communication.owner.actor) == []
    helper = make_account("pat@example.com", "Pat")
    grant_role(helper, Role.CHANGE_MANAGER, by=TESTER)
    assert possible_approvers(draft) == [helper]


def sent_back() -> tuple[Occurrence, Account, Account]:
    draft = make_draft()
    writer, sam = draft.communication.owner, make_approver()
    write_occurrence(draft, "News", "Text", by=writer.actor)
    approving.ask_approval(draft, by=writer.actor)
    approving.send_back(draft, "  Say who decides.  ", by=sam.actor, seen_version=draft.text_version)
    return draft, writer, sam


def test_sending_back_says_what_to_change_and_tells_the_author() -> None:
    draft, writer, sam = sent_back()
    assert draft.status is OccurrenceStatus.DRAFT
    page = occurrence_page(draft)
    assert page.sent_back is not None
    assert (page.sent_back.comment, page.sent_back.sent_back_by) == ("Say who decides.", sam)
    assert told("Sent back to you") == {"ines@example.com": "Say who decides."}
    assert needs_attention(reader_of(writer, "UTC")).sent_back == [draft]
    write_occurrence(draft, "News", "Sam decides.", by=writer.actor)
    assert needs_attention(reader_of(writer, "UTC")).sent_back == [draft]
    approving.ask_approval(draft, by=writer.actor)
    assert needs_attention(reader_of(writer, "UTC")).sent_back == []
    assert occurrence_page(draft).sent_back is None


def test_only_who_could_approve_sends_back_and_says_why() -> None:
    draft = make_draft()
    writer, sam = draft.communication.owner, make_approver()
    write_occurrence(draft, "News", "Text", by=writer.actor)
    with pytest.raises(RuleBroken):
        approving.send_back(draft, "Why?", by=sam.actor)
    approving.ask_approval(draft, by=writer.actor)
    for by in (writer.actor, TESTER):
        with pytest.raises(NotAllowed):
            approving.send_back(draft, "Why?", by=by)
    for comment in (" ", "x" * 2_001):
        with pytest.raises(BadInput) as error:
            approving.send_back(draft, comment, by=sam.actor)
        assert list(error.value.problems) == ["comment"]
    with pytest.raises(RuleBroken):
        approving.send_back(draft, "Why?", by=sam.actor, seen_version=1)
    assert draft.status is OccurrenceStatus.IN_REVIEW


def test_another_audience_of_the_communication_tells_people() -> None:
    occurrence = make_approved()
    line = occurrence.communication
    other = make_audience("London", {"field": "location", "values": ["London"]})
    calendar.change_communication(line, replace(line.details, audience=other), by=TESTER)
    assert occurrence.status is OccurrenceStatus.HELD
    assert set(told("No longer approved")) == {"ines@example.com", "sam@example.com"}


def test_a_message_that_was_left_out_is_taken_up_again() -> None:
    occurrence = make_approved()
    placing.skip_occurrence(occurrence, "Nothing new.", by=TESTER)
    placing.take_up_occurrence(occurrence, by=TESTER)
    assert (occurrence.status, occurrence.reason) == (OccurrenceStatus.DRAFT, "")
    assert occurrence_page(occurrence).approval is None
    with pytest.raises(RuleBroken):
        placing.take_up_occurrence(occurrence, by=TESTER)


def test_one_whose_time_has_passed_is_missed_when_it_is_taken_up() -> None:
    draft = make_draft()
    placing.skip_occurrence(draft, "Nothing new.", by=TESTER)
    with clock.standing_at(AT_TWO + timedelta(days=1)):
        placing.take_up_occurrence(draft, by=TESTER)
        assert draft.status is OccurrenceStatus.MISSED
        placing.move_occurrence(draft, AT_TWO + timedelta(days=2), by=TESTER)
        assert draft.status is OccurrenceStatus.DRAFT


def test_a_communication_that_ended_goes_on_where_it_was() -> None:
    line = make_line(cadence="FREQ=WEEKLY;BYDAY=TH", starts_on=date(2026, 4, 16))
    rows = list(db.session.scalars(select(Occurrence).order_by(Occurrence.sends_at)))
    write_occurrence(rows[0], "News", "Text", by=line.owner.actor)
    placing.skip_occurrence(rows[1], "Nothing new.", by=TESTER)
    days = [row.sends_at for row in rows]
    written, skipped = rows[0].id, rows[1].id
    calendar.end_communication(line, by=TESTER)
    with pytest.raises(RuleBroken, match="Take the communication up again first"):
        placing.take_up_occurrence(db.session.get_one(Occurrence, written), by=TESTER)
    for _ in range(2):
        calendar.take_up_communication(line, by=TESTER)
    now = list(db.session.scalars(select(Occurrence).order_by(Occurrence.sends_at)))
    assert (line.ended_at, [row.sends_at for row in now]) == (None, days)
    assert [(row.id, row.status) for row in now[:2]] == [
        (written, OccurrenceStatus.DRAFT),
        (skipped, OccurrenceStatus.SKIPPED),
    ]
