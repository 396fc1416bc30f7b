"""Re-planning: what the preview shows is what is written, taking back restores it, and what was sent never moves."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from engagement import clock
from engagement.accounts.models import Account
from engagement.audit import AuditEntry
from engagement.communications.actions.placing import move_occurrence
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.approvals import acted_on
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.people.rules import TrainingRole
from engagement.planning.actions.anchoring import Chain, drop_anchor, plan_chain, settle_plan
from engagement.planning.actions.replanning import Move, replan
from engagement.planning.actions.undoing import undo_replan
from engagement.planning.blackouts.actions import make_blackout
from engagement.planning.models import Anchor, Replan
from engagement.planning.queries.moves import Seen, what_moves
from engagement.planning.rules import Effect, Replanning, RowKind, offsets_of
from engagement.training.models import Assignment
from engagement.training.rules import ItemKind
from engagement.waves.actions import move_go_live
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone, settle_milestones
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import Counted, MilestoneKind, Offset
from engagement.waves.models import GoLiveMove, Membership, Wave
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import make_audience, make_line, make_writer
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("app", "frozen")
NOW = datetime(2026, 4, 14, 8, tzinfo=UTC)
SEEN = Seen(NOW, date(2026, 4, 14), "GB-ENG")
GO_LIVE, LATER = date(2026, 5, 12), date(2026, 5, 26)
WHY = "The test data are late."
STATES = [
    OccurrenceStatus.DRAFT,
    OccurrenceStatus.IN_REVIEW,
    OccurrenceStatus.APPROVED,
    OccurrenceStatus.HELD,
    OccurrenceStatus.SENT,
    OccurrenceStatus.SKIPPED,
]


@pytest.fixture
def wave() -> Wave:
    made = make_wave(go_live_on=GO_LIVE, members=[make_person("Ana Lima", "ana@example.com")])
    made.stabilises_until_on = date(2026, 6, 9)
    settle_milestones([made])
    return made


@pytest.fixture
def line(wave: Wave) -> Communication:
    return make_line(wave.programme, wave=wave, owner=make_writer(), audience=make_audience())


def of_kind(wave: Wave, kind: MilestoneKind = MilestoneKind.GO_LIVE) -> Milestone:
    return next(row for row in milestones_of(wave.id) if row.kind is kind)


def chain(line: Communication, wave: Wave, *offsets: int) -> list[Occurrence]:
    return plan_chain(line, Chain(of_kind(wave), offsets, time(14)), by=TESTER)


def become(message: Occurrence, status: OccurrenceStatus, approver: Account) -> Occurrence:
    message.status = status
    if status is OccurrenceStatus.APPROVED:
        row = Approval(occurrence_id=message.id, text_version=1, approved_by=approver, approved_at=NOW)
        row.acted_on = acted_on(message)
        db.session.add(row)
    db.session.flush()
    return message


def apply(wave: Wave, milestone: Milestone, day: date, seal: str | None = None) -> tuple[Replanning, Replan]:
    plan = what_moves(wave, milestone, day, SEEN)
    done = replan(wave, Move(plan, WHY, seal or plan.seal), SEEN, by=TESTER)
    db.session.expire_all()
    return plan, done


def standing(wave: Wave) -> dict[str, Any]:
    """Return everything that re-planning may touch, as the database has it."""
    db.session.flush()
    db.session.expire_all()
    messages = db.session.scalars(select(Occurrence).order_by(Occurrence.id)).all()
    valid = select(Approval.occurrence_id).where(Approval.withdrawn_at.is_(None)).order_by(Approval.id)
    return {
        "milestones": [
            (m.id, m.falls_on, m.anchor_id, m.offset) for m in sorted(milestones_of(wave.id), key=lambda m: m.id)
        ],
        "wave": (wave.go_live_on, wave.training_due_on, wave.stabilises_until_on),
        "messages": [(m.id, m.sends_at, m.write_by, m.status, m.reason) for m in messages],
        "approved": db.session.scalars(valid).all(),
    }


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
        assert undo_replan(wave, SEEN, by=TESTER).kept == ()
        assert standing(wave) == before
        with pytest.raises(RuleBroken, match="no re-planning"):
            undo_replan(wave, SEEN, by=TESTER)
        around.rollback()
    db.session.expunge_all()


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
    _curriculum()
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


def test_readers_who_have_the_letter_hear_that_it_was_taken_back(wave: Wave, line: Communication) -> None:
    person = make_person("Ole Learner", "ole@example.com")
    db.session.add(Assignment(wave_id=wave.id, person_id=person.id, role=TrainingRole.USER, assigned_at=NOW))
    _curriculum()
    apply(wave, of_kind(wave), LATER)
    for row in db.session.scalars(select(Delivery)):
        row.state = "sent"
    db.session.flush()
    undo_replan(wave, SEEN, by=TESTER)
    again = db.session.scalars(select(Delivery).where(Delivery.state == "queued")).one()
    assert (again.address, again.mailing.subject) == ("ole@example.com", "Your training is due by Tuesday 5 May 2026")
    assert "The move was taken back." in again.mailing.text


def _curriculum() -> None:
    make_curriculum(TrainingRole.USER, (make_module("a"), ItemKind.REQUIRED))


def test_taking_back_keeps_what_somebody_changed_since_and_stops_once_something_went_out(
    wave: Wave, line: Communication
) -> None:
    first, second = chain(line, wave, -7, -1)
    apply(wave, of_kind(wave), LATER)
    move_occurrence(first, NOW + timedelta(days=3), by=TESTER)
    taken = undo_replan(wave, SEEN, by=TESTER)
    assert taken.kept == (first.title,)
    assert (first.sends_at, second.sends_at) == (NOW + timedelta(days=3), datetime(2026, 5, 11, 13, tzinfo=UTC))
    moves = db.session.scalars(select(GoLiveMove).order_by(GoLiveMove.id)).all()
    assert [(m.to_on, m.reason) for m in moves] == [(LATER, WHY), (GO_LIVE, "The move was taken back.")]
    apply(wave, of_kind(wave), LATER)
    second.status = OccurrenceStatus.SENT
    db.session.flush()
    with pytest.raises(RuleBroken, match="went out since"):
        undo_replan(wave, SEEN, by=TESTER)


def test_a_milestone_that_moves_by_itself_has_its_own_day_and_gets_its_anchor_back(wave: Wave) -> None:
    due = of_kind(wave, MilestoneKind.TRAINING_DUE)
    plan, _ = apply(wave, due, date(2026, 5, 6))
    assert (
        plan.of(RowKind.MILESTONE)[0].why == "You move it. So far it was 7 days before go-live; now it has its own day."
    )
    assert (wave.training_due_on, due.anchor_id) == (date(2026, 5, 6), None)
    undo_replan(wave, SEEN, by=TESTER)
    assert (wave.training_due_on, due.counted_words) == (date(2026, 5, 5), "7 days before go-live")


def test_a_chain_is_dated_from_its_milestone_and_settles_with_it(wave: Wave, line: Communication) -> None:
    rows = chain(line, wave, -7, 5)
    assert [row.sends_on for row in rows] == [date(2026, 4, 30), date(2026, 5, 19)]
    for offsets, words in (
        ((-14 * 9,), "has passed"),
        ((), "Write 1 to 12"),
        ((366,), "at most 365"),
        (tuple(range(13)), "1 to 12"),
    ):
        with pytest.raises(BadInput, match=words):
            chain(line, wave, *offsets)
    elsewhere = make_wave(make_programme("Elsewhere"))
    with pytest.raises(RuleBroken, match="its own wave"):
        plan_chain(line, Chain(of_kind(elsewhere), (1,), time(9)), by=TESTER)
    db.session.execute(delete(Anchor).where(Anchor.occurrence_id == rows[1].id))
    wave.status = WaveStatus.READY
    move_go_live(wave, LATER, reason=WHY, by=TESTER)
    assert settle_plan([wave], SEEN) == 1
    assert settle_plan([wave], SEEN) == 0
    assert [row.sends_on for row in rows] == [date(2026, 5, 14), date(2026, 5, 19)]
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.verb, entry.subject_kind) == ("moved message", "occurrence")


@pytest.mark.parametrize(
    ("text", "offsets"),
    [("T-14, T−7,T-1; +5", [-14, -7, -1, 5]), ("0", [0]), ("T", [0]), ("", []), (" 3 , 3 ", [3])],
)
def test_offsets_are_read_as_planners_write_them(text: str, offsets: list[int]) -> None:
    assert offsets_of(text) == offsets


@pytest.mark.parametrize("text", ["soon", "T-x", "1.5", "--2"])
def test_other_words_are_no_offsets(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        offsets_of(text)


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
