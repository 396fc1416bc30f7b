"""What was overruled when a wave took a step."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.readiness.models import Overruling
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import Wave, WaveStep
from engagement.waves.rules import WaveStatus


def overrulings_of(wave_id: int) -> Sequence[Overruling]:
    """Return everything that was overruled for a wave, the first one first, with who did it."""
    return db.session.scalars(
        select(Overruling)
        .join(WaveStep)
        .where(WaveStep.wave_id == wave_id)
        .options(joinedload(Overruling.by), joinedload(Overruling.step))
        .order_by(Overruling.id)
    ).all()


def overruled_when_ready(wave: Wave) -> set[tuple[ObstacleKind, int]]:
    """Return what was overruled when a wave last became ready: by kind and the id of what it was about."""
    newest = (
        select(func.max(WaveStep.id))
        .where(WaveStep.wave_id == wave.id, WaveStep.status == WaveStatus.READY)
        .scalar_subquery()
    )
    rows = db.session.execute(select(Overruling.kind, Overruling.key).where(Overruling.step_id == newest))
    return {(kind, key) for kind, key in rows}
