"""How a rule is said in plain words; pure, with the names of departments, waves and the rest handed in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from engagement.audiences.rules import Field, Narrowing, Rule

#: For each field, and for programmes and waves that conditions are narrowed to, the values with their names.
Names: TypeAlias = Mapping[Field | Narrowing, Mapping[Any, str]]

#: What a condition says of people, and what its opposite says; {} stands for the values.
_PHRASES = {
    Field.EVERYBODY: ("are in the directory", "are not in the directory"),
    Field.DEPARTMENT: ("work in {} or below", "don’t work in {} or below"),
    Field.LOCATION: ("work at {}", "don’t work at {}"),
    Field.COUNTRY: ("work in the country {}", "don’t work in the country {}"),
    Field.LANGUAGE: ("read {}", "don’t read {}"),
    Field.JOB_TITLE: ("have {} in their job title", "don’t have {} in their job title"),
    Field.TRAINING_ROLE: ("have the training role {}", "don’t have the training role {}"),
    Field.HAS_NO_ROLE: ("have no training role", "have a training role"),
    Field.WAVE: ("are in {}", "are not in {}"),
    Field.WAVE_STATE: ("are in a wave that is {}", "are in no wave that is {}"),
    Field.STAKEHOLDER_GROUP: ("are stakeholders among the {}", "are not stakeholders among the {}"),
    Field.CHAMPION: ("are champions", "are not champions"),
    Field.TRAINING_STATE: ("{}", "are not among those who {}"),
    Field.CONFIRMATION: ("{}", "are not among those who {}"),
    Field.MANAGER_OF_PEOPLE: ("manage people", "don’t manage people"),
    Field.PERSON: ("are {}", "are not {}"),
    Field.AUDIENCE: ("are in the audience {}", "are not in the audience {}"),
}
_EXACTLY = ("work in {} itself", "don’t work in {} itself")
_QUOTED = (Field.JOB_TITLE, Field.AUDIENCE)
_MOST_NAMED = 6


@dataclass(frozen=True)
class Line:
    """One line of a rule set out as a list: how deep it stands, its words, and the part of the rule that it says."""

    depth: int
    words: str
    node: Rule
    is_group: bool


def describe(rule: Rule, names: Names) -> str:
    """Return the rule as one sentence: “People who work in Claims or below and have the training role User.”"""
    return f"People who {_said(rule, names)}."


def _said(node: Rule, names: Names) -> str:
    if "field" in node:
        return phrase(node, names)
    if "not" in node:
        inner = node["not"]
        return (
            phrase(inner, names, opposite=True)
            if "field" in inner
            else f"are not among those who {_said(inner, names)}"
        )
    word, children = ("and", node["all"]) if "all" in node else ("or", node["any"])
    return f" {word} ".join(_in_brackets(child, names, alone=len(children) == 1) for child in children)


def _in_brackets(child: Rule, names: Names, *, alone: bool) -> str:
    said = _said(child, names)
    return said if alone or "field" in child or ("not" in child and "field" in child["not"]) else f"({said})"


def lines_of(rule: Rule, names: Names) -> list[Line]:
    """Return the rule as lines, the inside of each group one step deeper than its heading."""
    return list(_lines(rule, names, 0))


def _lines(node: Rule, names: Names, depth: int) -> Iterator[Line]:
    inner = node.get("not", node)
    opposite = "not" in node
    if "field" in inner:
        yield Line(depth, _sentence(phrase(inner, names, opposite=opposite)), node, is_group=False)
        return
    if "not" in inner:
        yield from _lines(inner["not"], names, depth)
        return
    yield Line(depth, _heading("all" if "all" in inner else "any", opposite=opposite), node, is_group=True)
    for child in inner.get("all", inner.get("any", [])):
        yield from _lines(child, names, depth + 1)


def _heading(word: str, *, opposite: bool) -> str:
    if word == "all":
        return "Not all of these:" if opposite else "All of these:"
    return "None of these:" if opposite else "At least one of these:"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def phrase(condition: Rule, names: Names, *, opposite: bool = False) -> str:
    """Return what a condition says of people, in the plural: “are in wave 3 or wave 4”."""
    field = Field(condition["field"])
    labels = _labels(condition.get("values", []), names.get(field, {}))
    if field in _QUOTED:
        labels = [f"“{label}”" for label in labels]
    pair = _EXACTLY if field is Field.DEPARTMENT and condition.get("exactly") else _PHRASES[field]
    places = [label for part in Narrowing for label in _labels(condition.get(part, []), names.get(part, {}))]
    return pair[opposite].format(either(labels)) + (f" in {either(places)}" if places else "")


def _labels(values: list[Any], known: Mapping[Any, str]) -> list[str]:
    return [str(known.get(value, f"{value} (no longer there)")) for value in values]


def either(labels: list[str]) -> str:
    """Return labels joined with commas and “or”; a long list is cut with how many more there are."""
    if len(labels) > _MOST_NAMED:
        labels = [*labels[: _MOST_NAMED - 1], f"{len(labels) - _MOST_NAMED + 1} others"]
    return labels[0] if len(labels) == 1 else ", ".join(labels[:-1]) + " or " + labels[-1] if labels else ""
