"""Which addresses letters can go to."""

from engagement.mail.wire.rules.headers import is_usable_address


def is_real(address: str) -> bool:
    """Return whether an address takes mail; a sign-in that gave up its address has a stand-in."""
    return is_usable_address(address) and not address.endswith("@invalid")
