"""Who wrote a message, in the draft, in a translation, or as the outline that it began with.

The tables keep only the last writer; earlier ones are read from the audit log, which has an entry for each of these
steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.audit import AuditEntry
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.searching import by_name
from engagement.verbs import Verb

_Entries: TypeAlias = dict[int, list[AuditEntry]]


def barred_from_approving(occurrences: Sequence[Occurrence]) -> dict[int, set[int]]:
    """Return for each message the ids of the accounts that may not approve it: its writers and the requester.

    The writers are the last writer of its text and of each translation and, while the text is still the outline, the
    outline's writers. The requester counts while the request is open. Two queries for any number of messages.
    """
    of_message = _entries(
        Occurrence,
        (row.id for row in occurrences),
        Verb.WROTE_MESSAGE,
        Verb.ASKED_FOR_APPROVAL,
        Verb.WROTE_TRANSLATION,
        Verb.REMOVED_TRANSLATION,
    )
    of_line = _entries(
        Communication,
        {row.communication_id for row in occurrences},
        Verb.MADE_COMMUNICATION,
        Verb.CHANGED_COMMUNICATION,
    )
    return {
        row.id: _writers(row, of_message[row.id])
        | _outline_writers(row, of_message[row.id], of_line[row.communication_id])
        | _asker(row, of_message[row.id])
        for row in occurrences
    }


def outline_writers(occurrence: Occurrence) -> list[Account]:
    """Return the writers, by name, of the outline and subject of a draft that nobody has written in yet."""
    of_line = _entries(
        Communication, [occurrence.communication_id], Verb.MADE_COMMUNICATION, Verb.CHANGED_COMMUNICATION
    )
    ids = _outline_writers(occurrence, [], of_line[occurrence.communication_id])
    return list(
        db.session.scalars(select(Account).where(Account.id.in_(ids)).order_by(by_name(Account.name), Account.id))
    )


def authors_of(occurrence: Occurrence) -> list[Account]:
    """Return the writers of a message, who requested approval, and its owner: they are told what becomes of it."""
    ids = barred_from_approving([occurrence])[occurrence.id] | {occurrence.communication.owner_id}
    return list(db.session.scalars(select(Account).where(Account.id.in_(ids)).order_by(Account.name, Account.id)))


def _entries(model: type[Occurrence] | type[Communication], ids: Iterable[int], *verbs: Verb) -> _Entries:
    """Return the audit entries about these rows with one of the verbs, oldest first."""
    found: _Entries = defaultdict(list)
    asked = (
        AuditEntry.subject_kind == model.__tablename__,
        AuditEntry.subject_id.in_([str(i) for i in ids]),
        AuditEntry.verb.in_(verbs),
    )
    for entry in db.session.scalars(select(AuditEntry).where(*asked).order_by(AuditEntry.id)):
        found[int(entry.subject_id or 0)].append(entry)
    return found


def _writers(occurrence: Occurrence, entries: Sequence[AuditEntry]) -> set[int]:
    """Return who last wrote each of the texts that the message has now."""
    last: dict[str, int | None] = {}
    for entry in entries:
        before, after = entry.changes.get("language", (None, None))
        if entry.verb == Verb.WROTE_MESSAGE:
            last[""] = entry.actor_id
        elif entry.verb == Verb.WROTE_TRANSLATION:
            last[after] = entry.actor_id
        elif entry.verb == Verb.REMOVED_TRANSLATION:
            last.pop(before, None)
    return {writer for writer in (*last.values(), occurrence.written_by_id) if writer is not None}


def _outline_writers(occurrence: Occurrence, entries: Sequence[AuditEntry], of_line: Sequence[AuditEntry]) -> set[int]:
    """Return the writers of the outline and its subject while the text is still theirs; none once rewritten."""
    is_written = any(entry.verb == Verb.WROTE_MESSAGE for entry in entries)
    line = occurrence.communication
    outline = _author("outline", occurrence.body, line.outline, of_line, is_written=is_written)
    # Most writers keep the outline's subject; that alone doesn't make its author a writer of their text.
    subject = None if is_written else _author("subject", occurrence.subject, line.subject, of_line, is_written=False)
    return {author for author in (outline, subject) if author is not None}


def _author(field: str, text: str, now: str, of_line: Sequence[AuditEntry], *, is_written: bool) -> int | None:
    """Return who put this text into the communication's field: the last to change it to that, else its maker."""
    made = next((entry.actor_id for entry in of_line if entry.verb == Verb.MADE_COMMUNICATION), None)
    changed: list[tuple[list[str], int | None]]
    changed = [(entry.changes[field], entry.actor_id) for entry in of_line if field in entry.changes]
    first = changed[0][0][0] if changed else now
    for (_, value), author in reversed(changed):
        if value == text:
            return author
    return made if text == first or not is_written else None


def _asker(occurrence: Occurrence, entries: Sequence[AuditEntry]) -> set[int]:
    if occurrence.status is not OccurrenceStatus.IN_REVIEW:
        return set()
    asked = [entry.actor_id for entry in entries if entry.verb == Verb.ASKED_FOR_APPROVAL]
    return {asked[-1]} if asked and asked[-1] is not None else set()
