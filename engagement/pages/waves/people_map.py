"""What a wave's page shows of its people: the stakeholder map as a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.pages.frame.formats import today
from engagement.stakeholders import queries
from engagement.stakeholders.chain.queries import broken_chains
from engagement.stakeholders.queries import StakeholderLine
from engagement.waves.models import Wave
from engagement.waves.queries import ByWave
from engagement.waves.scopes import reaches_wave

MOST_SHOWN = 12


@dataclass(frozen=True)
class WaveMap:
    """The stakeholders on the map of a wave, the first of them as lines, and where its sponsor chain is broken, in words."""

    lines: Sequence[StakeholderLine]
    total: int
    chain: str = ""


def map_of(reader: Reader, wave: Wave, departments: ByWave) -> WaveMap | None:
    """Return the map of a wave with these departments; None if the reader may not see it."""
    maps = rights.reading_maps(reader)
    if not reaches_wave(maps, wave):
        return None
    ids, total = queries.first_of_wave(maps, wave.id, MOST_SHOWN)
    # On the page of a map, the other maps of its stakeholders are not shown.
    lines = queries.lines_without_places(ids) if ids else []
    return WaveMap(lines, total, _chain_words(wave, departments))


def _chain_words(wave: Wave, departments: ByWave) -> str:
    """Say where the sponsor's word doesn't get through to a wave's departments; "" where it does, or where it is over."""
    broken = broken_chains([wave], today(), departments) if wave.status.is_open else []
    return broken[0].words if broken else ""
