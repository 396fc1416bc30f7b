"""Reads of people whom several waves ask something at the same time."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from engagement.db import db
from engagement.waves.milestones.queries import milestones_of_waves
from engagement.waves.models import Membership, Wave
from engagement.waves.overlaps.rules import Asking, Overlap, overlaps
from engagement.waves.queries import is_settling


def overlaps_of(waves: Sequence[Wave]) -> list[Overlap]:
    """Return where these waves ask something of the same people at the same time.

    Waves that are over or rolled back ask nothing on the days that were planned.
    """
    asking = [each for each in waves if each.status.is_open and each.status.keeps_days]
    spans = asking_of(asking)
    together = {
        wave_id
        for n, one in enumerate(spans)
        for other in spans[n + 1 :]
        if one.begins_on <= other.ends_on and other.begins_on <= one.ends_on
        for wave_id in (one.wave_id, other.wave_id)
    }
    return overlaps(spans, _shared(sorted(together))) if together else []


def asking_of(waves: Sequence[Wave]) -> list[Asking]:
    """Return from when to when each of these waves asks something of its people, whether or not it is over, in one query."""
    milestones = milestones_of_waves([wave.id for wave in waves])
    return [_asking(wave, [row.falls_on for row in milestones[wave.id]]) for wave in waves]


def _asking(wave: Wave, milestones: Sequence[date]) -> Asking:
    days = [wave.training_due_on, wave.go_live_on, *milestones]
    return Asking(wave.id, min(days), max(*days, wave.stabilises_until_on or wave.go_live_on))


def _shared(wave_ids: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return how many people each two of these waves have in common now, the smaller id first, in one query."""
    other = aliased(Membership)
    counted = (
        select(Membership.wave_id, other.wave_id, func.count())
        .join(other, other.person_id == Membership.person_id)
        .where(
            Membership.wave_id.in_(wave_ids),
            other.wave_id.in_(wave_ids),
            Membership.wave_id < other.wave_id,
            Membership.ended_at.is_(None),
            other.ended_at.is_(None),
        )
        .group_by(Membership.wave_id, other.wave_id)
    )
    return {(first, second): people for first, second, people in db.session.execute(counted)}


def left_to_settle(wave: Wave, on: date) -> list[tuple[Wave, int]]:
    """Return the other waves that are left to settle on a day and how many of this wave's people are in each, in one query."""
    other = aliased(Membership)
    counted = (
        select(Wave, func.count())
        .join(other, other.wave_id == Wave.id)
        .join(Membership, Membership.person_id == other.person_id)
        .where(
            Membership.wave_id == wave.id,
            Membership.ended_at.is_(None),
            other.ended_at.is_(None),
            Wave.id != wave.id,
            is_settling(on),
        )
        .group_by(Wave.id)
        .order_by(Wave.stabilises_until_on, Wave.id)
    )
    return [(settling, people) for settling, people in db.session.execute(counted)]


def others_of_people(wave_id: int, person_ids: Sequence[int]) -> dict[int, list[Wave]]:
    """Return the other open waves that each of these people is in, in one query; people without any have no entry."""
    rows = db.session.execute(
        select(Membership.person_id, Wave)
        .join(Wave, Wave.id == Membership.wave_id)
        .where(Membership.person_id.in_(person_ids), Membership.ended_at.is_(None), Wave.id != wave_id)
        .order_by(Wave.go_live_on, Wave.id)
    )
    found: dict[int, list[Wave]] = {}
    for person_id, wave in rows:
        if wave.status.is_open:
            found.setdefault(person_id, []).append(wave)
    return found
