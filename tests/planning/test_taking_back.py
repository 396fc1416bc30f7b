"""Taking a re-planning back restores all that moved, but for what somebody changed since; and what a preview shows is written."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from factories import TESTER, make_account, make_person, make_programme, make_wave
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engagement.communications.actions.placing import move_occurrence
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.approvals import acted_on
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.models import Delivery
from engagement.people.rules import TrainingRole
from engagement.planning.actions.anchoring import anchor_step, drop_anchor, settle_plan
from engagement.planning.actions.undoing import NOT_AGAIN, undo_replan
from engagement.planning.rules import Effect, RowKind
from engagement.stakeholders.leadership.actions import StepDetails, finish_step, plan_step
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.training.models import Assignment
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone, change_milestone, settle_milestones
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset
from engagement.waves.models import GoLiveMove, Wave
from tests.communications.calendar_rows import make_line
from tests.planning.plans import GO_LIVE, LATER, NOW, SEEN, WHY, apply, become, chain, curriculum, of_kind, standing

pytestmark = pytest.mark.usefixtures("app", "frozen")
STATES = [
    OccurrenceStatus.DRAFT,
    OccurrenceStatus.IN_REVIEW,
    OccurrenceStatus.APPROVED,
    OccurrenceStatus.HELD,
    OccurrenceStatus.SENT,
    OccurrenceStatus.SKIPPED,
]


messages = st.lists(
    st.tuples(st.integers(-12, 10), st.sampled_from(STATES), st.booleans()), max_size=6, unique_by=lambda m: m[0]
)
own = st.lists(st.tuples(st.integers(-10, 10), st.sampled_from(list(Counted)), st.booleans()), max_size=3)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))
@given(messages=messages, own=own, days=st.integers(-20, 40).filter(bool), which=st.integers(0, 5))
def test_preview_and_application_agree_and_taking_back_restores(
    messages: list[tuple[int, OccurrenceStatus, bool]], own: list[tuple[int, Counted, bool]], days: int, which: int
) -> None:
    with db.session.begin_nested() as around:
        wave = make_wave(make_programme(), go_live_on=GO_LIVE)
        owner, approver = make_account("o@example.com", "Owner"), make_account("a@example.com", "Approver")
        line = make_line(wave.programme, wave=wave, owner=owner)
        anchor = of_kind(wave)
        for number, (offset, counted, is_chained) in enumerate(own):
            said = MilestoneDetails(MilestoneKind.OWN, f"Day {number}", None, anchor, Offset(offset, counted))
            row = add_milestone(wave, said, country="GB-ENG", by=TESTER)
            anchor = row if is_chained else anchor
        for offset, status, is_anchored in messages:
            (message,) = chain(line, wave, offset)
            if not is_anchored:
                drop_anchor(message, by=TESTER)
            become(message, status, approver)
        rows = milestones_of(wave.id)
        moved = rows[which % len(rows)]
        before = standing(wave)
        plan, done = apply(wave, moved, moved.falls_on + timedelta(days=days))
        after = standing(wave)
        told = {(row.kind, row.key): row for row in plan.rows}
        for key, falls_on, *_ in after["milestones"]:
            assert falls_on == told[RowKind.MILESTONE, key].new_on
        for was, now in zip(before["messages"], after["messages"], strict=True):
            row = told.get((RowKind.MESSAGE, now[0]))
            assert now[1] == (row.new_at if row is not None else was[1])
            if was[3] in (OccurrenceStatus.SENT, OccurrenceStatus.SKIPPED):
                assert now == was
        held = {row.kind: row.falls_on for row in milestones_of(wave.id)}
        assert after["wave"][:2] == (held[MilestoneKind.GO_LIVE], held[MilestoneKind.TRAINING_DUE])
        for message in db.session.scalars(select(Occurrence).where(Occurrence.id.in_(after["approved"]))):
            valid = select(Approval).where(Approval.occurrence_id == message.id, Approval.withdrawn_at.is_(None))
            assert db.session.scalars(valid).one().acted_on == acted_on(message)
        assert done.undone_at is None
        assert undo_replan(wave, SEEN, by=TESTER) == []
        assert standing(wave) == before
        with pytest.raises(RuleBroken, match="no re-planning"):
            undo_replan(wave, SEEN, by=TESTER)
        around.rollback()
    db.session.expunge_all()


def test_a_message_whose_new_time_has_passed_waits_for_somebody(wave: Wave, line: Communication) -> None:
    approver = make_account("sam@example.com", "Sam Pryce")
    draft, ready = chain(line, wave, -14, -13)
    become(ready, OccurrenceStatus.APPROVED, approver)
    before = standing(wave)
    plan, _ = apply(wave, of_kind(wave), date(2026, 4, 28))
    assert {row.effect for row in plan.of(RowKind.MESSAGE)} == {Effect.PASSED}
    assert (draft.status, ready.status) == (OccurrenceStatus.MISSED, OccurrenceStatus.HELD)
    assert "which has passed" in ready.reason
    undo_replan(wave, SEEN, by=TESTER)
    assert standing(wave) == before


def test_an_approval_comes_back_though_the_clock_went_on_while_it_ended(wave: Wave, line: Communication) -> None:
    approver = make_account("sam@example.com", "Sam Pryce")
    become(chain(line, wave, -7)[0], OccurrenceStatus.APPROVED, approver)
    before = standing(wave)
    with time_machine.travel(NOW, tick=True):
        apply(wave, of_kind(wave), LATER)
    addresses = db.session.scalars(select(Delivery.address).order_by(Delivery.address)).all()
    assert (addresses, standing(wave)["approved"]) == (["ines@example.com", "sam@example.com"], [])
    undo_replan(wave, SEEN, by=TESTER)
    assert standing(wave) == before


def test_readers_who_have_the_letter_hear_that_it_was_taken_back(wave: Wave, line: Communication) -> None:
    person = make_person("Ole Learner", "ole@example.com")
    db.session.add(Assignment(wave_id=wave.id, person_id=person.id, role=TrainingRole.USER, assigned_at=NOW))
    curriculum()
    apply(wave, of_kind(wave), LATER)
    for row in db.session.scalars(select(Delivery)):
        row.state = "sent"
    db.session.flush()
    undo_replan(wave, SEEN, by=TESTER)
    again = db.session.scalars(select(Delivery).where(Delivery.state == "queued")).one()
    assert (again.address, again.mailing.subject) == ("ole@example.com", "Your training is due by Tuesday 5 May 2026")
    assert "The move was taken back." in again.mailing.text


def test_taking_back_keeps_what_somebody_changed_since_and_stops_once_something_went_out(
    wave: Wave, line: Communication
) -> None:
    first, second = chain(line, wave, -7, -1)
    apply(wave, of_kind(wave), LATER)
    move_occurrence(first, NOW + timedelta(days=3), by=TESTER)
    assert undo_replan(wave, SEEN, by=TESTER) == [first.title]
    assert (first.sends_at, second.sends_at) == (NOW + timedelta(days=3), datetime(2026, 5, 11, 13, tzinfo=UTC))
    moves = db.session.scalars(select(GoLiveMove).order_by(GoLiveMove.id)).all()
    assert [(m.to_on, m.reason) for m in moves] == [(LATER, WHY), (GO_LIVE, "The move was taken back.")]
    apply(wave, of_kind(wave), LATER)
    second.status = OccurrenceStatus.SENT
    db.session.flush()
    with pytest.raises(RuleBroken, match="went out since"):
        undo_replan(wave, SEEN, by=TESTER)


def test_what_was_done_and_planned_since_stands_when_a_move_is_taken_back(wave: Wave, line: Communication) -> None:
    approver = make_account("sam@example.com", "Sam Pryce")
    again, rewritten = chain(line, wave, -7, -5)
    for message in (again, rewritten):
        become(message, OccurrenceStatus.APPROVED, approver)
    wave.sponsor = make_person("Sol Sponsor", "sol@example.com")
    said = StepDetails(StepKind.MESSAGE, "Why now", "", date(2026, 5, 11))
    step = plan_step(wave, wave.sponsor, said, on=SEEN.today, by=TESTER)
    anchor_step(present_line(step), of_kind(wave), by=TESTER)
    apply(wave, of_kind(wave), LATER)
    assert present_line(step).due_on == date(2026, 5, 22)
    finish_step(present_line(step), by=TESTER)
    become(again, OccurrenceStatus.APPROVED, approver)
    rewritten.text_version += 1
    (since,) = chain(line, wave, -1)
    assert undo_replan(wave, SEEN, by=TESTER) == [again.title]
    assert (again.sends_on, rewritten.sends_on, since.sends_on) == (
        date(2026, 5, 14),
        date(2026, 5, 5),
        date(2026, 5, 11),
    )
    assert (rewritten.status, rewritten.reason) == (OccurrenceStatus.HELD, NOT_AGAIN)
    assert (present_line(step).due_on, present_line(step).state) == (date(2026, 5, 22), StepState.DONE)
    assert settle_plan([wave], SEEN) == 0


def present_line(step: LeadershipStep) -> StepLine:
    return db.session.scalars(
        select(StepLine).where(StepLine.step_id == step.id, StepLine.superseded_at.is_(None))
    ).one()


def test_a_milestone_that_got_another_counting_with_its_move_has_its_own_day_again(wave: Wave) -> None:
    live, day = of_kind(wave), date(2026, 4, 20)
    kick_off = add_milestone(wave, MilestoneDetails(MilestoneKind.KICK_OFF, falls_on=day), country="GB-ENG", by=TESTER)
    apply(wave, kick_off, date(2026, 5, 5))
    counted = MilestoneDetails(MilestoneKind.KICK_OFF, anchor=live, offset=Offset(-4))
    change_milestone(kick_off, counted, country="GB-ENG", by=TESTER)
    assert (kick_off.falls_on, kick_off.counted_words) == (date(2026, 5, 5), "4 working days before go-live")
    undo_replan(wave, SEEN, by=TESTER)
    settle_milestones([wave], "GB-ENG")
    assert (kick_off.falls_on, kick_off.counted_words) == (day, "its own day")


def test_a_milestone_that_moves_by_itself_has_its_own_day_and_gets_its_anchor_back(wave: Wave) -> None:
    due = of_kind(wave, MilestoneKind.TRAINING_DUE)
    plan, _ = apply(wave, due, date(2026, 5, 6))
    assert plan.of(RowKind.MILESTONE)[0].why == "You move it. So far it was 7 days before go-live."
    assert (wave.training_due_on, due.anchor_id) == (date(2026, 5, 6), None)
    undo_replan(wave, SEEN, by=TESTER)
    assert (wave.training_due_on, due.counted_words) == (date(2026, 5, 5), "7 days before go-live")
