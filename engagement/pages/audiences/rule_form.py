"""The builder of an audience's rule as a plain form: rows and groups that are posted whole and drawn again."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from engagement.audiences.rules import Field, Narrowing, Rule, problems_of

#: How a group is asked about; the word in the form, and how the rule writes it.
GROUP_WORDS = (
    ("all", "all of these"),
    ("any", "at least one of these"),
    ("none", "none of these"),
    ("not_all", "not all of these"),
)
#: What a condition can be about, in the order of the list, with its question.
QUESTIONS = (
    (Field.DEPARTMENT, "Department"),
    (Field.LOCATION, "Location"),
    (Field.COUNTRY, "Country"),
    (Field.LANGUAGE, "Language"),
    (Field.JOB_TITLE, "Words in the job title"),
    (Field.MANAGER_OF_PEOPLE, "Manages people"),
    (Field.TRAINING_ROLE, "Training role"),
    (Field.HAS_NO_ROLE, "Has no training role"),
    (Field.WAVE, "Wave"),
    (Field.WAVE_STATE, "State of their wave"),
    (Field.STAKEHOLDER_GROUP, "Stakeholder group"),
    (Field.CHAMPION, "Champion"),
    (Field.TRAINING_STATE, "Training"),
    (Field.CONFIRMATION, "Confirmed a message as read"),
    (Field.PERSON, "Person"),
    (Field.AUDIENCE, "Other audience"),
    (Field.EVERYBODY, "Everybody in the directory"),
)
TYPED = (Field.JOB_TITLE, Field.PERSON)
_KEY = re.compile(r"0(-\d{1,3}){0,12}")
_MOST_ROWS = 150


@dataclass
class Row:
    """One row of the builder: a group with its rows inside, or a condition with what was chosen or typed.

    `key` says where it stands: "0" is the outermost group, "0-2" its third row. `places` are the programmes and waves that
    it is narrowed to, in the form "waves:3".
    """

    key: str = "0"
    about: Field | None = None
    word: str = "all"
    rows: "list[Row]" = field(default_factory=list)
    is_not: bool = False
    exactly: bool = False
    chosen: list[str] = field(default_factory=list)
    typed: str = ""
    places: list[str] = field(default_factory=list)

    @property
    def is_group(self) -> bool:
        """Whether it is a group rather than a condition."""
        return self.about is None

    @property
    def is_typed(self) -> bool:
        """Whether its values are typed, one in a line, rather than chosen."""
        return self.about in TYPED

    @property
    def can_be_exact(self) -> bool:
        """Whether it asks about departments, which may be meant without those below."""
        return self.about is Field.DEPARTMENT

    @property
    def can_be_narrowed(self) -> bool:
        """Whether it can be asked of some programmes and waves only."""
        return self.about is not None and self.about.can_be_narrowed

    @property
    def question(self) -> str:
        """What it asks about."""
        return dict(QUESTIONS)[self.about] if self.about else "Group"

    @property
    def is_outermost(self) -> bool:
        """Whether it holds all the others."""
        return self.key == "0"


def rows_of(rule: Rule | None, names: dict[int, str]) -> Row:
    """Return the builder for a rule, an empty one for None; `names` gives the addresses of the people it names."""
    if rule is None:
        return Row()
    row = _row(rule, names)
    return numbered(row if row.is_group else Row(rows=[row]))


def _row(rule: Rule, names: dict[int, str]) -> Row:
    inner, is_not = rule, False
    while "not" in inner:
        inner, is_not = inner["not"], not is_not
    if "field" not in inner:
        word = "all" if "all" in inner else "any"
        said = {"all": "not_all", "any": "none"}[word] if is_not else word
        return Row(word=said, rows=[_row(child, names) for child in inner[word]])
    asked = Field(inner["field"])
    values = inner.get("values", [])
    typed = [names.get(value, str(value)) if asked is Field.PERSON else str(value) for value in values]
    return Row(
        about=asked,
        is_not=is_not,
        exactly=bool(inner.get("exactly")),
        chosen=[] if asked in TYPED else [str(value) for value in values],
        typed="\n".join(typed) if asked in TYPED else "",
        places=[f"{part.value}:{value}" for part in Narrowing for value in inner.get(part, [])],
    )


def numbered(row: Row, key: str = "0") -> Row:
    """Give every row the key of the place where it stands now, and return the outermost."""
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
    """Return the builder as it was posted; what makes no sense in it is left out."""
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
    asked = form.get(f"field-{key}", "")
    if asked not in {question.value for question, _ in QUESTIONS}:
        return Row(key, word=_group_word(form, key))
    return Row(
        key,
        about=Field(asked),
        is_not=form.get(f"is-{key}") == "not",
        exactly=f"exactly-{key}" in form,
        chosen=form.getlist(f"values-{key}"),
        typed=form.get(f"typed-{key}", ""),
        places=form.getlist(f"places-{key}"),
    )


def _group_word(form: "MultiDict[str, str]", key: str) -> str:
    word = form.get(f"word-{key}", "all")
    return word if word in dict(GROUP_WORDS) else "all"


def press(top: Row, button: str, form: "MultiDict[str, str]") -> str | None:
    """Do what a button of the builder asks: add a condition or a group to a group, or take a row out.

    Returns the key of the row to go on at, None for a button that is not one of the builder's.
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
    asked = form.get(f"new-{key}", "")
    if verb == "add" and asked not in {question.value for question, _ in QUESTIONS}:
        return key
    row.rows.append(Row(about=Field(asked)) if verb == "add" else Row(word="any" if row.word == "all" else "all"))
    numbered(top)
    return row.rows[-1].key


def rule_of(top: Row, find_people: Callable[[list[str]], dict[str, int]]) -> tuple[Rule, list[str]]:
    """Return the rule that the builder says, and one sentence for each thing that is missing or wrong in it.

    `find_people` finds the ids of people by what was typed, an address or employee number each.
    """
    typed = [line for row in all_rows(top) if row.about is Field.PERSON for line in _lines(row)]
    people = find_people(typed) if typed else {}
    rule = _rule(top, people)
    unknown = [line for line in dict.fromkeys(typed) if line not in people]
    problems = [f"Nobody here has the address or employee number “{line[:80]}”." for line in unknown[:5]]
    if not top.rows:
        return rule, ["Add at least one condition. To reach everybody, add “Everybody in the directory”."]
    return rule, problems or problems_of(rule)


def _lines(row: Row) -> list[str]:
    return [line.strip() for line in row.typed.splitlines() if line.strip()]


def _rule(row: Row, people: dict[str, int]) -> Rule:
    if row.about is None:
        inside = [_rule(inner, people) for inner in row.rows]
        group: Rule = {"all" if row.word in ("all", "not_all") else "any": inside}
        return {"not": group} if row.word in ("none", "not_all") else group
    condition: Rule = {"field": row.about.value}
    if row.about.takes_values:
        condition["values"] = _values(row, people)
    if row.can_be_exact and row.exactly:
        condition["exactly"] = True
    if row.can_be_narrowed:
        condition |= _narrowing(row)
    return {"not": condition} if row.is_not else condition


def _narrowing(row: Row) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place in dict.fromkeys(row.places):
        part, _, key = place.partition(":")
        if part in set(Narrowing) and key.isascii() and key.isdigit() and len(key) < 10:
            found.setdefault(part, []).append(int(key))
    return found


def _values(row: Row, people: dict[str, int]) -> list[int | str]:
    if row.about is Field.PERSON:
        return list(dict.fromkeys(people[line] for line in _lines(row) if line in people))
    if row.is_typed:
        return list(dict.fromkeys(_lines(row)))
    chosen = dict.fromkeys(row.chosen)
    if row.about is not None and row.about.takes_ids:
        return [int(value) for value in chosen if value.isascii() and value.isdigit()]
    return list(chosen)
