"""The vocabulary of retention: the kinds of records that expire, and the words about each."""

from dataclasses import dataclass
from enum import StrEnum

from engagement.words import plural

#: The session's key for people erased in its transaction, for the journal beside the database.
ERASED = "erased"
STAND_IN = "Erased person"
SHORTEST_KEEPING_DAYS = 30
LONGEST_KEEPING_DAYS = 36_500


@dataclass(frozen=True)
class Erased:
    """Somebody who is being erased: table and id of their row, and their addresses and numbers."""

    kind: str
    id: int
    known_by: tuple[str | None, ...] = ()


class RecordKind(StrEnum):
    """A kind of record that can be kept for a number of days."""

    DELIVERIES = "deliveries"
    QUIZ_ATTEMPTS = "quiz_attempts"
    CLOSED_CONCERNS = "closed_concerns"
    IMPORT_RUNS = "import_runs"
    LEAVERS = "leavers"

    @property
    def word(self) -> str:
        """The kind as the administrator sees it."""
        return _WORDS[self][0]

    def counted(self, number: int) -> str:
        """A number of such records in a sentence."""
        return plural(number, *_COUNTED[self])

    @property
    def is_counted(self) -> bool:
        """Whether its number may be shown. The number of concerns by age would tell what reports hide."""
        return self is not RecordKind.CLOSED_CONCERNS

    @property
    def goes(self) -> str:
        """What happens to older records, and what stays."""
        return _WORDS[self][1]


_WORDS = {
    RecordKind.DELIVERIES: (
        "Delivery records",
        "Address, name and values of each copy are removed, and what came back; that it was sent, and when, stays.",
    ),
    RecordKind.QUIZ_ATTEMPTS: ("Answers in quizzes", "Each try is removed; that a module was finished stays."),
    RecordKind.CLOSED_CONCERNS: (
        "Closed concerns",
        "Text and conversation are removed; source, wave and dates stay, so that counts stay right.",
    ),
    RecordKind.IMPORT_RUNS: (
        "HR files read in",
        "What a run changed is removed, and it can no longer be undone; its counts stay.",
    ),
    RecordKind.LEAVERS: (
        "People who have left",
        "They are erased: names and addresses go, counts stay right. Who still holds something waits.",
    ),
}

_COUNTED = {
    RecordKind.DELIVERIES: ("delivery record", "delivery records"),
    RecordKind.QUIZ_ATTEMPTS: ("answer in a quiz", "answers in quizzes"),
    RecordKind.CLOSED_CONCERNS: ("closed concern", "closed concerns"),
    RecordKind.IMPORT_RUNS: ("HR file read in", "HR files read in"),
    RecordKind.LEAVERS: ("person who has left", "people who have left"),
}


def days_problem(keep_days: int | None) -> str | None:
    """Return what is wrong with a number of days to keep records, None if it is fine; None days mean for ever."""
    if keep_days is None or SHORTEST_KEEPING_DAYS <= keep_days <= LONGEST_KEEPING_DAYS:
        return None
    return (
        f"Choose between {SHORTEST_KEEPING_DAYS} and {LONGEST_KEEPING_DAYS:,} days, or leave it empty to keep for ever."
    )
