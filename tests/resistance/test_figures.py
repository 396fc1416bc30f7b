"""Figures on objections on both engines: counted once a day, and never again."""

from datetime import date, timedelta

import pytest
from factories import (
    make_change_manager,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
    recount_objections,
)
from resistance.counted import FLOOR, MONDAY, many, on_a_database, shown_of
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.resistance import actions
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.figures.queries import summary_for_report
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import LeftOut, Source


@on_a_database
def test_before_the_first_night_nothing_is_counted_and_that_is_said():
    wave = make_wave()
    many(7, Source.OTHER, wave)
    found = summary_for_report(wave.programme_id, FLOOR)
    assert (found.as_of, found.open, found.is_late, {line.open for line in found.sources}) == (
        None,
        None,
        False,
        {None},
    )


@on_a_database
def test_a_day_is_counted_once_and_never_again():
    wave = make_wave()
    many(7, Source.OTHER, wave)
    assert count_objections(MONDAY, FLOOR, "GB-ENG") == 1
    before = shown_of(wave)
    many(9, Source.OTHER, wave)
    assert count_objections(MONDAY, FLOOR, "GB-ENG") == 0
    assert count_objections(MONDAY - timedelta(days=1), FLOOR, "GB-ENG") == 0
    assert shown_of(wave) == before


@on_a_database
def test_what_happened_after_the_end_of_the_day_is_in_no_figure_of_it():
    manager, wave = make_change_manager(), make_wave()
    many(8, Source.OTHER, wave)
    many(5, Source.OTHER, wave, on=MONDAY + timedelta(days=1))
    for concern in db.session.scalars(select(Concern).where(Concern.received_on == MONDAY).limit(5)).all():
        actions.answer(concern, "An answer", by=manager.actor, on=MONDAY + timedelta(days=1))
    db.session.flush()
    count_objections(MONDAY, FLOOR, "GB-ENG")
    assert (shown_of(wave)["total"], shown_of(wave, "answered")["total"]) == (8, None)


@on_a_database
def test_a_report_counts_only_its_own_programme_and_the_median_of_enough_answers():
    manager = make_change_manager()
    wave, elsewhere = make_wave(), make_wave(make_programme("Another"))
    many(5, Source.OTHER, wave, on=date(2026, 4, 7))
    many(9, Source.OTHER, elsewhere)
    workflow = make_workflow(wave.programme)
    actions.log_concern("Too fast", About(Source.CHANGE_FATIGUE, workflow=workflow), by=manager.actor, on=MONDAY)
    for concern in db.session.scalars(select(Concern).where(Concern.wave_id == wave.id)).all():
        actions.answer(concern, "An answer", by=manager.actor, on=date(2026, 4, 10))
    db.session.flush()
    count_objections(MONDAY, FLOOR, "GB-ENG")
    found = summary_for_report(wave.programme_id, FLOOR)
    assert (found.open, found.answered, found.median_days) == (None, 5, 3.0)


@on_a_database
@pytest.mark.parametrize("left_out", list(LeftOut))
def test_what_is_left_out_is_in_no_figure(left_out):
    wave = make_wave()
    many(9, Source.OTHER, wave)
    for concern in db.session.scalars(select(Concern).limit(3)).all():
        concern.left_out = left_out
    db.session.flush()
    count_objections(MONDAY, FLOOR, "GB-ENG")
    assert shown_of(wave)["total"] == 6


@on_a_database
def test_the_trend_is_made_of_what_was_published_at_the_end_of_each_week():
    wave = make_wave()
    for week in range(9):
        for source in Source:
            many(5, source, wave, on=MONDAY - timedelta(weeks=8 - week, days=-1))
        count_objections(MONDAY - timedelta(weeks=8 - week, days=-2), FLOOR, "GB-ENG")
        count_objections(MONDAY - timedelta(weeks=8 - week, days=-6), FLOOR, "GB-ENG")
    db.session.execute(db.delete(ConcernFigures).where(ConcernFigures.on.between(date(2026, 3, 23), date(2026, 3, 29))))
    trend = {line.source: line.trend for line in summary_for_report(wave.programme_id, FLOOR).sources}
    assert trend[Source.OTHER] == [10, 15, 20, 25, None, 35, 40, 45]


@on_a_database
def test_a_source_that_is_counted_anew_changes_no_earlier_week():
    """28 in all, 21 and 5 shown: the hidden two are not found by what later reports say of that week."""
    manager, wave = make_change_manager(), make_wave()
    many(21, Source.JOB_SECURITY, wave)
    many(5, Source.LOSS_OF_CONTROL, wave)
    many(2, Source.OTHER, wave)
    sunday = MONDAY + timedelta(days=6)
    count_objections(sunday, FLOOR, "GB-ENG")
    first = shown_of(wave)
    for concern in db.session.scalars(select(Concern).where(Concern.source == Source.JOB_SECURITY).limit(9)).all():
        actions.change_source(concern, Source.OTHER, "It reads so", by=manager.actor)
    db.session.flush()
    count_objections(sunday + timedelta(days=7), FLOOR, "GB-ENG")
    trend = {line.source: line.trend[-2] for line in summary_for_report(wave.programme_id, FLOOR).sources}
    assert trend == {source: first[source] for source in Source}
    hidden = [source for source in Source if first[source] is None]
    assert len(hidden) >= 2
    assert first["total"] - sum(first[s] or 0 for s in Source) >= FLOOR


@on_a_database
def test_answers_move_their_cells_alone():
    manager, wave = make_change_manager(), make_wave()
    for source in Source:
        many(12, source, wave)
    count_objections(MONDAY, FLOOR, "GB-ENG")
    tuesday = MONDAY + timedelta(days=1)
    for source, number in ((Source.OTHER, 5), (Source.JOB_SECURITY, 4)):
        for concern in db.session.scalars(select(Concern).where(Concern.source == source).limit(number)).all():
            actions.answer(concern, "An answer", by=manager.actor, on=tuesday)
    db.session.flush()
    count_objections(tuesday, FLOOR, "GB-ENG")
    assert (shown_of(wave)[Source.OTHER], shown_of(wave)[Source.JOB_SECURITY], shown_of(wave)["total"]) == (7, 12, 55)


@on_a_database
def test_a_closed_programme_that_was_never_counted_is_counted_once():
    wave = make_wave()
    many(9, Source.OTHER, wave)
    wave.programme.closed_at = clock.now()
    db.session.flush()
    assert [count_objections(MONDAY + timedelta(days=n), FLOOR, "GB-ENG") for n in range(3)] == [1, 0, 0]


@on_a_database
def test_the_report_recounts_nothing_when_it_is_read():
    wave = make_wave()
    make_unknown_concern("One", on=MONDAY, wave=wave)
    recount_objections(MONDAY)
    rows = db.session.scalars(select(ConcernFigures)).all()
    summary_for_report(wave.programme_id, FLOOR)
    assert db.session.scalars(select(ConcernFigures)).all() == rows
