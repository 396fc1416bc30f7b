"""A random programme with everything that criteria count, as rows."""

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from factories import TESTER, make_department, make_person, make_programme, make_statement, make_wave, make_workflow
from sqlalchemy import select

from engagement import clock
from engagement.communications.rules import CommunicationKind
from engagement.consultations.models import Body, Consultation, Position
from engagement.consultations.rules import BodyKind, PositionKind
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.notices.models import Notice, WorkerEffect
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Ownership, Programme, Workflow
from engagement.programmes.oversight.actions import OverseerDetails, name_overseer
from engagement.programmes.rules import OwnershipPart
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, LeftOut, Severity, Source
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.stakeholders.models import Champion
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.value.models import MetricBaseline, ValueMetric
from engagement.value.rules import Better, ReadingRhythm
from engagement.waves.impacts.models import ImpactAspect, ImpactAssessment
from engagement.waves.impacts.rules import Aspect, ImpactSide
from engagement.waves.models import Membership, Wave, WaveDepartment, WaveWorkflow
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import make_audience, make_draft, make_line, make_writer

ON = date(2026, 4, 14)
AT = {"queued_at": clock.now(), "due_at": clock.now()}


def some(random: Random, rows: Iterable[Any], share: float = 0.5) -> list[Any]:
    return [row for row in rows if random.random() < share]


def make_random_programme(seed: int) -> list[Wave]:
    """Make a programme with four waves: one that is live, two ahead, one of them early, and one without anything."""
    random = Random(seed)
    programme = make_programme()
    places = [make_department(f"Operations/Place{n}") for n in range(3)]
    people = [
        make_person(
            f"Pat Number{n}", f"p{n}@example.com", random.choice(places), tuple(some(random, TrainingRole, 0.4))
        )
        for n in range(14)
    ]
    workflows = [make_workflow(programme, f"Flow {n}") for n in range(3)]
    days = (timedelta(-30), timedelta(5), timedelta(40))
    waves = [
        make_wave(
            programme,
            number=n + 1,
            departments=tuple(some(random, places)),
            workflows=tuple(some(random, workflows, 0.7)),
            members=some(random, people, 0.6),
            go_live_on=ON + days[n],
            status=(WaveStatus.LIVE, WaveStatus.PLANNED, WaveStatus.PLANNED)[n],
        )
        for n in range(3)
    ]
    for make in (_training, _statements, _workflows, _mail, _others, _impacts):
        make(random, programme, waves, workflows, people)
    db.session.flush()
    return [*waves, make_wave(programme, number=9, name="Empty", go_live_on=ON + timedelta(90))]


def _training(random: Random, _: Programme, waves: list[Wave], __: Any, people: list[Person]) -> None:
    modules = []
    for role in TrainingRole:
        row = Curriculum(role=role, choices_needed=0)
        db.session.add(row)
        for n in range(random.choice((0, 1, 2))):
            module = Module(slug=f"{role.value}-{n}", title="Some", body="x", minutes=9, changed_at=clock.now())
            modules.append(module)
            db.session.add_all(
                [module, CurriculumItem(curriculum=row, module=module, position=n, kind=ItemKind.REQUIRED)]
            )
    db.session.flush()
    roles = {(row.person_id, row.role) for row in db.session.scalars(select(PersonRole))}
    for number, member in enumerate(db.session.scalars(select(Membership).order_by(Membership.id)).all()):
        member.volunteered = number % 3 == 0
        for role in (role for person_id, role in sorted(roles) if person_id == member.person_id):
            db.session.add(
                Assignment(wave_id=member.wave_id, person_id=member.person_id, role=role, assigned_at=clock.now())
            )
    for person in people:
        for module in some(random, modules, 0.7):
            db.session.add(
                Completion(
                    person=person,
                    module=module,
                    module_version=1,
                    source=CompletionSource.QUIZ,
                    completed_at=clock.now(),
                    recorded_by="Quiz",
                )
            )
    for wave in waves:
        for person in some(random, people, 0.2):
            place = random.choice(db.session.scalars(select(Person)).all()).department_id
            until = random.choice((None, ON, ON + timedelta(9)))
            db.session.add(
                Champion(
                    wave=wave,
                    person=person,
                    department_id=place,
                    from_on=ON - timedelta(20),
                    until_on=until,
                    appointed_at=clock.now(),
                )
            )
    db.session.flush()


def _statements(random: Random, _: Programme, __: Any, workflows: list[Workflow], people: list[Person]) -> None:
    for workflow in workflows:
        for role in some(random, [each for each in StatementFor if each is not StatementFor.EVERYBODY], 0.4):
            make_statement(workflow, role)
        if random.random() < 0.4:
            make_statement(workflow)
    for statement in db.session.scalars(select(ScopeStatement)).all():
        for person in some(random, people, 0.7):
            is_right = random.random() < 0.8
            db.session.add(ScopeAnswer(statement=statement, person=person, is_right=is_right, at=clock.now()))
    db.session.flush()


def _workflows(random: Random, _: Programme, __: Any, workflows: list[Workflow], people: list[Person]) -> None:
    for workflow in workflows:
        for part in some(random, OwnershipPart, 0.85):
            db.session.add(Ownership(workflow=workflow, part=part, person=random.choice(people), since_on=ON))
        for person in some(random, people[:3], 0.4):
            ends = random.choice((None, ON - timedelta(1), ON))
            said = OverseerDetails(
                random.choice(("Letter 7", "")), None, "Always", None, "Course" if ends else "", ends
            )
            name_overseer(workflow, person, said, on=ON, by=TESTER)
        for _number in range(random.choice((0, 1, 2))):
            metric = ValueMetric(
                workflow=workflow,
                name="Time",
                unit="h",
                better=Better.LOWER,
                every=ReadingRhythm.MONTH,
                made_at=clock.now(),
            )
            db.session.add(metric)
            db.session.flush()
            if random.random() < 0.7:
                db.session.add(MetricBaseline(metric_id=metric.id, reason="Late", said_at=clock.now()))
        if random.random() < 0.6:
            db.session.add(WorkerEffect(workflow_id=workflow.id, why="It counts.", said_at=clock.now()))
    db.session.flush()


def make_mailing(random: Random, people: list[Person]) -> Mailing:
    row = Mailing(
        kind=MailingKind.NOTICE,
        subject="S",
        text="T",
        html="H",
        built_at=clock.now(),
        asks_confirmation=random.random() < 0.6,
    )
    db.session.add(row)
    db.session.flush()
    for person in some(random, people, 0.8):
        state = random.choice((DeliveryState.SENT, DeliveryState.SENT, DeliveryState.BOUNCED))
        db.session.add(Delivery(mailing=row, person=person, address="a@example.com", state=state, **AT))
        if random.random() < 0.6:
            db.session.add(Acknowledgement(mailing_id=row.id, person_id=person.id, acknowledged_at=clock.now()))
    return row


def _mail(
    random: Random, programme: Programme, waves: list[Wave], workflows: list[Workflow], people: list[Person]
) -> None:
    owner, audience = make_writer(), make_audience()
    for wave in waves:
        for kind in some(random, CommunicationKind, 0.6):
            line = make_line(programme, wave=wave, owner=owner, audience=audience, kind=kind, name=f"{kind} {wave.id}")
            message = make_draft(line)
            if random.random() < 0.8:
                message.mailing = make_mailing(random, people)
    for workflow in some(random, workflows, 0.8):
        db.session.add(
            Notice(
                workflow=workflow,
                number=1,
                subject="S",
                body="B",
                written_at=clock.now(),
                published_at=clock.now(),
                mailing=make_mailing(random, people),
            )
        )
    db.session.flush()


def _others(random: Random, programme: Programme, waves: list[Wave], __: Any, people: list[Person]) -> None:
    for wave in waves:
        for _number in range(random.choice((0, 1, 3))):
            status = random.choice(list(ConcernStatus))
            db.session.add(
                Concern(
                    is_anonymous=False,
                    wave=wave,
                    source=Source.OTHER,
                    text="No.",
                    severity=random.choice(list(Severity)),
                    status=status,
                    left_out=random.choice((None, None, LeftOut.OUTSIDE)),
                    received_on=ON,
                    received_at=clock.now(),
                    waiting_since_on=ON if status.is_open else None,
                    answered_on=None if status.is_open else ON,
                    person=people[0],
                )
            )
    for place in [*waves, None, *waves]:
        step = LeadershipStep(programme=programme, wave=place)
        db.session.add(step)
        db.session.flush()
        db.session.add(
            StepLine(
                step_id=step.id,
                person=people[0],
                kind=StepKind.VISIT,
                what="Go there",
                due_on=ON + timedelta(random.choice((-3, 0, 3))),
                state=random.choice(list(StepState)),
                said_at=clock.now(),
            )
        )
    for n, wave in enumerate(waves):
        if random.random() < 0.7:
            body = Body(programme=programme, name=f"Body {n}", kind=BodyKind.OTHER, made_at=clock.now())
            row = Consultation(
                wave=wave, body=body, basis="Law", is_required=random.random() < 0.7, opened_at=clock.now()
            )
            db.session.add_all([body, row])
            db.session.flush()
            if random.random() < 0.7:
                chosen = select(WaveWorkflow.workflow_id).where(WaveWorkflow.wave_id == wave.id)
                covers = {str(key): 1 for key in db.session.scalars(chosen)}
                db.session.add(
                    Position(
                        consultation_id=row.id,
                        kind=random.choice(list(PositionKind)),
                        words="W",
                        given_on=ON,
                        covers=covers,
                        said_at=clock.now(),
                    )
                )


def _impacts(random: Random, _: Programme, waves: list[Wave], __: Any, ___: Any) -> None:
    for wave in waves:
        chosen = select(WaveDepartment.department_id).where(WaveDepartment.wave_id == wave.id)
        for department_id in db.session.scalars(chosen.order_by(WaveDepartment.department_id)).all():
            for side in some(random, (ImpactSide.SPONSORS, ImpactSide.LEADERS, ImpactSide.PEOPLE), 0.8):
                said = ImpactAssessment(
                    wave=wave, department_id=department_id, side=side, said_at=clock.now(), said_by="S"
                )
                said.voices = 8 if side is ImpactSide.PEOPLE else None
                said.sponsor_id = db.session.scalar(select(Person.id).limit(1)) if side is ImpactSide.SPONSORS else None
                judged = some(random, [Aspect.PAY, Aspect.TASKS, Aspect.TOOLS])
                said.aspects = [ImpactAspect(aspect=each, score=random.randrange(4)) for each in judged]
                db.session.add(said)
