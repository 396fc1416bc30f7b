"""The maps that a reader sees, as register files name them."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.intake.reading.rules.problems import shown
from engagement.intake.register.rules import RowRefused
from engagement.letters import clean, folded
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders.entries.rules import Place
from engagement.waves.models import Wave


@dataclass(frozen=True)
class Maps:
    """The maps within reach, in their order: in the words of a cell and of the audit, and what texts mean them.

    A text that means several maps has none. `planned` are those that the reader may change.
    """

    cells: dict[Place, str]
    words: dict[Place, str]
    meant: dict[str, Place | None]
    planned: frozenset[Place]

    def cell(self, places: Iterable[Place]) -> str:
        """Return maps as one cell."""
        held = set(places)
        return "; ".join(words for place, words in self.cells.items() if place in held)

    def read(self, text: str) -> frozenset[Place]:
        """Return the maps that a cell names; raises RowRefused for one that nobody could mean, or for several."""
        parts, found, start = text.split(";"), set(), 0
        while start < len(parts):
            # The longest match first, because a name may hold a semicolon itself.
            ends = range(len(parts), start, -1)
            end = next((end for end in ends if _key(";".join(parts[start:end])) in self.meant), None)
            named = ";".join(parts[start:end])
            if end is None:
                if not parts[start].strip():
                    start += 1
                    continue
                raise RowRefused(f"{shown(parts[start].strip())} is no programme or wave that you see.")
            place = self.meant[_key(named)]
            if place is None:
                raise RowRefused(
                    f"{shown(named.strip())} is in more than one programme. Write the programme before it, such as “Claims: Wave 3”.",
                )
            found.add(place)
            start = end
        whole = {programme for programme, wave in found if wave is None}
        return frozenset(place for place in found if place[1] is None or place[0] not in whole)


def _key(text: str) -> str:
    return folded(clean(text))


def maps_within(maps: Reach, planning: Reach) -> Maps:
    """Return the maps of programmes and waves that a reader sees, and may change."""
    every: dict[Place, tuple[str, list[str]]] = {}
    programmes = db.session.scalars(select(Programme).order_by(Programme.id)).all()
    waves = db.session.scalars(select(Wave).options(joinedload(Wave.programme)).order_by(Wave.number, Wave.id)).all()
    for programme in programmes:
        name = programme.name
        every[programme.id, None] = (f"All of {name}", [f"{name}: all of it", name, f"All of {name}"])
        for wave in (each for each in waves if each.programme_id == programme.id):
            short = [wave.title, f"Wave {wave.number}"]
            every[programme.id, wave.id] = (wave.title, [*(f"{name}: {each}" for each in short), *short])
    seen = {place for place in every if maps.covers(programme_id=place[0], wave_id=place[1])}
    meant: dict[str, Place | None] = {}
    for place in every:
        for text in every[place][1] if place in seen else ():
            key = _key(text)
            meant[key] = place if meant.get(key, place) == place else None
    return Maps(
        cells={place: names[0] for place, (_, names) in every.items() if place in seen},
        words={place: words for place, (words, _) in every.items()},
        meant=meant,
        planned=frozenset(place for place in every if planning.covers(programme_id=place[0], wave_id=place[1])),
    )
