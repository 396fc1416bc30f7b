"""The rule of an audience: its JSON form, its problems as a tree, and its words; over plain values.

A rule is a tree. Groups are `{"all": [...]}`, `{"any": [...]}` and `{"not": node}`. Conditions are `{"field":
"department", "values": [4, 9]}` and are true when one of the values is; some fields take another part. Everything about
one field is in its file in `conditions`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from engagement.words import listed

Rule: TypeAlias = dict[str, Any]
NOBODY: Rule = {"any": []}
#: Words a condition about people, in the plural; True asks for its opposite.
Phrase: TypeAlias = Callable[[Rule, bool], str]
#: The size of a rule: how many conditions and how many values it has.
Size: TypeAlias = tuple[int, int]
T = TypeVar("T")

DEEPEST = 8
MOST_CONDITIONS = 60
MOST_VALUES = 300
#: The same with all named audiences written out; databases refuse much larger statements.
MOST_CONDITIONS_IN_ALL = 400
MOST_VALUES_IN_ALL = 10_000
_MOST_NAMED = 6
_HEADINGS = (("At least one of these:", "None of these:"), ("All of these:", "Not all of these:"))


def problems_in(rule: Any, of_condition: Callable[[Rule], Iterable[str]]) -> list[str]:
    """Return a sentence for each thing that makes a rule unusable."""
    if _depth(rule) > DEEPEST:
        return [
            f"Groups can stand inside each other at most {DEEPEST} deep. Save an inner one as an audience of its own."
        ]
    found = list(dict.fromkeys(_problems(rule, of_condition)))
    if not found and sum(1 for _ in conditions_of(rule)) > MOST_CONDITIONS:
        return [f"Use at most {MOST_CONDITIONS} conditions. Save some as an audience of their own and name that here."]
    return found


def _depth(node: Any, so_far: int = 0) -> int:
    if so_far > DEEPEST or not isinstance(node, dict):
        return so_far
    inner = [child for key in ("all", "any") if isinstance(node.get(key), list) for child in node[key]]
    inner += [node["not"]] if "not" in node else []
    return max((_depth(child, so_far + 1) for child in inner), default=so_far)


def _problems(node: Any, of_condition: Callable[[Rule], Iterable[str]]) -> Iterator[str]:
    if not isinstance(node, dict):
        yield "A part of the rule is neither a condition nor a group."
    elif "field" in node:
        yield from of_condition(node)
    elif set(node) == {"not"}:
        yield from _problems(node["not"], of_condition)
    elif set(node) in ({"all"}, {"any"}):
        children = next(iter(node.values()))
        if not isinstance(children, list):
            yield "A group is a list of conditions and groups."
        elif not children:
            yield "A group is empty. Add a condition to it or remove it."
        else:
            for child in children:
                yield from _problems(child, of_condition)
    else:
        yield "A group has one word: all, any or not."


def conditions_of(rule: Rule) -> Iterator[Rule]:
    """Yield the conditions of a valid rule, in reading order."""
    if "field" in rule:
        yield rule
    for child in () if "field" in rule else _inside(rule):
        yield from conditions_of(child)


def sure_conditions(rule: Rule) -> Iterator[Rule]:
    """Yield the conditions that are true of everybody in a rule: itself, or those of its “all” groups."""
    if "field" in rule:
        yield rule
    for child in rule.get("all", ()):
        yield from sure_conditions(child)


def _inside(group: Rule) -> list[Rule]:
    # A group with none of these keys raises KeyError, instead of reaching nobody unnoticed.
    return [group["not"]] if "not" in group else group["all"] if "all" in group else group["any"]


def values_of(rule: Rule, field: str) -> list[Any]:
    """Return every value that the rule names for a field, once each, in reading order."""
    named = (v for c in conditions_of(rule) if c["field"] == field for v in c.get("values", []))
    return list(dict.fromkeys(named))


def folded(
    rule: Rule,
    asked: Callable[[Rule], T],
    *,
    every: Callable[[list[T]], T],
    some: Callable[[list[T]], T],
    opposite: Callable[[T], T],
) -> T:
    """Combine a value for each condition of a rule into one, group by group."""
    if "field" in rule:
        return asked(rule)
    inner = [folded(child, asked, every=every, some=some, opposite=opposite) for child in _inside(rule)]
    return opposite(inner[0]) if "not" in rule else every(inner) if "all" in rule else some(inner)


def with_named(key: int, references: Mapping[int, list[int]]) -> set[int]:
    """Return this audience and all that its rule names, directly or through others."""
    found = [key]
    for each in found:
        found += set(references.get(each, [])) - set(found)
    return set(found)


def chain_back(start: int, references: Mapping[int, list[int]]) -> list[int]:
    """Return the shortest chain of named audiences from one back to itself, both ends included; [] without one."""
    ways = [[start, named] for named in references.get(start, [])]
    seen: set[int] = set()
    for way in ways:
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways.extend([*way, named] for named in references.get(way[-1], []))
    return []


@dataclass(frozen=True)
class Line:
    """One line of a rule as a list: its depth, its words, and its part of the rule."""

    depth: int
    words: str
    node: Rule
    is_group: bool


def sentence_of(rule: Rule, phrase: Phrase) -> str:
    """Return the rule as one sentence: “People who work in Claims or below and have the training role User.”"""
    return f"People who {_said(rule, phrase)}."


def _said(node: Rule, phrase: Phrase) -> str:
    inner = node.get("not", node)
    if "field" in inner:
        return phrase(inner, "not" in node)
    if "not" in node:
        return f"are not among those who {_said(inner, phrase)}"
    children = _inside(node)
    said = [_said(child, phrase) for child in children]
    if len(children) > 1:
        said = [w if "field" in child.get("not", child) else f"({w})" for child, w in zip(children, said, strict=True)]
    return (" and " if "all" in node else " or ").join(said)


def lines_of(node: Rule, phrase: Phrase, depth: int = 0) -> Iterator[Line]:
    """Yield the rule as lines, the inside of each group one level deeper than its heading."""
    inner, opposite = node.get("not", node), "not" in node
    if "field" in inner:
        words = phrase(inner, opposite)
        yield Line(depth, words[:1].upper() + words[1:], node, is_group=False)
    elif "not" in inner:
        yield from lines_of(inner["not"], phrase, depth)
    else:
        yield Line(depth, _HEADINGS["all" in inner][opposite], node, is_group=True)
        for child in _inside(inner):
            yield from lines_of(child, phrase, depth + 1)


def either(labels: list[str]) -> str:
    """Return labels joined with commas and “or”; a long list is cut and says how many more there are."""
    if len(labels) > _MOST_NAMED:
        labels = [*labels[: _MOST_NAMED - 1], f"{len(labels) - _MOST_NAMED + 1} others"]
    return listed(labels, "or")
