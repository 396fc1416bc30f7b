"""Whether somebody confirmed a message that asked for it. A value is a word and the mailing's id: "confirmed:7"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Options, Values, ids_in
from engagement.mail.confirmations.queries import (
    asked_of,
    confirmed_by,
    titles_to_confirm,
    who_confirmed,
    who_was_asked,
)
from engagement.people.models import Person
from engagement.words import plural

CONFIRMED, NOT_CONFIRMED = "confirmed", "not_confirmed"


@dataclass(frozen=True)
class Confirming:
    """Mailings that somebody was sent and asked to confirm, and those that they confirmed."""

    asked: frozenset[int] = frozenset()
    confirmed: frozenset[int] = frozenset()


class ConfirmationField(Field):
    name, question = "confirmation", "Confirmed a message as read"
    phrases = ("{}", "are not among those who {}")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return or_(*map(_sql, condition["values"])).self_group()

    def facts(self, person: Person, ground: Ground) -> Confirming:
        return Confirming(asked_of(person.id), confirmed_by(person.id))

    def holds(self, condition: Condition, facts: Confirming, ground: Ground) -> bool:
        asked = map(_parts, condition["values"])
        outstanding = facts.asked - facts.confirmed
        return any(mailing in (facts.confirmed if word == CONFIRMED else outstanding) for word, mailing in asked)

    def tells(self, facts: Confirming) -> str:
        if not facts.asked:
            return "Was not asked to confirm any message."
        asked = plural(len(facts.asked), "message", "messages")
        return f"Was asked to confirm {asked}, and has confirmed {len(facts.asked & facts.confirmed)}."

    def is_fit(self, value: Any) -> bool:
        return super().is_fit(value) and _parts(value)[0] in (CONFIRMED, NOT_CONFIRMED) and _parts(value)[1] > 0

    def named(self, values: Values) -> Labels:
        return dict(_states(titles_to_confirm({_parts(value)[1] for value in values})))

    def options(self, besides: int | None = None) -> Options:
        return _states(titles_to_confirm())


def _states(titles: Mapping[int, str]) -> Options:
    found: Options = []
    for mailing, title in titles.items():
        found.append((f"{CONFIRMED}:{mailing}", f"have confirmed “{title}”"))
        found.append((f"{NOT_CONFIRMED}:{mailing}", f"were asked to confirm “{title}” and have not"))
    return found


def _sql(value: str) -> ColumnElement[bool]:
    word, mailing = _parts(value)
    confirmed = Person.id.in_(who_confirmed(mailing))
    return confirmed if word == CONFIRMED else and_(Person.id.in_(who_was_asked(mailing)), not_(confirmed))


def _parts(value: str) -> tuple[str, int]:
    """Return the word and the mailing's id of a value; id 0, which no mailing has, for an invalid one."""
    word, _, mailing = value.partition(":")
    return word, next(iter(ids_in([mailing])), 0)
