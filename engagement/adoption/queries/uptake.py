"""How many of those who should use what went live do: one short answer for each wave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Select, select

from engagement.adoption.models import AdoptionCount
from engagement.adoption.rules.counting import Counted, TeamCounted
from engagement.adoption.rules.telling import Told
from engagement.adoption.rules.vocabulary import RECENT_DAYS
from engagement.db import db
from engagement.waves.models import Wave
from engagement.waves.tallies.queries import WAVES
from engagement.words import count, number_word, plural, short_day_words


@dataclass(frozen=True)
class Uptake:
    """Who should use the workflows of a wave, and who did in the last 28 days to `as_of`.

    `told` has both as far as they may be told, None where nothing is known: `sentence` then says why. With `is_at_least` teams
    told how many used it, so that it may be more. `source` names what the numbers of its people came with.
    """

    wave_id: int
    sentence: str
    told: Told | None = None
    as_of: date | None = None
    source: str = ""
    is_at_least: bool = False

    @property
    def should(self) -> int | None:
        """How many people should use it, None where nothing may be told."""
        return None if self.told is None or self.told.is_small else self.told.whole

    @property
    def percent(self) -> int | None:
        """The share in whole percent, None where the exact one is not known or may not be told."""
        return self.told.percent if self.told and not self.is_at_least else None

    @property
    def used(self) -> int | None:
        """How many did, None where the exact number is not known or may not be told."""
        return self.told.exact if self.told else None


DEFINITION = (
    f"Of the people who are in the wave now, those who used one of its workflows in the {RECENT_DAYS} days to the last day "
    "of which their use was reported; of one with very few of them, it is an earlier day. Numbers of people under the floor are not told exactly, of those who do or who don’t."
)


def uptake_of_waves(waves: Sequence[Wave], on: date, *, floor: int) -> dict[int, Uptake]:
    """Return the uptake of each of these waves on a day."""
    ids = [wave.id for wave in waves]
    rows = {row.wave_id: row for row in db.session.scalars(_counts(), {"waves": ids})}
    return {wave.id: _uptake(wave, rows.get(wave.id), on, floor) for wave in waves}


# Making the statement anew costs more than running it.
@cache
def _counts() -> Select[AdoptionCount]:
    return select(AdoptionCount).where(AdoptionCount.wave_id.in_(WAVES))


def _uptake(wave: Wave, row: AdoptionCount | None, on: date, floor: int) -> Uptake:
    if not wave.status.is_in_use:
        return Uptake(wave.id, _not_yet(wave, on))
    if row is None or row.as_of is None or "0" not in row.numbers:
        return Uptake(wave.id, "No numbers of use have come in." if row else "Its use is not counted yet.")
    if not row.members:
        return Uptake(wave.id, "Nobody is in the wave, so nobody has to use anything.", as_of=row.as_of)
    people, teams = Counted.read(row.numbers["0"]["people"]), TeamCounted.read(row.numbers["0"]["teams"])
    source = row.numbers["0"].get("source", "")
    if people.ever >= floor or people.people <= floor:
        return _of_people(wave, people.used, people.people, row.as_of, source, floor)
    if teams.used is not None:
        at_least = min(teams.used, row.members)
        found = _of_people(wave, at_least, row.members, row.as_of, source, floor)
        return found if found.told is None else _at_least(found, at_least)
    return Uptake(wave.id, _of_others(row.as_of, floor), as_of=row.as_of, source=source)


def _not_yet(wave: Wave, on: date) -> str:
    if not wave.status.is_ahead:
        return f"The wave is {wave.status.word.lower()}, so nobody has to use it."
    day = short_day_words(wave.go_live_on)
    return f"It goes live on {day}." if wave.go_live_on >= on else f"It was to go live on {day}, and has not."


def _of_others(as_of: date, floor: int) -> str:
    """Say that little is known. Whether it is of nobody or of a few would tell of each of a small wave."""
    few = number_word(floor)
    return f"Numbers came in to {short_day_words(as_of)}, but about fewer than {few} people of this wave."


def _of_people(wave: Wave, used: int, whole: int, as_of: date, source: str, floor: int) -> Uptake:
    told = Told(used, whole, floor)
    if told.is_small:
        sentence = f"Not shown: {number_word(floor)} people or fewer are in it."
        return Uptake(wave.id, sentence, told, as_of, source)
    share = f" ({told.percent} %)" if told.is_exact else ""
    sentence = f"{_capital(told.of_people)}{share} used it in the {RECENT_DAYS} days to {short_day_words(as_of)}."
    return Uptake(wave.id, sentence, told, as_of, source)


def _at_least(found: Uptake, used: int) -> Uptake:
    if found.told is None or found.told.is_small or found.as_of is None:
        return found
    whole = plural(found.told.whole, "person", "people")
    number = count(used) if found.told.is_exact else found.told.number_words
    words = f"At least {number} of {whole}" if found.told.is_exact else _capital(found.told.of_people)
    sentence = f"{words} used it in the {RECENT_DAYS} days to {short_day_words(found.as_of)}, by what their teams say."
    return Uptake(found.wave_id, sentence, found.told, found.as_of, found.source, is_at_least=True)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
