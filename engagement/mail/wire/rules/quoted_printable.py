"""Text as quoted-printable: what all recipients share is encoded once, and each person's values stand on lines of their own."""

import re
from binascii import b2a_qp
from collections.abc import Callable, Mapping
from typing import NamedTuple

from engagement.mail.letters.rules.slots import SlotUnfilled, Template, html_of, text_of

_TOO_LONG = re.compile(rb"^(.{74,})(=(?:20|09))$", re.MULTILINE)
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
#: A line may have 76 characters; one that goes on needs one of them for its end.
LONGEST_OPEN = 75
_SOFT_END = b"=\r\n"
#: Values that are the same in plain text, in HTML and encoded.
_SAME = re.compile(r"[!#-%(-\-/-;?-~](?:[ !#-%(-;?-~]*[!#-%(-;?-~])?")
_KEPT_VALUES = 4096
_kept: dict[str, "Value"] = {}


class Value(NamedTuple):
    """A person's value of a slot, as it is, and as it stands between two soft line ends in the text and in the HTML."""

    plain: str
    text: bytes
    html: bytes


def value_of(value: object) -> Value:
    """Return a value in all its forms. Short ones are kept: many people share a first name or a department."""
    if isinstance(value, str) and (found := _kept.get(value)) is not None:
        return found
    plain = text_of(value)
    found = _forms_of(plain)
    if len(plain) <= LONGEST_OPEN:
        if len(_kept) >= _KEPT_VALUES:
            _kept.clear()
        _kept[plain] = found
    return found


def _forms_of(plain: str) -> Value:
    if _SAME.fullmatch(plain):
        lines = "=\r\n".join([plain[at : at + LONGEST_OPEN] for at in range(0, len(plain), LONGEST_OPEN)])
        if not plain.startswith(".") and "\n." not in lines:
            same = lines.encode("ascii")
            return Value(plain, same, same)
    rich = html_of(plain)
    text = open_line(plain)
    return Value(plain, text, text if rich == plain else open_line(rich))


class QuotedPrintable:
    """A template whose literal text is encoded once. A person costs one join: soft line ends surround each value."""

    def __init__(self, template: Template) -> None:
        last = len(template.pieces) - 1
        self.slots: list[str] = template.pieces[1::2]
        self.pieces: list[bytes] = [
            (_SOFT_END if place else b"") + (open_line(piece) + _SOFT_END if place < last else quoted_printable(piece))
            for place, piece in enumerate(template.pieces)
            if not place % 2
        ]

    def fill(self, values: Mapping[str, Value], form: Callable[[Value], bytes]) -> list[bytes]:
        """Return the encoded text in parts to be joined, each slot filled with one form of its value. Raises SlotUnfilled for a slot without one."""
        whole = [b""] * (2 * len(self.slots) + 1)
        whole[::2] = self.pieces
        try:
            whole[1::2] = [form(values[name]) for name in self.slots]
        except KeyError as missing:
            raise SlotUnfilled(str(missing.args[0])) from None
        return whole


def open_line(text: str) -> bytes:
    """Return text as quoted-printable whose last line has room for a soft end."""
    whole = quoted_printable(text)
    begins = whole.rfind(b"\n") + 1
    if len(whole) - begins <= LONGEST_OPEN:
        return whole
    cut = len(whole) - (3 if whole[-3:-2] == b"=" else 1)
    rest = whole[cut:]
    return whole[:cut] + _SOFT_END + (b"=2E" if rest == b"." else rest)


def quoted_printable(text: str) -> bytes:
    """Return text as quoted-printable UTF-8 with CRLF line ends and lines of at most 76 characters."""
    found = b2a_qp(text.encode("utf-8", "replace"), istext=True)
    # The standard library measures a line before it encodes a blank at its end.
    found = _TOO_LONG.sub(rb"\1=\n\2", found)
    while b"\n." in found or found.startswith(b"."):
        # So that no line begins with a dot, which would have to be doubled when the message is sent.
        found = _LEADING_DOT.sub(b"=2E=\n", found)
    return found.replace(b"\n", b"\r\n")
