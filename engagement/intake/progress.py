"""How far an import is: the steps it tells of, in words and as a share of the whole."""

from collections.abc import Callable
from enum import Enum

from engagement.words import plural

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
