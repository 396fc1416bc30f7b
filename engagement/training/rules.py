"""The vocabulary of training."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

from engagement.vocabulary import State, Worded


class ItemKind(Worded):
    """How an item counts in its curriculum."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    CHOICE = "choice", "One of a choice"


class CompletionSource(Worded):
    """How it is known that somebody finished a module."""

    QUIZ = "quiz", "Quiz passed"
    SELF_REPORT = "self_report", "Own word"
    ATTENDANCE = "attendance", "Attendance marked by a trainer"
    EVIDENCE = "evidence", "Evidence handed in"
    IMPORT = "import", "Imported record"


class LearningState(State):
    """A person's state with one item of their training."""

    DONE = "done", "Done", "ok", "check"
    OVERDUE = "overdue", "Overdue", "bad", "bang"
    OPEN = "open", "Open", "open", "ring"
    WAITING = "waiting", "Later", "", "ring"
    LOCKED = "locked", "Not yet", "", "lock"
    OPTIONAL = "optional", "Optional", "open", "ring"


class LearnerState(State):
    """Whether a person finished what their curriculum asks."""

    FINISHED = "finished", "Finished", "ok"
    UNFINISHED = "unfinished", "Not finished", "open"

    @classmethod
    def of(cls, is_finished: int) -> "LearnerState":
        """Return the state that a query writes as 1 or 0."""
        return cls.FINISHED if is_finished else cls.UNFINISHED


class LeftoverCause(StrEnum):
    """Why an unfinished assignment no longer follows from the data."""

    DEPARTMENT = "department"
    ROLE = "role"


class LeftoverDecision(State):
    """What becomes of an unfinished assignment of somebody who moved."""

    KEEP = "keep", "Kept", "ok"
    WAIVE = "waive", "Let go", ""


#: For this many days people may decide about old training; then the scheduler makes `DEFAULT_DECISION`.
DAYS_TO_DECIDE = 14
DEFAULT_DECISION = LeftoverDecision.WAIVE

#: The sources that other people may record; only the learner takes a quiz or gives their word.
RECORDED_SOURCES = (CompletionSource.ATTENDANCE, CompletionSource.EVIDENCE, CompletionSource.IMPORT)

#: The tag of questions that train recognising when the workflow is wrong.
RECOGNISE_WRONG = "recognise_wrong"


def decide_by(asked_at: datetime) -> datetime:
    """Return the instant (UTC) at which the scheduler decides about old training asked about at `asked_at`."""
    return asked_at + timedelta(days=DAYS_TO_DECIDE)


def is_passed(right: int, asked: int, pass_mark: int) -> bool:
    """Return whether `right` of `asked` answers reach the pass mark in percent, compared without rounding."""
    return asked > 0 and right * 100 >= pass_mark * asked


def score_of(right: int, asked: int) -> int:
    """Return the share of right answers in whole percent, rounded down so that it never looks better than it is."""
    return right * 100 // asked if asked else 0


def short_name(title: str) -> str:
    """Return the lower-case letters, digits and hyphens of a title, for addresses and ids; "" if it has none."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("-")
