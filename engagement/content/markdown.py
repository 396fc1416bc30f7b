"""The one way from Markdown to HTML: read into a tree, rendered by Markdown, cleaned by nh3, kept by the hash of its text.

Python-Markdown's own patterns for blocks and inline marks try again at every letter, so that a few thousand brackets keep a
server busy for minutes. It renders here what another parser has read, which takes time as the text is long; its own
patterns never see what somebody wrote.
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
#: Stands above a text that can't be read as Markdown; see `plain_html`.
SHOWN_PLAIN = "This text is shown as it was typed, because it can’t be laid out."


@lru_cache(maxsize=512)
def to_html(text: str, id_prefix: str = "") -> str:
    """Return clean HTML for Markdown text; no script, style, image or raw HTML comes through.

    Headings begin at h2, and their ids with `id_prefix`, so that several texts may stand on one page. A text that can't be
    read (see `check`) comes as it was typed, below a sentence that says so: the page and the form to mend it open.
    """
    try:
        return html_of(tree_of(text), id_prefix)
    except BadInput as error:
        return plain_html(text, error.sentence)


def check(text: str) -> None:
    """Raise BadInput with a sentence for a text that is too long, too deep or has too many parts to be shown."""
    tree_of(text)


def problems_in(text: str) -> list[str]:
    """Return a sentence for each thing in a text that readers wouldn't get as it is meant, none when all is kept."""
    try:
        return list(read(text).problems)
    except BadInput as error:
        return [error.sentence]


def html_of(tree: Element, id_prefix: str | None = "") -> str:
    """Return clean HTML for a tree that `tree_of` made; with None its headings have no ids."""
    return cleaned(_Renderer(tree, id_prefix).convert("."))


def plain_html(text: str, why: str) -> str:
    """Return a text as it was typed, in paragraphs, below a sentence that says why."""
    parts = [part for part in text.split("\n\n") if part.strip()]
    said = f"<p><em>{escape(f'{SHOWN_PLAIN} {why}', quote=False)}</em></p>"
    return said + "".join(f"\n<p>{escape(part.strip(), quote=False).replace(chr(10), '<br>')}</p>" for part in parts)


def cleaned(html: str) -> str:
    """Return HTML with nothing in it but the elements and attributes that texts may have."""
    return nh3.clean(
        html, tags=set(TAGS), attributes=ATTRIBUTES, url_schemes=set(SCHEMES), link_rel="noopener noreferrer nofollow"
    )


class _Renderer(Markdown):
    """Python-Markdown with a tree that was read already in the place of its own parser."""

    def __init__(self, tree: Element, id_prefix: str | None) -> None:
        super().__init__(output_format="html")
        self.parser = _Read(self, tree)
        self.preprocessors.deregister("html_block")
        self.treeprocessors.deregister("inline")
        if id_prefix is not None:
            self.treeprocessors.register(_Headings(id_prefix), "headings", 15)
        self.treeprocessors.register(_Signs(), "signs", 5)


class _Read(BlockParser):
    """Gives the tree that was read; the lines that it is handed are none."""

    def __init__(self, renderer: Markdown, tree: Element) -> None:
        super().__init__(renderer)
        self._tree = tree

    def parseDocument(self, lines: object) -> "ElementTree[Element | None]":  # noqa: N802  the name that Markdown calls
        made: ElementTree[Element | None] = ElementTree(self._tree)
        return made


class _Headings(Treeprocessor):
    """Gives headings their ids, each once."""

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
    """Keeps an ampersand that somebody typed from being taken for the beginning of an entity."""

    def run(self, root: Element) -> None:
        for part in root.iter():
            part.text = part.text and part.text.replace("&", "&amp;")
            part.tail = part.tail and part.tail.replace("&", "&amp;")


def _slug(value: str, separator: str) -> str:
    return re.sub(r"[^\w]+", separator, value.casefold()).strip(separator)
