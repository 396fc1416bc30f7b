"""The builder of an audience's rule as a plain form: rows and groups that are posted whole and drawn again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from engagement.audiences.conditions.queries.catalogue import FIELDS, problems_of
from engagement.audiences.conditions.queries.field import Field
from engagement.audiences.conditions.queries.narrowing import places_in, places_read
from engagement.audiences.rules import Rule

#: The kinds of group: the word in the form, and how the rule writes it.
GROUP_WORDS = (
    ("all", "all of these"),
    ("any", "at least one of these"),
    ("none", "none of these"),
    ("not_all", "not all of these"),
)
_KEY = re.compile(r"0(-\d{1,3}){0,12}")
_MOST_ROWS = 150
_MOST_PROBLEMS = 5


@dataclass
class Row:
    """One row of the builder: a group with its rows inside, or a condition with what was chosen or typed.

    `key` is its position: "0" is the outermost group, "0-2" its third row. `texts` are its values as the form gives
    them, `switched` its switches that are on, `places` the programmes and waves to which it is limited, such as "waves:3".
    """

    key: str = "0"
    about: Field | None = None
    word: str = "all"
    rows: "list[Row]" = field(default_factory=list)
    is_not: bool = False
    texts: list[str] = field(default_factory=list)
    switched: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Whether the row is a group; otherwise it is a condition."""
        return self.about is None

    @property
    def is_outermost(self) -> bool:
        """Whether the row holds all others."""
        return self.key == "0"


def rows_of(rule: Rule) -> Row:
    """Return the builder for a rule."""
    row = _row(rule)
    return numbered(row if row.is_group else Row(rows=[row]))


def _row(rule: Rule) -> Row:
    inner, is_not = rule, False
    while "not" in inner:
        inner, is_not = inner["not"], not is_not
    if "field" not in inner:
        word = "all" if "all" in inner else "any"
        said = {"all": "not_all", "any": "none"}[word] if is_not else word
        return Row(word=said, rows=[_row(child) for child in inner[word]])
    about = FIELDS[inner["field"]]
    return Row(
        about=about,
        is_not=is_not,
        texts=about.written(inner.get("values", [])),
        switched=[switch for switch in about.switches if inner.get(switch)],
        places=[f"{part}:{key}" for part, key in places_in([inner])],
    )


def numbered(row: Row, key: str = "0") -> Row:
    """Give every row the key of its present position, and return the outermost."""
    row.key = key
    for number, inner in enumerate(row.rows):
        numbered(inner, f"{key}-{number}")
    return row


def all_rows(row: Row) -> Iterator[Row]:
    """Yield a row and all rows inside it."""
    yield row
    for inner in row.rows:
        yield from all_rows(inner)


def posted_rows(form: "MultiDict[str, str]") -> Row:
    """Return the builder as it was posted, without what makes no sense."""
    top = Row(word=_group_word(form, "0"))
    found = {"0": top}
    for key in form.getlist("row")[:_MOST_ROWS]:
        above = found.get(key.rpartition("-")[0])
        if not _KEY.fullmatch(key) or key in found or above is None or not above.is_group:
            continue
        found[key] = _posted_row(form, key)
        above.rows.append(found[key])
    return top


def _posted_row(form: "MultiDict[str, str]", key: str) -> Row:
    about = FIELDS.get(form.get(f"field-{key}", ""))
    if about is None:
        return Row(key, word=_group_word(form, key))
    return Row(
        key,
        about=about,
        is_not=form.get(f"is-{key}") == "not",
        texts=form.get(f"typed-{key}", "").splitlines() if about.typed else form.getlist(f"values-{key}"),
        switched=[switch for switch in about.switches if f"{switch}-{key}" in form],
        places=form.getlist(f"places-{key}"),
    )


def _group_word(form: "MultiDict[str, str]", key: str) -> str:
    word = form.get(f"word-{key}", "all")
    return word if word in dict(GROUP_WORDS) else "all"


def press(top: Row, button: str, form: "MultiDict[str, str]") -> str | None:
    """Do what a button of the builder asks: add a condition or a group to a group, or take a row out.

    Returns the key of the row to go on at, or None when no button of the builder was pressed.
    """
    verb, _, key = button.partition(":")
    row = next((row for row in all_rows(top) if row.key == key), None)
    if row is None:
        return None
    if verb == "remove" and not row.is_outermost:
        above = next(group for group in all_rows(top) if row in group.rows)
        above.rows = [inner for inner in above.rows if inner is not row]
        numbered(top)
        return above.key
    if verb not in ("add", "group") or not row.is_group or sum(1 for _ in all_rows(top)) >= _MOST_ROWS:
        return None
    about = FIELDS.get(form.get(f"new-{key}", ""))
    if verb == "add" and about is None:
        return key
    row.rows.append(Row(about=about) if verb == "add" else Row(word="any" if row.word == "all" else "all"))
    numbered(top)
    return row.rows[-1].key


def rule_of(top: Row) -> tuple[Rule, list[str]]:
    """Return the rule that was built, and one sentence for each thing that is missing or wrong."""
    problems: list[str] = []
    rule = _rule(top, problems)
    if not top.rows:
        return rule, ["Add at least one condition. To reach everybody, add “Everybody in the directory”."]
    return rule, list(dict.fromkeys(problems))[:_MOST_PROBLEMS] or problems_of(rule)


def _rule(row: Row, problems: list[str]) -> Rule:
    """Return the rule of one row; add what can't be understood to the problems."""
    if row.about is None:
        inside = [_rule(inner, problems) for inner in row.rows]
        group: Rule = {"all" if row.word in ("all", "not_all") else "any": inside}
        return {"not": group} if row.word in ("none", "not_all") else group
    condition: Rule = {"field": row.about.name}
    if row.about.takes_values:
        condition["values"], unknown = row.about.read(row.texts)
        problems += unknown
    condition |= dict.fromkeys(row.switched, True)
    if row.about.narrowed_by:
        condition |= places_read(row.places)
    return {"not": condition} if row.is_not else condition
