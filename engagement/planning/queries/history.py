"""Reads of applied re-plannings."""

from sqlalchemy import select

from engagement.db import db
from engagement.planning.models import Replan, ReplanRow


def replans_of(wave_id: int) -> list[Replan]:
    """Return the re-plannings of a wave, the newest first."""
    return list(db.session.scalars(select(Replan).where(Replan.wave_id == wave_id).order_by(Replan.id.desc())))


def last_replan(wave_id: int) -> Replan | None:
    """Return the newest re-planning of a wave."""
    return db.session.scalar(select(Replan).where(Replan.wave_id == wave_id).order_by(Replan.id.desc()).limit(1))


def rows_of(replan_id: int) -> list[ReplanRow]:
    """Return what a re-planning changed."""
    return list(db.session.scalars(select(ReplanRow).where(ReplanRow.replan_id == replan_id).order_by(ReplanRow.id)))
