"""Reads of the audiences of waves, and why an audience can't be one."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from engagement.audiences.conditions.queries.audience import named_in
from engagement.audiences.conditions.queries.catalogue import FIELDS, asked_by, understood
from engagement.audiences.membership.models import WaveAudience
from engagement.audiences.models import Audience
from engagement.audiences.rules import Rule, with_named
from engagement.db import db
from engagement.waves.models import Wave

#: Fields that ask in which waves somebody is.
OF_WAVES = frozenset({"wave", "wave_state"})


def audiences_of(wave_id: int) -> list[Audience]:
    """Return the audiences whose people are in a wave, in the order in which they were chosen."""
    return [row.audience for row in choices_of(wave_id) if row.ended_at is None]


def choices_of(wave_id: int) -> Sequence[WaveAudience]:
    """Return every choice of an audience for a wave, those that ended too, in their order."""
    return db.session.scalars(_choices(), {"wave": wave_id}).all()


# Making a statement anew costs more than running it.
@cache
def _choices() -> Select[WaveAudience]:
    of_wave = select(WaveAudience).where(WaveAudience.wave_id == bindparam("wave"))
    return of_wave.options(joinedload(WaveAudience.audience)).order_by(WaveAudience.id)


def waves_of_audience(audience_id: int) -> list[Wave]:
    """Return the waves that an audience's people are in."""
    present = select(WaveAudience).where(WaveAudience.audience_id == audience_id, WaveAudience.ended_at.is_(None))
    rows = db.session.scalars(present.options(joinedload(WaveAudience.wave)).order_by(WaveAudience.id))
    return [row.wave for row in rows]


def saved_rules() -> dict[int, Rule]:
    """Return the rule of every audience, by id."""
    return {key: understood(rule) for key, rule in db.session.execute(select(Audience.id, Audience.rule))}


def why_no_members(key: int, rules: Mapping[int, Rule]) -> str:
    """Say why the people of an audience can't be a wave's, "" if they can: who joined might then no longer be meant.

    `rules` are the rules of all audiences, by id; what this one names counts too.
    """
    named = with_named(key, {each: named_in(rule) for each, rule in rules.items()}) & rules.keys()
    asked = {name for each in named for name in asked_by(rules[each])}
    asked = {name for name in asked if name in OF_WAVES or FIELDS[name].rests_on_roles}
    if not asked:
        return ""
    return (
        f"its rule asks about {FIELDS[min(asked)].words}, and that follows from being in a wave: "
        "whoever joins might then no longer be meant."
    )
