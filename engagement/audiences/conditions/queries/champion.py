"""Being a champion now, in a wave that is not cancelled."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, select

from engagement.audiences.conditions.queries.field import Condition, Ground
from engagement.audiences.conditions.queries.narrowing import NarrowedField, Post, narrowed
from engagement.audiences.conditions.queries.wave import title_of
from engagement.people.models import Person
from engagement.stakeholders.champions.queries import champion_posts, is_champion_on
from engagement.stakeholders.models import Champion
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus


class ChampionField(NarrowedField):
    name, question = "champion", "Champion"
    phrases = ("are champions", "are not champions")
    takes_values = False

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        posts = (
            select(Champion.person_id)
            .join(Wave, Wave.id == Champion.wave_id)
            .where(
                is_champion_on(ground.on),
                Wave.status != WaveStatus.CANCELLED,
                narrowed(condition, Wave.programme_id, Champion.wave_id.in_),
            )
        )
        return Person.id.in_(posts)

    def facts(self, person: Person, ground: Ground) -> Mapping[Post, str]:
        waves = {row.wave_id: row.wave for row in champion_posts(person.id, ground.on)}
        return {Post(wave.programme_id, frozenset({key})): title_of(wave) for key, wave in sorted(waves.items())}

    def holds(self, condition: Condition, facts: Mapping[Post, str], ground: Ground) -> bool:
        return any(post.is_within(condition) for post in facts)

    def tells(self, facts: Mapping[Post, str]) -> str:
        return f"Is a champion in {', '.join(facts.values())}." if facts else "Is no champion."
