"""Changes of one message on its way to being sent: writing, asking, approving, moving, skipping."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from engagement import audit, clock
from engagement.audiences.queries import reach
from engagement.audit import Actor
from engagement.communications.actions.states import (
    allow_in,
    dated,
    lock,
    refuse_unless,
    refuse_unseen,
    withdraw_approvals,
)
from engagement.communications.approvals import (
    approver_behind,
    approver_words,
    may_still_approve,
    standing_approval,
)
from engagement.communications.languages import check_language
from engagement.communications.merge_values import problems_of
from engagement.communications.models import Approval, Occurrence, OccurrenceText
from engagement.communications.rules import WRITABLE, OccurrenceStatus
from engagement.communications.text_limits import check_text
from engagement.communications.translations import main_language
from engagement.days.working_days import working_days_before
from engagement.db import db
from engagement.errors import BadInput, NotAllowed
from engagement.letters import clean
from engagement.people.organisation import UNSET, Organisation
from engagement.verbs import Verb
from engagement.words import language_words

LONGEST_REASON = 2_000


@dataclass(frozen=True)
class Written:
    """What saving a text did: whether anything differed, and whether an approval was withdrawn by it."""

    is_changed: bool
    withdrew_approval: bool


def write_occurrence(
    occurrence: Occurrence,
    subject: str,
    body: str,
    *,
    by: Actor,
    seen_version: int | None = None,
    asks_confirmation: bool | None = None,
) -> Written:
    """Save subject and text, and whether readers are asked to confirm (None: as it is).

    A change raises `text_version` and withdraws an approval. `seen_version` is the version that the writer began from.
    Raises BadInput for a text that is too long, RuleBroken when somebody else changed it meanwhile or the message can no
    longer be written.
    """
    lock(occurrence)
    allow_in(occurrence, WRITABLE, "written")
    subject, body = _tidied(subject, body)
    asks = occurrence.asks_confirmation if asks_confirmation is None else asks_confirmation
    changes: dict[str, tuple[Any, Any]] = {}
    if subject != occurrence.subject:
        changes["subject"] = (occurrence.subject, subject)
    if asks != occurrence.asks_confirmation:
        changes["asks_confirmation"] = (occurrence.asks_confirmation, asks)
    if not changes and body == occurrence.body:
        return Written(is_changed=False, withdrew_approval=False)
    refuse_unseen(occurrence, seen_version)
    occurrence.subject, occurrence.body, occurrence.asks_confirmation = subject, body, asks
    return _new_version(occurrence, Verb.WROTE_MESSAGE, changes, by)


def _tidied(subject: str, body: str) -> tuple[str, str]:
    subject, body = clean(subject), body.replace("\r\n", "\n").strip()
    check_text(subject, body)
    return subject, body


def _new_version(occurrence: Occurrence, verb: Verb, changes: dict[str, tuple[Any, Any]], by: Actor) -> Written:
    """Count a change of one of the texts, which withdraws the approval of all of them."""
    changes = {"text_version": (occurrence.text_version, occurrence.text_version + 1)} | changes
    withdrawn = withdraw_approvals(occurrence)
    occurrence.text_version += 1
    occurrence.written_by_id, occurrence.written_at = by.account_id, clock.now()
    if occurrence.status is not OccurrenceStatus.HELD:
        occurrence.status = OccurrenceStatus.DRAFT
    audit.record(verb, occurrence, by=by, **changes)
    if withdrawn:
        audit.record(Verb.WITHDREW_APPROVAL, occurrence, by=by, because=(None, "the text was changed"))
    db.session.flush()
    return Written(is_changed=True, withdrew_approval=bool(withdrawn))


def write_translation(
    occurrence: Occurrence,
    language: str,
    subject: str,
    body: str,
    *,
    by: Actor,
    seen_version: int | None = None,
    organisation: Organisation = UNSET,
) -> Written:
    """Save the text of a message in a further language, which begins to be one of its texts by that.

    It is approved and withdrawn with the others. Raises as `write_occurrence`, and BadInput for what is no language tag or
    the language that the message is written in already.
    """
    lock(occurrence)
    allow_in(occurrence, WRITABLE, "written")
    language = check_language(language)
    if language == main_language(occurrence.communication, organisation):
        sentence = f"The message itself is written in {language_words(language)}."
        raise BadInput(sentence, {"language": sentence})
    subject, body = _tidied(subject, body)
    row = _translation(occurrence, language)
    if row is not None and (subject, body) == (row.subject, row.body):
        return Written(is_changed=False, withdrew_approval=False)
    refuse_unseen(occurrence, seen_version)
    if row is None:
        row = OccurrenceText(occurrence_id=occurrence.id, language=language)
        db.session.add(row)
    row.subject, row.body = subject, body
    return _new_version(occurrence, Verb.WROTE_TRANSLATION, {"language": (None, language)}, by)


def remove_translation(occurrence: Occurrence, language: str, *, by: Actor) -> None:
    """Take the text in one language out: its readers get the message's own. Twice changes nothing.

    Raises RuleBroken when the message can no longer be written.
    """
    lock(occurrence)
    allow_in(occurrence, WRITABLE, "written")
    row = _translation(occurrence, language)
    if row is not None:
        db.session.delete(row)
        _new_version(occurrence, Verb.REMOVED_TRANSLATION, {"language": (language, None)}, by)


def _translation(occurrence: Occurrence, language: str) -> OccurrenceText | None:
    rows = select(OccurrenceText).where(
        OccurrenceText.occurrence_id == occurrence.id, OccurrenceText.language == language
    )
    return db.session.scalar(rows)


def ask_approval(occurrence: Occurrence, *, by: Actor) -> None:
    """Ask for approval of the text as it is.

    Raises BadInput with the problems of the text, RuleBroken when it is no draft or its time has passed.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.DRAFT,), "sent for approval")
    _refuse_problems(occurrence)
    _refuse_past(occurrence)
    occurrence.status = OccurrenceStatus.IN_REVIEW
    audit.record(Verb.ASKED_FOR_APPROVAL, occurrence, by=by, text_version=(None, occurrence.text_version))
    db.session.flush()


def approve(occurrence: Occurrence, *, by: Actor, seen_version: int | None = None) -> Approval:
    """Approve the text as it is: it goes out by itself at its time. A held message stays held until somebody decides.

    Raises NotAllowed for its writers, for who asked, and for whoever is not its approver, BadInput with the problems of the text, RuleBroken
    when the text was changed since `seen_version`, the state forbids it, or its time has passed.
    """
    lock(occurrence)
    refuse_unless(occurrence.status.needs_approval, f"This message is {occurrence.status.word.lower()} already.")
    refuse_unseen(occurrence, seen_version)
    account = approver_behind(by)
    if account is None or not may_still_approve(account, occurrence):
        who = approver_words(occurrence)
        asked = occurrence.status is OccurrenceStatus.IN_REVIEW
        own = "their own text, nor what they asked for" if asked else "their own text"
        raise NotAllowed(f"Nobody approves {own}. {who[:1].upper()}{who[1:]} can approve this one.")
    _refuse_problems(occurrence)
    is_held = occurrence.status is OccurrenceStatus.HELD
    if not is_held:
        _refuse_past(occurrence)
        occurrence.status = OccurrenceStatus.APPROVED
    occurrence.reach_when_planned = reach(occurrence.communication.audience, occurrence.sends_on)
    approval = Approval(
        occurrence_id=occurrence.id,
        text_version=occurrence.text_version,
        approved_by=account,
        approved_at=clock.now(),
    )
    db.session.add(approval)
    changes = {"text_version": (None, occurrence.text_version), "people": (None, occurrence.reach_when_planned)}
    audit.record(Verb.APPROVED_MESSAGE, occurrence, by=by, **changes)
    db.session.flush()
    return approval


def _refuse_problems(occurrence: Occurrence) -> None:
    problems = problems_of(occurrence)
    if problems:
        raise BadInput("The text can’t go out yet. " + " ".join(problems), {"body": " ".join(problems)})


def _refuse_past(occurrence: Occurrence) -> None:
    refuse_unless(
        occurrence.sends_at > clock.now(),
        f"Its time has passed: {occurrence.when}. Give it another time first.",
    )


def withdraw_approval(occurrence: Occurrence, reason: str = "", *, by: Actor) -> None:
    """Take an approval, or the asking for one, back: the message is a draft again and doesn't go out.

    Raises RuleBroken when it is neither approved nor in review, for example because it is being sent already.
    """
    lock(occurrence)
    allow_in(occurrence, (OccurrenceStatus.APPROVED, OccurrenceStatus.IN_REVIEW), "taken back")
    withdraw_approvals(occurrence)
    occurrence.status = OccurrenceStatus.DRAFT
    audit.record(Verb.WITHDREW_APPROVAL, occurrence, by=by, reason=(None, reason.strip()[:LONGEST_REASON]))
    db.session.flush()


def move_occurrence(occurrence: Occurrence, sends_at: datetime, *, by: Actor) -> None:
    """Give a message another time (aware). An approval stays; a missed message becomes a draft again, a held one goes on.

    Raises BadInput when the time is not in the future, RuleBroken when the message is out or was skipped.
    """
    lock(occurrence)
    refuse_unless(
        occurrence.status.can_be_moved, f"This message can’t be moved: it is {occurrence.status.word.lower()}."
    )
    if sends_at <= clock.now():
        raise BadInput("Choose a time in the future.", {"sends_at": "Choose a time in the future."})
    if sends_at == occurrence.sends_at:
        return
    changes = {"sends_at": (occurrence.sends_at, sends_at)}
    occurrence.sends_at, occurrence.moved_at = sends_at, clock.now()
    communication = occurrence.communication
    occurrence.write_by = working_days_before(
        dated(communication, sends_at), communication.write_lead_days, communication.holiday_country
    )
    if occurrence.status in (OccurrenceStatus.HELD, OccurrenceStatus.MISSED):
        stands = standing_approval(occurrence) is not None
        occurrence.status = OccurrenceStatus.APPROVED if stands else OccurrenceStatus.DRAFT
        occurrence.reason = ""
    audit.record(Verb.MOVED_MESSAGE, occurrence, by=by, **changes)
    db.session.flush()


def skip_occurrence(occurrence: Occurrence, reason: str, *, by: Actor) -> None:
    """Leave a message out, with the reason. Raises BadInput without one, RuleBroken when it is out or was skipped."""
    lock(occurrence)
    allow_in(occurrence, (*WRITABLE, OccurrenceStatus.MISSED), "skipped")
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        sentence = (
            "Say in a line why it is left out." if not reason else f"Keep it under {LONGEST_REASON:,} characters."
        )
        raise BadInput(sentence, {"reason": sentence})
    withdraw_approvals(occurrence)
    changes = {"status": (occurrence.status, OccurrenceStatus.SKIPPED), "reason": (None, reason)}
    occurrence.status, occurrence.reason = OccurrenceStatus.SKIPPED, reason
    audit.record(Verb.SKIPPED_MESSAGE, occurrence, by=by, **changes)
    db.session.flush()
