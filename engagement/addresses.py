"""One form for each e-mail address: for storing, comparing and reading, and for mail servers.

A domain such as bücher.example has two spellings. It is stored in Unicode, as people know it, and passed to mail
servers in ASCII (IDNA 2008, xn--…), which all of them accept.
"""

import idna

from engagement.letters import clean_number

#: Of an e-mail address, in characters (RFC 5321, 4.5.3.1.3, without its brackets).
LONGEST_ADDRESS = 254


def kept_form(address: str) -> str:
    """Return an address as it is stored: cleaned, in lower case, its domain in Unicode; other text is only cleaned."""
    text = clean_number(address).strip().lower()
    local, at, domain = text.rpartition("@")
    if domain.isascii() and "xn--" not in domain:
        return text
    try:
        return f"{local}{at}{idna.decode(_encoded(domain))}"
    except (idna.IDNAError, UnicodeError):
        return text


def server_form(address: str) -> str:
    """Return an address for mail servers; unchanged if its domain has no ASCII form."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}{at}{_encoded(domain).decode('ascii')}"
    except (idna.IDNAError, UnicodeError):
        return address


def _encoded(domain: str) -> bytes:
    return idna.encode(domain, uts46=True)
