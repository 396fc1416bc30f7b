"""Nested lists as people indent them: two or more blanks below an item, whatever its mark.

The parser expects as many blanks as the mark is wide, three below "1." and four below "10."; people don't count them.
So lines are re-indented before parsing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: The blanks that make a line part of the item above it.
LEAST = 2
#: Deeper texts are too deep to be shown anyway.
DEEPEST = 20
_QUOTE = re.compile(r"(?: {0,3}+> ?)*+")
_MARK = re.compile(r"(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]++|$)")
_RULE = re.compile(r"(?:(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+)$")
_FENCE = re.compile(r"`{3,}+|~{3,}+")
#: The blanks that begin a code block for the parser.
_CODE = 4
_ENDS_A_LIST = ("#", "```", "~~~")


@dataclass(frozen=True)
class _Item:
    """An open item: the columns of its mark and words as typed, and the new column of its words."""

    mark: int
    words: int
    moved_to: int


def nested(text: str) -> str:
    """Return a text with nested list content indented as the parser expects it."""
    if _MARK.search(text) is None:
        return text
    return "\n".join(_Lines().moved(text.split("\n")))


class _Lines:
    """The items that are open above the present line."""

    def __init__(self) -> None:
        self._quote = ""
        self._begin("")

    def _begin(self, quote: str) -> None:
        self._quote = quote
        self._items: list[_Item] = []
        self._fence, self._fence_shift = "", 0
        self._after_blank, self._in_code = True, False

    def moved(self, lines: list[str]) -> Iterator[str]:
        """Yield each line with its new indentation."""
        for line in lines:
            begin = _QUOTE.match(line)
            quote = begin[0] if begin else ""
            if (signs := quote.replace(" ", "")) != self._quote:
                self._begin(signs)
            yield quote + self._moved(line[len(quote) :])

    def _moved(self, line: str) -> str:
        words = line.lstrip(" \t")
        indent = len(line[: len(line) - len(words)].expandtabs(4))
        if not words:
            self._after_blank = True
            return line
        if self._fence:
            return self._in_fence(line, indent, words)
        mark = None if _RULE.match(words) or (self._in_code and indent >= _CODE) else _MARK.match(words)
        if mark is not None:
            words = mark[0].replace("\t", " ") + words[mark.end() :]
            to = self._begin_item(indent, words[: mark.end()])
        else:
            to = self._place_of_words(indent, words)
        self._in_code = mark is None and not self._items and indent >= _CODE and (self._after_blank or self._in_code)
        self._after_blank = False
        if fence := _FENCE.match(words[mark.end() :] if mark else words):
            self._fence, self._fence_shift = fence[0], to - indent
        return " " * to + words

    def _in_fence(self, line: str, indent: int, words: str) -> str:
        if words.startswith(self._fence) and not words.strip(self._fence[0] + " "):
            self._fence = ""
        return " " * max(0, indent + self._fence_shift) + words if self._fence_shift else line

    def _begin_item(self, indent: int, mark: str) -> int:
        self._leave(indent)
        # Outside items, four or more blanks are code to the parser.
        to = self._items[-1].moved_to if self._items else indent if indent < _CODE else 0
        wide = len(mark) if len(mark) - len(mark.rstrip()) in range(1, 5) else len(mark.rstrip()) + 1
        if len(self._items) < DEEPEST:
            self._items.append(_Item(indent, indent + wide, to + wide))
        return to

    def _place_of_words(self, indent: int, words: str) -> int:
        if self._after_blank or words.startswith(_ENDS_A_LIST):
            self._leave(indent)
        if not self._items or indent < self._items[-1].mark + LEAST:
            return indent
        item = self._items[-1]
        return item.moved_to + max(0, indent - item.words)

    def _leave(self, indent: int) -> None:
        while self._items and indent < self._items[-1].mark + LEAST:
            self._items.pop()
