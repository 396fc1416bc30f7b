"""A random programme with everything that criteria count, as rows; and each criterion counted again in the plainest way."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from factories import TESTER, make_department, make_person, make_programme, make_statement, make_wave, make_workflow
from sqlalchemy import select

from engagement import clock
from engagement.communications.models import Occurrence
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
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.rules import OwnershipPart
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor, applying
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
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
from engagement.waves.models import Membership, Wave, WaveDepartment, WaveWorkflow
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import make_audience, make_draft, make_line, make_writer

ON = date(2026, 4, 14)
_K, _S = CriterionKind, CriterionState
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
    for make in (_training, _statements, _workflows, _mail, _others):
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
    for member in db.session.scalars(select(Membership)).all():
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


def _mailing(random: Random, people: list[Person]) -> Mailing:
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
                message.mailing = _mailing(random, people)
    for workflow in some(random, workflows, 0.8):
        db.session.add(
            Notice(
                workflow=workflow,
                number=1,
                subject="S",
                body="B",
                written_at=clock.now(),
                published_at=clock.now(),
                mailing=_mailing(random, people),
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
                covers = {str(each.workflow_id): 1 for each in _rows(WaveWorkflow) if each.wave_id == wave.id}
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


def _rows(table: Any) -> list[Any]:
    return list(db.session.scalars(select(table)))


def by_hand(wave: Wave) -> dict[CriterionKind, tuple[int | None, int | None, CriterionState]]:
    """Return met, total and state of each counted criterion with its usual need, counted row by row."""
    found = {kind: _figure(kind, *count(wave)) for kind, count in _COUNTS.items()}
    found[_K.CONCERNS] = (None, None, _S.SHORT if _severe(wave) else _S.MET)
    return found


def _figure(
    kind: CriterionKind, met: int | None, total: int | None, is_short: bool = False, empty: CriterionState = _S.UNKNOWN
) -> tuple[int | None, int | None, CriterionState]:
    if not total or met is None:
        return None, None, _S.SHORT if is_short else empty
    return met, total, _S.SHORT if is_short or met / total * 100 < (kind.usual_need or 100) else _S.MET


def _members(wave: Wave) -> set[int]:
    return {row.person_id for row in _rows(Membership) if row.wave_id == wave.id and row.ended_at is None}


def _learners(wave: Wave) -> dict[int, dict[TrainingRole, bool]]:
    """Return who has something to learn, in which role, and whether that is finished."""
    asked = {each.role: set() for each in _rows(Curriculum)}
    for item in _rows(CurriculumItem):
        asked[item.curriculum.role].add(item.module_id)
    done = {(row.person_id, row.module_id) for row in _rows(Completion)}
    found: dict[int, dict[TrainingRole, bool]] = {}
    for row in _rows(Assignment):
        if row.wave_id == wave.id and asked[row.role]:
            finished = all((row.person_id, module) in done for module in asked[row.role])
            found.setdefault(row.person_id, {})[row.role] = finished
    return found


def _training_of(wave: Wave) -> tuple[Any, ...]:
    learners = _learners(wave)
    roles: dict[TrainingRole, list[bool]] = {}
    for each in learners.values():
        for role, finished in each.items():
            roles.setdefault(role, []).append(finished)
    is_short = any(sum(role) / len(role) < 0.95 for role in roles.values())
    return sum(all(each.values()) for each in learners.values()), len(learners), is_short


def _others_of(wave: Wave) -> tuple[Any, ...]:
    finished = {person for person, each in _learners(wave).items() if all(each.values())}
    friends = {row.person_id for row in _rows(Champion) if row.until_on is None or row.until_on > ON}
    for row in _rows(Membership):
        if row.wave_id != wave.id and row.wave.status is WaveStatus.LIVE and row.wave.go_live_on < wave.go_live_on:
            friends.add(row.person_id)
    return len(finished - friends), len(finished)


def _support_of(wave: Wave) -> tuple[Any, ...]:
    needed = (len(_members(wave)) + 79) // 80
    trained = sum(each.get(TrainingRole.SUPPORT, False) for each in _learners(wave).values())
    return min(trained, needed), needed


def _briefings(wave: Wave) -> list[Mailing]:
    return [
        row.mailing
        for row in _rows(Occurrence)
        if row.mailing
        and row.communication.wave_id == wave.id
        and row.communication.kind is CommunicationKind.DEPARTMENT_BRIEFING
    ]


def _sent(mailings: Iterable[Mailing], members: set[int]) -> dict[int, list[Mailing]]:
    ids = {row.id: row for row in mailings}
    found: dict[int, list[Mailing]] = {}
    for row in _rows(Delivery):
        if row.mailing_id in ids and row.person_id in members and row.state is DeliveryState.SENT:
            found.setdefault(row.person_id, []).append(ids[row.mailing_id])
    return found


def _confirmed_of(wave: Wave) -> tuple[Any, ...]:
    acks = {(row.person_id, row.mailing_id) for row in _rows(Acknowledgement)}
    asked = {
        person: [each for each in mailings if each.asks_confirmation]
        for person, mailings in _sent(_briefings(wave), _members(wave)).items()
    }
    asked = {person: mailings for person, mailings in asked.items() if mailings}
    done = [person for person, mailings in asked.items() if all((person, each.id) in acks for each in mailings)]
    return len(done), len(asked)


def _statements_of(wave: Wave) -> tuple[Any, ...]:
    right = {(row.person_id, row.statement_id) for row in _rows(ScopeAnswer) if row.is_right}
    published: dict[int, dict[StatementFor, ScopeStatement]] = {}
    for row in sorted(_rows(ScopeStatement), key=lambda each: each.number):
        published.setdefault(row.workflow_id, {})[row.role] = row
    asked = done = 0
    for person in _members(wave):
        roles = {row.role for row in _rows(PersonRole) if row.person_id == person}
        theirs = [
            some[each].id
            for workflow, some in published.items()
            if workflow in {each.id for each in _flows(wave)}
            for each in applying(some, roles)
        ]
        asked += bool(theirs)
        done += bool(theirs) and all((person, each) in right for each in theirs)
    return done, asked


def _flows(wave: Wave) -> list[Workflow]:
    return [row.workflow for row in _rows(WaveWorkflow) if row.wave_id == wave.id]


def _flows_with(is_right: Callable[[Workflow], bool]) -> Callable[[Wave], tuple[Any, ...]]:
    return lambda wave: (sum(map(is_right, _flows(wave))), len(_flows(wave)))


def _is_owned(workflow: Workflow) -> bool:
    return {row.part for row in _rows(Ownership) if row.workflow_id == workflow.id} == set(OwnershipPart)


def _is_stopped(workflow: Workflow) -> bool:
    rows = [row for row in _rows(Overseer) if row.workflow_id == workflow.id]
    return bool(rows) and all(
        row.authority and (row.certificate_until is None or row.certificate_until >= ON) for row in rows
    )


def _is_measured(workflow: Workflow) -> bool:
    metrics = [row.id for row in _rows(ValueMetric) if row.workflow_id == workflow.id]
    return bool(metrics) and {row.metric_id for row in _rows(MetricBaseline)} >= set(metrics)


def _notice_of(wave: Wave) -> tuple[Any, ...]:
    affecting = {row.workflow_id for row in _rows(WorkerEffect)} & {each.id for each in _flows(wave)}
    notices = {row.workflow_id: row.mailing for row in _rows(Notice)}
    if not affecting <= set(notices):
        return None, None, True
    members = _members(wave)
    sent = [len(_sent([notices[each]], members)) for each in affecting]
    return sum(sent), len(members) * len(affecting), any(each < len(members) for each in sent)


def _severe(wave: Wave) -> bool:
    return any(
        row.wave_id == wave.id and row.severity is Severity.SEVERE and row.status.is_open and row.left_out is None
        for row in _rows(Concern)
    )


def _steps_of(wave: Wave) -> tuple[Any, ...]:
    due = [
        row.state is StepState.DONE
        for row in _rows(StepLine)
        if row.step.wave_id in (wave.id, None)
        and (row.state is StepState.DONE or (row.state is StepState.PLANNED and row.due_on < ON))
    ]
    return sum(due), len(due)


def _champions_of(wave: Wave) -> tuple[Any, ...]:
    places = {row.department_id for row in _rows(WaveDepartment) if row.wave_id == wave.id}
    needed = met = 0
    people = {row.id: row for row in _rows(Person)}
    here = [row for row in _rows(Champion) if row.wave_id == wave.id and (row.until_on is None or row.until_on > ON)]
    for place in [*places, None]:
        inside = [1 for key in _members(wave) if _place(people[key].department_id, places) == place]
        wanted = (len(inside) + 24) // 25
        needed += wanted
        met += min(wanted, sum(_place(row.department_id, places) == place for row in here))
    return met, needed


def _place(department_id: int, places: set[int]) -> int | None:
    return department_id if department_id in places else None


def _bodies_of(wave: Wave) -> tuple[Any, ...]:
    rows = [row for row in _rows(Consultation) if row.wave_id == wave.id]
    required = [row for row in rows if row.is_required]
    given = {row.consultation_id: row.kind for row in _rows(Position)}
    good = [row for row in required if row.id in given and given[row.id] is not PositionKind.OBJECTS]
    empty = _S.NOT_NEEDED if rows and not required else _S.UNKNOWN
    return len(good), len(required), len(good) < len(required), empty


_COUNTS: dict[CriterionKind, Callable[[Wave], tuple[Any, ...]]] = {
    _K.TRAINING: _training_of,
    _K.BRIEFED: lambda wave: (len(_sent(_briefings(wave), _members(wave))), len(_members(wave))),
    _K.CONFIRMED: _confirmed_of,
    _K.STATEMENTS: _statements_of,
    _K.OWNERSHIP: _flows_with(_is_owned),
    _K.OVERSIGHT: _flows_with(_is_stopped),
    _K.CONSULTATION: _bodies_of,
    _K.NOTICE: _notice_of,
    _K.BASELINE: _flows_with(_is_measured),
    _K.SUPPORT: _support_of,
    _K.STEPS: _steps_of,
    _K.CHAMPIONS: _champions_of,
    _K.OTHERS: _others_of,
}
