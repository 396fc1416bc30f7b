"""The address to which bounces return, with a mark that tells which message it was (VERP), and the mark found again.

`bounces+*@example.com` is the pattern: the star stands for the mark. Without a star all messages return to one address,
and the Message-ID in what came back tells which it was.
"""

import hmac
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from engagement.addresses import kept_form

#: Returns the address to which a message returns, by its delivery and when that was queued.
ReturnPath = Callable[[int, datetime], str]
#: Hexadecimal digits of the key in a mark: too many to guess at the pace of mail.
_KEYED = 12
_NAMED = re.compile(r"\b(\d{1,18})\.([0-9a-f]{8,14})@")
#: How many Message-IDs of one mail are looked up.
MOST_NAMED = 20
#: Message-IDs of others may begin with a date; PostgreSQL refuses to look for a number that no row can have.
_LARGEST_ID = 2**31 - 1


def instant_mark(queued_at: datetime) -> str:
    """Return the instant in a Message-ID: milliseconds in hexadecimal digits."""
    return f"{int(queued_at.timestamp() * 1000):x}"


def return_address(pattern: str, secret: str, delivery_id: int, queued_at: datetime) -> str:
    """Return the envelope's sender of one message: the pattern, with a mark in place of its star."""
    if "*" not in pattern:
        return pattern
    return pattern.replace("*", f"{delivery_id}-{_key(secret, delivery_id, queued_at)}", 1)


def _key(secret: str, delivery_id: int, queued_at: datetime) -> str:
    said = f"bounce:{delivery_id}:{instant_mark(queued_at)}".encode()
    return hmac.new(secret.encode(), said, sha256).hexdigest()[:_KEYED]


def is_key_of(key: str, secret: str, delivery_id: int, queued_at: datetime) -> bool:
    """Return whether a mark's key was made here for a delivery."""
    return hmac.compare_digest(key, _key(secret, delivery_id, queued_at))


def marks_in(addresses: Iterable[str], pattern: str) -> list[tuple[int, str]]:
    """Return the delivery and the key of each address that fits the pattern."""
    if "*" not in pattern:
        return []
    before, _, after = kept_form(pattern).partition("*")
    fits = re.compile(rf"{re.escape(before)}(\d{{1,18}})-([0-9a-f]{{{_KEYED}}}){re.escape(after)}")
    found = (fits.fullmatch(kept_form(address)) for address in addresses)
    return [(int(match[1]), match[2]) for match in found if match and int(match[1]) <= _LARGEST_ID]


def named_in(texts: Iterable[str]) -> list[tuple[int, str]]:
    """Return the delivery and the instant of each Message-ID in texts that may be one of this service."""
    found: dict[tuple[int, str], None] = {}
    for text in texts:
        for number, at in _NAMED.findall(text):
            if int(number) <= _LARGEST_ID:
                found.setdefault((int(number), at))
    return list(found)[:MOST_NAMED]
