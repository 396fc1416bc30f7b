"""A key for DKIM (RFC 6376): read from its text, what DNS must hold of it, and the signature of a message."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engagement.errors import BadInput

#: Turns a message, ready for a mail server, into the same one with a signature.
Sign = Callable[[bytes], bytes]
#: Shorter keys are refused by those who check; longer ones make a record that DNS servers may cut.
SHORTEST_KEY, LONGEST_KEY = 1024, 4096
#: What nobody may change on the way. A header that a message lacks is left out.
SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"mime-version",
    b"content-type",
    b"auto-submitted",
    # RFC 8058: whoever signs vouches for the address at which such messages end.
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
#: AlgorithmIdentifier of RSA keys (RFC 8017): its object identifier and NULL.
_RSA = bytes.fromhex("300d06092a864886f70d0101010500")


@dataclass(frozen=True)
class Signature:
    """With which key, and in whose name, messages are signed."""

    key: bytes
    selector: str
    domain: str
    modulus: int
    exponent: int

    @property
    def record_name(self) -> str:
        """The name under which DNS must hold the public key."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """The text that DNS must hold there (TXT)."""
        numbers = _der(0x30, _der(0x02, _number(self.modulus)) + _der(0x02, _number(self.exponent)))
        whole = _der(0x30, _RSA + _der(0x03, b"\0" + numbers))
        return f"v=DKIM1; k=rsa; p={b64encode(whole).decode('ascii')}"


def signature_of(pem: bytes, selector: str, domain: str) -> Signature:
    """Return what signs with a private key in PEM form. Raises BadInput for one that is no RSA key, too short or too long."""
    key = _parsed(pem)
    bits = int(key["modulus"]).bit_length()
    if not SHORTEST_KEY <= bits <= LONGEST_KEY:
        raise BadInput(f"ENGAGEMENT_DKIM_KEY: the key has {bits} bits; use an RSA key of 2048.")
    return Signature(pem.replace(b"\r\n", b"\n"), selector, domain, key["modulus"], key["publicExponent"])


def _parsed(pem: bytes) -> dict[str, Any]:
    # The library takes a third of a second to load, which nobody waits for who doesn't sign.
    from dkim.crypto import parse_pem_private_key

    try:
        key: dict[str, Any] = parse_pem_private_key(pem.replace(b"\r\n", b"\n"))
    except Exception:  # It trips over a broken key in many ways.
        raise BadInput(
            "ENGAGEMENT_DKIM_KEY names a file that is no private RSA key in PEM form; make one with: openssl genrsa -out dkim.pem 2048"
        ) from None
    return key


def signer(signature: Signature) -> Sign:
    """Return the function that signs messages."""
    import dkim

    selector, domain = signature.selector.encode("idna"), signature.domain.encode("idna")

    def sign(message: bytes) -> bytes:
        there = {line.partition(b":")[0].lower() for line in message.partition(b"\r\n\r\n")[0].split(b"\r\n")}
        headers = [name for name in SIGNED if name in there]
        line: bytes = dkim.sign(
            message, selector, domain, signature.key, canonicalize=(b"relaxed", b"relaxed"), include_headers=headers
        )
        return line + message

    return sign


def _number(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big")


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
