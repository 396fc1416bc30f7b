"""Milestones: counting days, following each other, contradictions, and the days that the wave holds too."""

from dataclasses import dataclass
from datetime import date

import pytest
from factories import TESTER, make_programme, make_wave
from sqlalchemy import delete, select

from engagement.audit import AuditEntry
from engagement.days.cadence import HolidayPolicy
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.waves.actions import go_live, move_go_live, plan_wave
from engagement.waves.milestones.actions import (
    MilestoneDetails,
    add_milestone,
    change_milestone,
    remove_milestone,
    settle_milestones,
)
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset, contradictions, days_of, followers
from engagement.waves.models import Wave, WaveDetails
from engagement.waves.rules import WaveStatus

COUNTRY = "GB-ENG"
GO_LIVE = date(2026, 5, 12)
K, OPENS, D, G, Q, OWN = MilestoneKind


@pytest.mark.parametrize(
    ("offset", "day", "words"),
    [
        (Offset(-14), date(2026, 4, 21), "14 working days before go-live"),
        (Offset(-1), date(2026, 5, 11), "1 working day before go-live"),
        (Offset(5), date(2026, 5, 19), "5 working days after go-live"),
        (Offset(-7, Counted.CALENDAR), date(2026, 5, 5), "7 days before go-live"),
        (Offset(4, Counted.CALENDAR, HolidayPolicy.AFTER), date(2026, 5, 18), "4 days after go-live"),
        (Offset(4, Counted.CALENDAR, HolidayPolicy.BEFORE), date(2026, 5, 15), "4 days after go-live"),
        (Offset(4, Counted.CALENDAR, HolidayPolicy.KEEP), date(2026, 5, 16), "4 days after go-live"),
        (Offset(0), GO_LIVE, "the same day as go-live"),
    ],
)
def test_an_offset_gives_a_day_and_says_itself(offset: Offset, day: date, words: str) -> None:
    assert (offset.day_from(GO_LIVE, COUNTRY), offset.words("go-live")) == (day, words)


@dataclass
class Row:
    """A milestone without a database."""

    id: int
    kind: MilestoneKind
    falls_on: date
    anchor_id: int | None = None
    offset: Offset | None = None
    title: str = "It"


def test_what_is_counted_follows_through_others_and_a_circle_ends() -> None:
    rows = [
        Row(1, G, GO_LIVE),
        Row(2, D, date(2026, 5, 5), 1, Offset(-7, Counted.CALENDAR)),
        Row(3, OPENS, date(2026, 4, 28), 2, Offset(-5)),
        Row(4, OWN, date(2026, 4, 1)),
        Row(5, OWN, date(2026, 4, 2), 6, Offset(1)),
        Row(6, OWN, date(2026, 4, 3), 5, Offset(1)),
    ]
    days = days_of(rows, COUNTRY, {1: date(2026, 5, 26)})
    assert [days[n] for n in (1, 2, 3, 4)] == [
        date(2026, 5, 26),
        date(2026, 5, 19),
        date(2026, 5, 12),
        date(2026, 4, 1),
    ]
    assert set(days) == {1, 2, 3, 4, 5, 6}
    assert (followers(rows, 1), followers(rows, 3)) == ({2, 3}, set())


@pytest.mark.parametrize(
    ("days", "on", "sentences"),
    [
        ({K: 1, OPENS: 6, D: 7, G: 12, Q: 13}, 1, []),
        ({OPENS: 6, D: 5, G: 12}, 1, ["Training is due before it opens: Tuesday 5 May, and Wednesday 6 May."]),
        (
            {OPENS: 13, D: 14, G: 12},
            1,
            [
                "Go-live is before training opens: Tuesday 12 May, and Wednesday 13 May.",
                "Go-live is before training is due: Tuesday 12 May, and Thursday 14 May.",
            ],
        ),
        ({G: 12}, 13, ["Tuesday 12 May has passed, and the wave has not gone live."]),
        ({G: 9}, 1, ["It: Saturday 9 May is a Saturday, when few people work."]),
    ],
)
def test_days_that_contradict_are_said(days: dict[MilestoneKind, int], on: int, sentences: list[str]) -> None:
    rows = [Row(n, kind, date(2026, 5, number)) for n, (kind, number) in enumerate(days.items())]
    found = contradictions(rows, date(2026, 5, on), COUNTRY, is_ahead=True)
    assert [each.sentence for each in found] == sentences


def agrees(wave: Wave) -> bool:
    """Return whether the wave holds the days of its milestones, as the database has both."""
    db.session.flush()
    db.session.expire_all()
    held = {row.kind: row.falls_on for row in milestones_of(wave.id)}
    return (held.get(G), held.get(D), held.get(Q)) == (wave.go_live_on, wave.training_due_on, wave.stabilises_until_on)


def plan(programme: str = "Claims and finance") -> Wave:
    return plan_wave(make_programme(programme), WaveDetails("Claims", "", date(2026, 6, 9)), GO_LIVE, by=TESTER)


def of_kind(wave: Wave, kind: MilestoneKind) -> Milestone:
    return next(row for row in milestones_of(wave.id) if row.kind is kind)


@pytest.mark.usefixtures("app", "frozen")
def test_a_wave_and_its_milestones_hold_the_same_days_whatever_is_done() -> None:
    wave = plan()
    assert agrees(wave)
    due, quiet = of_kind(wave, D), of_kind(wave, Q)
    opens = add_milestone(wave, MilestoneDetails(OPENS, anchor=due, offset=Offset(-10)), country=COUNTRY, by=TESTER)
    town_hall = add_milestone(wave, MilestoneDetails(OWN, " Town hall ", date(2026, 4, 20)), country=COUNTRY, by=TESTER)
    assert (opens.falls_on, opens.counted_words) == (
        date(2026, 4, 20),
        "10 working days before the day on which training is due",
    )
    assert (town_hall.title, town_hall.counted_words) == ("Town hall", "its own day")
    move_go_live(wave, date(2026, 5, 26), reason="Late data.", by=TESTER)
    assert agrees(wave)
    assert [(row.title, row.falls_on) for row in milestones_of(wave.id)] == [
        ("Town hall", date(2026, 4, 20)),
        ("Training opens", date(2026, 5, 5)),
        ("Training is due", date(2026, 5, 19)),
        ("Go-live", date(2026, 5, 26)),
        ("The quiet period ends", date(2026, 6, 23)),
    ]
    change_milestone(due, MilestoneDetails(D, falls_on=date(2026, 5, 20)), country=COUNTRY, by=TESTER)
    assert agrees(wave)
    assert (wave.training_due_on, opens.falls_on) == (date(2026, 5, 20), date(2026, 5, 6))
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.verb, entry.wave_id, entry.changes) == (
        "changed milestone",
        wave.id,
        {"day": ["2026-05-19", "2026-05-20"], "counted": ["7 days before go-live", "its own day"]},
    )
    remove_milestone(quiet, by=TESTER)
    remove_milestone(opens, by=TESTER)
    assert agrees(wave)
    assert wave.stabilises_until_on is None
    wave.status = WaveStatus.READY
    go_live(wave, date(2026, 4, 13), today=date(2026, 4, 14), reason="Early.", by=TESTER)
    assert agrees(wave)
    settle_milestones([wave], "DE")
    assert agrees(wave)


@pytest.mark.usefixtures("app", "frozen")
def test_a_removed_milestone_leaves_its_followers_where_they_are() -> None:
    wave = plan()
    kick_off = add_milestone(wave, MilestoneDetails(K, falls_on=date(2026, 4, 20)), country=COUNTRY, by=TESTER)
    later = add_milestone(
        wave, MilestoneDetails(OWN, "Open house", None, kick_off, Offset(2)), country=COUNTRY, by=TESTER
    )
    remove_milestone(kick_off, by=TESTER)
    settle_milestones([wave], COUNTRY)
    assert (later.falls_on, later.counted_words) == (date(2026, 4, 22), "its own day")


@pytest.mark.usefixtures("app", "frozen")
def test_a_milestone_that_makes_no_sense_is_refused_by_field() -> None:
    wave = plan()
    live, due, quiet = (of_kind(wave, kind) for kind in (G, D, Q))
    elsewhere = plan("Elsewhere")
    foreign = of_kind(elsewhere, G)
    with pytest.raises(BadInput) as found:
        add_milestone(wave, MilestoneDetails(K, anchor=live), country=COUNTRY, by=TESTER)
    assert found.value.problems == {"offset": "Say how many days; 0 is the same day."}
    refused = {
        "name": MilestoneDetails(OWN, "  ", GO_LIVE),
        "kind": MilestoneDetails(D, falls_on=GO_LIVE),
        "falls_on": MilestoneDetails(K),
        "anchor": MilestoneDetails(K, anchor=foreign, offset=Offset(1)),
        "offset": MilestoneDetails(K, anchor=live, offset=Offset(366)),
    }
    for field, said in refused.items():
        with pytest.raises(BadInput) as found:
            add_milestone(wave, said, country=COUNTRY, by=TESTER)
        assert set(found.value.problems) == {field}
    for row, field, said in (
        (live, "anchor", MilestoneDetails(G, anchor=quiet, offset=Offset(1))),
        (quiet, "falls_on", MilestoneDetails(Q, falls_on=date(2026, 5, 11))),
        (due, "anchor", MilestoneDetails(D, anchor=due, offset=Offset(1))),
    ):
        with pytest.raises(BadInput) as found:
            change_milestone(row, said, country=COUNTRY, by=TESTER)
        assert set(found.value.problems) == {field}
        db.session.expire(row)
    with pytest.raises(RuleBroken, match="every wave has it"):
        remove_milestone(due, by=TESTER)
    over = make_wave(make_programme("Over"), status=WaveStatus.CLOSED)
    with pytest.raises(RuleBroken, match="its days stay as they are"):
        add_milestone(over, MilestoneDetails(K, falls_on=GO_LIVE), country=COUNTRY, by=TESTER)


@pytest.mark.usefixtures("app", "frozen")
def test_a_wave_without_rows_gets_them_from_its_days_once() -> None:
    wave = make_wave(go_live_on=GO_LIVE)
    db.session.execute(delete(Milestone))
    for _ in range(2):
        settle_milestones([wave], COUNTRY)
    assert [(row.kind, row.falls_on) for row in milestones_of(wave.id)] == [(D, date(2026, 5, 5)), (G, GO_LIVE)]
    assert len(db.session.scalars(select(Milestone)).all()) == 2
