"""The text of a page, and what is wrong with its HTML: what a strict parser says, and what it lets pass."""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser

from justhtml import JustHTML
from werkzeug.test import TestResponse


def text_of(answer: TestResponse) -> str:
    """Return the text of a page between its tags, as it was escaped, with single blanks."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True)).split())


def plain(answer: TestResponse) -> str:
    """Return the text of a page as it is read."""
    return unescape(text_of(answer))


class _Start(HTMLParser):
    """Collects attributes and ids that are given twice, and choices that ask for an answer without an empty first one."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: Counter[str] = Counter()
        self.asking = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names, values = Counter(name for name, _ in attrs), dict(attrs)
        self.faults += [f"{name} twice in <{tag}>" for name, number in names.items() if number > 1]
        self.ids.update([values["id"] or "an empty id"] if "id" in values else [])
        if tag == "option" and self.asking and values.get("value") != "":
            self.faults.append(f"the first option of {self.asking} is no placeholder")
        # The rule holds for a choice of one from a list that opens, which is what `required` can't check otherwise.
        drops_down = tag == "select" and "required" in values and "multiple" not in values
        self.asking = (values.get("name") or "a select") if drops_down and "size" not in values else ""


def faults(html: str) -> set[str]:
    """Return the faults of a page without their places, so that one that many pages share is told once."""
    start = _Start()
    start.feed(html)
    parsed = JustHTML(html, collect_errors=True, sanitize=False)
    twice = {f"id {name} twice" for name, number in start.ids.items() if number > 1}
    return {*start.faults, *twice, *(f"{error.code}: {error.message}" for error in parsed.errors)}
