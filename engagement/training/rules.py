"""The vocabulary of training."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum


class ItemKind(StrEnum):
    """How an item counts in its curriculum."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    CHOICE = "choice"

    @property
    def word(self) -> str:
        """The kind as the reader sees it."""
        return {"required": "Required", "optional": "Optional", "choice": "One of a choice"}[self.value]


class CompletionSource(StrEnum):
    """How it is known that somebody finished a module."""

    QUIZ = "quiz"
    SELF_REPORT = "self_report"
    ATTENDANCE = "attendance"
    EVIDENCE = "evidence"
    IMPORT = "import"

    @property
    def word(self) -> str:
        """The source as the reader sees it."""
        return {
            "quiz": "Quiz passed",
            "self_report": "Own word",
            "attendance": "Attendance marked by a trainer",
            "evidence": "Evidence handed in",
            "import": "Imported record",
        }[self.value]


class LearningState(StrEnum):
    """A person's state with one item of their training."""

    DONE = "done"
    OVERDUE = "overdue"
    OPEN = "open"
    LOCKED = "locked"
    OPTIONAL = "optional"

    @property
    def word(self) -> str:
        """The state as the reader sees it."""
        return {"done": "Done", "overdue": "Overdue", "open": "Open", "locked": "Not yet", "optional": "Optional"}[
            self.value
        ]

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return {"done": "ok", "overdue": "bad", "open": "open", "locked": "", "optional": "open"}[self.value]

    @property
    def icon(self) -> str:
        """The icon of its pill."""
        return {"done": "check", "overdue": "bang", "open": "ring", "locked": "lock", "optional": "ring"}[self.value]


class LearnerState(StrEnum):
    """Whether a person finished what their curriculum asks."""

    FINISHED = "finished"
    UNFINISHED = "unfinished"

    @property
    def word(self) -> str:
        """The state as the reader sees it."""
        return {"finished": "Finished", "unfinished": "Not finished"}[self.value]

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return {"finished": "ok", "unfinished": "open"}[self.value]

    @classmethod
    def of(cls, is_finished: int) -> "LearnerState":
        """Return the state that a query writes as 1 or 0."""
        return cls.FINISHED if is_finished else cls.UNFINISHED


class LeftoverCause(StrEnum):
    """Why an unfinished assignment no longer follows from the data."""

    DEPARTMENT = "department"
    ROLE = "role"


class LeftoverDecision(StrEnum):
    """What becomes of an unfinished assignment of somebody who moved."""

    KEEP = "keep"
    WAIVE = "waive"

    @property
    def word(self) -> str:
        """The decision as the reader sees it once it is made."""
        return {"keep": "Kept", "waive": "Let go"}[self.value]

    @property
    def tone(self) -> str:
        """The tone of its pill."""
        return {"keep": "ok", "waive": ""}[self.value]


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
