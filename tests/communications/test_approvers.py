"""Who may approve a message: the named approver or a planner, never somebody who wrote or asked."""

from dataclasses import replace
from datetime import timedelta

import pytest
from factories import TESTER, make_account, make_programme

from engagement.accounts.actions import grant_role
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.communications.actions import approving, writing
from engagement.communications.actions.calendar import change_communication
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import Occurrence
from engagement.communications.queries.attention import needs_attention
from engagement.communications.rules import OccurrenceStatus
from engagement.errors import NotAllowed
from tests.communications.calendar_rows import AT_TWO, make_approver, make_draft, make_line, written

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_the_writer_cannot_approve() -> None:
    draft, writer = written()
    grant_role(writer, Role.ADMINISTRATOR, by=TESTER)
    with pytest.raises(NotAllowed):
        approving.approve(draft, by=writer.actor)
    assert draft.status is OccurrenceStatus.DRAFT


def test_the_service_itself_and_others_cannot_approve() -> None:
    draft, _ = written()
    employee = make_account("tomasz@example.com", "Tomasz Wójcik")
    for actor in (TESTER, employee.actor):
        with pytest.raises(NotAllowed):
            approving.approve(draft, by=actor)


def test_only_the_named_approver_approves() -> None:
    sponsor = make_account("margaret@example.com", "Margaret Leclerc", Role.SPONSOR)
    line = make_line(approver=sponsor)
    draft = make_draft(line)
    writing.write_occurrence(draft, "News", "Text", by=line.owner.actor)
    with pytest.raises(NotAllowed) as error:
        approving.approve(draft, by=make_approver().actor)
    assert error.value.sentence == "Nobody approves their own text. Margaret Leclerc can approve this one."
    approving.approve(draft, by=sponsor.actor)
    assert draft.status is OccurrenceStatus.APPROVED


def finished(by: Account, **details: str) -> Occurrence:
    """Return a draft whose finished text is the outline that somebody wrote into the communication."""
    line = make_line(
        make_programme(), approver=None, outline="Dear {{ first_name }}, all is decided.", by=by.actor, **details
    )
    return schedule_briefing(line, AT_TWO, by=by.actor)


def test_whose_outline_it_is_cannot_approve() -> None:
    """A finished text can go out without anybody saving the draft: it has a writer all the same."""
    pat, sam = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER), make_approver()
    draft = finished(pat)
    assert draft.written_by_id is None
    with pytest.raises(NotAllowed) as error:
        approving.approve(draft, by=pat.actor)
    said = "Nobody approves their own text. Somebody else who plans this programme can approve this one."
    assert error.value.sentence == said
    approving.approve(draft, by=sam.actor)
    assert draft.status is OccurrenceStatus.APPROVED


@pytest.mark.parametrize("field", ["outline", "subject"])
def test_who_changed_the_outline_cannot_approve_the_drafts_that_begin_with_it(field: str) -> None:
    pat, sam = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER), make_approver()
    line = finished(pat).communication
    change_communication(line, replace(line.details, **{field: "Something else."}), by=sam.actor)
    draft = schedule_briefing(line, AT_TWO + timedelta(days=1), by=pat.actor)
    with pytest.raises(NotAllowed):
        approving.approve(draft, by=sam.actor)
    other = make_account("third@example.com", "Third", Role.CHANGE_MANAGER)
    approving.approve(draft, by=other.actor)


def test_a_draft_that_was_written_anew_is_no_text_of_the_outline_s_writer() -> None:
    pat, sam = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER), make_approver()
    draft = finished(pat)
    writing.write_occurrence(draft, draft.subject, "Dear {{ first_name }}, some of it is decided.", by=sam.actor)
    with pytest.raises(NotAllowed):
        approving.approve(draft, by=sam.actor)
    approving.approve(draft, by=pat.actor)


def test_a_tick_makes_nobody_the_only_writer() -> None:
    pat, sam = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER), make_approver()
    draft = finished(pat)
    writing.write_occurrence(draft, draft.subject, draft.body, by=sam.actor, asks_confirmation=True)
    for writer in (pat, sam):
        with pytest.raises(NotAllowed):
            approving.approve(draft, by=writer.actor)


def test_neither_writer_nor_translator_approves_until_the_translation_is_gone() -> None:
    pat, sam = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER), make_approver()
    draft, third = make_draft(), make_account("third@example.com", "Third", Role.CHANGE_MANAGER)
    writing.write_occurrence(draft, "News", "Text", by=pat.actor)
    writing.write_translation(draft, "pl", "Nowości", "Tekst", by=sam.actor)
    for writer in (pat, sam):
        with pytest.raises(NotAllowed):
            approving.approve(draft, by=writer.actor)
    writing.remove_translation(draft, "pl", by=third.actor)
    with pytest.raises(NotAllowed):
        approving.approve(draft, by=pat.actor)
    approving.approve(draft, by=sam.actor)


def test_who_asks_does_not_approve_while_the_asking_stands() -> None:
    draft, _ = written()
    approver = make_approver()
    approving.ask_approval(draft, by=approver.actor)
    with pytest.raises(NotAllowed) as error:
        approving.approve(draft, by=approver.actor)
    assert error.value.sentence == (
        "Nobody approves their own text, nor what they asked for. "
        "Somebody else who plans this programme can approve this one."
    )
    assert needs_attention(reader_of(approver, "UTC")).approvals == []
    approving.withdraw_approval(draft, by=approver.actor)
    approving.approve(draft, by=approver.actor)
    assert draft.status is OccurrenceStatus.APPROVED


def test_a_named_approver_who_wrote_is_not_proposed() -> None:
    sponsor = make_account("margaret@example.com", "Margaret Leclerc", Role.SPONSOR)
    draft = make_draft(make_line(approver=sponsor))
    writing.write_occurrence(draft, "News", "Text", by=sponsor.actor)
    with pytest.raises(NotAllowed) as error:
        approving.approve(draft, by=sponsor.actor)
    assert error.value.sentence == (
        "Nobody approves their own text. "
        "An approver other than Margaret Leclerc, who wrote it or asked for it, can approve this one."
    )
