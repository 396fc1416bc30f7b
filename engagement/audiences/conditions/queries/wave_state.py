"""The status of the waves that somebody is in now."""

from sqlalchemy import ColumnElement, select

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Options
from engagement.audiences.conditions.queries.wave import is_member, waves_of
from engagement.people.models import Person
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus


class WaveStateField(Field):
    name, question = "wave_state", "State of their wave"
    phrases = ("are in a wave that is {}", "are in no wave that is {}")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        states = [WaveStatus(value) for value in condition["values"]]
        return is_member(Membership.wave_id.in_(select(Wave.id).where(Wave.status.in_(states))))

    def facts(self, person: Person, ground: Ground) -> set[str]:
        return {wave.status.value for wave in waves_of(person)}

    def holds(self, condition: Condition, facts: set[str], ground: Ground) -> bool:
        return not facts.isdisjoint(condition["values"])

    def tells(self, facts: set[str]) -> str:
        return f"Is in a wave that is {' or '.join(sorted(facts))}." if facts else "Is in no wave."

    def options(self, besides: int | None = None) -> Options:
        return [(status.value, status.word.lower()) for status in WaveStatus]
