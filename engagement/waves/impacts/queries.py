"""Reads of impact assessments: what holds now, earlier versions, and what a person may read about their own work."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from engagement.db import db
from engagement.people.queries import department_successors, standing_department
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import ImpactSide


def assessments_of(wave_id: int) -> dict[tuple[int, ImpactSide], ImpactAssessment]:
    """Return the assessments of a wave that hold now, by department and side; a merged department counts as its successor."""
    asked = (
        select(ImpactAssessment)
        .where(ImpactAssessment.wave_id == wave_id, ImpactAssessment.superseded_at.is_(None))
        .options(selectinload(ImpactAssessment.aspects), joinedload(ImpactAssessment.department))
    )
    # What was said of the successor itself comes last, and so goes before what was said of those merged into it.
    rows = sorted(db.session.scalars(asked), key=lambda row: (row.department.closed_at is None, row.id))
    return {(standing_department(row.department).id, row.side): row for row in rows}


def versions_of(wave_id: int, department_id: int) -> Sequence[ImpactAssessment]:
    """Return every assessment of a group and of those merged into it, the newest first."""
    asked = select(ImpactAssessment).where(
        ImpactAssessment.wave_id == wave_id, ImpactAssessment.department_id.in_(_with_merged([department_id]))
    )
    with_words = asked.options(selectinload(ImpactAssessment.aspects))
    return db.session.scalars(with_words.order_by(ImpactAssessment.id.desc())).all()


def standing_assessment(wave_id: int, department_id: int, side: ImpactSide) -> ImpactAssessment | None:
    """Return what one side says of a group now."""
    return assessments_of(wave_id).get((department_id, side))


def published_for(wave_ids: Sequence[int], lineage: str) -> list[ImpactAssessment]:
    """Return what people of a department may read of these waves: for each the newest published of the closest department."""
    above = [int(part) for part in lineage.split("/") if part]
    asked = (
        select(ImpactAssessment)
        .join(ImpactAssessment.department)
        .where(
            ImpactAssessment.wave_id.in_(wave_ids),
            ImpactAssessment.department_id.in_(_with_merged(above)),
            ImpactAssessment.published_at.is_not(None),
        )
        .options(
            contains_eager(ImpactAssessment.department),
            joinedload(ImpactAssessment.wave),
            selectinload(ImpactAssessment.aspects),
        )
        .order_by(ImpactAssessment.wave_id, ImpactAssessment.published_at, ImpactAssessment.id)
    )
    depth = {department_id: number for number, department_id in enumerate(above)}
    closest: dict[int, ImpactAssessment] = {}
    for row in sorted(db.session.scalars(asked), key=lambda row: depth[standing_department(row.department).id]):
        closest[row.wave_id] = row
    return list(closest.values())


def _with_merged(department_ids: Sequence[int]) -> list[int]:
    """Return the ids of these departments and of those that were merged into them."""
    return [*department_ids, *(old for old, new in department_successors().items() if new in department_ids)]
