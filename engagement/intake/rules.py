"""The vocabulary of imports: where a run stands, what it does to people, and how far it has come."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import Enum, StrEnum

from engagement.people.rules import TrainingRole
from engagement.words import plural

#: So long a file waits for somebody to choose its columns.
UPLOAD_KEPT = timedelta(days=1)


class RunStatus(StrEnum):
    """Where an import stands: compared and shown, made part of the directory, taken back, or dropped unapplied."""

    STAGED = "staged"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"

    @property
    def word(self) -> str:
        """The state as the reader sees it."""
        return {"staged": "Not applied yet"}.get(self.value, self.value.capitalize())


class ChangeKind(StrEnum):
    """What a file says about one person, held against the directory."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    RETURNED = "returned"
    LEFT = "left"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class ReferenceKind(StrEnum):
    """What a row points to by a text: a department by its path, a manager by address or employee number."""

    DEPARTMENT = "department"
    MANAGER_EMAIL = "manager_email"
    MANAGER_ID = "manager_id"


#: Above this share of leavers a full file is more likely to be half a file, so somebody has to confirm.
LEAVERS_TO_CONFIRM = 0.1


def needs_confirmation(leavers: int, active: int) -> bool:
    """Return whether so many of the active people would leave that somebody has to say that the file is complete."""
    return leavers > active * LEAVERS_TO_CONFIRM


def missing(leavers: int, active: int) -> str:
    """Say that so many leavers have to be confirmed."""
    who = f"{leavers:,} of {active:,} people {'is' if leavers == 1 else 'are'}"
    return f"{who} missing from this file, more than 10 %."


def role_mask(roles: Iterable[TrainingRole]) -> int:
    """Return a set of training roles as one number, so that the database can compare sets."""
    return sum(ROLE_BITS[role] for role in roles)


ROLE_BITS = {role: 1 << place for place, role in enumerate(TrainingRole)}


Progress = Callable[[str, float], None]
"""Told in words what is being done, and how much of a whole import is done, from 0 to 1; whatever it raises ends the work."""


def quietly(_doing: str, _share: float) -> None:
    """Report no progress."""


class Step(Enum):
    """What an import has come to, in words and as the share of a hundred thousand rows that is measured to be done then."""

    READING = ("{rows} read", 0.35)
    CHECKED = ("Comparing {rows} with the directory", 0.4)
    COMPARED = ("{rows} compared with the directory", 0.5)
    PEOPLE = ("Writing {people}", 0.52)
    ROLES = ("Writing training roles", 0.7)
    AUDIT = ("Writing the audit", 0.82)
    APPLIED = ("Letting waves and training follow", 0.95)

    def at(self, rows: int, of: int = 0) -> tuple[str, float]:
        """Return what `Progress` is told; `rows` are done, of about so many where the step goes through them one by one."""
        words, share = self.value
        told = words.format(rows=plural(rows, "row", "rows"), people=plural(rows, "person", "people"))
        return told, share * min(1.0, rows / of) if of else share


#: The share at which a file is compared and nothing is written yet.
STAGED = Step.COMPARED.value[1]


def within(progress: Progress, begins: float, ends: float) -> Progress:
    """Return the progress of a part of an import: what is done from `begins` to `ends` is told as 0 to 1."""
    return lambda doing, share: progress(doing, max(0.0, share - begins) / (ends - begins))
