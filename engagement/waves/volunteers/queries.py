"""Reads of who is in a wave of their own will."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.waves.models import Membership


def volunteered_last(wave_id: Any, person_id: Any) -> ColumnElement[bool]:
    """Return whether somebody was in a wave of their own will when they were in it last, as an expression for a new membership.

    So who is taken away by a mistake in a file, or comes by hand instead of by a department, keeps it.
    """
    last = aliased(Membership)
    newest = (
        select(last.volunteered)
        .where(last.wave_id == wave_id, last.person_id == person_id)
        .order_by(last.joined_at.desc(), last.id.desc())
        .limit(1)
    )
    return func.coalesce(newest.scalar_subquery(), false())


def volunteers(wave_id: int) -> Select[int]:
    """Return a SELECT of the ids of the people who are in a wave now of their own will."""
    return select(Membership.person_id).where(
        Membership.wave_id == wave_id, Membership.ended_at.is_(None), Membership.volunteered
    )


def volunteers_of_waves(wave_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of the people who are in each of these waves now of their own will, in order, in one statement."""
    found: dict[int, list[int]] = defaultdict(list)
    here = (Membership.wave_id.in_(wave_ids), Membership.ended_at.is_(None), Membership.volunteered)
    rows = select(Membership.wave_id, Membership.person_id).where(*here).order_by(Membership.person_id)
    for wave_id, person_id in db.session.execute(rows):
        found[wave_id].append(person_id)
    return found


def volunteers_among(wave_id: int, person_ids: Collection[int]) -> set[int]:
    """Return those of these people who are in a wave now of their own will."""
    return set(db.session.scalars(volunteers(wave_id).where(Membership.person_id.in_(person_ids))))
