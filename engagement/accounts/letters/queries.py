"""To which addresses letters can go."""

from engagement.mail.headers import is_usable_address


def is_real(address: str) -> bool:
    """Return whether mail can go to an address; one that a sign-in had to give up is only a stand-in."""
    return is_usable_address(address) and not address.endswith("@invalid")
