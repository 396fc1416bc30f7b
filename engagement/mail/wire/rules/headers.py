"""Header values that no name can break: encoded words, names and addresses; line breaks are refused.

The standard library folds long display names wrongly (some reach another address), so names are encoded here and folded
between encoded words only.
"""

import re
from base64 import b64encode
from email.utils import parseaddr

from engagement.addresses import LONGEST_ADDRESS, server_form
from engagement.errors import BadInput

#: Bytes of text in one encoded word: with "Subject: " before it, a line stays within the 76 that RFC 2047 allows.
BYTES_PER_WORD = 39
LONGEST_PLAIN = 66
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,900}")
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]+@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]+")


def is_usable_address(address: str) -> bool:
    """Return whether mail can be sent to this address; intranet and international addresses are usable."""
    return len(address) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(address) is not None


def one_line(text: str, what: str) -> str:
    """Return the text unchanged; raise BadInput for a line break or NUL, which could end the header."""
    if not text.isprintable() and any(c in text for c in "\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        raise BadInput(f"{what} has a line break in it. Write it on one line.")
    return text


def unstructured(text: str, what: str = "The subject") -> str:
    """Return a value for a free-text header such as Subject. Raises BadInput for a line break."""
    one_line(text, what)
    if (
        len(text) <= LONGEST_PLAIN
        and "=?" not in text
        and text == text.strip()
        and text.isascii()
        and text.isprintable()
    ):
        return text
    return encoded_words(text)


def mailbox(name: str, address: str) -> str:
    """Return a value for From, To or Reply-To. Raises BadInput for a line break in the name or an unusable address."""
    if not is_usable_address(address):
        raise BadInput(f"“{address[:80]}” is not an e-mail address that mail can be sent to.")
    address = server_form(address)
    name = " ".join(one_line(name, "The name").split())
    if not name:
        return address
    plain = len(name) <= LONGEST_PLAIN and "=?" not in name and _ATOMS.fullmatch(name)
    if plain and len(name) + len(address) <= LONGEST_PLAIN:
        return f"{name} <{address}>"
    return f"{name if plain else encoded_words(name)}\r\n <{address}>"


def one_click(address: object) -> str:
    """Return the header lines by which mail programs offer to end such messages (RFC 8058). Raises BadInput for no address."""
    if not isinstance(address, str) or not _WEB_ADDRESS.fullmatch(address):
        raise BadInput("The address at which such messages end is no web address.")
    return f"List-Unsubscribe: <{address}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def encoded_words(text: str) -> str:
    """Return text as RFC 2047 encoded words, folded between them; no character is cut in two.

    A word ends at a blank where there is one: some readers put a blank between two encoded words.
    """
    words = []
    while text:
        word = text[: _fitting(text)]
        blank = word.rfind(" ") + 1
        if blank and len(word) < len(text):
            word = word[:blank]
        words.append(word)
        text = text[len(word) :]
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word.encode('utf-8', 'replace')).decode('ascii')}?=" for word in words)


def _fitting(text: str) -> int:
    """Return how many characters of the start fit in one encoded word."""
    size = 0
    for place, character in enumerate(text):
        size += len(character.encode("utf-8", "replace"))
        if size > BYTES_PER_WORD:
            return place
    return len(text)


def parts_of_sender(mail_from: str) -> tuple[str, str]:
    """Return name and address of a sender, `Name <address>` or `address`. Raises BadInput for anything else."""
    name, address = parseaddr(mail_from)
    if not is_usable_address(address):
        raise BadInput(f"“{mail_from}” is not a sender. Write it as Engagement <engagement@example.com>.")
    return name, address
