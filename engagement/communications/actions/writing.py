"""Changes of the texts of one message, its own and its translations; each is kept as a version that can be restored."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.communications.actions.states import allow_in, lock, refuse_unless, refuse_unseen, withdraw_approvals
from engagement.communications.models import Occurrence, OccurrenceText, TextVersion
from engagement.communications.queries.approvals import standing_approval
from engagement.communications.rules import WRITABLE, OccurrenceStatus
from engagement.communications.texts.queries.translations import main_language, translation_in
from engagement.communications.texts.rules.languages import check_language
from engagement.communications.texts.rules.limits import check_text
from engagement.content.models import Asking
from engagement.content.question import ReaderQuestion
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import clean
from engagement.people.organisation.rules import UNSET, Organisation
from engagement.verbs import Verb
from engagement.words import language_words

#: Saves by one author within this time continue the same version.
ONE_SITTING = timedelta(minutes=30)


@dataclass(frozen=True)
class Written:
    """The outcome of saving: whether anything changed, and whether that withdrew an approval."""

    is_changed: bool
    withdrew_approval: bool


@dataclass(frozen=True)
class Saving:
    """How a text is saved: `seen_version` is the version that the writer began from, None where that is not known.

    Autosaves (`by_itself`) continue one version while the author keeps writing, and never touch a text in review or approved.
    """

    seen_version: int | None = None
    by_itself: bool = False


BY_HAND = Saving()
UNCHANGED = Written(is_changed=False, withdrew_approval=False)


def write_occurrence(
    occurrence: Occurrence,
    subject: str,
    body: str,
    *,
    by: Actor,
    asks_confirmation: bool | None = None,
    question: ReaderQuestion | None = None,
    saved: Saving = BY_HAND,
) -> Written:
    """Save subject and text, and whether readers are asked to confirm, and which question (None: unchanged).

    A change raises `text_version` and withdraws an approval. Raises BadInput for a text that is too long, RuleBroken when somebody
    else changed it meanwhile or the message can no longer be written.
    """
    _begin(occurrence, saved)
    subject, body = _tidied(subject, body)
    asked = _asked(question, occurrence)
    asks = occurrence.asks_confirmation if asks_confirmation is None else asks_confirmation
    changes: dict[str, tuple[Any, Any]] = {}
    if subject != occurrence.subject:
        changes["subject"] = (occurrence.subject, subject)
    if asks != occurrence.asks_confirmation:
        changes["asks_confirmation"] = (occurrence.asks_confirmation, asks)
    if asked.question != occurrence.question:
        changes["question"] = (occurrence.question or None, asked.question or None)
    if not changes and (body, asked) == (occurrence.body, occurrence.asked):
        return _unchanged(occurrence, saved)
    refuse_unseen(occurrence, saved.seen_version)
    _keep_first(occurrence, "", occurrence)
    occurrence.subject, occurrence.body, occurrence.asks_confirmation, occurrence.asked = subject, body, asks, asked
    return _new_version(occurrence, Verb.WROTE_MESSAGE, changes, by, text=occurrence, saved=saved)


def _asked(question: ReaderQuestion | None, text: Asking) -> ReaderQuestion:
    """Return the question that a text is to have: the one of now where none is given, else that one, tidied."""
    asked = text.asked if question is None else question.tidied
    if problems := asked.too_long:
        raise BadInput(next(iter(problems.values())), problems)
    return asked


def _begin(occurrence: Occurrence, saved: Saving) -> None:
    lock(occurrence)
    allow_in(occurrence, WRITABLE, "written")
    is_given = saved.by_itself and (occurrence.status.is_submitted or standing_approval(occurrence) is not None)
    refuse_unless(not is_given, "It was handed on for approval, so nothing is saved by itself.")


def _unchanged(occurrence: Occurrence, saved: Saving) -> Written:
    """Note a save by hand that adds nothing to the autosave: the next change begins a new version."""
    if not saved.by_itself and (running := _newest(occurrence)) is not None:
        running.is_running = False
        db.session.flush()
    return UNCHANGED


def _tidied(subject: str, body: str) -> tuple[str, str]:
    subject, body = clean(subject), body.replace("\r\n", "\n").strip()
    check_text(subject, body)
    return subject, body


def _new_version(
    occurrence: Occurrence,
    verb: Verb,
    changes: dict[str, tuple[Any, Any]],
    by: Actor,
    *,
    text: Occurrence | OccurrenceText | None = None,
    saved: Saving = BY_HAND,
) -> Written:
    """Count a change of one text, which withdraws the approval of all texts; `text` is the one to keep."""
    changes = {"text_version": (occurrence.text_version, occurrence.text_version + 1)} | changes
    withdrawn = withdraw_approvals(occurrence)
    occurrence.text_version += 1
    occurrence.written_by_id, occurrence.written_at = by.account_id, clock.now()
    if occurrence.status is not OccurrenceStatus.HELD:
        occurrence.status = OccurrenceStatus.DRAFT
    goes_on = text is not None and _keep(occurrence, text, by, by_itself=saved.by_itself)
    if not goes_on:
        audit.record(verb, occurrence, by=by, **changes)
    if withdrawn:
        audit.record(Verb.WITHDREW_APPROVAL, occurrence, by=by, because=(None, "the text was changed"))
    db.session.flush()
    return Written(is_changed=True, withdrew_approval=bool(withdrawn))


def _language_of(text: Occurrence | OccurrenceText) -> str:
    return text.language if isinstance(text, OccurrenceText) else ""


def _newest(occurrence: Occurrence) -> TextVersion | None:
    rows = select(TextVersion).where(TextVersion.occurrence_id == occurrence.id)
    return db.session.scalar(rows.order_by(TextVersion.id.desc()).limit(1))


def _keep_first(occurrence: Occurrence, language: str, text: Occurrence | OccurrenceText) -> None:
    """Keep the text from before the first change, such as the outline."""
    there = select(TextVersion.id).where(TextVersion.occurrence_id == occurrence.id, TextVersion.language == language)
    if db.session.scalar(there.limit(1)) is None and (text.subject or text.body or text.asked.is_begun):
        first = TextVersion(occurrence_id=occurrence.id, language=language, number=occurrence.text_version)
        first.subject, first.body, first.asked = text.subject, text.body, text.asked
        if not language:
            first.written_by_id, first.written_at = occurrence.written_by_id, occurrence.written_at
        db.session.add(first)
        db.session.flush()


def _keep(occurrence: Occurrence, text: Occurrence | OccurrenceText, by: Actor, *, by_itself: bool) -> bool:
    """Keep a text as the newest version; return whether it continued the author's running version."""
    newest, now = _newest(occurrence), clock.now()
    goes_on = (
        newest is not None
        and newest.is_running
        and (newest.language, newest.written_by_id) == (_language_of(text), by.account_id)
        and now - (newest.written_at or now) < ONE_SITTING
    )
    row = newest if goes_on else None
    if row is None:
        row = TextVersion(occurrence_id=occurrence.id, language=_language_of(text), written_by_id=by.account_id)
        db.session.add(row)
    row.number, row.subject, row.body, row.asked = occurrence.text_version, text.subject, text.body, text.asked
    row.written_at, row.is_running = now, by_itself
    return goes_on


def write_translation(
    occurrence: Occurrence,
    language: str,
    subject: str,
    body: str,
    *,
    by: Actor,
    question: ReaderQuestion | None = None,
    organisation: Organisation = UNSET,
    saved: Saving = BY_HAND,
) -> Written:
    """Save the text of a message in a further language, and its question (None: unchanged); the first save adds the language.

    Approvals cover and lose all languages together. Raises as `write_occurrence` does, and BadInput for an invalid
    language tag or the language of the message itself.
    """
    _begin(occurrence, saved)
    language = check_language(language)
    if language == main_language(occurrence.communication, organisation):
        sentence = f"The message itself is written in {language_words(language)}."
        raise BadInput(sentence, {"language": sentence})
    subject, body = _tidied(subject, body)
    row = translation_in(occurrence, language)
    asked = _asked(question, row or OccurrenceText())
    if row is not None and (subject, body, asked) == (row.subject, row.body, row.asked):
        return _unchanged(occurrence, saved)
    refuse_unseen(occurrence, saved.seen_version)
    if row is None:
        row = OccurrenceText(occurrence_id=occurrence.id, language=language)
        db.session.add(row)
    else:
        _keep_first(occurrence, language, row)
    row.subject, row.body, row.asked = subject, body, asked
    changes = {"language": (None, language)}
    return _new_version(occurrence, Verb.WROTE_TRANSLATION, changes, by, text=row, saved=saved)


def remove_translation(occurrence: Occurrence, language: str, *, by: Actor) -> None:
    """Remove the translation in one language; its readers then get the message's own text.

    Its versions are kept, so it can be restored. Calling it twice changes nothing. Raises RuleBroken when the message
    can no longer be written.
    """
    lock(occurrence)
    allow_in(occurrence, WRITABLE, "written")
    row = translation_in(occurrence, language)
    if row is not None:
        _keep_first(occurrence, language, row)
        db.session.delete(row)
        _new_version(occurrence, Verb.REMOVED_TRANSLATION, {"language": (language, None)}, by)


def bring_back(
    occurrence: Occurrence, version: TextVersion, *, by: Actor, organisation: Organisation = UNSET
) -> Written:
    """Restore an earlier version of a text, as a new version by this person. Raises as writing does."""
    subject, body, asked = version.subject, version.body, version.asked
    if not version.language:
        return write_occurrence(occurrence, subject, body, by=by, question=asked)
    return write_translation(
        occurrence, version.language, subject, body, by=by, question=asked, organisation=organisation
    )
