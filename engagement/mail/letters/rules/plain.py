"""Mail that comes in, as plain text: the words of a part, and of HTML without its marks."""

from collections.abc import Iterable
from email.message import Message
from html.parser import HTMLParser

_SKIPPED = ("script", "style", "head", "title")
_BREAKS = ("p", "div", "br", "tr", "li", "h1", "h2", "h3", "blockquote", "table")


def content_of(part: Message) -> str:
    """Return the text of a part of a mail; what its charset does not fit is replaced."""
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    try:
        return raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


class _Plain(HTMLParser):
    """Collects the words of HTML, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._skips = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._skips += tag in _SKIPPED
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._skips = max(0, self._skips - (tag in _SKIPPED))
        if tag in _BREAKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skips:
            self.words.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def plain_of(html: str) -> str:
    """Return the words of HTML without marks, scripts and styles."""
    reader = _Plain()
    reader.feed(html)
    reader.close()
    return _without_gaps("".join(reader.words).split("\n"))


def _without_gaps(lines: Iterable[str]) -> str:
    kept: list[str] = []
    for line in (line.strip() for line in lines):
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
