"""Reads of fall-back plans."""

from sqlalchemy import select

from engagement.db import db
from engagement.waves.fallbacks.models import WaveFallback


def fallback_of(wave_id: int) -> WaveFallback | None:
    """Return the plan of a wave as it stands, None if nobody has written one."""
    asked = select(WaveFallback).where(WaveFallback.wave_id == wave_id, WaveFallback.superseded_at.is_(None))
    return db.session.scalar(asked)
