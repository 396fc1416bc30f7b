"""What stands beside the map: who moved last, how well champions cover the next wave, and whom to be in touch with next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import url_for

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import local_day, today
from engagement.pages.stakeholders.map_asked import MapAsked
from engagement.pages.stakeholders.map_lines import Links
from engagement.people.queries import places_of
from engagement.readiness.tallies.queries.sums import sums_of
from engagement.stakeholders.champions.queries import WaveCoverage, counted_coverages
from engagement.stakeholders.rhythm.queries.coming import Coming, next_on_map
from engagement.stakeholders.standings.queries.movement import LastMove, last_move
from engagement.stakeholders.standings.queries.telling import Told
from engagement.waves.models import Wave
from engagement.waves.queries import departments_of_waves
from engagement.waves.scopes import reaches_wave

#: How much of what comes stands there.
MOST_COMING = 5
_FOUR_WEEKS = timedelta(days=28)


@dataclass(frozen=True)
class Champions:
    """How well champions cover a wave; `find_url` leads to where more are appointed, "" if none is missing or the reader may not."""

    wave: Wave
    coverage: WaveCoverage
    url: str
    find_url: str


@dataclass(frozen=True)
class ComingLine:
    """What comes with somebody: who it is, where that leads, and how late it is."""

    coming: Coming
    told: Told
    url: str
    days_late: int


@dataclass(frozen=True)
class Rail:
    """What is asked for the rail, before it is known what those in it are called.

    `coming` is None where nothing is said of it: of an earlier day, and where days are compared.
    """

    last: LastMove | None = None
    champions: Champions | None = None
    coming: Sequence[Coming] | None = None

    @property
    def people(self) -> set[int]:
        """The ids of the stakeholders whom it names."""
        last = {self.last.move.stakeholder_id} if self.last else set()
        return last | {each.stakeholder_id for each in self.coming or ()}

    def coming_lines(self, links: Links) -> list[ComingLine] | None:
        """Return what comes, with those whom it is about."""
        if self.coming is None:
            return None
        on = today()
        return [
            ComingLine(each, links.people[each.stakeholder_id], links.url(each.stakeholder_id), each.days_late(on))
            for each in self.coming
        ]


def rail_of(found: MapAsked) -> Rail:
    """Return what stands beside a map. One that is compared with an earlier day tells of moves alone, and all of them (`movement_since`)."""
    if found.since:
        return Rail()
    last = last_move(found.at)
    if found.on:
        return Rail(last)
    return Rail(last, _champions(found), next_on_map(found.at, rights.reading_notes(guard.reader()), MOST_COMING))


def _champions(found: MapAsked) -> Champions | None:
    """Return the champions of the wave of the map, or of the next of its waves to go live; None without one that the reader oversees."""
    reader = guard.reader()
    overseeing, planning = rights.overseeing(reader), rights.planning(reader)
    wave = _next_wave(
        [wave for wave in found.waves if _is_shown(wave, found) and reaches_wave(overseeing, wave)], today()
    )
    if wave is None:
        return None
    covered = _coverage(wave.id)
    may_find = bool(covered.gaps) and reaches_wave(planning, wave)
    return Champions(
        wave,
        covered,
        url_for("stakeholders.champions", wave=wave.id, shown="all"),
        url_for("waves.champions", wave_id=wave.id, _anchor="appoint") if may_find else "",
    )


def _coverage(wave_id: int) -> WaveCoverage:
    sums = sums_of([wave_id], by_department=False)
    places = places_of(row.department_id for row in sums.members)
    return counted_coverages([wave_id], sums.members, sums.posts, departments_of_waves([wave_id]), places)[wave_id]


def _is_shown(wave: Wave, found: MapAsked) -> bool:
    filters = found.filters
    return (
        wave.status.is_open and filters.wave_id in (None, wave.id) and filters.programme_id in (None, wave.programme_id)
    )


def _next_wave(waves: Sequence[Wave], on: date) -> Wave | None:
    """Return the wave that goes live next, else the one that did last."""
    ahead = [wave for wave in waves if wave.go_live_on >= on]
    if ahead:
        return min(ahead, key=lambda wave: (wave.go_live_on, wave.id))
    return max(waves, key=lambda wave: (wave.go_live_on, wave.id), default=None)


def moves_since(found: MapAsked, last: LastMove | None) -> date:
    """Return the day from which moves are worth showing: four weeks before, or before the last move if that is longer ago."""
    begin = (found.on or today()) - _FOUR_WEEKS
    return min(begin, local_day(last.reason.at) - timedelta(days=1)) if last else begin
