"""Fields that stand alone in a paragraph and have several points: they become a list, one for each workflow or wave."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement


@dataclass(frozen=True)
class Points:
    """What is said about one thing, such as a workflow, under a field; `about` is "" where there is only one."""

    about: str
    said: Sequence[str]


def put_lists(tree: Element, field_of: re.Pattern[str], points: Mapping[str, Sequence[Points]]) -> None:
    """Put lists in the place of paragraphs that are nothing but a field with points; `field_of` finds a field's mark."""
    for part in list(tree.iter()):
        for place, child in reversed(list(enumerate(part))):
            alone = field_of.fullmatch((child.text or "").strip()) if child.tag == "p" and not len(child) else None
            every = points.get(alone["field"], ()) if alone else ()
            if len(every) > 1 or any(len(each.said) > 1 for each in every):
                made = [element for each in every for element in _elements(each)]
                made[-1].tail = child.tail
                part[place : place + 1] = made


def _elements(points: Points) -> list[Element]:
    """Return a line with what they are about, and the points, as a list if there are several."""
    found, name, few = [], points.about, len(points.said) == 1
    if name:
        found.append(_paragraph(f"{name}: {points.said[0]}" if few else f"{name}:"))
    if not (name and few):
        listed = Element("ul")
        listed.tail = "\n"
        for point in points.said:
            SubElement(listed, "li").text = point
        found.append(listed)
    return found


def _paragraph(words: str) -> Element:
    made = Element("p")
    made.text, made.tail = words, "\n"
    return made
