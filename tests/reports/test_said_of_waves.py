"""What the sheet says of each wave in words: who objected to it, and what sponsors promised for it."""

from datetime import date

import pytest
from factories import TESTER, make_people, make_programme, make_wave
from resistance.test_periods import COUNTRY, END, MARCH, many

from engagement.db import db
from engagement.reports.queries.figures import figures_of
from engagement.reports.queries.programme import programme_report
from engagement.reports.rules.comparing import changes
from engagement.reports.rules.figures import KEPT_BACK, NOT_SHOWN, Figure
from engagement.reports.rules.measures import Measure
from engagement.reports.snapshots.actions import freeze_report
from engagement.reports.snapshots.queries import figures_in
from engagement.reports.snapshots.rules import frozen
from engagement.resistance.periods.actions import count_spans_of
from engagement.resistance.periods.queries import newest_of_waves, spans_of
from engagement.resistance.periods.rules import Dimension
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
OBJECTED = (Measure.WAVE_OPEN, Measure.WAVE_ANSWERED)


@pytest.fixture
def waves() -> list[Wave]:
    """Two waves to which people objected in March, and one that was planned since."""
    programme = make_programme()
    people = make_people(3)
    one, two = (make_wave(programme, number=n, name=f"Part {n}", members=people) for n in (1, 2))
    many(9, MARCH, one)
    many(7, MARCH, two)
    many(6, MARCH, one, answered_on=date(2026, 3, 12))
    many(11, MARCH, two, answered_on=date(2026, 3, 12))
    assert count_spans_of(programme.id, END, 5, COUNTRY) == 1
    return [one, two, make_wave(programme, number=3, name="Part 3", members=people)]


def objected(figures: list[Figure]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for figure in figures:
        if figure.measure in OBJECTED:
            found.setdefault(figure.of.name, []).append(figure.words)
    return found


def test_objections_of_each_wave_are_those_of_the_report_on_resistance(waves):
    programme = waves[0].programme
    figures = figures_of(programme_report(programme, TODAY, 5))
    assert objected(figures) == {
        "Wave 1: Part 1": ["not shown", "not shown"],
        "Wave 2: Part 2": ["7", "11"],
        "Wave 3: Part 3": ["not planned", "not planned"],
    }
    (span,) = spans_of(programme.id, 5, TODAY)
    shown = {
        int(group.key): (group.open, group.answered) for group in span.groups[Dimension.WAVE] if group.key != "none"
    }
    newest = newest_of_waves(programme.id, 5)
    assert newest is not None
    assert dict(newest.waves) == shown
    assert (newest.first_on, newest.last_on) == (date(2026, 3, 1), END)
    (figure, *_) = [each for each in figures if each.measure is Measure.WAVE_OPEN]
    assert figure.note == "Of what came in during March 2026, as it stood then"
    assert (figure.as_of, figure.groups_under) == (END, 5)


def test_who_reads_some_of_the_concerns_and_a_higher_floor_are_told_nothing_of_waves(waves):
    programme = waves[0].programme
    assert objected(figures_of(programme_report(programme, TODAY, 5, keeps_concerns_back=True))) == {}
    assert objected(figures_of(programme_report(programme, TODAY, 6))) == {}
    kept = freeze_report(programme, TODAY, 5, by=TESTER)
    db.session.flush()
    assert objected(figures_in(kept, 5, keeps_concerns_back=False))["Wave 2: Part 2"] == ["7", "11"]
    assert objected(figures_in(kept, 5, keeps_concerns_back=True))["Wave 2: Part 2"] == [KEPT_BACK] * 2
    assert objected(figures_in(kept, 6, keeps_concerns_back=False))["Wave 2: Part 2"] == [NOT_SHOWN] * 2


def test_months_of_other_waves_are_no_change_of_objections(waves):
    programme = waves[0].programme
    before = frozen(figures_of(programme_report(programme, TODAY, 5)))
    many(8, date(2026, 4, 6), waves[0])
    many(9, date(2026, 4, 6), waves[1])
    many(9, date(2026, 4, 6), waves[1], answered_on=date(2026, 4, 8))
    assert count_spans_of(programme.id, date(2026, 4, 30), 5, COUNTRY) == 1
    found = changes(frozen(figures_of(programme_report(programme, TODAY, 5))), before)
    told = {(each.now.of.name, each.now.measure): each.words for each in found if each.now.measure in OBJECTED}
    assert (
        told["Wave 2: Part 2", Measure.WAVE_OPEN] == "not comparable: counted with what came in during March 2026 then"
    )
    assert told["Wave 3: Part 3", Measure.WAVE_OPEN] in ("", "not planned then")
