"""Markdown read into one tree of elements, from which HTML and plain text are made.

The parser reads a text in time that grows as the text does, whatever stands in it: it was made against the patterns that stop
others. What it can't bound by itself is bounded here: length, depth, number of elements and length of addresses.
"""

import re
from xml.etree.ElementTree import Element, SubElement

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from engagement.content.autolinks import LONGEST_ADDRESS, linked
from engagement.errors import BadInput

#: Characters that any text may have; each kind of text has its own, smaller or equal, limit.
LONGEST_TEXT = 50_000
#: Quotes and lists inside each other: a list counts two.
DEEPEST = 16
MOST_ELEMENTS = 6_000
MOST_LINES = 5_000
#: Characters of all addresses together: a long one is written once and can be referred to a thousand times.
LONGEST_ADDRESSES = 100_000
SCHEMES = frozenset({"http", "https", "mailto"})
TOO_MANY = f"This text has more than {MOST_ELEMENTS:,} marks, list items and cells. Make two texts of it."
_SCHEME = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*):")
LONGEST_TAG = 300
_TAG = re.compile(r"<(?:/?[a-zA-Z]|!)[^<>]*+>")
_HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}


def tree_of(text: str) -> Element:
    """Return a text as a `div` of HTML elements with plain text in them, nothing in it escaped yet.

    Raises BadInput with a sentence for a text that is too long, too deep, or made of too many parts.
    """
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"This text has {len(text):,} characters. Shorten it to {LONGEST_TEXT:,}, or make two of it.")
    if (lines := text.count("\n")) > MOST_LINES:
        raise BadInput(f"This text has {lines:,} lines. Shorten it to {MOST_LINES:,}, or make two of it.")
    # The signs with which Markdown marks places of its own.
    return _Builder().built(_parser().parse(text.replace("\x02", "").replace("\x03", "")))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST + 2})
    parser.enable(["table", "strikethrough"]).use(deflist_plugin)
    # A glossary is read as it is typed, without a blank line before each term.
    parser.block.ruler.before("paragraph", "term", _term_begins, {"alt": ["paragraph"]})
    parser.inline.ruler.before("html_inline", "tags", _tag_left_out)
    parser.core.ruler.before("block", "some", _count_blocks)
    # Which addresses lead somewhere is decided below and by the cleaner; here only that no endless one is one.
    parser.validateLink = lambda url: len(url) <= LONGEST_ADDRESS  # type: ignore[method-assign]
    return parser


def _tag_left_out(state: StateInline, silent: bool) -> bool:  # noqa: ARG001  as the parser calls it
    """Leave out a tag of HTML: neither it nor what it would do is part of a text. Each sign is looked at once."""
    if state.src[state.pos] != "<":
        return False
    found = _TAG.match(state.src, state.pos, min(state.posMax, state.pos + LONGEST_TAG))
    if found is None:
        return False
    state.pos = found.end()
    return True


class _Some(list[Token]):
    """As many tokens as a text may have: a table of few letters can have more cells than a page shows."""

    def append(self, token: Token) -> None:
        """Add a token. Raises BadInput when there are too many."""
        if len(self) > 4 * MOST_ELEMENTS:
            raise BadInput(TOO_MANY)
        super().append(token)


def _count_blocks(state: StateCore) -> None:
    state.tokens = _Some()


def _term_begins(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """End the paragraph of a definition where the next line is explained by the one below it."""
    if not silent or state.ddIndent < 0 or line + 1 >= end_line or state.sCount[line] >= state.blkIndent:
        return False
    begin = state.bMarks[line + 1] + state.tShift[line + 1]
    return state.src[begin : begin + 2] in (": ", ":\t") and not state.isEmpty(line)


class _Builder:
    """Turns the parser's flat list of tokens into a tree."""

    def __init__(self) -> None:
        self.root = Element("div")
        self._open = [self.root]
        self._elements = 0
        self._addresses = 0
        self._links = 0
        self._words: list[str] = []

    def built(self, tokens: list[Token]) -> Element:
        """Return the root with everything that the tokens say below it."""
        for token in tokens:
            if token.type == "inline":
                for child in token.children or ():
                    self._take(child)
            else:
                self._take(token)
        self._flush()
        return self.root

    def _take(self, token: Token) -> None:
        if token.level >= DEEPEST:
            raise BadInput(
                "Lists or quotes stand too deep inside each other in this text. Use at most six levels, or headings."
            )
        if token.nesting == 1:
            self._opens(token)
        elif token.nesting == -1:
            self._closes(token)
        elif token.type == "text":
            self._says(token.content)
        elif token.type == "softbreak":
            self._words.append("\n")
        elif token.type == "hardbreak":
            self._element("br")
        elif token.type == "hr":
            self._element("hr")
        elif token.type == "code_inline":
            self._element("code").text = token.content
        elif token.type in ("code_block", "fence"):
            SubElement(self._element("pre"), "code").text = token.content
        elif token.type == "image":
            self._says(token.content)

    def _opens(self, token: Token) -> None:
        if token.hidden:
            return
        made = self._element(_HEADINGS.get(token.tag, "del" if token.tag == "s" else token.tag))
        if token.tag == "a":
            self._links += 1
            self._leads(made, str(token.attrGet("href") or ""), str(token.attrGet("title") or ""))
        elif token.tag in ("td", "th"):
            if token.tag == "th":
                made.set("scope", "col")
            style = str(token.attrGet("style") or "")
            if style.startswith("text-align:"):
                made.set("align", style.removeprefix("text-align:"))
        elif token.tag == "ol" and token.attrGet("start") is not None:
            made.set("start", str(token.attrGet("start")))
        self._open.append(made)

    def _closes(self, token: Token) -> None:
        if not token.hidden:
            self._links -= token.tag == "a"
            self._flush()
            self._open.pop()

    def _leads(self, made: Element, address: str, title: str = "") -> None:
        self._addresses += len(address) + len(title)
        if self._addresses > LONGEST_ADDRESSES:
            raise BadInput("The addresses in this text are too long altogether. Shorten them, or make two texts of it.")
        scheme = _SCHEME.match(address)
        if scheme is None or scheme[1].lower() in SCHEMES:
            made.set("href", address)
        if title:
            made.set("title", title)

    def _says(self, text: str) -> None:
        for piece, address in linked(text) if not self._links else [(text, None)]:
            if address is None:
                self._words.append(piece)
            else:
                link = self._element("a")
                link.text = piece
                self._leads(link, address)

    def _element(self, tag: str) -> Element:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise BadInput(TOO_MANY)
        self._flush()
        return SubElement(self._open[-1], tag)

    def _flush(self) -> None:
        """Put the words since the last mark where they belong: joined once, so that many lines cost what they are long."""
        text = "".join(self._words)
        self._words.clear()
        parent = self._open[-1]
        if not text:
            return
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = text
