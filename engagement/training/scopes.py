"""Who sees which learners by name, and who decides about old training; modules are open to all planners and trainers."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager

from engagement.db import db
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.people.scopes import works_within
from engagement.reach import Reach, allow, allow_all, allow_places, found
from engagement.training.models import Assignment, Module
from engagement.waves.models import Membership, Wave
from engagement.waves.scopes import people_within, reaches_wave, waves_within


def waves_with_learners_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Wave` that the reader sees some of its learners by name.

    These are the waves within reach and those with people of its departments.
    """
    if not reach.departments:
        return waves_within(reach)
    members = select(Membership.wave_id).join(Person, Membership.person_id == Person.id)
    own = members.where(Membership.ended_at.is_(None), works_within(reach))
    return or_(waves_within(reach), Wave.id.in_(own))


def wave_with_learners_for(reach: Reach, wave_id: int) -> Wave:
    """Return a wave some of whose learners the reader sees by name; raises NotFound or BeyondReach."""
    wave = found(db.session.get(Wave, wave_id))
    seen = select(Wave.id).where(Wave.id == wave_id, waves_with_learners_within(reach))
    allow(db.session.scalar(seen) is not None, reach)
    return wave


def sees_learning(reach: Reach, person: Person, wave: Wave | None) -> bool:
    """Return whether a reader sees what a wave (None: nobody knows which) asks of a person and what they finished.

    The wave, the person’s department, or the person as one of the reader’s team, has to be within reach.
    """
    in_team = reach.team_of is not None and person.manager_id == reach.team_of
    lineage = person.department.lineage if person.department else None
    programme_id, wave_id = (wave.programme_id, wave.id) if wave else (None, None)
    is_covered = reach.covers(programme_id=programme_id, wave_id=wave_id, lineage=lineage)
    return in_team or person.id == reach.person_id or is_covered


def old_training_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Person` and `Wave` for old training within reach.

    It was asked by a wave within reach, or belongs to people who work in one of its departments now.
    """
    return or_(waves_within(reach), works_within(reach))


def assignment_for(reading: Reach, training: Reach, assignment_id: int) -> Assignment:
    """Return an assignment with person and wave if `training` reaches the wave; raises NotFound or BeyondReach.

    NotFound also for a person whom `reading` does not show by name.
    """
    allow_places(reading)
    asked = select(Assignment).join(Assignment.person).join(Assignment.wave)
    asked = asked.options(contains_eager(Assignment.person), contains_eager(Assignment.wave))
    assignment = found(db.session.scalar(asked.where(Assignment.id == assignment_id, people_within(reading))))
    allow(reaches_wave(training, assignment.wave), training)
    return assignment


def module_for(reading: Reach, slug: str) -> Module:
    """Return a module for readers with any reach to planning; raises BeyondReach or NotFound."""
    allow_places(reading)
    return _module(slug)


def allow_recording_for(recording: Reach, person: Person) -> None:
    """Raise BadInput unless a person is in a wave or department within reach."""
    seen = select(Person.id).where(Person.id == person.id, people_within(recording))
    if db.session.scalar(seen) is None:
        said = "You record this for people of your own waves and departments. Ask whoever trains this person."
        raise BadInput(said, {"person": said})


def module_to_change(training: Reach, slug: str) -> Module:
    """Return a module for readers whose training reaches everybody; raises BeyondReach or NotFound."""
    allow_all(training)
    return _module(slug)


def _module(slug: str) -> Module:
    return found(db.session.scalar(select(Module).where(Module.slug == slug)))
