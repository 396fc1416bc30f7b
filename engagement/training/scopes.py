"""Whose training is whose: of which waves a reader sees the learners by name, and about whose old training they decide; modules are everybody's who plans or trains."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import contains_eager

from engagement.db import db
from engagement.people.models import Person
from engagement.people.scopes import works_within
from engagement.reach import Reach, allow, found
from engagement.training.models import Assignment, Module
from engagement.waves.models import Membership, Wave
from engagement.waves.scopes import people_within, reaches_wave, waves_within


def waves_with_learners_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Wave` for those whose training the reader reads by name, of the people whom they see.

    Besides the waves within reach these are the waves that people of its departments are in.
    """
    if not reach.departments:
        return waves_within(reach)
    members = select(Membership.wave_id).join(Person, Membership.person_id == Person.id)
    own = members.where(Membership.ended_at.is_(None), works_within(reach))
    return or_(waves_within(reach), Wave.id.in_(own))


def wave_with_learners_for(reach: Reach, wave_id: int) -> Wave:
    """Return a wave whose learners the reader sees by name, all or some; raises NotFound or BeyondReach."""
    wave = found(db.session.get(Wave, wave_id))
    seen = select(Wave.id).where(Wave.id == wave_id, waves_with_learners_within(reach))
    allow(db.session.scalar(seen) is not None)
    return wave


def old_training_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `Person` and `Wave` for old training within reach.

    That is what was asked for a wave within it, and what is left to people who work in one of its departments now.
    """
    return or_(waves_within(reach), works_within(reach))


def assignment_for(reading: Reach, training: Reach, assignment_id: int) -> Assignment:
    """Return an assignment with its person and wave, to whose wave `training` reaches; raises NotFound or BeyondReach.

    Of somebody whom `reading` does not show by name, it says that there is none.
    """
    allow(reading.holds_places)
    asked = select(Assignment).join(Assignment.person).join(Assignment.wave)
    asked = asked.options(contains_eager(Assignment.person), contains_eager(Assignment.wave))
    assignment = found(db.session.scalar(asked.where(Assignment.id == assignment_id, people_within(reading))))
    allow(reaches_wave(training, assignment.wave))
    return assignment


def module_for(reading: Reach, slug: str) -> Module:
    """Return a module for who reads planning anywhere; raises BeyondReach or NotFound."""
    allow(reading.holds_places)
    return _module(slug)


def module_to_change(training: Reach, slug: str) -> Module:
    """Return a module for who trains everybody; raises BeyondReach or NotFound."""
    allow(training.everything)
    return _module(slug)


def _module(slug: str) -> Module:
    return found(db.session.scalar(select(Module).where(Module.slug == slug)))
