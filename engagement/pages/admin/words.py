"""How the audit reads: an entry in the same words as the pages use."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Enum

from engagement.accounts.rules import Role
from engagement.audiences.conditions.queries.catalogue import problems_of
from engagement.audiences.queries import words_of
from engagement.audit import AuditEntry
from engagement.communications.texts.rules.subjects import in_words
from engagement.days.rhythm import rhythm_words
from engagement.db import Base
from engagement.errors import EngagementError
from engagement.intake.queries import WORDS as OF_PEOPLE
from engagement.pages.frame.formats import brief_moment, day, kept_moment, moment
from engagement.people.rules import TrainingRole
from engagement.programmes.rules import SCOPE_QUESTIONS
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.rules import Level, Quadrant
from engagement.training.rules import CompletionSource, LeftoverDecision
from engagement.verbs import verb_words
from engagement.words import count, language_words, listed, short_day_words, zone_words

NOTHING = "nothing"
#: Words for kinds of things whose table name is no plain English.
KINDS = {
    "account": "sign-in",
    "assignment": "training",
    "database": "service",
    "import_run": "import",
    "job_line": "job",
    "kept_upload": "file",
    "occurrence": "message",
    "person_role": "training roles",
    "retention_rule": "retention",
    "role_rule": "rule for a training role",
    "saved_mapping": "column mapping",
}
#: Words for fields whose column name is no plain English.
FIELDS = {
    **OF_PEOPLE,
    **{field: words[:1].lower() + words[1:] for field, words in SCOPE_QUESTIONS},
    "asks_confirmation": "readers confirm that they have read it",
    "at": "time of day",
    "cadence": "how often",
    "documentation_url": "address of the documentation",
    "documentation_version": "version of the documentation",
    "holiday_country": "whose holidays count",
    "holiday_policy": "on a weekend or holiday",
    "in_working_hours": "in each reader’s working hours",
    "is_required": "readers can’t switch it off",
    "influence": "power",
    "kind": "type",
    "level_now": "engagement now",
    "level_wanted": "engagement wanted",
    "outline": "text to begin with",
    "portfolio_class": "class",
    "question": "question to its readers",
    "remind_after_days": "days until a reminder",
    "remind_times": "reminders at most",
    "review_on": "next review",
    "right_answer": "number of the right answer",
    "sends_at": "goes out",
    "starts_on": "first day",
    "text_version": "version of the text",
    "then_do": "what to do then",
    "why": "why it is right",
    "write_lead_days": "working days before, for the draft",
}
#: Vocabularies of fields that are no column of their kind; a column names its own.
VOCABULARIES: dict[tuple[str, str], type[StrEnum]] = {
    ("account", "role"): Role,
    ("assignment", "old training"): LeftoverDecision,
    ("module", "how"): CompletionSource,
    ("person", "training roles"): TrainingRole,
    ("stakeholder", "group"): StakeholderGroup,
    **{("programme", quadrant.value): Every for quadrant in Quadrant},
    ("stakeholder", "contact"): Every,
    ("stakeholder", "outcome"): Outcome,
    ("stakeholder", "level_now"): Level,
    ("stakeholder", "relation"): RelationKind,
    ("stakeholder", "level_wanted"): Level,
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Told:
    """An entry in words."""

    when: str
    who: str
    did: str
    kind: str
    name: str
    changes: list[str]


def told(entry: AuditEntry, *, in_file: bool = False) -> Told:
    """Return an entry in words. A file is sorted and read later, so its days have a year and its times a zone."""
    say_day, say_moment = (short_day_words, kept_moment) if in_file else (day, moment)
    values = _Values(entry.subject_kind, say_day, say_moment)
    return Told(
        _for_sorting(entry) if in_file else day(entry.at.date()) if entry.is_by_day else brief_moment(entry.at),
        entry.actor_name,
        verb_words(entry.verb),
        KINDS.get(entry.subject_kind, entry.subject_kind.replace("_", " ")),
        entry.subject_name,
        [values.change(field, old, new) for field, (old, new) in entry.changes.items()],
    )


def _for_sorting(entry: AuditEntry) -> str:
    return entry.at.date().isoformat() if entry.is_by_day else entry.at.isoformat(timespec="seconds")


@dataclass(frozen=True)
class _Values:
    kind: str
    say_day: Callable[[date], str]
    say_moment: Callable[[datetime], str]

    def change(self, field: str, old: Any, new: Any) -> str:
        words = FIELDS.get(field, field.replace("_", " "))
        before = f"{self._value(field, old)} → " if old is not None else ""
        return f"{words}: {before}{self._value(field, new)}"

    def _value(self, field: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return NOTHING
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, int):
            return count(value)
        if isinstance(value, list):
            return ", ".join(self._value(field, one) for one in value)
        if isinstance(value, dict):
            return _rule(value) if field == "rule" else _columns(value)
        return self._text(field, str(value))

    def _text(self, field: str, text: str) -> str:
        vocabulary = _vocabulary(self.kind, field)
        if vocabulary is not None:
            return ", ".join(_word(vocabulary, one) for one in text.split(", "))
        # What somebody wrote may look like a day, and what an older version stored may mean nothing to this one.
        with suppress(ValueError, LookupError, OverflowError, EngagementError):
            if field in SAYINGS:
                return SAYINGS[field](text)
            if _DAY.fullmatch(text):
                return self.say_day(date.fromisoformat(text))
            if _INSTANT.fullmatch(text):
                return self.say_moment(datetime.fromisoformat(text))
        return text


def _vocabulary(kind: str, field: str) -> type[StrEnum] | None:
    if (kind, field) in VOCABULARIES:
        return VOCABULARIES[kind, field]
    table = Base.metadata.tables.get(kind)
    column = table.columns.get(field) if table is not None else None
    found = column.type.enum_class if column is not None and isinstance(column.type, Enum) else None
    return found if found is not None and issubclass(found, StrEnum) else None


def _word(vocabulary: type[StrEnum], value: str) -> str:
    """Return the word for a stored value; a value that this version does not know is shown as plainly as possible."""
    known = {word.value: word for word in vocabulary}
    return str(getattr(known.get(value), "word", value.replace("_", " ")))


def _rule(rule: dict[str, Any]) -> str:
    return "a rule that this version no longer understands" if problems_of(rule) else words_of(rule).sentence


def _columns(columns: dict[str, Any]) -> str:
    return listed(f"{FIELDS.get(field, field.replace('_', ' '))} from “{header}”" for field, header in columns.items())


def _cadence(text: str) -> str:
    return rhythm_words(text) if text.startswith("FREQ=") else text


SAYINGS: dict[str, Callable[[str], str]] = {
    "cadence": _cadence,
    "language": language_words,
    "subject": in_words,
    "timezone": zone_words,
}
