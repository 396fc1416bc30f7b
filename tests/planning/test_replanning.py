"""Re-planning: a preview says what moves, stays and is in the way; it is applied as it was shown, and people are told."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave
from sqlalchemy import select

from engagement import clock
from engagement.communications.actions.rolling_back import prepare_message
from engagement.communications.models import Communication
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.people.rules import TrainingRole
from engagement.planning.actions.anchoring import Chain, drop_anchor, plan_chain
from engagement.planning.actions.replanning import Move, replan
from engagement.planning.actions.undoing import undo_replan
from engagement.planning.blackouts.actions import make_blackout
from engagement.planning.queries.moves import what_moves
from engagement.planning.rules import Effect, RowKind
from engagement.training.models import Assignment
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus
from tests.planning.plans import GO_LIVE, LATER, NOW, SEEN, WHY, apply, become, chain, curriculum, of_kind, standing

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_a_plan_says_what_moves_stays_and_why(wave: Wave, line: Communication) -> None:
    approver = make_account("sam@example.com", "Sam Pryce")
    first, second, third, fourth = chain(line, wave, -14, -7, -1, 5)
    become(first, OccurrenceStatus.SENT, approver)
    become(second, OccurrenceStatus.APPROVED, approver)
    drop_anchor(third, by=TESTER)
    become(third, OccurrenceStatus.APPROVED, approver)
    plan = what_moves(wave, of_kind(wave), LATER, SEEN)
    told = {row.key: row for row in plan.of(RowKind.MESSAGE)}
    assert [(told[m.id].effect, told[m.id].why) for m in (first, second, third, fourth)] == [
        (Effect.STAYS, "It was sent."),
        (Effect.LAPSES, "7 working days before go-live. It was approved for another time."),
        (Effect.OVERTAKEN, "It has its own day, but was approved for the former go-live."),
        (Effect.MOVES, "5 working days after go-live."),
    ]
    assert told[fourth.id].new_at == datetime(2026, 6, 2, 13, tzinfo=UTC)
    assert [(row.name, row.new_on, row.moves) for row in plan.of(RowKind.MILESTONE)] == [
        ("Training is due", date(2026, 5, 19), True),
        ("Go-live", LATER, True),
        ("The quiet period ends", date(2026, 6, 23), True),
    ]
    assert (plan.moving, plan.ended_approvals, plan.clashing) == (5, 2, 0)
    assert standing(wave)["wave"] == (GO_LIVE, date(2026, 5, 5), date(2026, 6, 9))


def test_what_speaks_against_new_days_is_said_beside_them(wave: Wave, line: Communication) -> None:
    ana = db.session.scalars(select(Membership.person_id)).one()
    other = make_wave(wave.programme, number=4, name="Finance", go_live_on=date(2026, 5, 25))
    other.stabilises_until_on = date(2026, 6, 30)
    db.session.add(Membership(wave=other, person_id=ana, origin="hand", joined_at=NOW))
    make_blackout(None, date(2026, 5, 18), date(2026, 5, 20), "Year-end closing", by=TESTER)
    make_blackout(make_programme("Other"), date(2026, 5, 1), date(2026, 6, 30), "Not ours", by=TESTER)
    chain(line, wave, -4, -3, -2, -1)
    db.session.flush()
    plan = what_moves(wave, of_kind(wave), date(2026, 5, 23), SEEN)
    by_name = {row.name: row.clashes for row in plan.rows}
    assert by_name["Go-live"] == (
        "That is a Saturday, when few people work.",
        "Wave 4: Finance goes live on Monday 25 May; 1 person is in both.",
    )
    assert by_name["The quiet period ends"] == ()
    assert plan.of(RowKind.MESSAGE)[0].clashes == (
        "Blackout from 18 May to 20 May: Year-end closing",
        "With it, people of the wave get 4 messages in the week of 18 May.",
    )
    later = what_moves(wave, of_kind(wave), LATER, SEEN)
    assert {row.name: row.clashes for row in later.rows}["Go-live"] == (
        "Wave 4: Finance is left to settle until Tuesday 30 June; 1 person is in both.",
        "Wave 4: Finance goes live on Monday 25 May; 1 person is in both.",
    )
    other.status = WaveStatus.ROLLED_BACK
    assert {row.name: row.clashes for row in what_moves(wave, of_kind(wave), LATER, SEEN).rows}["Go-live"] == ()


def test_messages_that_stay_count_for_the_week_and_kept_ones_have_no_day(wave: Wave, line: Communication) -> None:
    said = MilestoneDetails(MilestoneKind.KICK_OFF, falls_on=date(2026, 4, 27))
    kick_off = add_milestone(wave, said, country="GB-ENG", by=TESTER)
    chain(line, wave, -4, -3, -2)
    (moved,) = plan_chain(line, Chain(kick_off, (-1,), time(9)), by=TESTER)
    prepare_message(wave, owner=line.owner, timezone=line.timezone, holiday_country="GB-ENG", by=TESTER)
    rows = what_moves(wave, kick_off, date(2026, 5, 11), SEEN).of(RowKind.MESSAGE)
    assert [(row.key == moved.id, row.why) for row in rows] == [
        (True, "1 working day before the kick-off."),
        (False, "4 working days before go-live."),
        (False, "3 working days before go-live."),
        (False, "2 working days before go-live."),
    ]
    assert rows[0].clashes == ("With it, people of the wave get 4 messages in the week of 4 May.",)


def test_only_what_was_shown_is_applied_and_only_with_a_reason(wave: Wave, line: Communication) -> None:
    (message,) = chain(line, wave, -7)
    live = of_kind(wave)
    plan = what_moves(wave, live, LATER, SEEN)
    with pytest.raises(BadInput, match="Say why it moves"):
        replan(wave, Move(plan, " ", plan.seal), SEEN, by=TESTER)
    message.status = OccurrenceStatus.SENT
    db.session.flush()
    before = standing(wave)
    with pytest.raises(RuleBroken, match="changed after you opened"):
        replan(wave, Move(plan, WHY, plan.seal), SEEN, by=TESTER)
    assert standing(wave) == before


@pytest.mark.parametrize(
    ("status", "day", "error", "words"),
    [
        (WaveStatus.LIVE, LATER, RuleBroken, "its go-live has happened"),
        (WaveStatus.CLOSED, LATER, RuleBroken, "its days stay as they are"),
        (WaveStatus.PLANNED, GO_LIVE, BadInput, "falls on this day already"),
    ],
)
def test_a_move_that_makes_no_sense_is_refused(
    wave: Wave, status: WaveStatus, day: date, error: type[Exception], words: str
) -> None:
    wave.status = status
    with pytest.raises(error, match=words):
        what_moves(wave, of_kind(wave), day, SEEN)


def test_a_quiet_period_never_ends_before_it_begins(wave: Wave) -> None:
    live = of_kind(wave)
    assert what_moves(wave, live, date(2026, 4, 20), SEEN).moving == 3
    row = add_milestone(
        make_wave(make_programme("Another"), go_live_on=GO_LIVE),
        MilestoneDetails(MilestoneKind.STABILISED, falls_on=date(2026, 6, 1)),
        country="GB-ENG",
        by=TESTER,
    )
    with pytest.raises(BadInput, match="begins with go-live"):
        what_moves(row.wave, row, date(2026, 5, 1), SEEN)


def test_each_who_is_affected_gets_one_letter_and_who_did_it_none(wave: Wave, line: Communication) -> None:
    lead, learner = make_person("Lea Lead", "lead@example.com"), make_person("Ole Learner", "ole@example.com")
    wave.lead = lead
    for person in (lead, learner, make_person("Dana Done", "dana@example.com")):
        row = Assignment(wave_id=wave.id, person_id=person.id, role=TrainingRole.USER, assigned_at=NOW)
        row.own_due_on = date(2026, 5, 1) if person.name.startswith("Dana") else None
        db.session.add(row)
    curriculum()
    chain(line, wave, -7, -1)
    db.session.flush()
    apply(wave, of_kind(wave), LATER)
    rows = db.session.scalars(select(Delivery).order_by(Delivery.address)).all()
    assert [row.address for row in rows] == ["ines@example.com", "lead@example.com", "ole@example.com"]
    assert rows[0].mailing.subject == "Wave 3: Property claims was re-planned"
    assert "What changes in claims: Thursday 30 April → Thursday 14 May" in rows[0].mailing.text
    assert rows[2].mailing.subject == "Your training is due by Tuesday 19 May 2026"
    assert WHY in rows[2].mailing.text
    undo_replan(wave, SEEN, by=TESTER)
    db.session.expire_all()
    assert {row.state.value for row in db.session.scalars(select(Delivery))} == {"suppressed"}


@pytest.mark.parametrize(
    ("until", "due"),
    [(date(2026, 4, 20), "2026-04-21T08:00"), (date(2026, 5, 15), None), (date(2026, 4, 13), "2026-04-14")],
)
def test_who_is_left_to_settle_gets_the_letter_afterwards(wave: Wave, until: date, due: str | None) -> None:
    learner = make_person("Ole Learner", "ole@example.com")
    settling = make_wave(
        wave.programme, number=9, members=[learner], go_live_on=date(2026, 4, 6), status=WaveStatus.LIVE
    )
    settling.stabilises_until_on = until
    db.session.add(Assignment(wave_id=wave.id, person_id=learner.id, role=TrainingRole.USER, assigned_at=NOW))
    curriculum()
    db.session.flush()
    apply(wave, of_kind(wave), LATER)
    rows = [row.due_at.isoformat() for row in db.session.scalars(select(Delivery))]
    # Training is due on 19 May now; who is left to settle until the 15th has until the 22nd, so the letter says nothing to them.
    assert [at.startswith(due or "-") for at in rows] == ([True] if due else [])


def test_letters_quote_the_whole_reason_and_fill_no_slot_in_it(wave: Wave, line: Communication) -> None:
    chain(line, wave, -7)
    apply(wave, of_kind(wave), LATER, "See {{ wave_link }} and {{ who }}.\n\nMore data follow.")
    letter = db.session.scalars(select(Delivery)).one().mailing
    assert "> See { wave_link } and { who }.\n>\n> More data follow.\n" in letter.text


def test_a_preview_asks_as_many_statements_for_many_messages_as_for_one(
    wave: Wave, line: Communication, statements: Any
) -> None:
    chain(line, wave, -7)
    with statements() as few:
        what_moves(wave, of_kind(wave), LATER, SEEN)
    chain(line, wave, *(-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5))
    with statements() as many:
        what_moves(wave, of_kind(wave), LATER, SEEN)
    assert len(many) == len(few) <= 10
    assert clock.now() == NOW
