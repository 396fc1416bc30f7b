"""What the change of each figure since a closed month has to say, worked out in the plainest way, to compare with.

Whether two numbers rest on the same is read off the rows that they were counted from, not off what the service says of it.
"""

from collections.abc import Collection
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from readiness.counted_by_hand import by_hand, learners_by_hand
from reports.sheet_by_hand import rows_of

from engagement.people.rules import TrainingRole
from engagement.readiness.criteria.models import Criterion, CriterionTerms
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.reports.rules.figures import KEPT_BACK, NOT_SHOWN, Figure, FigureKey, SubjectKind
from engagement.reports.rules.measures import Measure
from engagement.training.models import CurriculumItem
from engagement.training.rules import ItemKind
from engagement.value.models import MetricBaseline, MetricReading, ValueMetric
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.rules import WaveStatus

IN_USE = (WaveStatus.LIVE, WaveStatus.STABILISING, WaveStatus.CLOSED)
WAYS = (Measure.VALUE_WAY, Measure.VALUE_WAY_EXPECTED)
#: Measures of small groups of people.
OF_GROUPS = (Measure.OPEN, Measure.ANSWERED, Measure.MEDIAN, Measure.USED)


class Seen(NamedTuple):
    """A figure at one moment, with what it rested on: rows for which `rests_on` is equal can be compared.

    `definition` stands for the words in which it was defined then; `floor` is under which groups were hidden, 0 where it is of none.
    """

    figure: Figure
    rests_on: Any
    floor: int
    definition: str


def seen(figures: list[Figure], floor: int) -> dict[FigureKey, Seen]:
    """Return each figure with what it rests on, by its key."""
    waves = {str(wave.id): wave for wave in rows_of(Wave)}
    ways = {str(row.id): way for row in rows_of(ValueMetric) if (way := _way(row))}
    found = {}
    for figure in figures:
        rests_on: Any = None
        wave = waves.get(figure.of.key) if figure.of.kind is SubjectKind.WAVE else None
        if figure.measure is Measure.READY and wave is not None:
            rests_on = _criteria(wave)
        elif figure.measure is Measure.WORTH and wave is not None:
            rests_on = _plans(wave, list(waves.values()), ways)
        elif figure.measure in (Measure.TRAINED, Measure.TRAINED_FORECAST) and wave is not None:
            rests_on = _modules(wave)
        elif figure.measure is Measure.USED:
            rests_on = frozenset(row.workflow_id for row in rows_of(WaveWorkflow) if str(row.wave_id) == figure.of.key)
        elif figure.measure in WAYS:
            rests_on = ways.get(figure.of.key)
        is_of_groups = figure.measure in OF_GROUPS and (wave is None or wave.status in IN_USE)
        own_floor = floor if is_of_groups else 0
        found[figure.key] = Seen(figure, rests_on, own_floor, f"{figure.measure.definition}{own_floor or ''}")
    return found


def _criteria(wave: Wave) -> frozenset[tuple[Any, ...]]:
    """Return what is asked for: each criterion with what it needs."""
    said = {terms.criterion_id: terms for terms in rows_of(CriterionTerms) if terms.superseded_at is None}
    own = {row.id: row.kind for row in rows_of(Criterion) if row.wave_id == wave.id}
    asked: dict[Any, tuple[Any, ...]] = {
        kind: (kind.usual_need, 80 if kind is CriterionKind.SUPPORT else None)
        for kind, (_, _, state) in by_hand(wave).items()
        if state is not CriterionState.NOT_NEEDED
    }
    for key, kind in own.items():
        terms = said[key]
        if terms.left_out:
            asked.pop(kind, None)
        elif kind is CriterionKind.OWN:
            asked[key] = (terms.title,)
        elif kind in asked:
            need, rate = asked[kind]
            asked[kind] = (terms.need or need, (terms.people_for_one or rate) if rate else None)
    return frozenset((key, *terms) for key, terms in asked.items())


def _modules(wave: Wave) -> dict[TrainingRole, frozenset[tuple[Any, ...]]]:
    """Return the modules that the people of a wave have to finish, by role, and how many of a choice are enough."""
    roles = {role for own in learners_by_hand(wave).values() for role in own}
    items = [item for item in rows_of(CurriculumItem) if item.kind is not ItemKind.OPTIONAL]
    asked = [item for item in items if item.module.withdrawn_at is None]
    return {
        role: frozenset(
            (item.module_id, item.kind, item.curriculum.choices_needed if item.kind is ItemKind.CHOICE else 0)
            for item in asked
            if item.curriculum.role is role
        )
        for role in roles
    }


def _way(metric: ValueMetric) -> tuple[Any, ...] | None:
    before = [row for row in rows_of(MetricBaseline) if row.metric_id == metric.id and row.superseded_at is None]
    if not before or before[0].value is None or metric.target is None:
        return None
    return (before[0].value, before[0].measured_on, metric.target, metric.target_on, metric.unit)


def _plans(wave: Wave, waves: list[Wave], ways: dict[str, tuple[Any, ...]]) -> frozenset[tuple[Any, ...]]:
    """Return the ways of the metrics of a wave that can be compared with their plan."""
    has_begun = [each for each in waves if each.status in IN_USE]
    first: dict[int, Wave] = {}
    for each in sorted(has_begun, key=lambda each: (each.go_live_on, each.id)):
        for row in rows_of(WaveWorkflow):
            if row.wave_id == each.id:
                first.setdefault(row.workflow_id, each)
    read = {row.metric_id for row in rows_of(MetricReading) if row.superseded_at is None}
    found = set()
    for metric in rows_of(ValueMetric):
        way = ways.get(str(metric.id))
        is_own = first.get(metric.workflow_id) is wave and metric.ended_at is None and metric.id in read
        if is_own and way is not None and way[0] != way[2] and way[3] > way[1]:
            found.add(way)
    return frozenset(found)


def change_by_hand(now: Seen, then: Seen | None, days: Collection[date], floor: int, *, is_kept_back: bool) -> str:
    """Return what a figure says of its change since a report that stands for `days`, read with today's floor."""
    figure = now.figure
    if figure.value is None and (then is None or figure.missing == "went live"):
        return ""
    if then is None:
        return "not counted then"
    before, missing = then.figure, then.figure.missing
    value = before.value
    if then.floor and is_kept_back and before.measure.is_of_concerns:
        value, missing = None, KEPT_BACK
    elif then.floor and then.floor < floor:
        value, missing = None, NOT_SHOWN
    if value is None:
        return "" if figure.value is None else f"{missing} then"
    day = before.as_of
    assert day is not None
    is_other_day = day not in days
    year = "" if figure.as_of and figure.as_of.year == day.year else f" {day.year}"
    when = f"on {day.day} {day:%B}{year}" if is_other_day else "then"
    if figure.value is None:
        return f"{before.words} {when}"
    if why := _why_not(now, then, when):
        return f"not comparable: {why}"
    return _difference(figure, before, when if is_other_day else "")


def _why_not(now: Seen, then: Seen, when: str) -> str:
    figure, before = now.figure, then.figure
    if now.definition != then.definition:
        return "it was counted in another way"
    gone, new = before.basis.split("\n"), figure.basis.split("\n")
    is_same = now.rests_on == then.rests_on
    if isinstance(now.rests_on, dict):
        # Who comes or goes with a role changes no curriculum.
        both = now.rests_on.keys() & then.rests_on.keys()
        is_same = all(now.rests_on[role] == then.rests_on[role] for role in both)
        gone, new = ([line for line in lines if any(f"({r.value})" in line for r in both)] for lines in (gone, new))
    if not is_same:
        for line in list(new):
            if line in gone:
                gone.remove(line)
                new.remove(line)
        first, *more = gone or new or ["something that is not named"]
        named = f"{first} and {len(more)} more" if more else first
        return f"counted with {named} then" if gone else f"{named} was not counted then"
    if figure.need != before.need:
        return f"{before.need} % were asked for"
    if figure.unit != before.unit:
        return f"it was in {before.unit}"
    whole, former = figure.denominator or 0, before.denominator or 0
    if 10 * abs(whole - former) > max(whole, former):
        return f"of {former} {when}, {before.words}"
    return ""


def _difference(figure: Figure, before: Figure, when: str) -> str:
    """By how much it rose, to a tenth of a point or, of what is no share, exactly."""
    rose = _exactly(figure) - _exactly(before)
    is_share = figure.unit == "%" and figure.measure is not Measure.VALUE
    digits = 1 if is_share else 3
    rounded = round(rose, digits)
    if not rounded:
        since = f" since {when.removeprefix('on ')}" if when else ""
        return f"unchanged{since}" + (f", {before.words} then" if figure.words != before.words else "")
    number = f"{abs(float(rounded)):,.{digits}f}"
    number = number.rstrip("0").rstrip(".")
    points = " points" if figure.unit == "%" else ""
    sign = "+" if rounded > 0 else "−"
    return f"{sign}{number}{points} from {before.words}{f' {when}' if when else ''}"


def _exactly(figure: Figure) -> Fraction:
    if figure.numerator is not None and figure.denominator:
        return Fraction(100 * figure.numerator, figure.denominator)
    return Fraction(round((figure.value or 0) * 1_000), 1_000)
