"""What blocks a text from being sent: unknown, valueless or misplaced fields, notes to the author, nothing written."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from xml.etree.ElementTree import Element

from engagement.communications.texts.rules.field_places import misplaced
from engagement.communications.texts.rules.merge_fields import CONSTANT, FIELDS, LINKS, OF_A_WAVE, Mark, fields_in, slot
from engagement.content.commonmark import read
from engagement.errors import BadInput

GUIDANCE = re.compile(r"^[ \t>*+-]*+\[[^\[\]]++\][ \t]*+$", re.MULTILINE)
LONGEST_SUBJECT = 200
#: At most this many unknown fields are named in one list of problems.
MOST_NAMED = 10


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
    mark = Mark(body)
    try:
        text = read(mark.held)
    except BadInput as error:
        return [error.sentence]
    tree, head = text.tree, Mark(subject)
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
