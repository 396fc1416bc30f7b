"""Reads of lessons."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.waves.lessons.models import WaveLesson
from engagement.waves.lessons.rules import LessonKind
from engagement.waves.models import Wave


def lessons_of(wave_id: int) -> list[WaveLesson]:
    """Return the lessons of a wave: what to change first, each kind in the order in which it was said."""
    asked = select(WaveLesson).where(WaveLesson.wave_id == wave_id).options(joinedload(WaveLesson.wave))
    return _in_order(list(db.session.scalars(asked.order_by(WaveLesson.id))))


def lessons_of_programme(programme_id: int, limit: int = 30) -> list[WaveLesson]:
    """Return the lessons of a programme's waves, those of the latest wave first, and of all of them what to change first."""
    asked = select(WaveLesson).join(Wave).where(Wave.programme_id == programme_id).options(joinedload(WaveLesson.wave))
    return _in_order(
        list(db.session.scalars(asked.order_by(Wave.go_live_on.desc(), Wave.id.desc(), WaveLesson.id).limit(limit)))
    )


def _in_order(rows: list[WaveLesson]) -> list[WaveLesson]:
    return sorted(rows, key=lambda row: row.kind is LessonKind.WENT_WELL)
