"""The scale and the words of a standing, and pure rules: quadrants, gaps, and how a judgement is typed and written.

Judgements go from 0 to 10 with one decimal; they are kept as whole tenths, so that nothing is lost in rounding.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from engagement.stakeholders.rules import StakeholderKind
from engagement.vocabulary import Worded

MOST = 100
#: From here on influence and interest count as high.
HIGH = 50
#: The map is divided into so many squares in a row, each of one point.
CELLS = 10
LONGEST_REASON = 1_000
#: Of a person they are kept only while they hold a post; see `queries.posts`.
LABELS = ("impact", "level_now", "level_wanted")
NOT_LABELLED = (
    "An employee’s attitude isn’t stored under their name, unless they hold a post in the change. Say it of their department or "
    "group instead."
)
WHY = "Say why: it replaces what was said before. One line is enough."
_TYPED = re.compile(r"(\d{1,3})(?:[.,](\d)0?)?", re.ASCII)


class Level(Worded):
    """How engaged somebody is, from not knowing of the change to leading it."""

    UNAWARE = "unaware"
    RESISTANT = "resistant"
    NEUTRAL = "neutral"
    SUPPORTIVE = "supportive"
    LEADING = "leading"

    @property
    def step(self) -> int:
        """Its place on the scale, from 0."""
        return _STEPS[self]


_STEPS = {level: step for step, level in enumerate(Level)}


class Quadrant(Worded):
    """A quarter of the map, named by how to treat who stands there."""

    WORK_CLOSELY = "work_closely", "Work closely with"
    KEEP_SATISFIED = "keep_satisfied"
    KEEP_INFORMED = "keep_informed"
    KEEP_AN_EYE = "keep_an_eye", "Keep an eye on"


@dataclass(frozen=True)
class Standing:
    """What is said of where somebody stands, in tenths; None: nothing was said."""

    influence: int | None = None
    interest: int | None = None
    impact: int | None = None
    level_now: Level | None = None
    level_wanted: Level | None = None


def quadrant_of(influence: int, interest: int) -> Quadrant:
    """Return the quarter of the map for two judgements in tenths."""
    if influence >= HIGH:
        return Quadrant.WORK_CLOSELY if interest >= HIGH else Quadrant.KEEP_SATISFIED
    return Quadrant.KEEP_INFORMED if interest >= HIGH else Quadrant.KEEP_AN_EYE


#: The part of a square's number that a power or an interest in tenths says; looked up, because a map has thousands.
_COLUMNS = [min(tenths // (MOST // CELLS), CELLS - 1) for tenths in range(MOST + 1)]


def cell_of(influence: int, interest: int) -> int:
    """Return the square of the map, whose tens say the power and ones the interest."""
    return CELLS * _COLUMNS[influence] + _COLUMNS[interest]


def gap_of(now: Level | None, wanted: Level | None) -> int | None:
    """Return how many levels somebody is below where we need them, 0 from there on, None if one is not said."""
    return None if now is None or wanted is None else max(0, wanted.step - now.step)


def urgency_of(gap: int | None, influence: int | None) -> int | None:
    """Return gap times power, in tenths: what to work on first; None if one is not said."""
    return None if gap is None or influence is None else gap * influence


def tenths_of(text: str) -> int | None:
    """Return a typed judgement in tenths, None for an empty text; "7,5" is 7.5.

    Raises ValueError, with a sentence for whoever typed it, for anything that is no number from 0 to 10.
    """
    text = text.strip()
    if not text:
        return None
    typed = _TYPED.fullmatch(text)
    tenths = int(typed[1]) * 10 + int(typed[2] or 0) if typed else MOST + 1
    if tenths > MOST:
        raise ValueError("Write a number from 0 to 10, with one decimal at most, such as 7 or 7.5.")
    return tenths


def written(tenths: int) -> str:
    """Write a judgement: 75 is "7.5"."""
    return f"{tenths // 10}.{tenths % 10}"


def replaces(before: Standing, now: Standing) -> bool:
    """Return whether a standing changes something that was said before, which needs a reason."""
    new = asdict(now)
    return any(value is not None and value != new[name] for name, value in asdict(before).items())


def told_standing(kind: StakeholderKind, before: Standing, now: Standing, reason: str) -> dict[str, tuple[Any, Any]]:
    """Return what the audit keeps. It keeps it for ever, so of a person neither labels nor reasons, which tell of attitudes."""
    is_person, new = kind is StakeholderKind.PERSON, asdict(now)
    changes = {
        name: (_plain(old), _plain(new[name]))
        for name, old in asdict(before).items()
        if old != new[name] and not (is_person and name in LABELS)
    }
    return changes | ({"reason": (None, reason)} if reason and not is_person else {})


def _plain(value: Any) -> Any:
    return written(value) if isinstance(value, int) else value


_NAMES = {
    "influence": "Power",
    "interest": "interest",
    "impact": "impact on them",
    "level_now": "engagement",
    "level_wanted": "engagement wanted",
}


def standing_words(before: Standing, now: Standing) -> str:
    """Say what changed from one standing to the next: "Power 5.9 → 6.9, interest 8.4 → 8.6."; "" if nothing did."""
    changed = [
        f"{name} {_change(getattr(before, field), getattr(now, field))}"
        for field, name in _NAMES.items()
        if getattr(before, field) != getattr(now, field)
    ]
    words = ", ".join(changed)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _change(old: int | Level | None, new: int | Level | None) -> str:
    return f"{_value(old)} → {_value(new)}" if old is not None else _value(new)


def _value(value: int | Level | None) -> str:
    if value is None:
        return "not said"
    return value.word.lower() if isinstance(value, Level) else written(value)
