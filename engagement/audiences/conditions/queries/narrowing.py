"""Conditions that can be limited to programmes and waves, and whether a person's position counts there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, or_, select, true

from engagement.audiences.conditions.queries.field import Condition, Field, Labels, Options, ids_in, label_of
from engagement.audiences.conditions.queries.wave import WaveField, title_of, waves_in_order
from engagement.audiences.rules import either
from engagement.db import db
from engagement.programmes.models import Programme
from engagement.waves.models import Wave

PROGRAMMES, WAVES = "programmes", "waves"


@dataclass(frozen=True)
class Post:
    """A position in a stakeholder group or as a champion: its programme, and the waves in which it counts."""

    programme: int
    waves: frozenset[int]

    def is_within(self, condition: Condition) -> bool:
        """Return whether a condition, limited or not, counts this position."""
        programmes, waves = condition.get(PROGRAMMES, []), condition.get(WAVES, [])
        return not (programmes or waves) or self.programme in programmes or not self.waves.isdisjoint(waves)


def posts_of(places: Iterable[tuple[int, int | None]]) -> dict[tuple[int, int | None], Post]:
    """Return a position for each place on a map; one for a whole programme counts in each of its waves."""
    asked = set(places)
    whole = {programme_id for programme_id, wave_id in asked if wave_id is None}
    waves: dict[int, set[int]] = defaultdict(set)
    rows = select(Wave.id, Wave.programme_id).where(Wave.programme_id.in_(whole))
    for wave_id, programme_id in db.session.execute(rows) if whole else ():
        waves[programme_id].add(wave_id)
    return {
        (programme_id, wave_id): Post(programme_id, frozenset(waves[programme_id] if wave_id is None else {wave_id}))
        for programme_id, wave_id in asked
    }


def narrowed(
    condition: Condition, programme_id: SQLColumnExpression[int], in_waves: Callable[[list[int]], ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Return the condition that a row of `programme_id` counts; `in_waves` is its test for some waves."""
    if PROGRAMMES not in condition and WAVES not in condition:
        return true()
    return or_(programme_id.in_(condition.get(PROGRAMMES, [])), in_waves(condition.get(WAVES, [])))


class NarrowedField(Field):
    """A field whose conditions may name programmes and waves, of which one has to match."""

    narrowed_by = (PROGRAMMES, WAVES)

    def phrase(self, condition: Condition, labels: Labels, opposite: bool) -> str:
        places = [label_of(labels, (part, key), key) for part, key in places_in([condition])]
        return super().phrase(condition, labels, opposite) + (f" in {either(places)}" if places else "")

    def labels(self, conditions: Sequence[Condition]) -> Labels:
        # Programmes and waves are labelled by part and id.
        named = set(places_in(conditions))
        asked = select(Programme.id, Programme.name).where(
            Programme.id.in_(k for part, k in named if part == PROGRAMMES)
        )
        programmes = {(PROGRAMMES, key): name for key, name in db.session.execute(asked)}
        titles = WaveField().named([key for part, key in named if part == WAVES])
        waves = {(WAVES, key): title for key, title in titles.items()}
        return {**super().labels(conditions), **programmes, **waves}

    def gone(self, conditions: Sequence[Condition], labels: Labels) -> Iterator[str]:
        yield from super().gone(conditions, labels)
        yield from {part: None for part, key in places_in(conditions) if (part, key) not in labels}


def places_in(conditions: Iterable[Condition]) -> Iterator[tuple[str, int]]:
    """Yield the programmes and waves that limit conditions, each with its part."""
    for condition in conditions:
        for part in (PROGRAMMES, WAVES):
            yield from ((part, key) for key in condition.get(part, []))


def offered_places() -> Options:
    """Return the programmes and waves that can limit a condition, each programme before its waves."""
    waves = waves_in_order()
    found: Options = []
    for key, name in db.session.execute(select(Programme.id, Programme.name).order_by(Programme.id)):
        found.append((f"{PROGRAMMES}:{key}", name))
        found += [(f"{WAVES}:{wave.id}", title_of(wave)) for wave in waves if wave.programme_id == key]
    return found


def places_read(texts: Iterable[str]) -> dict[str, list[int]]:
    """Return the parts that limit a condition from a form's texts ("waves:3"), skipping invalid ones."""
    keys: dict[str, list[str]] = defaultdict(list)
    for part, _, key in (text.partition(":") for text in texts):
        keys[part].append(key)
    return {part: ids for part in (PROGRAMMES, WAVES) if (ids := ids_in(keys[part]))}
