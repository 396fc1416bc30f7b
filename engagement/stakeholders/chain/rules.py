"""The vocabulary of gaps in a sponsor chain, and whose standing is one."""

from engagement.stakeholders.standings.rules import Level
from engagement.vocabulary import Worded


class Gap(Worded):
    """Why the change doesn't get past a step of the chain."""

    NOBODY = "nobody", "Nobody stands here"
    LEFT = "left", "Has left"
    NOT_ON_MAP = "not_on_map", "Not on the map"
    NOT_SUPPORTIVE = "not_supportive", "Not supportive yet"

    @property
    def breaks(self) -> bool:
        """Whether the chain is broken, so that somebody has to be named; otherwise somebody has to be won."""
        return self in (Gap.NOBODY, Gap.LEFT)


def is_won(level: Level | None) -> bool:
    """Return whether somebody carries the change on; as long as nobody has said how engaged they are, nothing is missing."""
    return level is None or level.step >= Level.SUPPORTIVE.step
