"""Parses Markdown into one tree of elements, from which HTML and plain text are made.

The parser takes linear time for any text, because it was built against inputs that stall others. What it doesn't limit
is limited here: length, depth, number of elements and length of addresses.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from engagement.content.autolinks import LONGEST_ADDRESS
from engagement.content.marks import LEFT_OUT, address_or_words, tag
from engagement.content.sublists import nested
from engagement.errors import BadInput

#: The most characters of any text; each kind of text has its own limit up to this.
LONGEST_TEXT = 50_000
#: The deepest nesting of quotes and lists; a list counts two.
DEEPEST = 16
MOST_ELEMENTS = 6_000
MOST_LINES = 5_000
#: The most characters of all addresses together: a long one is written once, but can be used a thousand times.
LONGEST_ADDRESSES = 100_000
SCHEMES = frozenset({"http", "https", "mailto", "tel"})
#: The most sentences about one kind of thing that is left out.
MOST_NAMED = 5
TOO_MANY = f"This text has more than {MOST_ELEMENTS:,} marks, list items and cells. Make two texts of it."
_SCHEME = re.compile(r"[\x00-\x20]*([a-zA-Z][a-zA-Z0-9+.-]*):")
#: Characters with a meaning in Markdown, here left as typed.
_LEFT_SIGNS = re.compile(r"\*\*|~~|\]\(")
_LIKE_HOST = re.compile(r"[a-z0-9-]+\.[a-z]{2,}+(?:[/?#:]|$)", re.IGNORECASE)
_HEADINGS = {"h1": "h2", "h5": "h4", "h6": "h4"}


@dataclass(frozen=True)
class Read:
    """A text as a `div` of HTML elements with unescaped plain text, and a sentence for everything that was left out."""

    tree: Element
    problems: tuple[str, ...]


def read(text: str) -> Read:
    """Return a text as a tree, with the line ends that were typed.

    Raises BadInput with a sentence for a text that is too long, too deep, or has too many parts.
    """
    builder = _Builder()
    # Control characters that Python-Markdown uses for its own placeholders.
    tree = builder.built(_parsed(nested(text.replace("\x02", "").replace("\x03", ""))))
    return Read(tree, tuple(builder.problems))


def tree_of(text: str) -> Element:
    """Return only the tree of `read`."""
    return read(text).tree


def unwrapped(text: str) -> str:
    """Return a text with each paragraph on one line; files wrap their lines for editors.

    Raises BadInput as `read` does.
    """
    lines = text.split("\n")
    for token in reversed(_parsed(text)):
        if token.type == "inline" and token.map and token.map[1] - token.map[0] > 1:
            for place in range(token.map[1] - 1, token.map[0], -1):
                if not lines[place - 1].endswith(("  ", "\\")):
                    lines[place - 1 : place + 1] = [f"{lines[place - 1]} {lines[place].lstrip(' >')}"]
    return "\n".join(lines)


def _parsed(text: str) -> list[Token]:
    if len(text) > LONGEST_TEXT:
        raise BadInput(f"This text has {len(text):,} characters. Shorten it to {LONGEST_TEXT:,}, or make two of it.")
    if (lines := text.count("\n")) > MOST_LINES:
        raise BadInput(f"This text has {lines:,} lines. Shorten it to {MOST_LINES:,}, or make two of it.")
    return _parser().parse(text)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": DEEPEST + 2})
    parser.enable(["table", "strikethrough"]).use(deflist_plugin)
    # Escaped characters are kept apart from unpaired ones.
    parser.disable("text_join")
    # A glossary needs no blank line before each term.
    parser.block.ruler.before("paragraph", "term", _term_begins, {"alt": ["paragraph"]})
    parser.inline.ruler.at("text", address_or_words)
    parser.inline.ruler.before("html_inline", "tags", tag)
    parser.core.ruler.before("block", "some", _count_blocks)
    # Only the length is checked here; which addresses are allowed is decided below and by the cleaner.
    parser.validateLink = lambda url: len(url) <= LONGEST_ADDRESS  # type: ignore[method-assign]
    return parser


class _Some(list[Token]):
    """As many tokens as a text may have: a short table source can have more cells than a page can show."""

    def append(self, token: Token) -> None:
        if len(self) > 4 * MOST_ELEMENTS:
            raise BadInput(TOO_MANY)
        super().append(token)


def _count_blocks(state: StateCore) -> None:
    state.tokens = _Some()


def _term_begins(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """End the paragraph of a definition if the next line is a term explained by the line below it."""
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
        self._words: list[str] = []
        self.problems: list[str] = []

    def built(self, tokens: list[Token]) -> Element:
        """Return the root of the tree for these tokens."""
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
            raise BadInput("Lists or quotes are nested too deep in this text. Use at most six levels, or headings.")
        if token.nesting == 1:
            self._opens(token)
        elif token.nesting == -1:
            self._closes(token)
        elif token.type in ("text", "text_special"):
            self._words.append(token.content)
            if token.type == "text" and (sign := _LEFT_SIGNS.search(token.content)):
                self._misses(f"“{_near(token.content, sign.start())}” is read as it is typed: {_WHY[sign[0]]}")
        elif token.type in ("softbreak", "hardbreak"):
            self._breaks()
        elif token.type == "hr":
            self._element("hr")
        elif token.type == "code_inline":
            self._element("code").text = token.content
        elif token.type in ("code_block", "fence"):
            SubElement(self._element("pre"), "code").text = token.content
        elif token.type == "image":
            self._describes(token)
        elif token.type == LEFT_OUT:
            self._misses(f"{token.content[:40]} is HTML and left out. Use the signs shown below the text.")

    def _opens(self, token: Token) -> None:
        if token.hidden:
            return
        made = self._element(_HEADINGS.get(token.tag, "del" if token.tag == "s" else token.tag))
        if token.tag == "a":
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
            self._flush()
            self._open.pop()

    def _leads(self, made: Element, address: str, title: str = "") -> None:
        self._addresses += len(address) + len(title)
        if self._addresses > LONGEST_ADDRESSES:
            raise BadInput("The addresses in this text are too long altogether. Shorten them, or make two texts of it.")
        address = _whole(address)
        scheme = _SCHEME.match(address)
        if scheme is None and _LIKE_HOST.match(address):
            self._misses(f"A link leads to “{address[:60]}”. Write its https:// too, or it leads nowhere.")
        elif scheme is None or scheme[1].lower() in SCHEMES:
            made.set("href", address)
        else:
            self._misses(
                f"A link leads to “{address[:60]}” and is left out. Links begin with https:, http:, mailto: or tel:."
            )
        if title:
            made.set("title", title)

    def _describes(self, picture: Token) -> None:
        """Replace a picture with its description."""
        words = "".join(child.content for child in picture.children or ())
        self._words.append(words)
        self._misses(
            f"The picture “{words or picture.attrGet('src')}” is left out. Say in words what it shows, or write a link to it."
        )

    def _misses(self, sentence: str) -> None:
        if len(self.problems) < MOST_NAMED and sentence not in self.problems:
            self.problems.append(sentence)

    def _breaks(self) -> None:
        # Not counted as parts, because there are at most as many as lines.
        self._flush()
        SubElement(self._open[-1], "br")

    def _element(self, tag: str) -> Element:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise BadInput(TOO_MANY)
        self._flush()
        return SubElement(self._open[-1], tag)

    def _flush(self) -> None:
        """Put the words since the last mark into the tree; joined once, so that many lines take linear time."""
        text = "".join(self._words)
        self._words.clear()
        parent = self._open[-1]
        if not text:
            return
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = text


#: Why characters were left as typed.
_WHY = {
    "**": "two stars stand close to the first and the last word, outside of other signs.",
    "~~": "two waves stand close to the first and the last word, outside of other signs.",
    "](": "a link is [words](https://address), without blanks in the address or between the brackets.",
}


def _whole(address: str) -> str:
    """Return the target of an address that was typed without its scheme."""
    if address.lower().startswith("www."):
        return f"http://{address}"
    return f"mailto:{address}" if "@" in address and not re.search(r"[:/?#]", address) else address


def _near(text: str, place: int) -> str:
    """Return the words around a place, none of them cut."""
    return " ".join(
        [*text[:place].split(" ")[-3:-1], text[:place].split(" ")[-1] + " ".join(text[place:].split(" ")[:4])]
    )
