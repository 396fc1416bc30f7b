"""How a text becomes HTML and plain text.

Values are put in after Markdown has done its work, and escaped, so they can never become markup or fields. In an address
a field is allowed only if it is a link and the whole address; see `field_places`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType

from engagement.communications.texts.rules.field_places import taken_out, with_room
from engagement.communications.texts.rules.merge_fields import FIELD, FIELDS, LINKS, Mark, slot, without_slots
from engagement.communications.texts.rules.point_lists import Points, put_lists
from engagement.content import markdown
from engagement.content.commonmark import tree_of
from engagement.content.frames import frame_in
from engagement.content.plain_text import text_of
from engagement.errors import BadInput
from engagement.letters import isolated


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

    def without_links(self, words: Mapping[str, str]) -> "Rendered":
        """Return the same without links to readers' own pages, and without the lines that end by leading to one.

        `words` are those of links that stand alone, which go too.
        """
        html = _LEADS_TO_LINK.sub(lambda m: "" if m[2] == escape(words[m[1]]) else m[0], self.html)
        html = _OWN_LINK.sub(lambda m: "" if m[2] == escape(words[m[1]]) else m[2], html)
        return Rendered(
            " ".join(_OWN_ADDRESS.sub("", self.subject).split()),
            _EMPTY_PARAGRAPH.sub("", html),
            re.sub(r"\n{3,}", "\n\n", _OWN_ADDRESS.sub("", _LEADS_TO_ADDRESS.sub("", self.text))).strip(),
        )


_LINK_NAMES = "|".join(LINKS)
_OWN_LINK = re.compile(rf'<a [^>]*href="\{{\{{ ({_LINK_NAMES}) \}}\}}"[^>]*>(.*?)</a>', re.DOTALL)
_OWN_ADDRESS = re.compile(rf":?[ \t]*[(<]?\{{\{{ (?:{_LINK_NAMES}) \}}\}}[)>]?")
_LEADS_TO_LINK = re.compile(rf"<p>(?:(?!</?p>|<a ).)*{_OWN_LINK.pattern}\s*</p>\n?", re.DOTALL)
_LEADS_TO_ADDRESS = re.compile(rf"^.*:[ \t]*\{{\{{ (?:{_LINK_NAMES}) \}}\}}$", re.MULTILINE)
_EMPTY_PARAGRAPH = re.compile(r"<p>\s*</p>\n?")


def rendered(
    subject: str,
    body: str,
    constants: Mapping[str, str],
    link_words: Mapping[str, str] | None = None,
    points: Mapping[str, Sequence[Points]] = MappingProxyType({}),
) -> Rendered:
    """Return a text as built for everybody: constants filled in, personal fields left as slots.

    A link field that is alone becomes linked words in HTML (`link_words` by field, else English ones), and its bare
    address in plain text. A field with `points` that is alone in its paragraph becomes a list.
    """
    words = link_words or frame_in("en").words
    mark = Mark(body)
    values = {name: without_slots(value) for name, value in constants.items() if value}
    try:
        tree = tree_of(mark.held)
    except BadInput as error:
        html, text = markdown.plain_html(mark.held, error.sentence), mark.held
    else:
        taken_out(tree, mark.field_of, LINKS, words)
        put_lists(tree, mark.field_of, points)
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


def _filled(text: str, values: Mapping[str, str]) -> str:
    return FIELD.sub(lambda m: values.get(m[1], m[0]), text)
