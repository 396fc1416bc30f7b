"""Text as quoted-printable: what all recipients share is encoded once, and each person's values stand on lines of their own."""

import re
from binascii import b2a_qp
from collections.abc import Mapping

from engagement.mail.letters.rules.slots import SlotUnfilled, Template

_TOO_LONG = re.compile(rb"^(.{74,})(=(?:20|09))$", re.MULTILINE)
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
#: A line may have 76 characters; one that goes on needs one of them for its end.
LONGEST_OPEN = 75
_SOFT_END = b"=\r\n"
#: Values that are written as they are.
_AS_IT_IS = re.compile(r"[!-<>-~](?:[ -<>-~]*[!-<>-~])?")
_KEPT_VALUES = 4096
_kept: dict[str, bytes] = {}


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

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the encoded text with every slot filled. Raises SlotUnfilled for a slot without a value."""
        return b"".join(self.parts({name: encoded(values[name]) for name in self.slots if name in values}))

    def parts(self, values: Mapping[str, bytes]) -> list[bytes]:
        """Return the encoded text in parts to be joined, filled with values that are encoded already."""
        whole = [b""] * (2 * len(self.slots) + 1)
        whole[::2] = self.pieces
        try:
            whole[1::2] = [values[name] for name in self.slots]
        except KeyError as missing:
            raise SlotUnfilled(str(missing.args[0])) from None
        return whole


def encoded(value: str) -> bytes:
    """Return a value as it stands between two soft line ends. Short ones are kept: many people share a first name or a department."""
    found = _kept.get(value)
    if found is None:
        is_plain = len(value) <= LONGEST_OPEN and _AS_IT_IS.fullmatch(value)
        found = value.encode("ascii") if is_plain else open_line(value)
        if len(value) <= LONGEST_OPEN:
            if len(_kept) >= _KEPT_VALUES:
                _kept.clear()
            _kept[value] = found
    return found


def open_line(text: str) -> bytes:
    """Return text as quoted-printable whose last line has room for a soft end."""
    whole = quoted_printable(text)
    begins = whole.rfind(b"\n") + 1
    if len(whole) - begins <= LONGEST_OPEN:
        return whole
    cut = len(whole) - (3 if whole[-3:-2] == b"=" else 1)
    return whole[:cut] + _SOFT_END + whole[cut:]


def quoted_printable(text: str) -> bytes:
    """Return text as quoted-printable UTF-8 with CRLF line ends and lines of at most 76 characters."""
    found = b2a_qp(text.encode("utf-8", "replace"), istext=True)
    # The standard library measures a line before it encodes a blank at its end.
    found = _TOO_LONG.sub(rb"\1=\n\2", found)
    while b"\n." in found or found.startswith(b"."):
        # So that nobody has to look for dots when the message is sent, where they are doubled.
        found = _LEADING_DOT.sub(b"=2E=\n", found)
    return found.replace(b"\n", b"\r\n")
