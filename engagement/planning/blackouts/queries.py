"""Reads of blackouts."""

from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.planning.blackouts.models import Blackout
from engagement.waves.models import Wave


def blackouts_of(wave: Wave, first: date, last: date) -> list[Blackout]:
    """Return the blackouts of a wave's programme and of everybody that touch the days from `first` to `last`."""
    asked = select(Blackout).where(
        Blackout.ended_at.is_(None),
        or_(Blackout.programme_id.is_(None), Blackout.programme_id == wave.programme_id),
        Blackout.from_on <= last,
        Blackout.until_on >= first,
    )
    return list(db.session.scalars(asked.order_by(Blackout.from_on, Blackout.id)))


def blackouts_listed(within: ColumnElement[bool], since: date) -> list[Blackout]:
    """Return the blackouts `within` reach that are not over before `since`, by day."""
    asked = select(Blackout).where(within, Blackout.ended_at.is_(None), Blackout.until_on >= since)
    named = asked.options(joinedload(Blackout.programme), joinedload(Blackout.made_by))
    return list(db.session.scalars(named.order_by(Blackout.from_on, Blackout.id)))
