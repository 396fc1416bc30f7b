"""Versions of texts: what a page saves by itself is one, earlier ones can be compared and brought back."""

from datetime import timedelta

import pytest
from factories import TESTER, make_account
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.communications.actions import writing
from engagement.communications.actions.approving import ask_approval, withdraw_approval
from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.queries.one_message import versions_of
from engagement.communications.rules import OccurrenceStatus, differences
from engagement.communications.texts.queries.translations import translation_in
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.verbs import Verb
from tests.communications.calendar_rows import AT_TWO, TEXT, make_approved, make_approver, make_draft

pytestmark = pytest.mark.usefixtures("app", "frozen")


def bodies(occurrence: Occurrence) -> list[str]:
    return [version.body for version in versions_of(occurrence.id)]


def test_each_text_that_was_saved_is_a_version_and_the_outline_the_first() -> None:
    draft = make_draft()
    writer = draft.communication.owner.actor
    for body in ("One", "Two", "Two"):
        writing.write_occurrence(draft, "News", body, by=writer)
    assert bodies(draft) == ["Two", "One", "[Write here.]"]
    newest, *_, first = versions_of(draft.id)
    assert (newest.number, newest.written_by, newest.written_at) == (3, draft.communication.owner, clock.now())
    assert (first.number, first.written_by, first.written_at) == (1, None, None)


def test_what_saves_itself_is_one_version_for_each_author_and_sitting() -> None:
    draft = make_draft()
    writer, sam = draft.communication.owner.actor, make_approver().actor

    def typed(body: str, by: object = writer, minutes: int = 0) -> None:
        with clock.standing_at(clock.now() + timedelta(minutes=minutes)):
            writing.write_occurrence(draft, "News", body, by=by, saved=writing.Saving(by_itself=True))  # type: ignore[arg-type]

    for number in range(12):
        typed("A" * (number + 1), minutes=number * 20)
    assert bodies(draft) == ["A" * 12, "[Write here.]"]
    assert draft.text_version == 13
    typed("B", by=sam, minutes=221)
    typed("C", minutes=222)
    assert bodies(draft) == ["C", "B", "A" * 12, "[Write here.]"]
    typed("D", minutes=260)
    assert bodies(draft)[:2] == ["D", "C"]
    wrote = select(AuditEntry).where(AuditEntry.verb == Verb.WROTE_MESSAGE)
    assert len(db.session.scalars(wrote).all()) == 4


def test_a_press_of_the_button_ends_the_version_that_was_going_on() -> None:
    draft = make_draft()
    writer = draft.communication.owner.actor
    writing.write_occurrence(draft, "News", "One", by=writer, saved=writing.Saving(by_itself=True))
    writing.write_occurrence(draft, "News", "One", by=writer)
    writing.write_occurrence(draft, "News", "Two", by=writer, saved=writing.Saving(by_itself=True))
    writing.write_occurrence(draft, "News", "Two, done", by=writer)
    writing.write_occurrence(draft, "News", "Three", by=writer, saved=writing.Saving(by_itself=True))
    assert bodies(draft) == ["Three", "Two, done", "One", "[Write here.]"]


@pytest.mark.parametrize("asked_only", [True, False])
def test_nothing_that_was_handed_on_is_changed_by_itself(asked_only: bool) -> None:
    occurrence = make_approved()
    writer = occurrence.communication.owner.actor
    if asked_only:
        withdraw_approval(occurrence, by=TESTER)
        ask_approval(occurrence, by=writer)
    before = occurrence.status
    with pytest.raises(RuleBroken):
        writing.write_occurrence(occurrence, "News", "Half a", by=writer, saved=writing.Saving(by_itself=True))
    with pytest.raises(RuleBroken):
        writing.write_translation(occurrence, "pl", "Nowe", "Pół", by=writer, saved=writing.Saving(by_itself=True))
    assert (occurrence.status, occurrence.body) == (before, TEXT)


def test_an_earlier_version_is_brought_back_as_a_new_one_and_needs_approval() -> None:
    occurrence = make_approved()
    writing.write_occurrence(occurrence, "News", "Another text", by=TESTER)
    earlier = next(v for v in versions_of(occurrence.id) if v.body == TEXT)
    pat = make_account("pat@example.com", "Pat", Role.CHANGE_MANAGER)
    writing.bring_back(occurrence, earlier, by=pat.actor)
    assert (occurrence.body, occurrence.subject) == (TEXT, "What changes in claims")
    assert (occurrence.status, occurrence.written_by) == (OccurrenceStatus.DRAFT, pat)
    assert bodies(occurrence) == [TEXT, "Another text", TEXT, "[Write here.]"]
    assert not writing.bring_back(occurrence, earlier, by=pat.actor).is_changed


def test_a_translation_that_was_removed_comes_back_from_its_version() -> None:
    draft = make_draft()
    writing.write_translation(draft, "pl", "Nowe", "Tekst", by=TESTER)
    writing.remove_translation(draft, "pl", by=TESTER)
    assert translation_in(draft, "pl") is None
    [version] = [v for v in versions_of(draft.id) if v.language == "pl"]
    writing.bring_back(draft, version, by=TESTER)
    assert translation_in(draft, "pl").body == "Tekst"  # type: ignore[union-attr]


def test_a_message_that_is_out_takes_no_earlier_text() -> None:
    occurrence = make_approved()
    version = versions_of(occurrence.id)[-1]
    queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    with pytest.raises(RuleBroken):
        writing.bring_back(occurrence, version, by=TESTER)


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("a", "a", []),
        ("a\nb", "a\nc", ["a", "-b", "+c"]),
        ("", "new", ["+new"]),
        ("gone", "", ["-gone"]),
        ("\n".join("abcdefgh"), "\n".join("abcdefgX"), ["5", "f", "g", "-h", "+X"]),
        ("\n".join("Xbcdefgh"), "\n".join("bcdefgh"), ["-X", "b", "c", "5"]),
    ],
)
def test_a_comparison_shows_each_difference_with_the_lines_around_it(
    earlier: str, later: str, expected: list[str]
) -> None:
    told = [
        str(line.left_out) if line.left_out else ("-" if line.is_gone else "+" if line.is_new else "") + line.text
        for line in differences(earlier, later)
    ]
    assert told == expected
