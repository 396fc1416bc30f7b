"""Slots of a letter, written `{{ name }}`: cutting a text at them, filling them, and showing it without the values."""

import html
import re
from collections.abc import Mapping

from engagement.errors import RuleBroken
from engagement.letters import isolated

SLOT = re.compile(r"\{\{\s*+([^{}\s]*+(?:\s++[^{}\s]++)*+)\s*+\}\}")
_LINK_TO_SLOT = re.compile(r"""\shref=(["'])\{\{[^{}]*\}\}\1""")
#: Stands in for a person's values after they were deleted, in every language.
VALUE_GONE = "[…]"


class SlotUnfilled(RuleBroken):
    """A message has a slot without a value."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The message has the field “{name}”, for which there is no value. Remove it or correct its name."
        )
        self.name = name


class Template:
    """A text cut at its slots: even places of `pieces` are literal text, odd ones names of slots."""

    def __init__(self, text: str) -> None:
        self.pieces = SLOT.split(text.replace("\r\n", "\n").replace("\r", "\n"))
        self.slots = frozenset(self.pieces[1::2])

    def fill(self, values: Mapping[str, str]) -> str:
        """Return the text with every slot filled. Raises SlotUnfilled for a slot without a value."""
        return filled(self.pieces, values) if self.slots else self.pieces[0]


def filled(pieces: list[str], values: Mapping[str, str]) -> str:
    """Return the pieces joined, with values in the odd places. Raises SlotUnfilled for a slot without a value."""
    whole = pieces.copy()
    try:
        whole[1::2] = [values[name] for name in pieces[1::2]]
    except KeyError as missing:
        raise SlotUnfilled(str(missing.args[0])) from None
    return "".join(whole)


def slots_of(*texts: str) -> frozenset[str]:
    """Return the names of all slots in these texts."""
    return frozenset(name for text in texts for name in SLOT.findall(text))


def without_values(text: str) -> str:
    """Return a text with VALUE_GONE in every slot; a link to a slot's value becomes plain words."""
    return SLOT.sub(VALUE_GONE, _LINK_TO_SLOT.sub("", text))


def as_text(values: Mapping[str, object]) -> dict[str, str]:
    """Return the values as written into plain text."""
    return {name: text_of(value) for name, value in values.items()}


def as_html(values: Mapping[str, object]) -> dict[str, str]:
    """Return the values as written into HTML."""
    return {name: html_of(text_of(value)) for name, value in values.items()}


def text_of(value: object) -> str:
    """Return a value as written into plain text; None becomes "", a line end one character."""
    text = value if isinstance(value, str) else "" if value is None else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def html_of(text: str) -> str:
    """Return a text as written into HTML text or attributes: escaped, and isolated from the surrounding direction."""
    return html.escape(isolated(text))
