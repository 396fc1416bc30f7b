"""The columns of a register file with their headers, and how single cells are read; over plain values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

from engagement.intake.reading.rules.cells import Refused, refuse_hidden, refuse_line_break, tidy
from engagement.intake.reading.rules.columns import header_key
from engagement.intake.reading.rules.problems import ProblemKind, UnreadableFile, shown
from engagement.letters import folded
from engagement.stakeholders.rules import StakeholderGroup, StakeholderKind
from engagement.stakeholders.standings.rules import Level
from engagement.vocabulary import Worded
from engagement.words import listed

Word = TypeVar("Word", StakeholderKind, StakeholderGroup, Level)
MOST_ROWS = 20_000


class RegisterField(StrEnum):
    """A column of the register; the value is its header in our own files."""

    NUMBER = "stakeholder_id"
    NAME = "stakeholder"
    KIND = "kind"
    ADDRESS = "address"
    EMPLOYEE_NUMBER = "employee_number"
    ORGANISATION = "organisation"
    LANGUAGE = "language"
    GROUP = "stakeholder_group"
    ROLE = "role_in_the_change"
    REPRESENTS = "speaks_for"
    OWNER = "owner"
    MAPS = "maps"
    POWER = "power"
    INTEREST = "interest"
    IMPACT = "impact"
    LEVEL_NOW = "engagement_now"
    LEVEL_WANTED = "engagement_wanted"
    REASON = "reason"


F = RegisterField
#: Each column in words, for whoever makes a file, with an example.
EXPLAINED: dict[RegisterField, tuple[str, str]] = {
    F.NUMBER: ("The number of an entry, as our own file has it. Empty: found by who it is.", "12"),
    F.NAME: ("The name of somebody outside the directory, or a department’s path.", "Works council"),
    F.KIND: (
        "Person, department, or outside the directory. Empty: a person if the directory knows address or number.",
        "Outside the directory",
    ),
    F.ADDRESS: ("The mail address. A person of the directory is found by it.", "council@example.com"),
    F.EMPLOYEE_NUMBER: ("The employee number, for a person who has no address.", ""),
    F.ORGANISATION: ("Where somebody outside the directory belongs.", "Association of Brokers"),
    F.LANGUAGE: ("The language of messages to somebody outside, as a tag such as en or pt-BR.", "en"),
    F.GROUP: (
        f"One of {listed([group.word for group in StakeholderGroup], 'or')}.",
        StakeholderGroup.OTHERS.word,
    ),
    F.ROLE: ("Their role in the change, in a line or two.", "Has to agree before work changes."),
    F.REPRESENTS: ("For whom a person speaks. Only for people of the directory.", ""),
    F.OWNER: ("Who looks after them, by address or employee number.", "ines@example.com"),
    F.MAPS: ("The programmes and waves on whose maps they are, with semicolons between.", "Claims; Wave 3"),
    F.POWER: ("A number from 0 to 10.", "7.5"),
    F.INTEREST: ("A number from 0 to 10.", "8"),
    F.IMPACT: ("How much changes for them, from 0 to 10.", "6"),
    F.LEVEL_NOW: (f"{listed([level.word for level in Level], 'or')}.", Level.NEUTRAL.word),
    F.LEVEL_WANTED: ("The same, where you need them.", Level.SUPPORTIVE.word),
    F.REASON: ("Why, where a judgement changes what was said before.", "She saw the pilot work."),
}
_VARIANTS: dict[RegisterField, str] = {
    F.NUMBER: "id on the map, stakeholder number",
    F.NAME: "name, stakeholder name, full name, who, name or department",
    F.KIND: "type, stakeholder type, stakeholder kind",
    F.ADDRESS: "email, e-mail, mail, mail address, email address, e-mail address, work address, work email",
    F.EMPLOYEE_NUMBER: "employee id, employee no, personnel number, staff number, staff id",
    F.ORGANISATION: "organization, company, firm, body",
    F.LANGUAGE: "lang, preferred language",
    F.GROUP: "group, category, stakeholder category",
    F.ROLE: "role, part in the change, description",
    F.REPRESENTS: "represents, speaks on behalf of",
    F.OWNER: "relationship owner, owner address, owner email, engagement owner",
    F.MAPS: "map, wave, waves, programme, programmes, program, on the map of",
    F.POWER: "influence",
    F.INTEREST: "interests",
    F.IMPACT: "impact on them, how much changes",
    F.LEVEL_NOW: "engagement, current engagement, engagement level, level now, current level",
    F.LEVEL_WANTED: "desired engagement, wanted engagement, level wanted, desired level, target engagement",
    F.REASON: "why, reason for the judgement",
}
_FIELD_OF = {header_key(text): field for field, texts in _VARIANTS.items() for text in (field.value, *texts.split(","))}
#: Columns of our own file that tell the reader something and are not read.
TOLD_ONLY = ("works_in", "looked_after_by", "last_contact_on", "on_the_map_since", "removed_on")
_TOLD_KEYS = {header_key(name) for name in TOLD_ONLY}
_MANY_LINES = (F.ROLE, F.REASON)


@dataclass(frozen=True)
class Columns:
    """Where each field stands in a file, and the headers that mean nothing here."""

    of: dict[RegisterField, int]
    not_read: list[str]


def columns_of(header: Sequence[str]) -> Columns:
    """Find the columns by their headers. Raises UnreadableFile if two say the same, or none says who it is."""
    found: dict[RegisterField, int] = {}
    not_read = []
    for index, name in enumerate(header):
        field = _FIELD_OF.get(header_key(name))
        if field is None:
            not_read += [name] if name and header_key(name) not in _TOLD_KEYS else []
        elif field in found:
            both = f"{shown(header[found[field]])} and {shown(name)}"
            raise UnreadableFile(
                ProblemKind.RIVAL_COLUMNS, f"The columns {both} say the same. Remove or rename one of them."
            )
        else:
            found[field] = index
    if not found.keys() & {F.NUMBER, F.NAME, F.ADDRESS, F.EMPLOYEE_NUMBER}:
        headers = ", ".join(shown(name) for name in header if name)
        raise UnreadableFile(
            ProblemKind.MISSING_COLUMN,
            f"No column says who the stakeholders are. Call one “stakeholder” or “address”. The headers are: {headers[:400]}.",
        )
    return Columns(found, not_read)


class RowKind(Worded):
    """What a row of a file does to the register."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RowRefused(Refused):
    """A row that can't be used; `reason` is a sentence or two, without the line."""

    def __init__(self, reason: str) -> None:
        super().__init__(ProblemKind.BAD_MAPPING, reason)


class FileRow(NamedTuple):
    """A row of a file: its line, its texts by field, and what keeps it from being read."""

    line: int
    texts: dict[str, str]
    problems: list[str]


def text_of(field: RegisterField, text: str) -> str:
    """Return a cell as it is compared: cleaned, with its line breaks where a text has several lines; raises Refused."""
    refuse_hidden(text)
    if field in _MANY_LINES:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return "\n".join(tidy(line) for line in lines).strip()
    refuse_line_break(text.strip())
    return tidy(text)


def word_in(vocabulary: type[Word], text: str) -> Word:
    """Return the value of a vocabulary that a cell names, by word or value in any spelling; raises RowRefused."""
    for value in vocabulary:
        if folded(text) in (folded(value.word), folded(value.value), folded(value.value.replace("_", " "))):
            return value
    known = listed([value.word for value in vocabulary], "or")
    raise RowRefused(f"{shown(text)} is none of {known}.")


Read = TypeVar("Read")


def read_or(problems: list[str], otherwise: Read, read: Callable[[], Read]) -> Read:
    """Return what `read` reads; if it refuses, note why and return `otherwise`."""
    try:
        return read()
    except Refused as refused:
        problems.append(refused.reason)
    except ValueError as error:
        problems.append(str(error))
    return otherwise
