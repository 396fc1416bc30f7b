"""Reads of early inclusion: occasions, who took part, shares by department, and what one person helped with."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from engagement.db import db
from engagement.people.models import Person
from engagement.people.queries import Places, places_of
from engagement.people.rules import path_key
from engagement.programmes.models import Workflow
from engagement.waves.inclusion.models import DesignOccasion, DesignParticipant, DesignPoint
from engagement.waves.inclusion.rules import Outcome, Share
from engagement.waves.models import Wave, WaveWorkflow
from engagement.waves.queries import member_ids
from engagement.waves.tallies.queries import MemberSum, member_sums


def counts_for(wave: Wave) -> ColumnElement[bool]:
    """Return the condition on `DesignOccasion` that it is about a wave: said of it, or of a workflow of it without a wave."""
    return is_about(wave.id)


def is_about(wave_id: Any) -> ColumnElement[bool]:
    """Return the same for the id of a wave, also one that is given when the statement is executed."""
    workflows = select(WaveWorkflow.workflow_id).where(WaveWorkflow.wave_id == wave_id)
    of_all = and_(DesignOccasion.wave_id.is_(None), DesignOccasion.workflow_id.in_(workflows))
    return or_(DesignOccasion.wave_id == wave_id, of_all)


def is_early_for(wave: Wave) -> ColumnElement[bool]:
    """Return the condition on `DesignOccasion` that it was before the day of the wave's go-live."""
    return DesignOccasion.held_on < wave.go_live_on


def occasions_where(*conditions: ColumnElement[bool]) -> list[DesignOccasion]:
    """Return occasions, the newest first, with workflow, wave and points."""
    asked = select(DesignOccasion).join(Workflow, Workflow.id == DesignOccasion.workflow_id).where(*conditions)
    loaded = asked.options(
        joinedload(DesignOccasion.workflow), joinedload(DesignOccasion.wave), selectinload(DesignOccasion.points)
    )
    return list(db.session.scalars(loaded.order_by(DesignOccasion.held_on.desc(), DesignOccasion.id.desc())))


def occasions_of_workflow(workflow_id: int, within: ColumnElement[bool]) -> list[DesignOccasion]:
    """Return the occasions of a workflow that a reader reaches, the newest first."""
    return occasions_where(DesignOccasion.workflow_id == workflow_id, within)


def participant_counts(occasion_ids: Iterable[int]) -> dict[int, int]:
    """Return how many people took part in each of these occasions."""
    counted = (
        select(DesignParticipant.occasion_id, func.count())
        .where(DesignParticipant.occasion_id.in_(list(occasion_ids)))
        .group_by(DesignParticipant.occasion_id)
    )
    return dict(db.session.execute(counted).all())


def people_of(occasion_id: int, *conditions: ColumnElement[bool]) -> list[Person]:
    """Return who took part in an occasion, by name, with their departments."""
    asked = select(Person).join(DesignParticipant, DesignParticipant.person_id == Person.id)
    here = asked.where(DesignParticipant.occasion_id == occasion_id, *conditions)
    return list(db.session.scalars(here.options(joinedload(Person.department)).order_by(Person.sorted_by, Person.id)))


def shares_counted(
    wave: Wave, sums: Sequence[MemberSum] | None = None, places: Places | None = None, *, has_occasions: bool = True
) -> list[Share]:
    """Return, by path of their own department, how many of a wave's present people took part before its go-live.

    Somebody who took part several times counts once. `sums` and `places`, of its people's departments, are given if they are read
    already, as is that there was no occasion.
    """
    members = {row.department_id: row.members for row in (member_sums([wave.id]) if sums is None else sums)}
    known = places_of(members) if places is None else places
    included = _included(wave) if has_occasions else {}
    shares = [
        Share(known[key].path if key is not None else "", included.get(key, 0), number)
        for key, number in members.items()
    ]
    return sorted(shares, key=lambda share: (not share.path, path_key(share.path)))


def _included(wave: Wave) -> dict[int | None, int]:
    """Return how many people of each department took part before the wave's go-live."""
    counted = (
        select(Person.department_id, func.count(Person.id.distinct()))
        .join(DesignParticipant, DesignParticipant.person_id == Person.id)
        .join(DesignOccasion, DesignOccasion.id == DesignParticipant.occasion_id)
        .where(counts_for(wave), is_early_for(wave), Person.id.in_(member_ids(wave.id)))
        .group_by(Person.department_id)
    )
    return dict(db.session.execute(counted).all())


def points_waiting(condition: ColumnElement[bool]) -> int:
    """Return how many points of these occasions have no answer."""
    asked = select(func.count()).select_from(DesignPoint).join(DesignOccasion)
    return int(db.session.scalar(asked.where(condition, DesignPoint.outcome == Outcome.OPEN)) or 0)


def others_included(wave: Wave) -> int:
    """Return how many people took part before a wave's go-live who are not, or no longer, affected by it."""
    took_part = (
        select(func.count(DesignParticipant.person_id.distinct()))
        .join(DesignOccasion, DesignOccasion.id == DesignParticipant.occasion_id)
        .where(counts_for(wave), is_early_for(wave), DesignParticipant.person_id.not_in(member_ids(wave.id)))
    )
    return int(db.session.scalar(took_part) or 0)


def helped_with(person_id: int, limit: int) -> list[DesignOccasion]:
    """Return the newest occasions in which somebody took part, of workflows that were not retired."""
    own = select(DesignParticipant.occasion_id).where(DesignParticipant.person_id == person_id)
    return occasions_where(DesignOccasion.id.in_(own), Workflow.retired_at.is_(None))[:limit]
