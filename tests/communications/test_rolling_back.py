"""A wave that is rolled back: its kept messages go out, what is not approved stays, and nobody's training is late."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_department, make_person, make_wave
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.communications.actions import approving
from engagement.communications.actions.placing import move_occurrence
from engagement.communications.actions.rolling_back import prepare_message, roll_back
from engagement.communications.actions.sending import queue_occurrence
from engagement.communications.actions.writing import write_occurrence
from engagement.communications.models import Occurrence
from engagement.communications.queries.approvals import is_overtaken
from engagement.communications.queries.calendar import coming_messages, kept_messages, next_messages
from engagement.communications.queries.due import due_occurrences, passed_without_approval
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.queries.learning import learning_of
from engagement.training.queries.progress import overdue_learners
from engagement.training.rules import ItemKind, LearningState
from engagement.waves import actions as waves
from engagement.waves.fallbacks.actions import write_fallback
from engagement.waves.fallbacks.models import WaveFallback
from engagement.waves.fallbacks.queries import fallback_of
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


@pytest.fixture
def live(app: Flask) -> Wave:
    """A wave that is live since yesterday, with two people; one course was due a week ago."""
    department = make_department()
    for name in ("Ann Lee", "Bo Ito"):
        make_person(name, department=department)
    make_curriculum(TrainingRole.USER, (make_module("reading"), ItemKind.REQUIRED))
    wave = make_wave(departments=(department,), status=WaveStatus.LIVE, go_live_on=TODAY - timedelta(days=1))
    waves.place_people(wave)
    settle_assignments(clock.now())
    db.session.commit()
    return wave


def prepare(wave: Wave, *, is_approved: bool) -> Occurrence:
    owner = make_account(f"owner{is_approved}@example.com", f"Owner {is_approved}", Role.CHANGE_MANAGER)
    row = prepare_message(wave, owner=owner, timezone="Europe/London", holiday_country="GB-ENG", by=owner.actor)
    write_occurrence(row, "We go back", "Use the old screen from now on.", by=owner.actor)
    if is_approved:
        approving.ask_approval(row, by=owner.actor)
        approving.approve(row, by=make_account("second@example.com", "Second", Role.CHANGE_MANAGER).actor)
    db.session.commit()
    return row


def test_what_was_approved_goes_out_and_the_rest_stays(live: Wave):
    ready, draft = prepare(live, is_approved=True), prepare(live, is_approved=False)
    later = clock.now() + timedelta(days=400)
    assert [row.id for row in kept_messages(live.id)] == [ready.id, draft.id]
    assert next_messages(live.id) == coming_messages(clock.now()) == []
    assert (due_occurrences(later), count_of(passed_without_approval(later))) == ([], 0)
    assert (ready.when, ready.title) == ("when the wave is rolled back", "If wave 3 is rolled back")
    with pytest.raises(RuleBroken, match="has no time to move"):
        move_occurrence(ready, later, by=TESTER)
    live.go_live_on -= timedelta(days=1)
    db.session.commit()
    assert not is_overtaken(ready.id)
    assert roll_back(live, reason="Letters went to the wrong people.", by=TESTER) == [ready]
    assert due_occurrences(clock.now()) == [ready.id]
    assert queue_occurrence(ready.id, now=clock.now(), lateness_limit_hours=24) is QueueOutcome.QUEUED
    assert len(db.session.scalars(select(Delivery).where(Delivery.mailing_id == ready.mailing_id)).all()) == 2
    assert (draft.is_kept, draft.status) == (True, OccurrenceStatus.DRAFT)
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "released kept message")).one()
    assert told.changes["reason"] == [None, "Letters went to the wrong people."]


def test_nobody_is_late_until_the_wave_is_planned_anew(live: Wave):
    def late() -> int:
        db.session.flush()
        return count_of(overdue_learners(TODAY, live.id))

    person = db.session.scalars(overdue_learners(TODAY, live.id)).first()
    states = lambda on: [item.state for item in learning_of(person.id, on)]  # noqa: E731
    assert (late(), states(TODAY)) == (2, [LearningState.OVERDUE])
    roll_back(live, reason="It failed.", by=TESTER)
    assert (late(), states(TODAY)) == (0, [LearningState.OPEN])
    assert settle_assignments(clock.now()).withdrawn == 0
    with pytest.raises(BadInput, match="lies ahead"):
        waves.plan_again(live, TODAY, today=TODAY, reason="Fixed.", by=TESTER)
    waves.plan_again(live, TODAY + timedelta(days=30), today=TODAY, reason="Fixed.", by=TESTER)
    assert (live.status, late(), states(TODAY)) == (WaveStatus.PLANNED, 0, [LearningState.OPEN])
    assert states(TODAY + timedelta(days=30)) == [LearningState.OVERDUE]


def test_only_a_live_wave_is_rolled_back_and_only_with_a_reason(live: Wave):
    with pytest.raises(BadInput, match="Say why"):
        roll_back(live, reason=" ", by=TESTER)
    db.session.rollback()
    roll_back(live, reason="It failed.", by=TESTER)
    with pytest.raises(RuleBroken, match="is rolled back and can’t become rolled back"):
        roll_back(live, reason="Again.", by=TESTER)
    with pytest.raises(RuleBroken, match="can’t be taken back any more"):
        waves.take_back_step(live, reason="Oh no.", by=TESTER)


def test_the_plan_keeps_its_earlier_words(live: Wave):
    with pytest.raises(BadInput) as refused:
        write_fallback(live, "", "Ann", by=TESTER)
    assert set(refused.value.problems) == {"steps"}
    for steps in ("Switch it off.", "Switch it off.", "Switch it off, then tell the desk."):
        write_fallback(live, steps, "Ann, else Bo", by=TESTER)
    plan = fallback_of(live.id)
    assert plan is not None
    assert (plan.steps, plan.said_by) == ("Switch it off, then tell the desk.", "The tests")
    assert len(db.session.scalars(select(WaveFallback)).all()) == 2
