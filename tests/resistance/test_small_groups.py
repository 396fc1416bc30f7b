"""Small groups are hidden by a rule that holds over days, weeks, filters and downloads."""

import random
from datetime import timedelta
from itertools import pairwise, product

from factories import make_account, make_change_manager, make_person, make_programme, make_wave
from hypothesis import given, settings
from hypothesis import strategies as st
from resistance.counted import FLOOR, MONDAY, many, on_a_database, shown_of
from sqlalchemy import or_, select

from engagement.audit import Actor
from engagement.db import db
from engagement.resistance import actions
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.figures.queries import summary_for_report
from engagement.resistance.figures.rules import hide_small
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import ConcernStatus, Sender, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment


@on_a_database
def test_a_report_hides_small_sources_and_a_second_one():
    wave = make_wave()
    many(7, Source.JOB_SECURITY, wave)
    many(6, Source.LOSS_OF_CONTROL, wave)
    many(5, Source.QUALITY_SCEPTICISM, wave)
    many(2, Source.CHANGE_FATIGUE, wave)
    count_objections(MONDAY, FLOOR, "GB-ENG")
    assert shown_of(wave) == {
        Source.JOB_SECURITY: 7,
        Source.LOSS_OF_CONTROL: 6,
        Source.CHANGE_FATIGUE: None,
        Source.QUALITY_SCEPTICISM: None,
        Source.OTHER: None,
        "total": 20,
    }
    found = summary_for_report(wave.programme_id, FLOOR)
    assert (found.as_of, found.answered, found.median_days) == (MONDAY, None, None)


@on_a_database
def test_many_concerns_of_one_person_are_no_group():
    wave, person = make_wave(), make_person()
    by = Actor(make_account("one@example.com").id, person.name, person.id)
    for n in range(12):
        say_something(
            f"Mine {n}",
            Sender.NAMED,
            About(Source.JOB_SECURITY, wave=wave),
            secret="s",
            moment=Moment(MONDAY, "GB-ENG"),
            by=by,
        )
    many(6, Source.OTHER, wave)
    many(6, Source.QUALITY_SCEPTICISM, wave)
    count_objections(MONDAY, FLOOR, "GB-ENG")
    shown = shown_of(wave)
    assert shown[Source.JOB_SECURITY] is None
    assert shown["total"] == 24


@on_a_database
def test_figures_that_were_counted_below_a_floor_that_was_raised_are_not_shown():
    wave = make_wave()
    for source in Source:
        many(6, source, wave)
    count_objections(MONDAY, 5, "GB-ENG")
    assert summary_for_report(wave.programme_id, 5).open == 30
    assert summary_for_report(wave.programme_id, 10).as_of is None


@on_a_database
def test_a_cell_stands_until_things_of_enough_people_have_changed_in_it():
    """28, then 29 and a group of five: without this rule, whoever knows of the one that came in knows that it was four."""
    wave = make_wave()
    for source in Source:
        many(8, source, wave)
    count_objections(MONDAY, FLOOR, "GB-ENG")
    first = shown_of(wave)
    for number, day in enumerate((MONDAY + timedelta(days=n) for n in (1, 2, 3, 4, 7)), 1):
        many(1, Source.LOSS_OF_CONTROL, wave, on=day)
        many(1 if number == 1 else 0, Source.JOB_SECURITY, wave, on=day)
        count_objections(day, FLOOR, "GB-ENG")
        if number < FLOOR:
            assert shown_of(wave) == first
    # The one about jobs is in no figure yet, and not in the total either.
    assert shown_of(wave) == first | {Source.LOSS_OF_CONTROL: 13, "total": 45}


@on_a_database
def test_one_person_alone_moves_no_figure_is_not_late_and_makes_no_median():
    wave, person = make_wave(), make_person()
    many(9, Source.OTHER, wave)
    count_objections(MONDAY, FLOOR, "GB-ENG")
    before = shown_of(wave)
    by, early = Actor(make_account("one@example.com").id, person.name, person.id), MONDAY + timedelta(days=1)
    for n in range(9):
        say_something(
            f"Mine {n}", Sender.NAMED, About(Source.OTHER, wave=wave), secret="s", moment=Moment(early, "GB-ENG"), by=by
        )
    for concern in db.session.scalars(select(Concern).where(Concern.is_anonymous)).all():
        concern.status = ConcernStatus.ACKNOWLEDGED
        concern.received_on = concern.waiting_since_on = MONDAY + timedelta(days=30)
    db.session.flush()
    count_objections(MONDAY + timedelta(days=14), FLOOR, "GB-ENG")
    assert shown_of(wave) == before
    assert not summary_for_report(wave.programme_id, FLOOR).is_late


@on_a_database
def test_a_floor_that_is_raised_uncovers_nothing_in_the_week():
    wave = make_wave()
    many(15, Source.JOB_SECURITY, wave)
    many(15, Source.LOSS_OF_CONTROL, wave)
    many(4, Source.OTHER, wave)
    count_objections(MONDAY, 5, "GB-ENG")
    many(6, Source.OTHER, wave, on=MONDAY + timedelta(days=1))
    count_objections(MONDAY + timedelta(days=2), 6, "GB-ENG")
    assert summary_for_report(wave.programme_id, 6).as_of == MONDAY + timedelta(days=2)
    assert {line.source: line.open for line in summary_for_report(wave.programme_id, 6).sources}[Source.OTHER] is None


@on_a_database
def test_a_group_that_was_hidden_stays_hidden_until_the_week_is_over():
    wave = make_wave()
    many(9, Source.JOB_SECURITY, wave)
    many(9, Source.LOSS_OF_CONTROL, wave)
    many(4, Source.OTHER, wave)
    count_objections(MONDAY, FLOOR, "GB-ENG")
    for day in (MONDAY + timedelta(days=2), MONDAY + timedelta(days=7)):
        for source in Source:
            many(6, source, wave, on=day)
        count_objections(day, FLOOR, "GB-ENG")
        is_next_week = day.weekday() == 0
        assert (shown_of(wave)[Source.OTHER] is not None) is is_next_week
        assert (shown_of(wave)[Source.CHANGE_FATIGUE] is not None) is is_next_week


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.integers(0, 40), min_size=5, max_size=5),
    st.sets(st.integers(0, 4), max_size=5),
    st.integers(3, 8),
)
def test_no_download_gives_a_small_group_by_subtraction(sizes, stay_hidden, floor):
    shown = hide_small(dict(enumerate(sizes)), floor, stay_hidden=stay_hidden)
    assert all(size is None or size >= floor for size in shown.groups.values())
    assert shown.total is None or stay_hidden <= shown.hidden
    if shown.total is not None and shown.hidden:
        assert len(shown.hidden) >= 2
        assert shown.total - sum(size or 0 for size in shown.groups.values()) >= floor
        # L21: nobody sees that one answer is all there is, or all but one.
        assert all(size is None or shown.total - size >= floor for size in shown.groups.values())


@on_a_database
def test_no_subtraction_over_days_weeks_and_programmes_finds_a_small_group():
    """Live through six weeks in two programmes, keep every download, and put together whatever any of them says of a day."""
    manager, chance = make_change_manager(), random.Random(8)
    programmes = [make_wave(make_programme(f"Programme {n}")) for n in range(2)]
    moved, known, totals = {}, {}, {}
    since = {wave.id: dict.fromkeys(Source, 0) for wave in programmes}
    for day in (MONDAY + timedelta(days=n) for n in range(42)):
        _live_a_day(day, programmes, chance, manager)
        count_objections(day, FLOOR, "GB-ENG")
        for wave in programmes:
            _add_what_moved(since[wave.id], wave, day)
            found = summary_for_report(wave.programme_id, FLOOR)
            totals[wave.id, found.as_of] = found.open
            moved[wave.id, day] = dict(since[wave.id])
            row = db.session.get_one(ConcernFigures, (wave.programme_id, day))
            for source in Source:
                if row.shown["open"]["cells"][source.value]["on"] == day.isoformat():
                    since[wave.id][source] = 0
            for line in found.sources:
                known.setdefault((wave.id, found.as_of), {})[line.source] = line.open
                for weeks, number in enumerate(reversed(line.trend[:-1]), 1):
                    sunday = day - timedelta(days=day.weekday() + 1, weeks=weeks - 1)
                    if number is not None:
                        known.setdefault(("trend", wave.id, sunday), {})[line.source] = number
    published_days = [key for key in known if key[0] != "trend"]
    assert len(published_days) == 84
    for wave_id, day in published_days:
        shown = known[wave_id, day]
        for wave in programmes:
            for sunday, later in _told_later(known, wave.id, (wave_id, day)):
                assert all(shown[source] == number for source, number in later.items()), sunday
        unknown = [source for source in Source if shown[source] is None]
        if totals[wave_id, day] is not None and unknown:
            assert len(unknown) >= 2
            assert totals[wave_id, day] - sum(number or 0 for number in shown.values()) >= FLOOR
        assert all(number is None or number >= FLOOR for number in shown.values())
    for wave in programmes:
        days = sorted(day for kind, day in published_days if kind == wave.id)
        for earlier, later in pairwise(days):
            for source in Source:
                two = known[wave.id, earlier][source], known[wave.id, later][source]
                # What moves, moves by things of five: some came in and some were answered, so less may be seen of them.
                if None not in two and two[0] != two[1]:
                    assert moved[wave.id, later][source] >= FLOOR


def _live_a_day(day, waves, chance, manager):
    if day.weekday() < 5:
        for wave, source in product(waves, Source):
            many(chance.choice((0, 0, 0, 1, 1, 2)), source, wave, on=day)
        for concern in db.session.scalars(select(Concern).where(Concern.answered_on.is_(None))).all():
            if chance.random() < 0.08:
                actions.answer(concern, "An answer", by=manager.actor, on=day)
    db.session.flush()


def _add_what_moved(counted, wave, day):
    """Add how many concerns of each source came in, were answered, or both, on a day."""
    on_this_day = or_(Concern.received_on == day, Concern.answered_on == day)
    for source in db.session.scalars(select(Concern.source).where(Concern.wave_id == wave.id, on_this_day)):
        counted[source] += 1


def _told_later(known, wave_id, publication):
    """Return what later trends say of the publication that stood at the end of a week."""
    for key, later in known.items():
        if key[0] == "trend" and key[1] == wave_id == publication[0]:
            stood = max(day for kind, day in (k for k in known if k[0] == wave_id) if day <= key[2])
            if stood == publication[1]:
                yield key[2], later
