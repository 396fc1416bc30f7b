"""What somebody learns on a side: an attempt at a test, an assignment, and one left over from an earlier role."""

from datetime import timedelta

from factories import make_wave
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme
from engagement.training.models import Assignment, Leftover, Module, QuizAttempt
from engagement.training.rules import LeftoverCause
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


def attempt_of(person: Person, module: Module) -> QuizAttempt:
    attempt = QuizAttempt(
        person_id=person.id,
        module_id=module.id,
        module_version=module.version,
        at=clock.now(),
        fingerprint="0" * 64,
        answers={},
        right=0,
        asked=2,
        is_passed=False,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def leftover_of(values: dict[str, object]) -> Leftover:
    """Make the person one who had the role of a builder before they had finished."""
    person = db.session.get_one(Person, values["person_id"])
    assignment = Assignment(
        wave_id=values["wave_id"], person=person, role=TrainingRole.BUILDER, assigned_at=clock.now()
    )
    db.session.add(assignment)
    db.session.flush()
    leftover = Leftover(
        assignment=assignment,
        person=person,
        cause=LeftoverCause.ROLE,
        from_department=person.department,
        to_department=person.department,
        asked_at=clock.now(),
    )
    db.session.add(leftover)
    db.session.flush()
    return leftover


def settling_wave(programme: Programme, person: Person) -> Wave:
    """Make a wave that went live a day ago, and whose person is left to settle for a month."""
    today = clock.now().date()
    live_on = today - timedelta(days=1)
    wave = make_wave(programme, number=2, name="Settling", members=[person], status=WaveStatus.LIVE, go_live_on=live_on)
    wave.stabilises_until_on = today + timedelta(days=30)
    return wave


def assignment_of(values: dict[str, object]) -> Assignment:
    of_person = (Assignment.wave_id == values["wave_id"], Assignment.person_id == values["person_id"])
    return db.session.scalars(select(Assignment).where(*of_person, Assignment.role == TrainingRole.USER)).one()
