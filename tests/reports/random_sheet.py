"""A random programme with everything that the sheet counts, as rows; one of its four waves has nothing at all."""

from datetime import date, timedelta
from random import Random

from factories import TESTER
from readiness.random_programme import ON, make_random_programme
from sqlalchemy import select

from engagement import clock
from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Programme, Workflow
from engagement.resistance.figures.actions import count_objections
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity, Source
from engagement.stakeholders.leadership.models import StepLine
from engagement.value.models import MetricBaseline, MetricReading, ValueMetric
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave

#: The last day of which objections are counted.
COUNTED_ON = ON - timedelta(days=1)
FLOOR = 5


def make_random_sheet(seed: int) -> Programme:
    """Make the rows of a programme by chance: few or many, with and without each of them."""
    random = Random(seed)
    waves = make_random_programme(seed)
    programme = waves[0].programme
    people = list(db.session.scalars(select(Person).order_by(Person.id)))
    programme.sponsor, waves[1].sponsor = people[0], random.choice((None, people[1]))
    for line in db.session.scalars(select(StepLine)).all():
        line.person = random.choice(people[:3])
    _openings(random, waves)
    _values(random)
    _use(random, programme, people)
    _concerns(random, waves, people)
    for number, message in enumerate(db.session.scalars(select(Occurrence).order_by(Occurrence.id)).all()):
        message.queued_at = clock.now() - timedelta(days=number) if message.mailing else None
    db.session.flush()
    count_objections(COUNTED_ON, FLOOR, "GB-ENG")
    return programme


def _openings(random: Random, waves: list[Wave]) -> None:
    for wave in waves:
        days = random.choice((None, -80, -30, -8, -3, 5, 60))
        if days is not None:
            opens_on(wave, ON + timedelta(days=days))
    db.session.flush()


def opens_on(wave: Wave, day: date) -> None:
    """Let the training of a wave open on a day, whatever day that is."""
    row = Milestone(wave=wave, kind=MilestoneKind.TRAINING_OPENS, falls_on=day, made_at=clock.now())
    db.session.add(row)


def _values(random: Random) -> None:
    for metric in db.session.scalars(select(ValueMetric).order_by(ValueMetric.id)).all():
        if random.random() < 0.7:
            metric.target = random.choice((0, 12_500, 40_000))
            metric.target_on = ON + timedelta(days=random.choice((-60, 30, 400)))
        for line in db.session.scalars(select(MetricBaseline).where(MetricBaseline.metric_id == metric.id)):
            if random.random() < 0.7:
                line.reason, line.method = "", "Counted"
                line.value, line.measured_on = random.choice((0, 40_000, 71_250)), ON - timedelta(days=50)
        for days in random.sample((60, 20, 10, 1), random.choice((0, 1, 3))):
            day, value = ON - timedelta(days=days), random.randint(-50_000, 90_000)
            db.session.add(MetricReading(metric_id=metric.id, measured_on=day, value=value, said_at=clock.now()))
    db.session.flush()


def _use(random: Random, programme: Programme, people: list[Person]) -> None:
    workflows = list(db.session.scalars(select(Workflow).order_by(Workflow.id)))
    share = random.choice((0.0, 0.2, 0.6, 0.9))
    rows = [
        PersonUse(person.id, workflow.id, ON - timedelta(days=random.choice((1, 9, 27, 29, 45))), 1)
        for person in people
        for workflow in workflows
        if random.random() < share
    ]
    if rows:
        take_file(programme, "use.csv", "", Brought(rows), by=TESTER)


def _concerns(random: Random, waves: list[Wave], people: list[Person]) -> None:
    for source in Source:
        for _number in range(random.choice((0, 2, 6, 12))):
            days = random.randint(1, 20)
            first = random.choice((None, random.randint(1, days)))
            is_open = first is None or random.random() < 0.3
            row = Concern(
                is_anonymous=False,
                wave=random.choice(waves),
                source=source,
                text="No.",
                severity=Severity.LOW,
                status=ConcernStatus.RECEIVED if is_open else ConcernStatus.ANSWERED,
                received_on=ON - timedelta(days=days),
                received_at=clock.now() - timedelta(days=days),
                first_answered_on=None if first is None else ON - timedelta(days=first),
                waiting_since_on=ON - timedelta(days=days) if is_open else None,
                answered_on=None if is_open or first is None else ON - timedelta(days=first),
            )
            row.person = random.choice(people) if random.random() < 0.4 else None
            db.session.add(row)
    db.session.flush()
