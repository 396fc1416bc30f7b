"""Whose training waits, and until when: the one definition for statements and for one person's list."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, case, exists, func, literal, select
from sqlalchemy.orm import aliased, joinedload

from engagement.db import db
from engagement.training.models import Assignment
from engagement.training.waiting.models import QuietOverride
from engagement.training.waiting.rules import GRACE, Wait, due_after, longest
from engagement.waves.models import Membership, Wave
from engagement.waves.queries import member_ids
from engagement.waves.rules import WaveStatus

#: Waves that went live as planned. A closed one settles nothing more, but its people have their week afterwards.
_LIVE = [status for status in WaveStatus if status.is_live]
_WENT_LIVE = [*_LIVE, WaveStatus.CLOSED]


def is_held_back(on: date) -> ColumnElement[bool]:
    """Return the condition on `Assignment` that nobody is late with it on a day: its person is, or lately was, left to settle.

    A day of their own, which somebody gave with a reason, holds all the same.
    """
    settling, membership = aliased(Wave), aliased(Membership)
    return and_(
        Assignment.own_due_on.is_(None),
        exists().where(
            membership.person_id == Assignment.person_id,
            membership.ended_at.is_(None),
            settling.id == membership.wave_id,
            *_holds_back(settling, on, on - GRACE),
        ),
    )


def _holds_back(settling: Any, on: Any, since: Any) -> list[ColumnElement[bool]]:
    """Return the conditions that a wave holds back the training of `Assignment` on a day, or did `since` one before it."""
    goes_on = exists().where(
        QuietOverride.wave_id == Assignment.wave_id,
        QuietOverride.settling_id == settling.id,
        QuietOverride.ended_at.is_(None),
    )
    return [settling.id != Assignment.wave_id, *_is_quiet(settling, on, since), ~goes_on]


def _is_quiet(settling: Any, on: Any, since: Any) -> list[ColumnElement[bool]]:
    return [settling.status.in_(_WENT_LIVE), settling.go_live_on <= on, settling.stabilises_until_on >= since]


def waits_of_people(person_ids: Sequence[int], on: date) -> dict[tuple[int, int], Wait]:
    """Return whose training waits, or waited within the week before, by person and wave, in one query."""
    rows = db.session.execute(_waiting(), {"people": list(person_ids), "day": on, "since": on - GRACE})
    spans: dict[tuple[int, int], list[tuple[str, date, bool]]] = {}
    for person_id, wave_id, wave in rows:
        if wave.stabilises_until_on is not None:
            span = (wave.title, wave.stabilises_until_on, wave.status.is_live)
            spans.setdefault((person_id, wave_id), []).append(span)
    return {key: wait for key, each in spans.items() if (wait := longest(each, on)) is not None}


# Making the statement anew costs more than running it, each time somebody learns.
@cache
def _waiting() -> Select[int, int, Wave]:
    settling, membership = aliased(Wave), aliased(Membership)
    day, since = bindparam("day", type_=Date), bindparam("since", type_=Date)
    return (
        select(Assignment.person_id, Assignment.wave_id, settling)
        .join(membership, and_(membership.person_id == Assignment.person_id, membership.ended_at.is_(None)))
        .join(settling, settling.id == membership.wave_id)
        .where(Assignment.person_id.in_(bindparam("people", expanding=True)), *_holds_back(settling, day, since))
        .distinct()
    )


def holding_back(wave: Wave, on: date) -> list[tuple[Wave, date]]:
    """Return the waves that hold back training of this one on a day, or did within the week before, with the last day of each.

    The longest quiet period is first. One query where there are none, else two.
    """
    asked = select(Wave).where(Wave.id != wave.id, *_is_quiet(Wave, on, on - GRACE))
    found = list(db.session.scalars(asked.order_by(Wave.stabilises_until_on.desc(), Wave.id)))
    goes_on = {row.settling_id for row in standing_overrides(wave.id)} if found else set()
    return [
        (each, each.stabilises_until_on)
        for each in found
        if each.stabilises_until_on is not None and each.id not in goes_on
    ]


def due_days(wave: Wave, on: date) -> ColumnElement[date]:
    """Return when each `Assignment` of a wave is due, as a column: `Wait.due_on` says the same of one person."""
    own: ColumnElement[date] = func.coalesce(Assignment.own_due_on, literal(wave.training_due_on, Date()))
    whens = [
        (and_(Assignment.own_due_on.is_(None), Assignment.person_id.in_(member_ids(each.id))), literal(day, Date()))
        for each, until_on in holding_back(wave, on)
        if (day := due_after(until_on)) > wave.training_due_on
    ]
    return case(*whens, else_=own) if whens else own


def standing_overrides(wave_id: int) -> list[QuietOverride]:
    """Return for which quiet periods the training of a wave goes on, with who said so."""
    return [row for row in overrides_of(wave_id) if row.ended_at is None]


def overrides_of(wave_id: int) -> list[QuietOverride]:
    """Return every time that somebody let the training of a wave go on, the newest first."""
    asked = select(QuietOverride).where(QuietOverride.wave_id == wave_id).order_by(QuietOverride.id.desc())
    return list(
        db.session.scalars(asked.options(joinedload(QuietOverride.said_by), joinedload(QuietOverride.settling)))
    )
