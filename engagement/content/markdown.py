"""The only way from Markdown to HTML: parsed into a tree, rendered by Markdown, cleaned by nh3, cached by hash.

Python-Markdown's own patterns start anew at every letter, so a few thousand brackets keep a server busy for minutes.
Here it only renders what another parser has read in linear time; its own patterns never see a written text.
"""

import re
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element, ElementTree

import nh3
from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.treeprocessors import Treeprocessor

from engagement.content.commonmark import SCHEMES, read, tree_of
from engagement.errors import BadInput

TAGS = frozenset(
    "p br hr h2 h3 h4 ul ol li strong em code pre blockquote a table thead tbody tr th td dl dt dd del sup sub".split()
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"align", "scope"},
    "td": {"align"},
    "h2": {"id"},
    "h3": {"id"},
    "h4": {"id"},
}
#: Shown above a text that can't be read as Markdown; see `plain_html`.
SHOWN_PLAIN = "This text is shown as it was typed, because it can’t be laid out."


@lru_cache(maxsize=512)
def to_html(text: str, id_prefix: str = "") -> str:
    """Return clean HTML for Markdown text, without scripts, styles, images and raw HTML.

    Headings begin at h2; their ids begin with `id_prefix`, so that one page can show several texts. A text that can't
    be read (see `check`) is shown as typed, below a sentence that says so, so that its page and form still open.
    """
    try:
        return html_of(tree_of(text), id_prefix)
    except BadInput as error:
        return plain_html(text, error.sentence)


def check(text: str) -> None:
    """Raise BadInput with a sentence for a text that is too long, too deep or has too many parts."""
    tree_of(text)


def problems_in(text: str) -> list[str]:
    """Return a sentence for each thing in a text that readers would not get as meant."""
    try:
        return list(read(text).problems)
    except BadInput as error:
        return [error.sentence]


def html_of(tree: Element, id_prefix: str | None = "") -> str:
    """Return clean HTML for a tree from `tree_of`; with None its headings have no ids."""
    return cleaned(_Renderer(tree, id_prefix).convert("."))


def plain_html(text: str, why: str) -> str:
    """Return a text as typed, in paragraphs, below a sentence that says why."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    said = f"<p><em>{escape(f'{SHOWN_PLAIN} {why}', quote=False)}</em></p>"
    return said + "".join(f"\n<p>{escape(part.strip(), quote=False).replace(chr(10), '<br>')}</p>" for part in parts)


def cleaned(html: str) -> str:
    """Return HTML with only the allowed elements and attributes."""
    return nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel="noopener noreferrer nofollow"
    )


class _Renderer(Markdown):
    """Python-Markdown, with a finished tree in the place of its own parser."""

    def __init__(self, tree: Element, id_prefix: str | None) -> None:
        super().__init__(output_format="html")
        self.parser = _Read(self, tree)
        self.preprocessors.deregister("html_block")
        self.treeprocessors.deregister("inline")
        if id_prefix is not None:
            self.treeprocessors.register(_Headings(id_prefix), "headings", 15)
        self.treeprocessors.register(_Signs(), "signs", 5)


class _Read(BlockParser):
    """Returns the finished tree, ignoring the lines that it gets."""

    def __init__(self, renderer: Markdown, tree: Element) -> None:
        super().__init__(renderer)
        self._tree = tree

    def parseDocument(self, lines: object) -> "ElementTree[Element | None]":  # noqa: N802  the name that Markdown calls
        made: ElementTree[Element | None] = ElementTree(self._tree)
        return made


class _Headings(Treeprocessor):
    """Gives each heading a unique id."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix
        self._times: dict[str, int] = {}

    def run(self, root: Element) -> None:
        for heading in root.iter():
            if heading.tag in ("h2", "h3", "h4"):
                heading.set("id", self._id(_slug("".join(heading.itertext()), "-")))

    def _id(self, slug: str) -> str:
        times = self._times.get(slug, 0)
        self._times[slug] = times + 1
        return f"{self._prefix}{slug}_{times}" if times or not slug else f"{self._prefix}{slug}"


class _Signs(Treeprocessor):
    """Keeps a typed ampersand from becoming the start of an entity."""

    def run(self, root: Element) -> None:
        for part in root.iter():
            part.text = part.text and part.text.replace("&", "&amp;")
            part.tail = part.tail and part.tail.replace("&", "&amp;")


def _slug(value: str, separator: str) -> str:
    return re.sub(r"[^\w]+", separator, value.casefold()).strip(separator)
