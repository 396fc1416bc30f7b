"""The rule of an audience: its JSON form, what is wrong with one, and what it names, over plain values.

A rule is a tree. Groups are `{"all": [...]}`, `{"any": [...]}` and `{"not": node}`. Conditions are
`{"field": "department", "values": [4, 9]}` and hold when one of the values does; departments take `"exactly": true` to
leave out what is below them, stakeholder groups and champions `"programmes": [...]` and `"waves": [...]` to count only where
they stand on one of these. How a rule is said stands in `wording`, whom it matches in `meaning`, how the database answers it in
`resolution`.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeAlias

Rule: TypeAlias = dict[str, Any]

DEEPEST = 8
MOST_CONDITIONS = 60
MOST_VALUES = 300
#: The same for a rule with everything that it names written out; databases refuse much larger questions.
MOST_CONDITIONS_IN_ALL = 400
MOST_VALUES_IN_ALL = 10_000
LONGEST_VALUE = 200
#: Words of a condition on training that stand alone, and those that name a module after a colon.
OVERDUE, NOT_STARTED = "overdue", "not_started"
FINISHED, NOT_FINISHED = "finished", "not_finished"
#: Words of a condition on confirmations; each names a mailing by its id after a colon.
CONFIRMED, NOT_CONFIRMED = "confirmed", "not_confirmed"


class Field(StrEnum):
    """What a condition asks about a person."""

    EVERYBODY = "everybody"
    DEPARTMENT = "department"
    LOCATION = "location"
    COUNTRY = "country"
    LANGUAGE = "language"
    JOB_TITLE = "job_title"
    TRAINING_ROLE = "training_role"
    HAS_NO_ROLE = "has_no_role"
    WAVE = "wave"
    WAVE_STATE = "wave_state"
    STAKEHOLDER_GROUP = "stakeholder_group"
    CHAMPION = "champion"
    TRAINING_STATE = "training_state"
    CONFIRMATION = "confirmation"
    MANAGER_OF_PEOPLE = "manager_of_people"
    PERSON = "person"
    AUDIENCE = "audience"

    @property
    def takes_values(self) -> bool:
        """Whether a condition on this names values; the others are true or not."""
        return self not in (Field.EVERYBODY, Field.HAS_NO_ROLE, Field.MANAGER_OF_PEOPLE, Field.CHAMPION)

    @property
    def takes_ids(self) -> bool:
        """Whether the values are ids of rows rather than words."""
        return self in (Field.DEPARTMENT, Field.WAVE, Field.PERSON, Field.AUDIENCE)

    @property
    def can_be_narrowed(self) -> bool:
        """Whether a condition on this can be narrowed to programmes and waves."""
        return self in (Field.STAKEHOLDER_GROUP, Field.CHAMPION)


class Narrowing(StrEnum):
    """The parts of a condition that narrow it to programmes or waves, by their ids; either of them will do."""

    PROGRAMMES = "programmes"
    WAVES = "waves"


#: What follows from training roles; a rule that gives roles must not rest on it, or it would turn in a circle.
RESTS_ON_ROLES = frozenset({Field.TRAINING_ROLE, Field.HAS_NO_ROLE, Field.TRAINING_STATE})


def problems_of(rule: Any) -> list[str]:
    """Return one sentence for each thing that makes a rule unusable, none for a good one; ids are not looked up."""
    if _depth(rule) > DEEPEST:
        return [
            f"Groups can stand inside each other at most {DEEPEST} deep. Save an inner one as an audience of its own."
        ]
    found = list(dict.fromkeys(_problems(rule)))
    if not found and sum(1 for _ in conditions_of(rule)) > MOST_CONDITIONS:
        return [f"Use at most {MOST_CONDITIONS} conditions. Save some as an audience of their own and name that here."]
    return found


def _depth(node: Any, so_far: int = 0) -> int:
    if so_far > DEEPEST or not isinstance(node, dict):
        return so_far
    inner = [child for key in ("all", "any") if isinstance(node.get(key), list) for child in node[key]]
    inner += [node["not"]] if "not" in node else []
    return max((_depth(child, so_far + 1) for child in inner), default=so_far)


def _problems(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        yield "A part of the rule is neither a condition nor a group."
    elif "field" in node:
        yield from _condition_problems(node)
    elif set(node) == {"not"}:
        yield from _problems(node["not"])
    elif set(node) in ({"all"}, {"any"}):
        children = next(iter(node.values()))
        if not isinstance(children, list):
            yield "A group is a list of conditions and groups."
        elif not children:
            yield "A group is empty. Add a condition to it or remove it."
        else:
            for child in children:
                yield from _problems(child)
    else:
        yield "A group has one word: all, any or not."


def _condition_problems(condition: Rule) -> Iterator[str]:
    try:
        field = Field(condition["field"])
    except ValueError:
        yield f"“{str(condition['field'])[:40]}” is nothing that an audience can ask about."
        return
    known = {"field", "values", "exactly", *(Narrowing if field.can_be_narrowed else ())}
    if set(condition) - known or not isinstance(condition.get("exactly", False), bool):
        yield f"The condition on {words_of(field)} has a part that is not known."
    if any(not _are_ids(condition[part]) for part in Narrowing if part in condition):
        yield f"The condition on {words_of(field)} is narrowed to something that can’t be used."
    values = condition.get("values", [])
    if not isinstance(values, list) or not all(_is_fit(field, value) for value in values):
        yield f"The condition on {words_of(field)} has a value that can’t be used."
    elif field.takes_values and not values:
        yield f"Choose at least one value for {words_of(field)}, or remove the condition."
    elif len(values) > MOST_VALUES:
        yield f"The condition on {words_of(field)} names more than {MOST_VALUES:,} values."


def _are_ids(values: Any) -> bool:
    return isinstance(values, list) and 0 < len(values) <= MOST_VALUES and all(_is_id(value) for value in values)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def _is_fit(field: Field, value: Any) -> bool:
    if field.takes_ids:
        return _is_id(value)
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or "\0" in value:
        return False
    if field is Field.CONFIRMATION:
        return confirmation_asked(value) is not None
    return field is not Field.JOB_TITLE or bool(value.strip())


def confirmation_asked(value: str) -> tuple[str, int] | None:
    """Return what a value of a condition on confirmations asks, and of which mailing; None where it makes no sense."""
    word, _, mailing = value.partition(":")
    known = word in (CONFIRMED, NOT_CONFIRMED) and mailing.isascii() and mailing.isdigit() and len(mailing) < 10
    return (word, int(mailing)) if known else None


def words_of(field: Field) -> str:
    """Return the field as it is named inside a sentence."""
    return field.value.replace("_", " ")


def conditions_of(rule: Rule) -> Iterator[Rule]:
    """Yield the conditions of a rule that has no problems, in reading order."""
    if "field" in rule:
        yield rule
    elif "not" in rule:
        yield from conditions_of(rule["not"])
    else:
        for child in rule["all"] if "all" in rule else rule["any"]:
            yield from conditions_of(child)


def values_of(rule: Rule, field: Field) -> list[Any]:
    """Return every value that the rule names for a field, once, in reading order."""
    named = (v for c in conditions_of(rule) if c["field"] == field for v in c.get("values", []))
    return list(dict.fromkeys(named))


def narrowed_to(rule: Rule, part: Narrowing) -> list[int]:
    """Return every programme or wave that a condition of the rule is narrowed to, once, in reading order."""
    return list(dict.fromkeys(value for c in conditions_of(rule) for value in c.get(part, [])))


def rebuilt(rule: Rule, change: Callable[[Rule], Rule]) -> Rule:
    """Return the same tree with every condition replaced by what `change` makes of it."""
    if "field" in rule:
        return change(rule)
    if "not" in rule:
        return {"not": rebuilt(rule["not"], change)}
    word = "all" if "all" in rule else "any"
    return {word: [rebuilt(child, change) for child in rule[word]]}


def inlined(rule: Rule, audiences: Mapping[int, Rule], successors: Mapping[int, int]) -> Rule:
    """Return the rule without names of other rules: audiences replaced by theirs, merged departments by their successors.

    `audiences` must hold every audience that is named, directly or further down; there are no circles among them.
    """

    def change(condition: Rule) -> Rule:
        if condition["field"] == Field.AUDIENCE:
            return {"any": [inlined(audiences[i], audiences, successors) for i in condition["values"]]}
        if condition["field"] == Field.DEPARTMENT:
            return {**condition, "values": [successors.get(i, i) for i in condition["values"]]}
        return condition

    return rebuilt(rule, change)


def chain_back(start: int, references: Mapping[int, list[int]]) -> list[int]:
    """Return the shortest way from an audience over those that it names back to itself, both ends included; else nothing."""
    ways = [[start, named] for named in references.get(start, [])]
    seen: set[int] = set()
    for way in ways:
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways.extend([*way, named] for named in references.get(way[-1], []))
    return []
