"""Words in somebody's job title: one of the values holds when all its words occur in it, in any case."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, literal, or_

from engagement.audiences.conditions.field import Condition, Field, Ground, Labels, Values
from engagement.people.models import Person


class JobTitleField(Field):
    name, question = "job_title", "Words in the job title"
    phrases = ("have {} in their job title", "don’t have {} in their job title")
    is_quoted = True
    typed = ("Words", "One possibility in a line; of several words in a line all have to occur.")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        return or_(*(and_(*map(_occurs, value.split())) for value in condition["values"])).self_group()

    def holds(self, condition: Condition, facts: Person, ground: Ground) -> bool:
        title = facts.job_title.casefold()
        return any(all(word in title for word in value.casefold().split()) for value in condition["values"])

    def tells(self, facts: Person) -> str:
        return f"Is called “{facts.job_title}”." if facts.job_title else "Has no job title."

    def is_fit(self, value: Any) -> bool:
        return super().is_fit(value) and bool(value.strip())

    def named(self, values: Values) -> Labels:
        return {value: value for value in values}

    def read(self, texts: Sequence[str]) -> tuple[list[Any], list[str]]:
        return list(dict.fromkeys(text.strip() for text in texts if text.strip())), []


def _occurs(word: str) -> ColumnElement[bool]:
    for special in "\\%_":
        word = word.replace(special, "\\" + special)
    return _in_any_case(Person.job_title).like(_in_any_case(literal(f"%{word}%")), escape="\\")


def _in_any_case(text: SQLColumnExpression[str]) -> SQLColumnExpression[str]:
    # The database folds both sides alike; letters that only some engines fold are folded here for all of them.
    return func.replace(func.replace(func.lower(text), "ß", "ss"), "ς", "σ")
