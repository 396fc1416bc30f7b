"""What was agreed before, as points that the author of a message confirms one by one."""

import re

from engagement.communications.texts.rules.merge_fields import without_slots
from engagement.letters import clean

#: The place in a starting text where the points stand.
PLACE = "{{ exit_criteria }}"
#: More points than these make no message that people read.
MOST_POINTS = 20
NOTHING_AGREED = "[Nobody wrote down how to tell that this wave is stable. Say in two or three lines what works, each with a figure and its day.]"
_BULLET = re.compile(r"^[-*+•](?: |$)")
_ROUND = str.maketrans("[]", "()")


def points_to_confirm(criteria: str) -> str:
    """Return a list with a note to the author for each line of `criteria`; notes keep a text from being approved.

    Square brackets inside a line become round ones: they would end the note.
    """
    said = [point for line in criteria.splitlines() if (point := _point(line))]
    if not said:
        return NOTHING_AGREED
    points = [f"- [Is this so? {line}]" for line in said[:MOST_POINTS]]
    if len(said) > MOST_POINTS:
        points.append(
            f"- [The wave names more signs, {len(said) - MOST_POINTS} of them not here. Add those that matter to readers.]"
        )
    return "\n".join(points)


def _point(line: str) -> str:
    return without_slots(_BULLET.sub("", clean(line)).translate(_ROUND)).strip()
