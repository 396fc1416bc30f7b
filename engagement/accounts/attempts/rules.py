"""How many attempts are too many, and which network addresses are one place."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

#: How long an attempt counts.
WINDOW = timedelta(minutes=15)
#: The limit for one address from all places together, as a multiple of the limit for one place.
PLACES_AT_ONCE = 5
#: Days without a sign-in after which a place is no longer known.
PLACE_KNOWN = timedelta(days=90)
#: The prefix length of the IPv6 network of one household or office.
BITS_OF_A_PLACE = 64


class Way(StrEnum):
    """What was attempted; passwords and links are counted apart."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    LINK = "link"


@dataclass(frozen=True)
class Limits:
    """How many attempts within the window are allowed: at one address from one place, and failures from one place."""

    per_address: int = 10
    per_place: int = 60

    @property
    def from_everywhere(self) -> int:
        """How many attempts at one address are allowed from all places together."""
        return self.per_address * PLACES_AT_ONCE


#: The defaults.
ORDINARY = Limits()


def network_of(place: str) -> str:
    """Return the network of a place: an IPv4 address itself, or the IPv6 network of a household or office."""
    try:
        address = ip_address(place)
    except ValueError:
        return place
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((int(address), BITS_OF_A_PLACE), strict=False))
    return str(address)
