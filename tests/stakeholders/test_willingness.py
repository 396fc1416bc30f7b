"""The willing first: the order, what is unknown, and waves that are planned the other way round."""

from datetime import date, timedelta

from factories import TESTER, make_department, make_programme, make_wave
from flask import Flask
from sqlalchemy import true

from engagement import clock
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Level, Standing
from engagement.stakeholders.willingness.queries import willing_first
from engagement.stakeholders.willingness.rules import Planned, Reversed, Willing, ranked, reversals

MAY, JUNE = Planned("Wave 1: A", date(2026, 5, 1)), Planned("Wave 2: B", date(2026, 6, 1))


def test_the_most_willing_come_first_and_the_unknown_last():
    rows = [
        Willing(1, "Claims", Level.RESISTANT),
        Willing(2, "Audit", None),
        Willing(3, "Letters", Level.LEADING),
        Willing(4, "Actuaries", Level.NEUTRAL),
        Willing(5, "Desk", Level.NEUTRAL),
    ]
    assert [one.department_id for one in ranked(rows)] == [3, 4, 5, 1, 2]


def test_who_goes_live_before_somebody_more_willing_is_named_with_the_most_willing():
    early, late = Willing(1, "Claims", Level.RESISTANT, None, MAY), Willing(2, "Letters", Level.LEADING, None, JUNE)
    middle = Willing(3, "Desk", Level.NEUTRAL, None, JUNE)
    assert reversals([late, middle, early, Willing(4, "X", None, None, MAY), Willing(5, "Y", Level.LEADING)]) == [
        Reversed(early, late)
    ]


def test_only_what_was_said_of_departments_counts(app: Flask):
    programme, today = make_programme(), clock.now().date()
    claims, letters, audit = (make_department(path) for path in ("Operations/Claims", "Operations/Letters", "Audit"))
    make_wave(programme, number=1, departments=(claims,), go_live_on=today + timedelta(days=9))
    make_wave(programme, number=2, departments=(letters.parent,), go_live_on=today + timedelta(days=30))
    for department, level in ((claims, Level.RESISTANT), (letters, Level.SUPPORTIVE)):
        row = add_stakeholder(department, StakeholderGroup.END_USERS, places=[programme], by=TESTER)
        say_standing(row, Standing(level_now=level), "As they said.", by=TESTER, on=today)
    add_stakeholder("Works council", StakeholderGroup.OTHERS, places=[programme], by=TESTER)
    db.session.flush()
    found = willing_first(programme.id, true())
    assert [(one.name, one.level, one.planned.title[:6] if one.planned else "") for one in found] == [
        ("Operations/Letters", Level.SUPPORTIVE, "Wave 2"),
        ("Operations/Claims", Level.RESISTANT, "Wave 1"),
        ("Audit", None, ""),
        ("Operations", None, "Wave 2"),
    ]
    [one] = reversals(found)
    assert (one.early.department_id, one.late.department_id) == (claims.id, letters.id)
    assert audit.id in {row.department_id for row in found}
    # `row` is the one of Letters, the last in the loop.
    remove_stakeholder(row, by=TESTER)
    db.session.flush()
    assert {one.department_id: one.level for one in willing_first(programme.id, true())} == {
        claims.id: Level.RESISTANT,
        letters.parent_id: None,
        audit.id: None,
    }
