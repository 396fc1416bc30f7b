"""Where stakeholders stand: what is judged and refused, whose levels are kept, and when they go."""

from datetime import timedelta

import pytest
from factories import TESTER, make_change_manager
from sqlalchemy import true
from sqlalchemy.exc import IntegrityError
from stakeholders.map_rows import add, history, say, stored

from engagement import clock
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.present import standing_of
from engagement.stakeholders.standings.rules import (
    WHY,
    Level,
    Quadrant,
    Standing,
    gap_of,
    quadrant_of,
    standing_words,
    tenths_of,
    written,
)

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup


@pytest.mark.parametrize(
    ("typed", "tenths"),
    [("", None), ("  ", None), ("0", 0), ("7", 70), ("7.5", 75), ("7,5", 75), (" 7.50 ", 75), ("10", 100), ("10,0", 100), ("05", 50)],
)  # fmt: skip
def test_a_judgement_is_understood_as_people_write_it(typed, tenths):
    assert tenths_of(typed) == tenths


@pytest.mark.parametrize(
    "typed",
    ["10.1", "11", "-1", "7.55", "7.5.1", "high", "7e0", "٧", "７", "1,000", "NaN", "inf", ".", "7.", "½", "+7", "99999999999"],
)  # fmt: skip
def test_what_is_no_judgement_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match=r"Write a number from 0 to 10, with one decimal at most, such as 7 or 7\.5\."):
        tenths_of(typed)


@pytest.mark.parametrize("tenths", range(101))
def test_every_judgement_comes_back_as_it_was_written(tenths):
    assert tenths_of(written(tenths)) == tenths


@pytest.mark.parametrize(
    ("influence", "interest", "quadrant"),
    [
        (50, 50, Quadrant.WORK_CLOSELY),
        (49, 50, Quadrant.KEEP_INFORMED),
        (50, 49, Quadrant.KEEP_SATISFIED),
        (49, 49, Quadrant.KEEP_AN_EYE),
        (0, 100, Quadrant.KEEP_INFORMED),
        (100, 0, Quadrant.KEEP_SATISFIED),
    ],
)
def test_the_middle_counts_as_high(influence, interest, quadrant):
    assert quadrant_of(influence, interest) is quadrant


@pytest.mark.parametrize(
    ("now", "wanted", "gap"),
    [
        (Level.UNAWARE, Level.LEADING, 4),
        (Level.RESISTANT, Level.SUPPORTIVE, 2),
        (Level.NEUTRAL, Level.NEUTRAL, 0),
        (Level.LEADING, Level.SUPPORTIVE, 0),
        (None, Level.LEADING, None),
        (Level.LEADING, None, None),
    ],
)
def test_a_gap_is_what_is_missing_to_the_level_that_is_wanted(now, wanted, gap):
    assert gap_of(now, wanted) == gap


def test_a_change_is_said_in_words():
    before, now = Standing(59, 84, level_now=Level.NEUTRAL), Standing(69, 86, 50, Level.RESISTANT)
    assert standing_words(before, now) == (
        "Power 5.9 → 6.9, interest 8.4 → 8.6, impact on them 5.0, engagement neutral → resistant."
    )
    assert standing_words(now, Standing(69, 86)) == "Impact on them 5.0 → not said, engagement resistant → not said."
    assert standing_words(now, now) == ""


def test_what_was_said_before_stays_with_author_day_and_reason(wave, frozen):
    ines = make_change_manager().actor
    row = add("Brokers", wave)
    frozen.shift(timedelta(days=3))
    say(row, influence=59, interest=84, by=ines)
    frozen.shift(timedelta(days=3))
    say(row, "They own the June renewals.", influence=69, interest=86, level_now=Level.RESISTANT, by=ines)
    assert history(row)[:2] == [
        "Power 5.9 → 6.9, interest 8.4 → 8.6, engagement resistant. “They own the June renewals.”",
        "Power 5.9, interest 8.4.",
    ]
    assert [line.by for line in history_of(row.id, true())][:2] == ["Ines Okafor", "Ines Okafor"]
    assert stored(row) == [
        (59, 84, None, None, None, ""),
        (69, 86, None, Level.RESISTANT, None, "They own the June renewals."),
    ]
    now = standing_of(row.id)
    assert (now.influence, now.said_at.day) == (69, 20)


def test_a_reason_is_asked_for_only_where_something_that_was_said_changes(wave):
    row = add("Brokers", wave)
    assert say(row, influence=59) is not None
    assert say(row, influence=59, interest=84) is not None
    assert say(row, influence=59, interest=84) is None
    for said in ({"influence": 60, "interest": 84}, {"influence": None, "interest": 84}, {}):
        with pytest.raises(BadInput) as refused:
            say(row, "  ", **said)
        assert refused.value.problems == {"reason": WHY}
    assert len(stored(row)) == 2


@pytest.mark.parametrize(
    ("said", "reason", "field"),
    [
        ({"influence": 101}, "", "influence"),
        ({"interest": -1}, "", "interest"),
        ({"impact": 1_000}, "", "impact"),
        ({"influence": 50}, "x" * 1_001, "reason"),
    ],
)
def test_what_is_out_of_range_is_refused_and_nothing_is_kept(wave, said, reason, field):
    row = add("Brokers", wave)
    with pytest.raises(BadInput) as refused:
        say(row, reason, **said)
    assert list(refused.value.problems) == [field]
    assert stored(row) == []


def test_the_database_keeps_the_scale_and_one_present_row(wave):
    row = add("Brokers", wave)
    say(row, influence=50)
    for wrong in ({"influence": 101, "superseded_at": clock.now()}, {"influence": 50}):
        db.session.commit()
        db.session.add(StakeholderStanding(stakeholder_id=row.id, said_at=clock.now(), **wrong))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_nothing_is_said_of_whoever_was_taken_off_the_map(wave):
    row = add("Brokers", wave)
    mapping.remove_stakeholder(row, by=TESTER)
    with pytest.raises(RuleBroken, match=r"Brokers was taken off the map\. Put them back first\."):
        say(row, influence=50)
