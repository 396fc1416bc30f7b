"""Text as quoted-printable: what all recipients share is encoded once, and only what differs for each person."""

import re
from binascii import b2a_qp
from collections.abc import Mapping

from engagement.mail.letters.rules.slots import Template, filled

_TOO_LONG = re.compile(rb"^(.{74,})(=(?:20|09))$", re.MULTILINE)


class QuotedPrintable:
    """A template whose lines without slots are encoded once; lines with slots are encoded for each person."""

    def __init__(self, template: Template) -> None:
        self.parts: list[bytes | list[str]] = []
        open_line: list[str] = []
        last = len(template.pieces) - 1
        for place, piece in enumerate(template.pieces):
            if place % 2:
                open_line.append(piece)
                continue
            # Text before the first line end belongs to the slot before it, text after the last one to the next slot.
            begins = piece.find("\n") + 1 if place else 0
            ends = piece.rfind("\n") + 1 if place < last else len(piece)
            if place and not begins and place < last:
                open_line.append(piece)
                continue
            if place:
                begins = begins or len(piece)
                self.parts.append([*open_line, piece[:begins]])
            self.parts.append(quoted_printable(piece[begins:ends]))
            open_line = [piece[max(begins, ends) :]]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the encoded text with every slot filled. Raises SlotUnfilled for a slot without a value."""
        return b"".join(
            part if isinstance(part, bytes) else quoted_printable(filled(part, values)) for part in self.parts
        )


def quoted_printable(text: str) -> bytes:
    """Return text as quoted-printable UTF-8 with CRLF line ends and lines of at most 76 characters."""
    encoded = b2a_qp(text.encode("utf-8", "replace"), istext=True)
    # The standard library measures a line before it encodes a blank at its end.
    return _TOO_LONG.sub(rb"\1=\n\2", encoded).replace(b"\n", b"\r\n")
