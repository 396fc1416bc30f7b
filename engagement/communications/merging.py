"""Merge fields of a text: which exist, what blocks sending, and how the text becomes HTML and plain text.

A field is written `{{ first_name }}`. While a text is rendered, marks take the place of fields, so that neither
Markdown nor the cleaner touches them. Values are put in afterwards and escaped, so they can never become markup or
fields. In an address a field is allowed only if it is a link and the whole address; see `field_places`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from itertools import count
from xml.etree.ElementTree import Element

from engagement.communications.field_places import misplaced, taken_out, with_room
from engagement.content import markdown
from engagement.content.commonmark import read, tree_of
from engagement.content.frames import frame_in
from engagement.content.plain_text import text_of
from engagement.errors import BadInput
from engagement.words import isolated

FIELD = re.compile(r"\{\{\s*+([a-z][a-z0-9_]*+)\s*+\}\}")
GUIDANCE = re.compile(r"^[ \t>*+-]*+\[[^\[\]]++\][ \t]*+$", re.MULTILINE)
LONGEST_SUBJECT = 200
#: At most this many unknown fields are named in one list of problems.
MOST_NAMED = 10


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
        MergeField("programme", "the name of the programme"),
        MergeField("sender_name", "the name of the communication’s owner"),
        MergeField("my_change_link", "a link to the reader’s own page", "/me"),
        MergeField("training_link", "a link to the reader’s training", "/me/training"),
        MergeField("concern_link", "a link to say something", "/concerns/new"),
    )
}
#: The same for all readers, so filled when the message is built; delivery fills the others.
CONSTANT = ("wave", "go_live", "workflow", "programme", "sender_name")
OF_A_WAVE = ("wave", "go_live", "workflow")
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


def problems_in(subject: str, body: str, constants: Mapping[str, str]) -> list[str]:
    """Return a sentence for each problem that blocks approval and sending; none when the text can go.

    `constants` are the values that are the same for all readers; a wave's field without one is a problem.
    """
    found = []
    if not subject.strip():
        found.append("The subject is empty.")
    elif len(subject) > LONGEST_SUBJECT:
        found.append(f"The subject is longer than {LONGEST_SUBJECT} characters.")
    if not body.strip():
        found.append("The text is empty.")
    found += [f"{slot(name)} is a link; it can’t stand in the subject." for name in LINKS if name in fields_in(subject)]
    found += _unknown_fields(subject, body)
    found += _without_value(fields_in(subject, body), constants)
    found += _left_guidance(body)
    return found + _misplaced(subject, body, spelt_well=not found)


def _misplaced(subject: str, body: str, *, spelt_well: bool) -> list[str]:
    """Return a sentence for each thing that readers would not get as meant.

    That is: what can't be laid out, what is left out, and fields in places where they could lead elsewhere. Where all
    fields are `spelt_well`, remaining braces came from an escape.
    """
    mark = _Mark(body)
    try:
        text = read(mark.held)
    except BadInput as error:
        return [error.sentence]
    tree, head = text.tree, _Mark(subject)
    found = [mark.out_of_text(sentence) for sentence in text.problems]
    found += misplaced(tree, mark.field_of, LINKS) + misplaced(_words(head.held), head.field_of, LINKS)
    shown = ["".join(tree.itertext()), *(value for part in tree.iter() for value in part.attrib.values())]
    if spelt_well and any("{{" in part for part in shown):
        found.append("Two braces in the text are written in another way. Write the merge field as in the list.")
    return list(dict.fromkeys(found))


def _words(text: str) -> Element:
    """Return a line of plain words as a tree."""
    made = Element("div")
    made.text = text
    return made


def _unknown_fields(*texts: str) -> list[str]:
    found: list[str] = []
    for text in texts:
        inside, rest = _braced(text)
        for inner in [inner for inner in inside if inner.strip() not in FIELDS][:MOST_NAMED]:
            shown = " ".join(inner.split())[:60]
            near = get_close_matches(shown, FIELDS, n=1)
            hint = f"did you mean {slot(near[0])}?" if near else "choose one from the list or delete it."
            found.append(f"{slot(shown)} is not a merge field; {hint}")
        if "{{" in rest or "}}" in rest:
            found.append("A merge field is not closed: two braces stand alone in the text.")
    return list(dict.fromkeys(found))


def _braced(text: str) -> tuple[list[str], str]:
    """Return each text between two braces, and the text without them; one pass, even when braces stay open."""
    inside: list[str] = []
    rest: list[str] = []
    done = 0
    while (begin := text.find("{{", done)) >= 0 and (end := text.find("}}", begin + 2)) >= 0:
        rest.append(text[done:begin])
        inside.append(text[begin + 2 : end])
        done = end + 2
    return inside, "".join([*rest, text[done:]])


def _without_value(names: Iterable[str], constants: Mapping[str, str]) -> list[str]:
    needed = [name for name in names if name in CONSTANT and not constants.get(name)]
    return [
        f"{slot(name)} has no value: this communication belongs to no wave."
        if name in OF_A_WAVE and not constants.get("wave")
        else f"{slot(name)} has no value yet; it stands for {FIELDS[name].meaning}."
        for name in needed
    ]


def _left_guidance(body: str) -> list[str]:
    notes = [match.group(0).strip() for match in GUIDANCE.finditer(body)]
    if not notes:
        return []
    first = notes[0] if len(notes[0]) <= 70 else notes[0][:69].rstrip() + "…"
    if len(notes) == 1:
        return [f"A note to the author still stands in the text: {first}"]
    return [f"{len(notes)} notes to the author still stand in the text. The first one: {first}"]


@dataclass(frozen=True)
class Rendered:
    """A text with constants filled in and slots for the rest: subject and text are plain, `html` is clean and escaped."""

    subject: str
    html: str
    text: str

    def filled(self, values: Mapping[str, str]) -> "Rendered":
        """Return the same with a person's values in the slots."""
        return Rendered(
            _filled(self.subject, values),
            _filled(self.html, {name: escape(isolated(value)) for name, value in values.items()}),
            _filled(self.text, values),
        )


def rendered(
    subject: str, body: str, constants: Mapping[str, str], link_words: Mapping[str, str] | None = None
) -> Rendered:
    """Return a text as built for everybody: constants filled in, personal fields left as slots.

    A link field that is alone becomes linked words in HTML (`link_words` by field, else English ones), and its bare
    address in plain text.
    """
    words = link_words or frame_in("en").words
    mark = _Mark(body)
    values = {name: without_slots(value) for name, value in constants.items() if value}
    try:
        tree = tree_of(mark.held)
    except BadInput as error:
        html, text = markdown.plain_html(mark.held, error.sentence), mark.held
    else:
        taken_out(tree, mark.field_of, LINKS, words)
        text, html = text_of(tree), markdown.html_of(tree, id_prefix=None)
    made = Rendered(
        FIELD.sub(lambda m: slot(m[1]), " ".join(subject.split())),
        _lone_braces(html, lambda part: mark.out_of_html(part, words)),
        _lone_braces(with_room(text, mark.field_of, LINKS), mark.out_of_text),
    )
    return made.filled(values)


def _lone_braces(text: str, put_in: Callable[[str], str]) -> str:
    """Put the fields in at their marks; braces from anything else, such as an escape, stay single."""
    return put_in(FIELD.sub(lambda m: "{ " + m[1] + " }" if m[1] in FIELDS else m[0], text))


class _Mark:
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


def _filled(text: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(lambda m: values.get(m[1], m[0]), text)
