"""The vocabulary of imports: the state of a run, its effects on people, and its progress."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from enum import Enum, StrEnum

from engagement.people.rules import TrainingRole
from engagement.vocabulary import Worded
from engagement.words import plural

#: How long a file waits for somebody to choose its columns.
UPLOAD_KEPT = timedelta(days=1)


class UploadKind(StrEnum):
    """What a kept file lists."""

    PEOPLE = "people"
    STAKEHOLDERS = "stakeholders"
    READINGS = "readings"
    USAGE = "usage"


class RunStatus(Worded):
    """The state of an import: compared and shown, applied, undone, or dropped unapplied."""

    STAGED = "staged", "Not applied yet"
    APPLIED = "applied"
    UNDONE = "undone"
    DISCARDED = "discarded"


class ChangeKind(StrEnum):
    """How a person in a file differs from the directory."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    RETURNED = "returned"
    LEFT = "left"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class ReferenceKind(StrEnum):
    """What a text of a row names: a department by path, a manager by address or employee number."""

    DEPARTMENT = "department"
    MANAGER_EMAIL = "manager_email"
    MANAGER_ID = "manager_id"


#: With a larger share of leavers a full file is probably incomplete, so somebody has to confirm.
LEAVERS_TO_CONFIRM = 0.1


def needs_confirmation(leavers: int, active: int) -> bool:
    """Return whether the share of active people who would leave needs a confirmation that the file is complete."""
    return leavers > active * LEAVERS_TO_CONFIRM


def missing(leavers: int, active: int) -> str:
    """Say how many leavers have to be confirmed."""
    who = f"{leavers:,} of {active:,} people {'is' if leavers == 1 else 'are'}"
    return f"{who} missing from this file, more than 10 %."


def role_mask(roles: Iterable[TrainingRole]) -> int:
    """Return training roles as a bit mask, so that the database can compare sets."""
    return sum(ROLE_BITS[role] for role in roles)


ROLE_BITS = {role: 1 << place for place, role in enumerate(TrainingRole)}


Progress = Callable[[str, float], None]
"""Called with the present step in words and the share of the whole import done, 0 to 1; an error it raises ends the work."""


def quietly(_doing: str, _share: float) -> None:
    """Report no progress."""


class Step(Enum):
    """A step of an import in words, and the share of the work done when it begins, as measured with 100,000 rows."""

    READING = ("{rows} read", 0.35)
    CHECKED = ("Comparing {rows} with the directory", 0.4)
    COMPARED = ("{rows} compared with the directory", 0.5)
    PEOPLE = ("Writing {people}", 0.52)
    ROLES = ("Writing training roles", 0.7)
    AUDIT = ("Writing the audit", 0.82)
    APPLIED = ("Letting waves and training follow", 0.95)

    def at(self, rows: int, of: int = 0) -> tuple[str, float]:
        """Return the arguments for `Progress`; `rows` are done, out of about `of` if the step goes through rows."""
        words, share = self.value
        told = words.format(rows=plural(rows, "row", "rows"), people=plural(rows, "person", "people"))
        return told, share * min(1.0, rows / of) if of else share


#: The share done when a file is compared and before anything is written.
STAGED = Step.COMPARED.value[1]


def within(progress: Progress, begins: float, ends: float) -> Progress:
    """Return the progress of a part of an import: its 0 to 1 becomes `begins` to `ends`."""
    return lambda doing, share: progress(doing, max(0.0, share - begins) / (ends - begins))
