"""Mail that comes in, as plain text: the words of a part, and of HTML without its marks."""

import re
from collections.abc import Iterable
from email.message import Message
from html import unescape

_SKIPPED = {"script", "style", "head", "title"}
_BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote", "table"}
_MARK = re.compile(r"<!--|-->|</?([A-Za-z][A-Za-z0-9]*+)[^<>]*+>")


def content_of(part: Message) -> str:
    """Return the text of a part of a mail; what its charset does not fit is replaced."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def plain_of(html: str) -> str:
    """Return the words of HTML without marks, scripts and styles, a line for each block.

    Read mark by mark, in time that grows with the text: a parser would take minutes for marks that are nested or left open.
    """
    words: list[str] = []
    place, unended = 0, set[str]()
    while mark := _MARK.search(html, place):
        words.append(" ".join(html[place : mark.start()].split("\n")))
        name = (mark[1] or "").lower()
        end = "-->" if not name else f"</{name}" if name in _SKIPPED and mark[0][1] != "/" else ""
        ends = re.compile(end, re.IGNORECASE).search(html, mark.end()) if end and end not in unended else None
        if end and ends is None:
            unended.add(end)
        words.append("\n" if name in _BREAKS else "")
        place = ends.start() if ends else mark.end()
    words.append(html[place:])
    return _without_gaps(" ".join(unescape(line).split()) for line in "".join(words).split("\n"))


def _without_gaps(lines: Iterable[str]) -> str:
    kept: list[str] = []
    for line in (line.strip() for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
