"""Reads of impact assessments: what holds now, earlier versions, and what a person may read about their own work."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from engagement.db import db
from engagement.people.models import Department
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import ImpactSide


def assessments_of(wave_id: int) -> dict[tuple[int, ImpactSide], ImpactAssessment]:
    """Return the assessments of a wave that hold now, by department and side."""
    asked = (
        select(ImpactAssessment)
        .where(ImpactAssessment.wave_id == wave_id, ImpactAssessment.superseded_at.is_(None))
        .options(selectinload(ImpactAssessment.aspects), joinedload(ImpactAssessment.department))
    )
    return {(row.department_id, row.side): row for row in db.session.scalars(asked)}


def versions_of(wave_id: int, department_id: int) -> Sequence[ImpactAssessment]:
    """Return every assessment of a group, the newest first."""
    asked = select(ImpactAssessment).where(
        ImpactAssessment.wave_id == wave_id, ImpactAssessment.department_id == department_id
    )
    with_words = asked.options(selectinload(ImpactAssessment.aspects))
    return db.session.scalars(with_words.order_by(ImpactAssessment.id.desc())).all()


def standing_assessment(wave_id: int, department_id: int, side: ImpactSide) -> ImpactAssessment | None:
    """Return what one side says of a group now."""
    return db.session.scalar(
        select(ImpactAssessment)
        .where(
            ImpactAssessment.wave_id == wave_id,
            ImpactAssessment.department_id == department_id,
            ImpactAssessment.side == side,
            ImpactAssessment.superseded_at.is_(None),
        )
        .options(selectinload(ImpactAssessment.aspects))
    )


def published_for(wave_ids: Sequence[int], lineage: str) -> list[ImpactAssessment]:
    """Return what people of a department may read of these waves: for each the newest published of the closest department."""
    above = [int(part) for part in lineage.split("/") if part]
    asked = (
        select(ImpactAssessment)
        .join(ImpactAssessment.department)
        .where(
            ImpactAssessment.wave_id.in_(wave_ids),
            ImpactAssessment.department_id.in_(above),
            ImpactAssessment.published_at.is_not(None),
        )
        .options(
            contains_eager(ImpactAssessment.department),
            joinedload(ImpactAssessment.wave),
            selectinload(ImpactAssessment.aspects),
        )
        .order_by(ImpactAssessment.wave_id, Department.lineage, ImpactAssessment.published_at, ImpactAssessment.id)
    )
    closest: dict[int, ImpactAssessment] = {}
    for row in db.session.scalars(asked):
        before = closest.get(row.wave_id)
        if before is None or len(row.department.lineage) >= len(before.department.lineage):
            closest[row.wave_id] = row
    return list(closest.values())
