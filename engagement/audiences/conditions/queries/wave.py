"""The waves that somebody is in now."""

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Options, Values
from engagement.db import db
from engagement.people.models import Person
from engagement.waves.models import Membership, Wave


def waves_in_order(*which: ColumnElement[bool]) -> list[Wave]:
    """Return waves by programme and number, with their programmes."""
    rows = select(Wave).where(*which).options(joinedload(Wave.programme)).order_by(Wave.programme_id, Wave.number)
    return list(db.session.scalars(rows))


def title_of(wave: Wave) -> str:
    """Return a wave with its programme, because waves of several programmes have the same numbers."""
    return f"{wave.title} ({wave.programme.name})"


def is_member(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on `Person` that they are now in a wave with such a membership."""
    return exists().where(Membership.person_id == Person.id, Membership.ended_at.is_(None), *which)


def waves_of(person: Person) -> list[Wave]:
    """Return the waves that a person is in now."""
    now = select(Membership.wave_id).where(Membership.person_id == person.id, Membership.ended_at.is_(None))
    return waves_in_order(Wave.id.in_(now))


class WaveField(Field):
    name, question = "wave", "Wave"
    phrases = ("are in {}", "are not in {}")
    takes_ids = True

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return is_member(Membership.wave_id.in_(condition["values"]))

    def facts(self, person: Person, ground: Ground) -> list[Wave]:
        return waves_of(person)

    def holds(self, condition: Condition, facts: list[Wave], ground: Ground) -> bool:
        return any(wave.id in condition["values"] for wave in facts)

    def tells(self, facts: list[Wave]) -> str:
        return f"Is in {', '.join(map(title_of, facts))}." if facts else "Is in no wave."

    def named(self, values: Values) -> Labels:
        return {wave.id: title_of(wave) for wave in waves_in_order(Wave.id.in_(values))}

    def options(self, besides: int | None = None) -> Options:
        return [(wave.id, title_of(wave)) for wave in waves_in_order()]
