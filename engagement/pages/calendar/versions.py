"""The versions of a message's texts: the list, one beside the present text, and bringing it back."""

from dataclasses import dataclass

from flask import render_template
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.communications.actions import writing
from engagement.communications.models import Occurrence, OccurrenceText, TextVersion
from engagement.communications.queries.one_message import version_of, versions_of
from engagement.communications.rules import differences
from engagement.communications.scopes import is_in_charge
from engagement.communications.texts.queries.translations import main_language, translation_in
from engagement.content.question import ReaderQuestion
from engagement.pages.calendar import blueprint
from engagement.pages.calendar.occurrences import message_at
from engagement.pages.frame import guard
from engagement.pages.frame.formats import moment
from engagement.pages.parts.saving import done
from engagement.words import language_words


@dataclass(frozen=True)
class ShownVersion:
    """A version with its name on pages, and whether it is the present text."""

    row: TextVersion
    title: str
    who: str
    when: str
    language: str
    stands: bool


def _whole(text: Occurrence | OccurrenceText | TextVersion) -> str:
    """Return all that a text says, as it is compared."""
    return "\n\n".join((text.subject, text.body, *_asked_words(text.asked)))


def _asked_words(asked: ReaderQuestion) -> list[str]:
    """Return a question as it was typed, part by part; none without one."""
    right = f"Right: {asked.right_choice}" if asked.right_choice else ""
    return [part for part in (asked.question, asked.answers, right, asked.why) if part] if asked.is_begun else []


def _shown(row: Occurrence, version: TextVersion) -> ShownVersion:
    text = translation_in(row, version.language) if version.language else row
    stands = text is not None and _whole(text) == _whole(version)
    is_outline = version.written_at is None and not version.language
    return ShownVersion(
        version,
        "The outline it began with" if is_outline else f"Version {version.number}",
        version.written_by.name if version.written_by else "nobody yet" if is_outline else "not known any more",
        moment(version.written_at, "not written yet"),
        language_words(version.language or main_language(row.communication, guard.organisation())),
        stands,
    )


@blueprint.get("/occurrences/<int:occurrence_id>/versions")
def versions(occurrence_id: int) -> str:
    """Show every version of a message's texts, the newest first."""
    row = message_at(occurrence_id)
    shown = [_shown(row, version) for version in versions_of(row.id)]
    return render_template("calendar/versions.html", row=row, versions=shown)


def _version_at(row: Occurrence, version_id: int) -> TextVersion:
    return guard.found(version_of(row.id, version_id))


@blueprint.get("/occurrences/<int:occurrence_id>/versions/<int:version_id>")
def version(occurrence_id: int, version_id: int) -> str:
    """Show one version and how the present text differs."""
    row = message_at(occurrence_id)
    found = _version_at(row, version_id)
    text = translation_in(row, found.language) if found.language else row
    return render_template(
        "calendar/version.html",
        row=row,
        shown=_shown(row, found),
        lines=differences(_whole(found), _whole(text) if text is not None else ""),
        asked=_asked_words(found.asked),
        may_bring_back=is_in_charge(rights.planning(guard.reader()), row.communication) and row.status.can_be_written,
    )


@blueprint.post("/occurrences/<int:occurrence_id>/versions/<int:version_id>/returns")
def bring_back(occurrence_id: int, version_id: int) -> BaseResponse:
    """Make an earlier version the present text; the text of now stays among the versions."""
    row = message_at(occurrence_id, to_write=True)
    found = _version_at(row, version_id)
    written = writing.bring_back(row, found, by=guard.reader().actor, organisation=guard.organisation())
    more = "The approval was withdrawn: it was given for the text before." if written.withdrew_approval else ""
    query = {"language": found.language} if found.language else {}
    says = "The earlier text is back." if written.is_changed else "It is already the present text."
    return done("calendar.occurrence", says, more, occurrence_id=row.id, **query)
