"""Figures of spans of months: months are joined until enough people said something, and nothing gives a small group away."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from factories import make_account, make_department, make_person, make_programme, make_unknown_concern, make_wave
from hypothesis import given, settings
from hypothesis import strategies as st
from resistance.counted import FLOOR, on_a_database
from sqlalchemy import select

from engagement.content.library import playbook
from engagement.db import db
from engagement.errors import BadInput
from engagement.resistance.actions import answer, try_response
from engagement.resistance.models import Concern, ConcernResponse, ConcernStep
from engagement.resistance.periods.actions import count_spans_of, programmes_to_span
from engagement.resistance.periods.models import ConcernPeriod
from engagement.resistance.periods.queries import spans_of
from engagement.resistance.periods.rules import Cell, Dimension, Standing, Told, ends_between, shown_tables, told
from engagement.resistance.rules import ConcernStatus, LeftOut, Severity, Source

COUNTRY = "GB-ENG"
JANUARY, FEBRUARY, MARCH = date(2026, 1, 12), date(2026, 2, 9), date(2026, 3, 9)
END = date(2026, 3, 31)


def concern(on, wave=None, *, department=None, answered_on=None, first=None, source=Source.OTHER, **more):
    """A concern of somebody unknown, written down by the team."""
    row = Concern(
        text="Words", is_anonymous=False, source=source, severity=Severity.MEDIUM, wave=wave, department=department,
        status=ConcernStatus.ANSWERED if answered_on else ConcernStatus.ACKNOWLEDGED, received_on=on,
        waiting_since_on=None if answered_on else on, answered_on=answered_on, first_answered_on=first or answered_on, **more,
    )  # fmt: skip
    db.session.add(row)
    return row


def many(number, on, wave, **more):
    rows = [concern(on, wave, **more) for _ in range(number)]
    db.session.flush()
    return rows


def spans(programme_id):
    return [(span.first_on, span.last_on) for span in reversed(spans_of(programme_id, FLOOR, date.max))]


def groups(programme_id, dimension):
    (span, *_) = spans_of(programme_id, FLOOR, date.max)
    return {group.name: (group.open, group.answered) for group in span.groups[dimension]}


@on_a_database
def test_months_in_which_few_said_something_are_joined_with_the_next():
    wave = make_wave()
    programme = wave.programme_id
    assert count_spans_of(programme, END, FLOOR, COUNTRY) == 0
    many(12, JANUARY, wave)
    assert count_spans_of(programme, date(2026, 1, 31), FLOOR, COUNTRY) == 0
    many(9, FEBRUARY, wave)
    many(20, MARCH, wave)
    assert programmes_to_span(date(2026, 2, 27)) == [programme]
    assert count_spans_of(programme, date(2026, 3, 30), FLOOR, COUNTRY) == 1
    assert programmes_to_span(date(2026, 3, 30)) == []
    assert count_spans_of(programme, END, FLOOR, COUNTRY) == 1
    assert count_spans_of(programme, END, FLOOR, COUNTRY) == 0
    assert spans(programme) == [(date(2026, 1, 1), date(2026, 2, 28)), (date(2026, 3, 1), END)]


@on_a_database
def test_each_concern_is_told_by_its_wave_and_by_the_department_two_levels_down():
    programme = make_programme()
    one, two = (make_wave(programme, number=n, name=f"Part {n}") for n in (1, 2))
    motor, letters = make_department("Operations/Claims/Motor"), make_department("Operations/Letters")
    many(8, MARCH, one, department=motor)
    many(7, MARCH, two, department=letters, answered_on=date(2026, 3, 12))
    many(6, MARCH, one, department=motor, answered_on=date(2026, 4, 1))  # after the end of the month: open there
    many(6, MARCH, one, department=letters, answered_on=date(2026, 3, 12))
    many(5, MARCH, two, answered_on=date(2026, 3, 12))
    many(5, MARCH, two, left_out=LeftOut.DECIDED)
    assert count_spans_of(programme.id, END, FLOOR, COUNTRY) == 1
    # Where all that is open is of one wave, telling so would tell it of everybody.
    assert groups(programme.id, Dimension.WAVE) == {
        "Wave 1: Part 1": (None, None),
        "Wave 2: Part 2": (None, 12),
        "No wave named": (None, None),
    }
    shown = groups(programme.id, Dimension.DEPARTMENT)
    assert shown["Operations/Claims"] == (None, None)
    assert shown["Operations/Letters"] == (None, 13)
    assert set(shown) == {"Operations", "Operations/Claims", "Operations/Letters", "No department named"}


@on_a_database
def test_several_concerns_of_one_person_are_one_person():
    wave, person = make_wave(), make_person()
    for _ in range(30):
        concern(MARCH, wave, person=person)
    db.session.flush()
    assert count_spans_of(wave.programme_id, END, FLOOR, COUNTRY) == 0


@on_a_database
def test_answers_in_time_count_where_the_promised_days_end():
    wave = make_wave()
    # Five working days from Monday 9 March end on Monday 16 March.
    many(9, MARCH, wave, answered_on=date(2026, 3, 16))
    many(6, MARCH, wave, answered_on=date(2026, 3, 17))
    many(8, date(2026, 3, 30), wave)  # their days end in April
    count_spans_of(wave.programme_id, END, FLOOR, COUNTRY)
    (span,) = spans_of(wave.programme_id, FLOOR, END)
    assert span.in_time == Told(15, 9)


@on_a_database
def test_what_was_tried_and_what_became_of_it():
    wave, by = make_wave(), make_account("team@example.com")
    first, second = (each.title for each in playbook("other").responses[:2])
    rows = many(22, MARCH, wave)
    for row in rows[:14]:
        try_response(row, first, by=by.actor, on=MARCH)
    for row in rows[:4]:
        try_response(row, second, by=by.actor, on=MARCH)
    for row in rows[:6]:
        answer(row, "Here it is.", by=by.actor, on=date(2026, 3, 11))
    count_spans_of(wave.programme_id, END, FLOOR, COUNTRY)
    (span,) = spans_of(wave.programme_id, FLOOR, END)
    assert [(each.source, each.title, each.answered) for each in span.tried] == [(Source.OTHER, first, Told(14, 6))]


@on_a_database
def test_trying_says_so_to_the_sender_once_and_only_what_the_playbook_has():
    wave, by = make_wave(), make_account("team@example.com")
    row = make_unknown_concern(on=date(2026, 4, 13), wave=wave)
    title = playbook("other").responses[0].title
    made = try_response(row, title, by=by.actor, on=date(2026, 4, 14))
    assert try_response(row, title, by=by.actor, on=date(2026, 4, 15)) is made
    assert row.status is ConcernStatus.ACKNOWLEDGED
    notes = db.session.scalars(
        select(ConcernStep.note).where(ConcernStep.concern_id == row.id).order_by(ConcernStep.id)
    )
    assert notes.all() == ["", f"We try this: {title}."]
    with pytest.raises(BadInput, match="no such response"):
        try_response(row, "Something else", by=by.actor, on=date(2026, 4, 14))
    assert len(db.session.scalars(select(ConcernResponse)).all()) == 1


@on_a_database
def test_spans_counted_with_a_lower_floor_are_not_shown():
    wave = make_wave()
    many(24, MARCH, wave)
    count_spans_of(wave.programme_id, END, FLOOR, COUNTRY)
    assert spans_of(wave.programme_id, FLOOR + 1, END) == []
    assert spans_of(wave.programme_id, FLOOR, date(2026, 3, 30)) == []


@on_a_database
def test_every_number_is_that_of_a_count_by_hand_or_hidden():
    """Half a year of random concerns: what is shown is right, and what is not shown can't be found by subtraction."""
    chance, programme = random.Random(5), make_programme()
    waves = [*(make_wave(programme, number=n, name=f"Part {n}") for n in range(1, 5)), None]
    places = [*(make_department(f"Operations/Team {n}") for n in range(6)), None]
    rows = []
    for _ in range(420):
        on = date(2025, 10, 1) + timedelta(days=chance.randrange(180))
        answered = on + timedelta(days=chance.randrange(1, 40)) if chance.random() < 0.7 else None
        wave = chance.choice(waves[:2] if chance.random() < 0.6 else waves)
        workflowless = wave is None
        if workflowless:
            continue
        rows.append(concern(on, wave, department=chance.choice(places[: chance.choice((2, 7))]), answered_on=answered))
    db.session.flush()
    assert count_spans_of(programme.id, END, FLOOR, COUNTRY) >= 3
    for span in db.session.scalars(select(ConcernPeriod)):
        for standing in Standing:
            these = [
                row
                for row in rows
                if span.first_on <= row.received_on <= span.last_on
                and (row.answered_on is not None and row.answered_on <= span.last_on) is (standing is Standing.ANSWERED)
            ]
            for dimension, key in ((Dimension.WAVE, "wave_id"), (Dimension.DEPARTMENT, "department_id")):
                by_hand = Counter(str(getattr(row, key) or "none") for row in these)
                shown = span.shown[standing][dimension]
                told_of = {group: number for group, number in shown.items() if number is not None}
                assert told_of == {group: by_hand[group] for group in told_of}
                assert all(number >= FLOOR for number in told_of.values())
                rest = len(these) - sum(told_of.values())
                assert rest == 0 or rest >= FLOOR
                assert rest == 0 or len(shown) - len(told_of) >= 2


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6), st.integers(3, 8))
def test_tables_of_the_same_concerns_are_shown_together_or_not_at_all(sizes, floor):
    tables = {
        Dimension.WAVE: {str(n): Cell(size, min(size, people)) for n, (size, people) in enumerate(sizes)},
        Dimension.DEPARTMENT: {
            "1": Cell(sum(size for size, _ in sizes), sum(min(pair) for pair in sizes)),
            "none": Cell(),
        },
    }
    shown = shown_tables(tables, floor)
    for dimension, cells in tables.items():
        for group, number in shown[dimension].items():
            assert number is None or (number == cells[group].number and cells[group].people >= floor)
    for dimension, cells in tables.items():
        hidden = [cell for group, cell in cells.items() if shown[dimension][group] is None]
        any_shown = any(number is not None for each in shown.values() for number in each.values())
        if hidden and any_shown:
            assert len(hidden) >= 2
            assert sum(cell.number for cell in hidden) >= floor


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(3, 8))
def test_a_share_tells_of_no_group_below_the_floor_and_never_of_all(yes, no, floor):
    found = told(Cell(yes, yes), Cell(no, no), floor)
    if found is None:
        assert max(yes, no) < floor
        return
    assert found.of == yes + no >= floor
    if found.number is None:
        assert min(yes, no) < floor
        assert found.is_most is (yes >= floor)
    else:
        assert (found.number, found.of - found.number) == (yes, no)
        assert min(yes, no) >= floor


def test_the_months_that_are_over():
    assert ends_between(date(2026, 1, 15), date(2026, 3, 30)) == [date(2026, 1, 31), date(2026, 2, 28)]
    assert ends_between(date(2026, 1, 15), date(2026, 1, 30)) == []
