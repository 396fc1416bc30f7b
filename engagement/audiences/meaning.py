"""Whom a rule matches: everything that it can ask about one person as plain values, and each condition held against them."""

from collections.abc import Callable
from dataclasses import dataclass

from engagement.audiences.rules import CONFIRMED, FINISHED, NOT_FINISHED, OVERDUE, Field, Narrowing, Rule


@dataclass(frozen=True)
class Post:
    """Where somebody stands in a stakeholder group or is a champion: a programme, and those of its waves that it is for."""

    programme: int
    waves: frozenset[int]

    def is_within(self, condition: Rule) -> bool:
        """Return whether a condition that may be narrowed counts this."""
        programmes, waves = condition.get(Narrowing.PROGRAMMES, []), condition.get(Narrowing.WAVES, [])
        return not (programmes or waves) or self.programme in programmes or not self.waves.isdisjoint(waves)


@dataclass(frozen=True)
class PersonRecord:
    """Everything that conditions ask about one person, as plain values.

    `departments` are ids from the top down to their own; `finished` slugs of modules; `waves` and `wave_states` those that
    they are in now; `groups` are stakeholder groups with where they stand in them, `champion_of` where they are champions;
    `language` is empty where the organisation's default holds; `asked_to_confirm` and `confirmed` are ids of mailings that
    they were sent and asked to confirm, and of those that they confirmed.
    """

    id: int
    departments: tuple[int, ...] = ()
    location: str = ""
    country: str = ""
    language: str = ""
    job_title: str = ""
    roles: frozenset[str] = frozenset()
    waves: frozenset[int] = frozenset()
    wave_states: frozenset[str] = frozenset()
    groups: frozenset[tuple[str, Post]] = frozenset()
    champion_of: frozenset[Post] = frozenset()
    finished: frozenset[str] = frozenset()
    asked_to_confirm: frozenset[int] = frozenset()
    confirmed: frozenset[int] = frozenset()
    is_overdue: bool = False
    has_not_started: bool = False
    has_reports: bool = False
    has_left: bool = False


def matches(rule: Rule, person: PersonRecord) -> bool:
    """Return whether a rule reaches a person; nobody who has left is reached.

    The rule must be `inlined`; this is the meaning that `resolution` gives to it in the database.
    """
    return not person.has_left and meets(rule, person)


def meets(rule: Rule, person: PersonRecord) -> bool:
    """Return whether an inlined rule is true of a person, here or not."""
    if "not" in rule:
        return not meets(rule["not"], person)
    if "all" in rule:
        return all(meets(child, person) for child in rule["all"])
    if "any" in rule:
        return any(meets(child, person) for child in rule["any"])
    return _MEANING[Field(rule["field"])](rule, person)


def _in_department(condition: Rule, person: PersonRecord) -> bool:
    asked = person.departments[-1:] if condition.get("exactly") else person.departments
    return not set(asked).isdisjoint(condition["values"])


def _has_title(condition: Rule, person: PersonRecord) -> bool:
    title = person.job_title.casefold()
    return any(all(word in title for word in value.casefold().split()) for value in condition["values"])


def _is_in_training_state(condition: Rule, person: PersonRecord) -> bool:
    return any(_has_state(value, person) for value in condition["values"])


def _has_state(value: str, person: PersonRecord) -> bool:
    state, _, slug = value.partition(":")
    if state == FINISHED:
        return slug in person.finished
    if state == NOT_FINISHED:
        return slug not in person.finished
    return person.is_overdue if state == OVERDUE else person.has_not_started


def _is_in_confirmation_state(condition: Rule, person: PersonRecord) -> bool:
    return any(_has_confirmation(value, person) for value in condition["values"])


def _has_confirmation(value: str, person: PersonRecord) -> bool:
    word, _, mailing = value.partition(":")
    has_confirmed = int(mailing) in person.confirmed
    return has_confirmed if word == CONFIRMED else int(mailing) in person.asked_to_confirm and not has_confirmed


_MEANING: dict[Field, Callable[[Rule, PersonRecord], bool]] = {
    Field.EVERYBODY: lambda _condition, _person: True,
    Field.DEPARTMENT: _in_department,
    Field.LOCATION: lambda condition, person: person.location in condition["values"],
    Field.COUNTRY: lambda condition, person: person.country in condition["values"],
    Field.LANGUAGE: lambda condition, person: person.language in condition["values"],
    Field.JOB_TITLE: _has_title,
    Field.TRAINING_ROLE: lambda condition, person: not person.roles.isdisjoint(condition["values"]),
    Field.HAS_NO_ROLE: lambda _condition, person: not person.roles,
    Field.WAVE: lambda condition, person: not person.waves.isdisjoint(condition["values"]),
    Field.WAVE_STATE: lambda condition, person: not person.wave_states.isdisjoint(condition["values"]),
    Field.STAKEHOLDER_GROUP: lambda condition, person: any(
        group in condition["values"] and post.is_within(condition) for group, post in person.groups
    ),
    Field.CHAMPION: lambda condition, person: any(post.is_within(condition) for post in person.champion_of),
    Field.TRAINING_STATE: _is_in_training_state,
    Field.CONFIRMATION: _is_in_confirmation_state,
    Field.MANAGER_OF_PEOPLE: lambda _condition, person: person.has_reports,
    Field.PERSON: lambda condition, person: person.id in condition["values"],
}
