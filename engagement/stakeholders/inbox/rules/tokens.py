"""The private addresses of programmes: the installation's address with a token behind a plus."""

from collections.abc import Iterable

from engagement.addresses import kept_form


def tokens_in(addresses: Iterable[str], inbox: str) -> list[str]:
    """Return the tokens of the addresses that belong to an inbox, each once: "abc" of engagement+abc@example.com."""
    local, _, domain = kept_form(inbox).rpartition("@")
    found: list[str] = []
    for address in addresses:
        before, at, after = kept_form(address).rpartition("@")
        name, plus, token = before.partition("+")
        if at and plus and token and (name, after) == (local, domain):
            found.append(token)
    return list(dict.fromkeys(found))


def address_with(token: str, inbox: str) -> str:
    """Return an inbox's address with a token."""
    local, _, domain = inbox.rpartition("@")
    return f"{local}+{token}@{domain}"
