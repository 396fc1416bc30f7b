"""How many attempts are too many, from where, and which network addresses are one place."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, IPv6Network, ip_address

#: Attempts count for so long.
WINDOW = timedelta(minutes=15)
#: Attempts on one address are refused from all places together once they are so many times those of one place.
PLACES_AT_ONCE = 5
#: After so many days without a sign-in from there, a place is no longer known.
PLACE_KNOWN = timedelta(days=90)
#: One household or office has all addresses of such a network.
BITS_OF_A_PLACE = 64


class Way(StrEnum):
    """What was attempted; passwords and links are counted apart."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    LINK = "link"


@dataclass(frozen=True)
class Limits:
    """How many attempts within the window: on one address from one place, and failures from one place."""

    per_address: int = 10
    per_place: int = 60

    @property
    def from_everywhere(self) -> int:
        """How many on one address from all places together."""
        return self.per_address * PLACES_AT_ONCE


#: Where nothing else is set.
ORDINARY = Limits()


def network_of(place: str) -> str:
    """Return the network that a place is in: an IPv4 address itself, of IPv6 what one household or office has."""
    try:
        address = ip_address(place)
    except ValueError:
        return place
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((int(address), BITS_OF_A_PLACE), strict=False))
    return str(address)
