"""Reading the key that messages are signed with, from the file that the settings name."""

from pathlib import Path

from engagement.errors import BadInput
from engagement.mail.signing.rules import Signature, signature_of


def read_signature(path: str, selector: str, domain: str) -> Signature | None:
    """Return what messages are signed with, None without a key. Raises BadInput for a key that can't be used."""
    if not path:
        return None
    try:
        pem = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(f"ENGAGEMENT_DKIM_KEY names {path}, which can’t be read: {error.strerror}.") from None
    return signature_of(pem, selector, domain)
