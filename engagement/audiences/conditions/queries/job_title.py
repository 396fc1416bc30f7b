"""Words in a job title: true if all words of one of the values occur, in any spelling."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_

from engagement.audiences.conditions.queries.field import Condition, Field, Ground, Labels, Values
from engagement.letters import folded
from engagement.people.models import Person
from engagement.searching import holds_words


class JobTitleField(Field):
    name, question = "job_title", "Words in the job title"
    phrases = ("have {} in their job title", "don’t have {} in their job title")
    is_quoted = True
    typed = ("Words", "One possibility in a line; of several words in a line all have to occur.")

    def sql(self, condition: Condition, ground: Ground) -> ColumnElement[bool]:
        alike = (holds_words(map(folded, value.split()), Person.job_title) for value in condition["values"])
        return or_(*alike).self_group()

    def holds(self, condition: Condition, facts: Person, ground: Ground) -> bool:
        title = folded(facts.job_title)
        return any(all(folded(word) in title for word in value.split()) for value in condition["values"])

    def tells(self, facts: Person) -> str:
        return f"Is called “{facts.job_title}”." if facts.job_title else "Has no job title."

    def is_fit(self, value: Any) -> bool:
        return super().is_fit(value) and bool(value.strip())

    def named(self, values: Values) -> Labels:
        return {value: value for value in values}

    def read(self, texts: Sequence[str]) -> tuple[list[Any], list[str]]:
        return list(dict.fromkeys(text.strip() for text in texts if text.strip())), []
