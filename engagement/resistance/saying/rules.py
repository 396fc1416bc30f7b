"""When the change team gets an anonymous letter, and the receipt codes by which its sender reads the answer.

No code is stored anywhere.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from hashlib import sha256

from engagement.days.working_days import working_days_after

#: No vowels, so that no words appear, and no characters that are easily confused within their group.
LETTERS = "BCDFGHJKMNPQRTVWXZ"
DIGITS = "23456789"
#: The alphabet of each group: 12 letters and 4 digits make 62 bits.
GROUPS = (LETTERS, DIGITS, LETTERS, LETTERS)
GROUP_LENGTH = 4
#: The organisation's local time of day at which the change team gets the letters.
HANDED_OVER_FROM = time(6)


@dataclass(frozen=True)
class Moment:
    """The organisation's own day and time of day, and the country whose working days count."""

    on: date
    country: str
    at: time = HANDED_OVER_FROM

    @property
    def handed_over_on(self) -> date:
        """The day on whose morning the change team gets what is said now without a name."""
        return working_days_after(self.on, 0 if self.at < HANDED_OVER_FROM else 1, self.country)


def receipt_code(secret: str, form_key: str, text: str) -> str:
    """Return the code for an anonymous text sent with this form, "KMTR 4827 WHPX BDFG".

    The same form and text give the same code, so a repeated request shows it again and nothing need be stored. Nobody
    can work it out without the service's secret.
    """
    number = int.from_bytes(_keyed(secret, "receipt code", form_key, text))
    groups = []
    for alphabet in GROUPS:
        letters = ""
        for _ in range(GROUP_LENGTH):
            number, place = divmod(number, len(alphabet))
            letters += alphabet[place]
        groups.append(letters)
    return " ".join(groups)


def receipt_hash(secret: str, code: str) -> str:
    """Return the keyed hash that is stored for a code, 64 characters. Case, blanks and dashes don't matter."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return _keyed(secret, "receipt hash", plain).hex()


def submission_hash(secret: str, form_key: str, text: str, sender_id: int) -> str:
    """Return the keyed hash that identifies a repeated request with a name, 64 characters."""
    return _keyed(secret, "submission", form_key, text, str(sender_id)).hex()


def receipt_groups(code: str) -> Sequence[str]:
    """Return the four groups of a code, as they are displayed."""
    return code.split(" ")


def _keyed(secret: str, *parts: str) -> bytes:
    # Each part is hashed first, so that no two lists of parts give the same message.
    message = b"".join(sha256(part.encode()).digest() for part in parts)
    return hmac.digest(secret.encode(), message, "sha256")
