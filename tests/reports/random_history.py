"""A random history of a programme after its month was closed: people come and go, other things are asked for, and numbers come in."""

from datetime import date, timedelta
from random import Random

from factories import TESTER, make_person, make_wave
from readiness.random_programme import ON, some
from sqlalchemy import select

from engagement import clock
from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme, Workflow
from engagement.readiness.criteria.actions import Terms, change_criterion, set_terms, write_criterion
from engagement.readiness.criteria.models import Criterion
from engagement.readiness.criteria.rules import CriterionKind
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity, Source
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepState
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.value.models import MetricBaseline, MetricReading, ValueMetric
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.rules import MembershipOrigin, WaveStatus

#: Values of what is measured, in thousandths: of a share of errors, of minutes, and of a turnover.
SCALES = (1, 1_000, 1_000_000_000)


def scale_metrics(random: Random) -> None:
    """Let what is measured be small or very large."""
    for metric in db.session.scalars(select(ValueMetric).order_by(ValueMetric.id)).all():
        scale = random.choice(SCALES)
        if metric.target is not None:
            metric.target = metric.target * scale // 1_000
        for table in (MetricBaseline, MetricReading):
            for row in db.session.scalars(select(table).where(table.metric_id == metric.id).order_by(table.id)):
                row.value = None if row.value is None else row.value * scale // 1_000
    db.session.flush()


def write_criteria(random: Random, programme: Programme) -> None:
    """Let somebody have written criteria of their own, some of them twice."""
    owner = db.session.scalars(select(Person).order_by(Person.id)).first()
    for wave in db.session.scalars(select(Wave).where(Wave.programme_id == programme.id).order_by(Wave.id)).all():
        for _number in range(random.choice((0, 1, 2))):
            write_criterion(wave, Terms("The desk has rehearsed", owner), by=TESTER)


def live_on(random: Random, programme: Programme, until: date) -> None:
    """Let things happen to a programme between the day on which its month was closed, `ON`, and a later one."""
    waves = list(db.session.scalars(select(Wave).where(Wave.programme_id == programme.id).order_by(Wave.id)))
    for happen in (_criteria, _people, _curricula, _workflows, _measured, _steps, _use):
        if random.random() < 0.7:
            happen(random, waves, until)
    _statuses(random, waves)
    _objections(random, waves, until)
    if random.random() < 0.3:
        people = list(db.session.scalars(select(Person).order_by(Person.id)))
        make_wave(programme, number=12, name="New", go_live_on=until + timedelta(9), members=some(random, people))
    db.session.flush()


def _criteria(random: Random, waves: list[Wave], _: date) -> None:
    needs = (CriterionKind.TRAINING, CriterionKind.BRIEFED, CriterionKind.CHAMPIONS)
    for wave in (each for each in waves if each.status is WaveStatus.PLANNED):
        owner = db.session.scalars(select(Person).order_by(Person.id)).first()
        said = random.choice(("need", "less", "rate", "own", "dropped", "nothing", "nothing"))
        if said == "need":
            set_terms(wave, random.choice(needs), Terms(need=random.choice((60, 90, 100))), by=TESTER)
        elif said == "less":
            set_terms(wave, random.choice(list(CriterionKind)[:4]), Terms(left_out="Not here."), by=TESTER)
        elif said == "rate":
            set_terms(wave, CriterionKind.SUPPORT, Terms(people_for_one=random.choice((40, 80))), by=TESTER)
        elif said == "dropped":
            asked = select(Criterion).where(Criterion.wave_id == wave.id, Criterion.kind == CriterionKind.OWN)
            if (row := db.session.scalars(asked.order_by(Criterion.id)).first()) is not None:
                change_criterion(row, Terms("The desk has rehearsed", owner, left_out="Done."), by=TESTER)
        elif said == "own":
            for number in range(random.choice((1, 2))):
                write_criterion(wave, Terms(f"The desk has rehearsed {number}", owner), by=TESTER)


def _people(random: Random, waves: list[Wave], _: date) -> None:
    """Let few or many of each wave leave it, join it, and finish their training."""
    members = list(db.session.scalars(select(Membership).where(Membership.ended_at.is_(None)).order_by(Membership.id)))
    for wave in waves[:3]:
        here = [row for row in members if row.wave_id == wave.id]
        for row in random.sample(here, min(random.choice((0, 0, 1, 1, 2, 20)), len(here))):
            row.ended_at = clock.now()
            for task in db.session.scalars(
                select(Assignment).where(Assignment.wave_id == wave.id, Assignment.person_id == row.person_id)
            ).all():
                db.session.delete(task)
        for number in range(random.choice((0, 0, 0, 1, 2, 9))):
            person = make_person(f"New {wave.id} {number}", f"n{wave.id}-{number}@example.com")
            joined = Membership(wave=wave, person=person, origin=MembershipOrigin.HAND, joined_at=clock.now())
            db.session.add(joined)
            db.session.add(Assignment(wave=wave, person=person, role=TrainingRole.USER, assigned_at=clock.now()))
    modules = list(db.session.scalars(select(Module).order_by(Module.id)))
    done = {(row.person_id, row.module_id) for row in db.session.scalars(select(Completion))}
    for person in db.session.scalars(select(Person).order_by(Person.id)).all():
        for module in (each for each in some(random, modules, 0.3) if (person.id, each.id) not in done):
            source = CompletionSource.QUIZ
            row = Completion(person=person, module=module, module_version=1, source=source, completed_at=clock.now())
            row.recorded_by = "Quiz"
            db.session.add(row)


def _curricula(random: Random, _: list[Wave], __: date) -> None:
    """Let a role have to learn something more, or something less."""
    for row in db.session.scalars(select(Curriculum).order_by(Curriculum.id)).all():
        said = random.choice(("more", "less", "less", "choice", "extra", "nothing", "nothing", "nothing"))
        title = f"More for {row.role.value}"
        if said in ("more", "choice", "extra"):
            kinds = {"more": ItemKind.REQUIRED, "choice": ItemKind.CHOICE, "extra": ItemKind.OPTIONAL}
            module = Module(slug=title, title=title, body="x", minutes=9, changed_at=clock.now())
            item = CurriculumItem(curriculum=row, module=module, position=9, kind=kinds[said])
            row.choices_needed = 1 if said == "choice" else 0
            db.session.add_all([module, item])
        elif said == "less":
            asked = select(CurriculumItem).where(CurriculumItem.curriculum_id == row.id)
            if (item := db.session.scalars(asked.order_by(CurriculumItem.id)).first()) is not None:
                item.module.withdrawn_at = clock.now()


def _workflows(random: Random, waves: list[Wave], _: date) -> None:
    """Let waves take up a workflow more, or give one up."""
    workflows = list(db.session.scalars(select(Workflow).order_by(Workflow.id)))
    for wave in waves[:3]:
        rows = list(db.session.scalars(select(WaveWorkflow).where(WaveWorkflow.wave_id == wave.id)))
        said = random.choice(("more", "less", "nothing", "nothing"))
        others = [flow for flow in workflows if flow.id not in {row.workflow_id for row in rows}]
        if said == "more" and others:
            db.session.add(WaveWorkflow(wave_id=wave.id, workflow_id=random.choice(others).id))
        elif said == "less" and rows:
            db.session.delete(rows[0])


def _measured(random: Random, _: list[Wave], until: date) -> None:
    """Let metrics be read again, have another target, unit or value before, or be measured no more."""
    for metric in db.session.scalars(select(ValueMetric).order_by(ValueMetric.id)).all():
        said = random.choice(("target", "unit", "before", "ended", "read", "read", "read", "nothing"))
        if said == "target":
            metric.target, metric.target_on = random.choice((7_000, 12_500)), ON + timedelta(random.choice((30, 90)))
        elif said == "unit":
            metric.unit = "minutes"
        elif said == "ended":
            metric.ended_at = clock.now()
        elif said == "before":
            _say_before(random, metric)
        else:
            last = db.session.scalars(select(MetricReading).where(MetricReading.metric_id == metric.id)).first()
            value = random.choice(
                (last.value + 4 if last else 1, random.randint(-50, 90), random.randint(0, 9 * 10**12))
            )
            if said == "read":
                db.session.add(MetricReading(metric_id=metric.id, measured_on=until, value=value, said_at=clock.now()))


def _say_before(random: Random, metric: ValueMetric) -> None:
    for row in db.session.scalars(select(MetricBaseline).where(MetricBaseline.metric_id == metric.id)).all():
        row.superseded_at = clock.now()
    db.session.flush()
    row = MetricBaseline(metric_id=metric.id, said_at=clock.now(), method="Counted")
    row.value, row.measured_on = random.choice((1_000, 40_000)), ON - timedelta(50)
    db.session.add(row)


def _steps(random: Random, _: list[Wave], __: date) -> None:
    for line in db.session.scalars(select(StepLine).order_by(StepLine.id)).all():
        if random.random() < 0.3:
            line.state = random.choice(list(StepState))


def _use(random: Random, waves: list[Wave], until: date) -> None:
    people = list(db.session.scalars(select(Person).order_by(Person.id)))
    workflows = list(db.session.scalars(select(Workflow).order_by(Workflow.id)))
    rows = [PersonUse(person.id, random.choice(workflows).id, until, 1) for person in some(random, people, 0.7)]
    if rows:
        take_file(waves[0].programme, "later.csv", "", Brought(rows), by=TESTER)


def _statuses(random: Random, waves: list[Wave]) -> None:
    """Let a wave go live, and the live one go on, come to its end or be rolled back."""
    waves[0].status = random.choice(
        (WaveStatus.LIVE, WaveStatus.LIVE, WaveStatus.STABILISING, WaveStatus.CLOSED, WaveStatus.ROLLED_BACK)
    )
    waves[1].status = random.choice((WaveStatus.PLANNED, WaveStatus.PLANNED, WaveStatus.PLANNED, WaveStatus.LIVE))


def _objections(random: Random, waves: list[Wave], until: date) -> None:
    for row in db.session.scalars(select(Concern).order_by(Concern.id)).all():
        if row.status is ConcernStatus.RECEIVED and random.random() < 0.4:
            row.status, row.waiting_since_on, row.answered_on = ConcernStatus.ANSWERED, None, ON
            row.first_answered_on = row.first_answered_on or ON
    for source in Source:
        for _number in range(random.choice((0, 0, 3, 9))):
            row = Concern(is_anonymous=False, wave=random.choice(waves), source=source, text="No.")
            row.severity, row.status, row.received_at = Severity.LOW, ConcernStatus.RECEIVED, clock.now()
            row.received_on = row.waiting_since_on = until - timedelta(1)
            db.session.add(row)
