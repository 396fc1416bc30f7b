"""Texts and their approval: what it leads to, what blocks it, and what an edit undoes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import TESTER, make_account, make_people, make_programme, make_wave
from sqlalchemy import select

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.communications.actions import approving, writing
from engagement.communications.actions.calendar import change_communication
from engagement.communications.actions.placing import move_occurrence, skip_occurrence
from engagement.communications.actions.planning import settle_missed
from engagement.communications.queries.attention import needs_attention
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from tests.communications.calendar_rows import (
    AT_TWO,
    TEXT,
    make_approved,
    make_approver,
    make_audience,
    make_draft,
    make_line,
    make_writer,
    written,
)

pytestmark = pytest.mark.usefixtures("app", "frozen")


def verbs() -> list[str]:
    return list(
        db.session.scalars(
            select(AuditEntry.verb).where(AuditEntry.subject_kind == "occurrence").order_by(AuditEntry.id)
        )
    )


def test_approval_leads_from_draft_to_approved_and_keeps_the_reach() -> None:
    make_people(3)
    occurrence = make_approved()
    assert occurrence.status is OccurrenceStatus.APPROVED
    assert occurrence.reach_when_planned == 3
    assert verbs() == ["dated message", "wrote message", "asked for approval", "approved message"]


def test_an_edit_withdraws_the_approval_and_says_so() -> None:
    occurrence = make_approved()
    result = writing.write_occurrence(
        occurrence, "What changes in claims", TEXT + " More.", by=occurrence.communication.owner.actor
    )
    assert result == writing.Written(is_changed=True, withdrew_approval=True)
    assert occurrence.status is OccurrenceStatus.DRAFT
    assert occurrence.text_version == 3
    assert occurrence_page(occurrence).approval is None
    assert verbs()[-2:] == ["wrote message", "withdrew approval"]


def test_saving_the_same_text_changes_nothing() -> None:
    occurrence = make_approved()
    result = writing.write_occurrence(occurrence, " What changes  in claims", TEXT.replace("\n", "\r\n"), by=TESTER)
    assert result == writing.Written(is_changed=False, withdrew_approval=False)
    assert (occurrence.status, occurrence.text_version) == (OccurrenceStatus.APPROVED, 2)


def test_the_second_of_two_writers_is_told() -> None:
    draft, writer = written()
    writing.write_occurrence(draft, "A", "First", by=writer.actor, saved=writing.Saving(2))
    with pytest.raises(RuleBroken):
        writing.write_occurrence(draft, "B", "Second", by=TESTER, saved=writing.Saving(2))
    assert draft.body == "First"


def test_an_approver_who_read_an_older_text_is_told() -> None:
    draft, _ = written()
    with pytest.raises(RuleBroken):
        approving.approve(draft, by=make_approver().actor, seen_version=1)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Dear {{ frist_name }}", "{{ frist_name }} is not a merge field; did you mean {{ first_name }}?"),
        ("From {{ go_live }}", "{{ go_live }} has no value: this communication belongs to no wave."),
        ("[Say what changes.]", "A note to the author still stands in the text: [Say what changes.]"),
    ],
)
def test_a_problem_in_the_text_blocks_asking_and_approving_and_is_named(body: str, said: str) -> None:
    draft, writer = written(body)
    for attempt in (
        lambda: approving.ask_approval(draft, by=writer.actor),
        lambda: approving.approve(draft, by=make_approver().actor),
    ):
        with pytest.raises(BadInput) as error:
            attempt()
        assert error.value.problems == {"body": said}
    assert draft.status is OccurrenceStatus.DRAFT


def test_a_wave_gives_its_fields_a_value() -> None:
    wave = make_wave(go_live_on=date(2026, 5, 12))
    line = make_line(wave.programme, wave=wave)
    draft = make_draft(line)
    writing.write_occurrence(draft, "{{ wave }}", "From {{ go_live }}", by=line.owner.actor)
    assert occurrence_page(draft).problems == []


def test_a_draft_whose_time_has_passed_is_not_approved() -> None:
    draft, _ = written()
    with clock.standing_at(AT_TWO), pytest.raises(RuleBroken):
        approving.approve(draft, by=make_approver().actor)


def test_an_approval_can_be_taken_back_until_it_is_sent() -> None:
    occurrence = make_approved()
    approving.withdraw_approval(occurrence, "The date is wrong.", by=TESTER)
    assert occurrence.status is OccurrenceStatus.DRAFT
    with pytest.raises(RuleBroken):
        approving.withdraw_approval(occurrence, by=TESTER)


def test_an_approval_is_for_its_time_and_moving_needs_the_future() -> None:
    occurrence = make_approved()
    move_occurrence(occurrence, AT_TWO + timedelta(days=1), by=TESTER)
    assert (occurrence.status, occurrence.sends_at) == (OccurrenceStatus.HELD, AT_TWO + timedelta(days=1))
    assert occurrence.reason == (
        "It was approved for Tuesday 14 April at 14:00, London time, and goes out Wednesday 15 April at 14:00, London time now."
    )
    assert occurrence_page(occurrence).approval is None
    approver = db.session.scalars(select(Account).where(Account.email == "sam@example.com")).one()
    approving.approve(occurrence, by=approver.actor)
    assert (occurrence.status, occurrence.reason) == (OccurrenceStatus.APPROVED, "")
    with pytest.raises(BadInput):
        move_occurrence(occurrence, datetime(2026, 4, 14, 7, tzinfo=UTC), by=TESTER)


def test_a_missed_message_moved_is_a_draft_again() -> None:
    draft = make_draft()
    settle_missed(AT_TWO)
    with clock.standing_at(AT_TWO):
        move_occurrence(draft, AT_TWO + timedelta(days=1), by=TESTER)
    assert (draft.status, draft.reason) == (OccurrenceStatus.DRAFT, "")


def test_skipping_needs_a_reason_and_is_final() -> None:
    occurrence = make_approved()
    with pytest.raises(BadInput) as error:
        skip_occurrence(occurrence, "  ", by=TESTER)
    assert list(error.value.problems) == ["reason"]
    skip_occurrence(occurrence, "Nothing new this month.", by=TESTER)
    assert (occurrence.status, occurrence.reason) == (OccurrenceStatus.SKIPPED, "Nothing new this month.")
    for attempt in (
        lambda: writing.write_occurrence(occurrence, "a", "b", by=TESTER),
        lambda: move_occurrence(occurrence, AT_TWO + timedelta(days=1), by=TESTER),
        lambda: approving.approve(occurrence, by=make_account("x@example.com", "X").actor),
    ):
        with pytest.raises(RuleBroken):
            attempt()


def test_each_reader_sees_what_waits_for_them() -> None:
    writer, approver = make_writer(), make_approver()
    outsider = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER, programme_id=make_wave().programme_id)
    line = make_line(make_programme("Another programme"), owner=writer)
    draft = make_draft(line)
    writing.write_occurrence(draft, "News", "Text", by=writer.actor)
    approving.ask_approval(draft, by=writer.actor)

    def seen(account: Account) -> tuple[int, int]:
        waiting = needs_attention(reader_of(account, "UTC"))
        return len(waiting.approvals), waiting.count

    assert seen(approver) == (1, 1)
    assert seen(writer) == (0, 0)
    assert seen(outsider) == (0, 0)
    approving.withdraw_approval(draft, by=writer.actor)
    late = needs_attention(reader_of(writer, "UTC")).late_drafts
    assert late == [draft]
    settle_missed(AT_TWO)
    assert needs_attention(reader_of(writer, "UTC")).missed == [draft]


def test_another_audience_needs_approval_again() -> None:
    occurrence = make_approved()
    change_communication(
        occurrence.communication, replace(occurrence.communication.details, name="Briefing"), by=TESTER
    )
    assert occurrence.status is OccurrenceStatus.APPROVED
    other = make_audience("London", {"field": "location", "values": ["London"]})
    change_communication(occurrence.communication, replace(occurrence.communication.details, audience=other), by=TESTER)
    assert occurrence.status is OccurrenceStatus.HELD
    assert occurrence_page(occurrence).approval is None


def test_another_sender_needs_approval_again() -> None:
    occurrence = make_approved()
    other = make_account("lena@example.com", "Lena", Role.CHANGE_MANAGER)
    change_communication(occurrence.communication, replace(occurrence.communication.details, owner=other), by=TESTER)
    assert (occurrence.status, occurrence_page(occurrence).approval) == (OccurrenceStatus.HELD, None)


def test_a_draft_is_late_only_after_the_day_it_was_due() -> None:
    draft = make_draft(make_line(write_lead_days=0))
    reader = reader_of(draft.communication.owner, "UTC")
    assert draft.write_by == clock.now().date()
    assert needs_attention(reader).late_drafts == []
