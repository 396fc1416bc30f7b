"""One form for each e-mail address: as it is kept, compared and read, and as mail servers take it.

A domain such as bücher.example has two spellings. It is kept in letters, which people know it by, and handed to mail servers in
ASCII (IDNA 2008, xn--…), which all of them take.
"""

import idna

from engagement.letters import clean_number


def kept_form(address: str) -> str:
    """Return an address as it is kept: cleaned, in small letters, its domain in letters; what is none comes back cleaned."""
    text = clean_number(address).strip().lower()
    local, at, domain = text.rpartition("@")
    if domain.isascii() and "xn--" not in domain:
        return text
    try:
        return f"{local}{at}{idna.decode(_encoded(domain))}"
    except (idna.IDNAError, UnicodeError):
        return text


def server_form(address: str) -> str:
    """Return an address as mail servers take it; one whose domain has no such form as it is."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{_encoded(domain).decode('ascii')}"
    except (idna.IDNAError, UnicodeError):
        return address


def _encoded(domain: str) -> bytes:
    return idna.encode(domain, uts46=True)
