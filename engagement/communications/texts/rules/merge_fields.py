"""Merge fields: which exist, how they are written, and the marks that stand for them while Markdown works.

A field is written `{{ first_name }}`. While a text is rendered, marks take the place of fields, so that neither
Markdown nor the cleaner touches them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import count

FIELD = re.compile(r"\{\{\s*+([a-z][a-z0-9_]*+)\s*+\}\}")


@dataclass(frozen=True)
class MergeField:
    """A field and its meaning; a link also has a path, and its words are in `content/frames`."""

    name: str
    meaning: str
    path: str | None = None

    @property
    def written(self) -> str:
        """The field as it is typed."""
        return slot(self.name)


FIELDS = {
    field.name: field
    for field in (
        MergeField("first_name", "the reader’s first name"),
        MergeField("name", "the reader’s full name"),
        MergeField("department", "the reader’s department"),
        MergeField("training_role", "the reader’s training role"),
        MergeField("wave", "number and name of the wave"),
        MergeField("go_live", "the day on which the wave goes live"),
        MergeField("workflow", "the workflows of the wave"),
        MergeField("system_does", "what the wave’s workflows do, as published for the reader’s training role"),
        MergeField("people_do", "what people still do, as published for the reader’s training role"),
        MergeField("who_decides", "who decides exceptions, as published for the reader’s training role"),
        MergeField("signs_of_error", "how to tell that it is wrong, as published for the reader’s training role"),
        MergeField("then_do", "what to do when it is wrong, as published for the reader’s training role"),
        MergeField("about_the_job", "what it means for people’s jobs, as published for the reader’s training role"),
        MergeField("programme", "the name of the programme"),
        MergeField("value_by_wave", "what each wave has brought so far, metric by metric, against its plan"),
        MergeField("sender_name", "the name of the communication’s owner"),
        MergeField("my_change_link", "a link to the reader’s own page", "/me"),
        MergeField("training_link", "a link to the reader’s training", "/me/training"),
        MergeField("concern_link", "a link to say something", "/concerns/new"),
    )
}
#: What the scope statements of a wave’s workflows say: the same for all readers with the same training roles.
OF_SCOPE = ("system_does", "people_do", "who_decides", "signs_of_error", "then_do", "about_the_job")
#: The same for all readers of a text, so filled when the message is built; delivery fills the others.
CONSTANT = ("wave", "go_live", "workflow", *OF_SCOPE, "programme", "value_by_wave", "sender_name")
#: What the waves of the programme are worth.
VALUE = "value_by_wave"
OF_A_WAVE = ("wave", "go_live", "workflow", *OF_SCOPE)
LINKS = tuple(field.name for field in FIELDS.values() if field.path)


def slot(name: str) -> str:
    """Return a field as it is written in texts."""
    return "{{ " + name + " }}"


def without_slots(value: str) -> str:
    """Return a value that brings no slots of its own: repeated braces become one, braces at its ends go."""
    return re.sub(r"([{}])\1+", r"\1", value).strip("{}")


def fields_in(*texts: str) -> list[str]:
    """Return the names of known fields that the texts use, each once, in reading order."""
    return list(dict.fromkeys(name for text in texts for name in FIELD.findall(text) if name in FIELDS))


class Mark:
    """Letters that no text contains, which mark fields while Markdown works; `held` is the text with marks."""

    def __init__(self, body: str) -> None:
        word = next(word for n in count() if (word := f"mergefield{n}q") not in body)
        self._names = list(FIELDS)
        self.field_of = re.compile(rf"{word}(?P<field>{'|'.join(self._names)})z")
        self.held = FIELD.sub(lambda m: f"{word}{m[1]}z" if m[1] in FIELDS else m[0], body)

    def out_of_text(self, text: str) -> str:
        return self.field_of.sub(lambda m: slot(m[1]), text)

    def out_of_html(self, html: str, words: Mapping[str, str]) -> str:
        inside = re.sub(rf'(?<=href="){self.field_of.pattern}(?=")', lambda m: slot(m[1]), html)
        return self.field_of.sub(lambda m: self._shown(FIELDS[m[1]], words), inside)

    @staticmethod
    def _shown(field: MergeField, words: Mapping[str, str]) -> str:
        if field.path is None:
            return field.written
        return f'<a href="{field.written}">{escape(words[field.name])}</a>'
