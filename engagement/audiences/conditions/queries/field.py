"""What a field is, one thing that conditions can ask; and the facts with which rules are answered."""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, tzinfo
from typing import Any, ClassVar, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from engagement.audiences.rules import MOST_VALUES, NOBODY, Rule, Size, either, folded, problems_in
from engagement.people.models import Person

T = TypeVar("T")
#: The part of a rule about one field.
Condition: TypeAlias = Rule
Values: TypeAlias = Sequence[Any]
#: The names of a field's values; deleted ones have no entry.
Labels: TypeAlias = Mapping[Any, str]
#: Values to choose from with their names, in the order of the list.
Options: TypeAlias = list[tuple[Any, str]]
LONGEST_VALUE = 200


class Ground:
    """The facts of one day that rules need besides people; each is read once, when first needed."""

    def __init__(self, on: date, fields: "Mapping[str, Field]") -> None:
        self.on = on
        self._fields = fields
        self._read: dict[Any, Any] = {}

    def once(self, read: Callable[..., T], *of: Any) -> T:
        """Return the result of `read`, which is called only the first time."""
        key = (read, *of)
        if key not in self._read:
            self._read[key] = read(*of)
        found: T = self._read[key]
        return found

    def reached(self, rule: Rule) -> ColumnElement[bool]:
        """Return the condition on `Person` that the rule reaches them; never people who left."""
        return and_(Person.left_at.is_(None), self.sql(rule))

    def understood(self, rule: Any) -> Rule:
        """Return a rule, or the one that reaches nobody if this version can't understand it."""
        return NOBODY if problems_in(rule, lambda one: condition_problems(self._fields, one)) else rule

    def sql(self, rule: Rule) -> ColumnElement[bool]:
        """Return the condition on `Person` that the rule is true of them, including people who left."""
        return folded(
            self.understood(rule),
            lambda one: self._fields[one["field"]].sql(one, self),
            every=lambda inner: and_(true(), *inner).self_group(),
            some=lambda inner: or_(false(), *inner).self_group(),
            opposite=not_,
        )

    def meets(self, rule: Rule, person: Person) -> bool:
        """Return whether a rule is true of a person, even if they left; always agrees with `sql`."""
        return folded(
            self.understood(rule),
            lambda one: self._fields[one["field"]].holds(one, self.facts(one["field"], person), self),
            every=all,
            some=any,
            opposite=operator.not_,
        )

    def facts(self, name: str, person: Person) -> Any:
        """Return what a field knows about a person."""
        return self.once(self._fields[name].facts, person, self)


class Field(ABC):
    """One thing that conditions ask about a person."""

    #: Its name in rules, and its name in the form's list.
    name: ClassVar[str]
    question: ClassVar[str]
    #: The words of a condition and of its opposite; {} is replaced by the values.
    phrases: ClassVar[tuple[str, str]]
    #: Whether a condition has values, and whether these are ids of rows rather than words.
    takes_values: ClassVar[bool] = True
    takes_ids: ClassVar[bool] = False
    is_quoted: ClassVar[bool] = False
    #: Whether it follows from training roles; a rule that gives roles must not use it, because that would be a circle.
    rests_on_roles: ClassVar[bool] = False
    #: For values that are typed, one a line, rather than chosen: their name and a hint.
    typed: ClassVar[tuple[str, str] | None] = None
    #: Optional true/false parts with the form's words; and the parts that limit it to programmes and waves.
    switches: ClassVar[Mapping[str, str]] = {}
    narrowed_by: ClassVar[tuple[str, ...]] = ()

    @property
    def words(self) -> str:
        """The field's name inside a sentence."""
        return self.name.replace("_", " ")

    @abstractmethod
    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        """Return the condition on `Person`; never NULL, so that its opposite is true of all others."""

    def facts(self, person: Person, ground: Ground) -> Any:
        """Return the facts about one person that the condition needs; the person alone, unless a field reads more."""
        return person

    @abstractmethod
    def holds(self, condition: Condition, facts: Any, ground: Ground) -> bool:
        """Return whether the condition is true of one person; agrees with `sql`."""

    def told(self, condition: Condition, facts: Any, labels: Labels, zone: tzinfo) -> str:
        """Say what one person has for this condition; days are in the zone `zone`."""
        return self.tells(facts)

    def tells(self, facts: Any) -> str:
        """Say what one person has, without a condition: “Works in Operations/Claims.”"""
        return ""

    def phrase(self, condition: Condition, labels: Labels, opposite: bool) -> str:
        """Return what a condition says of people, in the plural: “are in wave 3 or wave 4”."""
        said = [label_of(labels, value, value) for value in condition.get("values", [])]
        values = either([f"“{words}”" for words in said] if self.is_quoted else said)
        return self.pair(condition)[opposite].format(values)

    def pair(self, condition: Condition) -> tuple[str, str]:
        """Return the words of a condition and of its opposite."""
        return self.phrases

    def problems(self, condition: Condition) -> Iterator[str]:
        """Yield a sentence for each thing that is wrong with a condition; doesn't check that its values exist."""
        if set(condition) - {"field", "values", *self.switches, *self.narrowed_by} or not all(
            isinstance(condition.get(switch, False), bool) for switch in self.switches
        ):
            yield f"The condition on {self.words} has a part that is not known."
        if not all(are_ids(condition[part]) for part in self.narrowed_by if part in condition):
            yield f"The condition on {self.words} is narrowed to something that can’t be used."
        values = condition.get("values", [])
        if not isinstance(values, list) or not all(self.is_fit(value) for value in values):
            yield f"The condition on {self.words} has a value that can’t be used."
        elif self.takes_values and not values:
            yield f"Choose at least one value for {self.words}, or remove the condition."
        elif len(values) > MOST_VALUES:
            yield f"The condition on {self.words} names more than {MOST_VALUES:,} values."

    def is_fit(self, value: Any) -> bool:
        """Return whether a value has the right form for this field."""
        is_word = isinstance(value, str) and len(value) <= LONGEST_VALUE and "\0" not in value
        return _is_id(value) if self.takes_ids else is_word

    def gone(self, conditions: Sequence[Condition], labels: Labels) -> Iterator[str]:
        """Yield in words the values of these conditions that no longer exist."""
        if any(value not in labels for condition in conditions for value in condition.get("values", [])):
            yield self.words

    def labels(self, conditions: Sequence[Condition]) -> Labels:
        """Return the names of all values of these conditions, in a fixed number of queries."""
        return self.named(list(dict.fromkeys(v for condition in conditions for v in condition.get("values", []))))

    def named(self, values: Values) -> Labels:
        """Return the names of these values."""
        return dict(self.options())

    def options(self, besides: int | None = None) -> Options:
        """Return the values to choose from; `besides` is the audience whose rule is being changed."""
        return []

    def offered(self, chosen: Sequence[str], besides: int | None = None) -> list[tuple[str, str]]:
        """Return the form's choices: the options and the chosen values, so that none is lost unnoticed."""
        found = {str(value): words for value, words in self.options(besides)}
        others = [value for value in self.read(chosen)[0] if str(value) not in found]
        labels = self.named(others) if others else {}
        return [*found.items(), *((str(value), label_of(labels, value, value)) for value in others)]

    def size(self, condition: Condition, named: Callable[[int], Size]) -> Size:
        """Return the size of a condition with everything written out; `named` gives the size of an audience."""
        return 1, sum(len(part) for part in condition.values() if isinstance(part, list))

    def read(self, texts: Sequence[str]) -> tuple[list[Any], list[str]]:
        """Return the values of a form's texts, and a sentence for each text that can't be understood."""
        return ids_in(texts) if self.takes_ids else list(dict.fromkeys(texts)), []

    def written(self, values: Values) -> list[str]:
        """Return the form's texts for these values."""
        return [str(value) for value in values]


def condition_problems(fields: Mapping[str, Field], condition: Condition) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with a condition, including an unknown field."""
    name = condition["field"]
    if isinstance(name, str) and name in fields:
        yield from fields[name].problems(condition)
    else:
        yield f"“{str(name)[:40]}” is nothing that an audience can ask about."


def label_of(labels: Labels, key: Any, value: Any) -> str:
    """Return the name of a value; words for one that no longer exists."""
    return labels.get(key, f"{value} (no longer there)")


def are_ids(values: Any) -> bool:
    """Return whether these values are ids, at least one and not too many."""
    return isinstance(values, list) and 0 < len(values) <= MOST_VALUES and all(_is_id(value) for value in values)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**31


def ids_in(texts: Sequence[str]) -> list[int]:
    """Return the ids among posted texts, once each, skipping everything else."""
    fit = (text for text in texts if text.isascii() and text.isdigit() and len(text) < 10)
    return list(dict.fromkeys(int(text) for text in fit))
