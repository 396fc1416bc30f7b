"""An ordinary programme of six waves with everything that a sheet shows, as rows around a day; for tests of how much room it takes."""

from datetime import UTC, date, datetime, time, timedelta

from factories import TESTER, make_person, make_programme, make_wave, make_workflow
from reports.random_sheet import opens_on

from engagement import clock
from engagement.accounts.models import Account
from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse
from engagement.audiences.models import Audience
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.rules import OwnershipPart
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.deciding import ConditionSaid, DecisionSaid, decide, states_seen
from engagement.readiness.gate.rules import Choice
from engagement.reports.snapshots.actions import freeze_report
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity, Source
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.value.actions.metrics import make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.attention.training_rows import own_all

NAMES = (
    "Motor claims triage",
    "Invoice matching",
    "Property claims triage",
    "Letter drafting",
    "Underwriting help",
    "HR help desk",
)
DAYS = (-120, -60, -20, 9, 40, 90)
STATES = (
    WaveStatus.CLOSED,
    WaveStatus.STABILISING,
    WaveStatus.LIVE,
    WaveStatus.PLANNED,
    WaveStatus.PLANNED,
    WaveStatus.PLANNED,
)
FINISHED = (1.0, 0.95, 0.9, 0.7, 0.3, 0.0)


def make_six_waves(on: date, sponsor: Person, owner: Account) -> Programme:
    """Make the programme: one wave is closed, two are in use, one waits for its gate, two are further ahead."""
    programme = make_programme("Claims and finance", sponsor)
    programme.made_at = clock.now() - timedelta(days=200)
    people = [make_person(f"Pat Number{n}", f"pat{n}@example.com") for n in range(60)]
    workflows = [make_workflow(programme, name) for name in NAMES]
    waves = [
        make_wave(programme, number=n + 1, name=NAMES[n], workflows=(workflows[n],), members=people[8 * n : 8 * n + 20],
                  go_live_on=on + timedelta(days=DAYS[n]), status=STATES[n])
        for n in range(6)
    ]  # fmt: skip
    for n, workflow in enumerate(workflows):
        own_all(workflow, sponsor, without=(OwnershipPart.CHANGE_APPROVER,) if n == 3 else ())
    _training(waves, people, on)
    _use(programme, workflows[:3], people, on)
    _value(workflows[:4], on)
    _steps(programme, sponsor, on)
    _messages(programme, owner, people, on)
    _objections(waves, on)
    db.session.flush()
    freeze_report(programme, on - timedelta(days=1), 5, by=TESTER, closes_on=on.replace(day=1) - timedelta(days=1))
    _go_on(waves[4], sponsor, on)
    return programme


def _training(waves: list[Wave], people: list[Person], on: date) -> None:
    module = Module(slug="triage", title="Triage", body="x", minutes=20, changed_at=clock.now())
    curriculum = Curriculum(role=TrainingRole.USER)
    db.session.add_all([module, curriculum])
    db.session.flush()
    db.session.add(CurriculumItem(curriculum=curriculum, module=module, position=1, kind=ItemKind.REQUIRED))
    for number, wave in enumerate(waves):
        members = people[8 * number : 8 * number + 20]
        for person in members:
            db.session.add(Assignment(wave=wave, person=person, role=TrainingRole.USER, assigned_at=clock.now()))
        opens = on - timedelta(days=30) if number >= 3 else wave.go_live_on - timedelta(days=40)
        opens_on(wave, opens)
    done = {
        person.id
        for number, share in enumerate(FINISHED)
        for person in people[8 * number : 8 * number + int(20 * share)]
    }
    for person in people:
        if person.id in done:
            db.session.add(
                Completion(person=person, module=module, module_version=1, source=CompletionSource.QUIZ,
                           completed_at=clock.now(), recorded_by="Quiz")
            )  # fmt: skip
    db.session.flush()


def _use(programme: Programme, workflows: list[Workflow], people: list[Person], on: date) -> None:
    rows = [
        PersonUse(person.id, workflow.id, on - timedelta(days=3), 2)
        for n, workflow in enumerate(workflows)
        for person in people[8 * n : 8 * n + 12]
    ]
    take_file(programme, "use of the week.csv", "", Brought(rows), by=TESTER)


def _value(workflows: list[Workflow], on: date) -> None:
    for number, workflow in enumerate(workflows):
        said = MetricDetails(
            "From claim to first answer", "hours", Better.LOWER, ReadingRhythm.MONTH, 24_000, on + timedelta(days=200)
        )
        metric = make_metric(workflow, said, None, by=TESTER)
        before = BaselineSaid(52_000, on - timedelta(days=160), "Median of all claims of a month")
        say_baseline(metric, before, today=on, by=TESTER)
        if number < 3:
            add_reading(metric, Read(on - timedelta(days=9), 30_500 + 4_000 * number), today=on, by=TESTER)


def _steps(programme: Programme, sponsor: Person, on: date) -> None:
    kinds = (
        (StepKind.SESSION, -30, StepState.DONE),
        (StepKind.VISIT, -4, StepState.PLANNED),
        (StepKind.MESSAGE, 6, StepState.PLANNED),
        (StepKind.SESSION, 20, StepState.PLANNED),
    )
    other = make_person("Henrike Vogt", "henrike@example.com")
    for person in (sponsor, other):
        for kind, days, state in kinds:
            step = LeadershipStep(programme=programme)
            db.session.add(step)
            db.session.flush()
            line = StepLine(step_id=step.id, person=person, kind=kind, what="Say why this matters and what stays with people.",
                            where="Claims", due_on=on + timedelta(days=days), state=state, said_at=clock.now())  # fmt: skip
            db.session.add(line)


def _messages(programme: Programme, owner: Account, people: list[Person], on: date) -> None:
    line = Communication(
        programme=programme, kind=CommunicationKind.PROGRAMME_UPDATE, name="Programme update",
        audience=Audience(name="All of them", rule={"field": "everybody"}, made_at=clock.now()), owner=owner,
        timezone="Europe/London", starts_on=on, cadence_since=clock.now(), made_at=clock.now(),
    )  # fmt: skip
    for number in range(5):
        at = datetime.combine(on - timedelta(days=7 * number + 2), time(9), UTC)
        mailing = Mailing(kind=MailingKind.COMMUNICATION, subject="s", text="t", html="h", built_at=at)
        row = Occurrence(communication=line, planned_for=at, sends_at=at, write_by=on, subject=f"What changed in week {number}",
                         status=OccurrenceStatus.SENT, mailing=mailing, queued_at=at)  # fmt: skip
        db.session.add_all([mailing, row])
        for place, person in enumerate(people):
            state = DeliveryState.BOUNCED if place < number else DeliveryState.SENT
            db.session.add(
                Delivery(mailing=mailing, person=person, address="a@example.com", state=state, queued_at=at, due_at=at)
            )
    db.session.flush()


def _objections(waves: list[Wave], on: date) -> None:
    day = on - timedelta(days=1)
    for number, source in enumerate(Source):
        for n in range(14 + 2 * number):
            is_open = n % 2 == 0
            db.session.add(
                Concern(is_anonymous=False, wave=waves[n % 6], source=source, text="Words.", severity=Severity.LOW,
                        status=ConcernStatus.RECEIVED if is_open else ConcernStatus.ANSWERED, received_on=day - timedelta(days=3),
                        received_at=clock.now() - timedelta(days=4), waiting_since_on=day if is_open else None,
                        answered_on=None if is_open else day,
                        first_answered_on=None if is_open else day)
            )  # fmt: skip
    db.session.flush()
    count_objections(day, 5, "GB-ENG")


def _go_on(wave: Wave, sponsor: Person, on: date) -> None:
    """Decide early about the wave after the next."""
    seen = states_seen(standings_of([wave], on)[wave.id].criteria)
    condition = ConditionSaid("Two more people answer at the desk", sponsor, on + timedelta(days=20))
    said = DecisionSaid(Choice.CONDITIONS, "The desk gets help.", [condition])
    decide(wave, sponsor, said, seen=seen, on=on, floor=5, by=TESTER)
