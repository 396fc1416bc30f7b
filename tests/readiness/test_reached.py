"""What criteria count of people is that of a count by hand after any history, counted again or not, in one statement."""

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from factories import TESTER, make_department, make_person, make_statement
from readiness.counted_by_hand import by_hand
from readiness.random_programme import ON, make_random_programme
from sqlalchemy import inspect, select, update

from engagement import clock
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.notices.models import Notice, WorkerEffect
from engagement.people import actions as people
from engagement.people.models import Person, PersonRole
from engagement.people.roles.actions import give_role
from engagement.people.rules import TrainingRole
from engagement.privacy.actions.erasing import erase_person
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.tallies.actions import count_everything, settle_tallies
from engagement.readiness.tallies.queries.sums import sums_of, waves_that_differ
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.training.tallies.queries import LearningSum, learning_sums
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import MembershipOrigin
from engagement.waves.tallies.models import TallyShare
from engagement.waves.tallies.queries import member_sums

pytestmark = pytest.mark.usefixtures("app", "frozen")


#: What is counted of people.
KINDS = [CriterionKind.BRIEFED, CriterionKind.CONFIRMED, CriterionKind.STATEMENTS, CriterionKind.NOTICE]
KINDS += [CriterionKind.TRAINING, CriterionKind.SUPPORT, CriterionKind.OTHERS]


def by_role(learning: Sequence[LearningSum]) -> Counter[tuple[object, ...]]:
    """Add up what is learned by wave and role."""
    found: Counter[tuple[object, ...]] = Counter()
    for row in learning:
        for name in ("asked", "finished", "minutes_left"):
            found[row.wave_id, row.role, name] += getattr(row, name)
    return +found


def compare(waves: list[Wave]) -> None:
    db.session.flush()
    db.session.expire_all()
    ids = [wave.id for wave in waves]
    sums = sums_of(ids)
    assert set(sums.members) == set(member_sums(ids))
    assert set(sums.learning) == set(learning_sums(ids))
    together = sums_of(ids, by_department=False)
    assert (set(together.members), together.reached) == (set(sums.members), sums.reached)
    assert by_role(together.learning) == by_role(sums.learning)
    in_roles = [(row.wave_id, row.role) for row in together.learning if row.role]
    assert len(in_roles) == len(set(in_roles))
    standing = standings_of(waves, ON)
    for wave in waves:
        counted = {each.kind: (each.met, each.total, each.state) for each in standing[wave.id].criteria}
        hand = by_hand(wave)
        assert {kind: counted[kind] for kind in KINDS} == {kind: hand[kind] for kind in KINDS}
    assert waves_that_differ() == []


class World:
    """A random programme, and the changes that may happen to what criteria count of its people."""

    def __init__(self, seed: int) -> None:
        self.waves = make_random_programme(seed)
        self.chance = random.Random(seed)

    def any_of(self, table: Any, *where: Any) -> Any:
        rows = db.session.scalars(select(table).where(*where).order_by(*inspect(table).primary_key)).all()
        return self.chance.choice(rows) if rows else None

    def change(self) -> None:
        changes = (
            self._join,
            self._leave_wave,
            self._move,
            self._give_role,
            self._take_role,
            self._answer,
            self._new_statement,
            self._deliver,
            self._acknowledge,
            self._new_notice,
            self._affect,
            self._choose_workflow,
            self._retire,
            self._brief_another,
            self._leave,
            self._erase,
        )
        self.chance.choice(changes)()
        db.session.flush()

    def _join(self) -> None:
        person, wave = make_person(f"New {self.chance.random()}"), self.any_of(Wave)
        row = Membership(wave=wave, person=person, origin=MembershipOrigin.HAND, joined_at=clock.now())
        db.session.add(row)

    def _leave_wave(self) -> None:
        if row := self.any_of(Membership, Membership.ended_at.is_(None)):
            row.ended_at, row.ended_by = clock.now(), "The tests"

    def _move(self) -> None:
        self.any_of(Person).department = self.chance.choice((make_department("Finance"), None))

    def _give_role(self) -> None:
        person, role = self.any_of(Person), self.chance.choice(list(TrainingRole))
        give_role(select(Person).where(Person.id == person.id), role, by=TESTER)

    def _take_role(self) -> None:
        if row := self.any_of(PersonRole):
            db.session.delete(row)

    def _answer(self) -> None:
        statement, person = self.any_of(ScopeStatement), self.any_of(Person)
        about = (ScopeAnswer.statement_id == statement.id, ScopeAnswer.person_id == person.id) if statement else ()
        if statement and not self.any_of(ScopeAnswer, *about):
            is_right = self.chance.random() < 0.8
            db.session.add(ScopeAnswer(statement=statement, person=person, is_right=is_right, at=clock.now()))

    def _new_statement(self) -> None:
        make_statement(self.any_of(Workflow), self.chance.choice(list(StatementFor)))

    def _deliver(self) -> None:
        row = self.any_of(Delivery)
        row.state = self.chance.choice((DeliveryState.SENT, DeliveryState.BOUNCED, DeliveryState.QUEUED))

    def _acknowledge(self) -> None:
        mailing, person = self.any_of(Mailing), self.any_of(Person)
        about = (Acknowledgement.mailing_id == mailing.id, Acknowledgement.person_id == person.id)
        if not self.any_of(Acknowledgement, *about):
            row = Acknowledgement(mailing_id=mailing.id, person_id=person.id, acknowledged_at=clock.now())
            db.session.add(row)

    def _new_notice(self) -> None:
        workflow, now = self.any_of(Workflow), clock.now()
        newest = db.session.scalars(select(Notice.number).where(Notice.workflow_id == workflow.id)).all()
        mailing = Mailing(kind=MailingKind.COMMUNICATION, subject="S", text="T", html="H", built_at=now)
        row = Notice(workflow=workflow, number=max(newest, default=0) + 1, subject="S", body="B", written_at=now)
        row.published_at, row.mailing = now, mailing
        db.session.add_all([mailing, row])
        for person in db.session.scalars(select(Person).order_by(Person.id)):
            state = self.chance.choice((DeliveryState.SENT, DeliveryState.SENT, DeliveryState.QUEUED))
            said = {"address": "a@example.com", "queued_at": now, "due_at": now}
            db.session.add(Delivery(mailing=mailing, person=person, state=state, **said))

    def _affect(self) -> None:
        workflow = self.any_of(Workflow)
        standing = self.any_of(WorkerEffect, WorkerEffect.workflow_id == workflow.id, WorkerEffect.ended_at.is_(None))
        if standing:
            standing.ended_at = clock.now()
        else:
            db.session.add(WorkerEffect(workflow_id=workflow.id, why="It counts.", said_at=clock.now()))

    def _choose_workflow(self) -> None:
        wave, workflow = self.any_of(Wave), self.any_of(Workflow)
        row = self.any_of(WaveWorkflow, WaveWorkflow.wave_id == wave.id, WaveWorkflow.workflow_id == workflow.id)
        if row:
            db.session.delete(row)
        else:
            db.session.add(WaveWorkflow(wave_id=wave.id, workflow_id=workflow.id))

    def _retire(self) -> None:
        row = self.any_of(Workflow)
        row.retired_at = None if row.retired_at else clock.now()

    def _brief_another(self) -> None:
        if self.chance.random() < 0.5 and (line := self.any_of(Communication)):
            line.wave = self.any_of(Wave)
            line.kind = self.chance.choice((CommunicationKind.DEPARTMENT_BRIEFING, CommunicationKind.PROGRAMME_UPDATE))
        elif message := self.any_of(Occurrence, Occurrence.mailing_id.is_not(None)):
            message.mailing = None

    def _leave(self) -> None:
        people.mark_as_left(self.any_of(Person, Person.erased_at.is_(None)), by=TESTER)

    def _erase(self) -> None:
        person = make_person(f"Gone {self.chance.random()}")
        row = Membership(wave=self.waves[0], person=person, origin=MembershipOrigin.HAND, joined_at=clock.now())
        db.session.add(row)
        db.session.flush()
        erase_person(person, by=TESTER)


@pytest.mark.parametrize("seed", range(2))
def test_what_criteria_count_is_that_of_a_count_by_hand_after_any_history(monkeypatch, seed):
    # So that some are counted and others wait.
    monkeypatch.setattr("engagement.readiness.tallies.actions.STEP", 3)
    world = World(seed)
    compare(world.waves)
    for _ in range(7):
        for _ in range(4):
            world.change()
        compare(world.waves)
        db.session.commit()
        if world.chance.random() < 0.5:
            settle_tallies("UTC")
            compare(world.waves)


def test_numbers_of_criteria_that_went_wrong_are_found_and_put_right():
    world = World(1)
    settle_tallies("UTC")
    assert waves_that_differ() == []
    db.session.execute(update(TallyShare).values(told=TallyShare.told + 1))
    db.session.execute(update(Delivery).values(state=DeliveryState.QUEUED))
    assert waves_that_differ() != []
    count_everything("UTC")
    assert waves_that_differ() == []
    compare(world.waves)


def test_reading_what_criteria_count_takes_one_statement_and_one_for_the_day(statements):
    world = World(2)
    with statements() as sent:
        sums_of([wave.id for wave in world.waves])
    assert len(sent) == 2
