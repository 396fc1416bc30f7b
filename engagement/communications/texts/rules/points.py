"""What was agreed before, as points that the author of a message confirms one by one."""

import re
from dataclasses import dataclass

from engagement.communications.texts.rules.merge_fields import without_slots
from engagement.letters import clean
from engagement.words import count

#: The place in a starting text where the points stand.
PLACE = "{{ exit_criteria }}"
#: More points than these make no message that people read.
MOST_POINTS = 20
_BULLET = re.compile(r"^[-*+•](?: |$)")
_ROUND = str.maketrans("[]", "()")


@dataclass(frozen=True)
class Notes:
    """What the author is asked, in one language: about each point, where nothing was agreed, and about `{n}` points left out."""

    point: str
    nothing: str
    more: str


def points_to_confirm(criteria: str, notes: Notes) -> str:
    """Return a list with a note to the author for each line of `criteria`; notes keep a text from being approved.

    Square brackets inside a line become round ones: they would end the note.
    """
    said = [point for line in criteria.splitlines() if (point := _point(line))]
    if not said:
        return f"[{notes.nothing}]"
    points = [f"- [{notes.point} {line}]" for line in said[:MOST_POINTS]]
    if len(said) > MOST_POINTS:
        points.append(f"- [{notes.more.replace('{n}', count(len(said) - MOST_POINTS))}]")
    return "\n".join(points)


def _point(line: str) -> str:
    return without_slots(_BULLET.sub("", clean(line)).translate(_ROUND)).strip()
