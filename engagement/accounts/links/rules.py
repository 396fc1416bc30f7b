"""One-time links: signed, dated, and good for one use. Opening one changes nothing; pressing its button does."""

import hashlib
import hmac
import json
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from itsdangerous.encoding import int_to_bytes

from engagement.accounts.rules import LINK_LIFETIME, MESSAGE_LINK_LIFETIME, SETUP_LINK_LIFETIME, LinkPurpose

LIFETIMES: dict[str, timedelta] = {
    "asked": LINK_LIFETIME,
    "message": MESSAGE_LINK_LIFETIME,
    "setup": SETUP_LINK_LIFETIME,
}
#: The slot of a link mail with the account that the link signs in, None for a person without one.
SIGNS_IN = "signs_in"


@dataclass(frozen=True)
class OneTimeLink:
    """What a link says: whom it signs in (an account or a person; neither for setup) and the path it leads to.

    `delivery_id` is the message that it was sent with, None for a link without one.
    """

    purpose: LinkPurpose
    origin: str
    account_id: int | None
    person_id: int | None
    leads_to: str
    fingerprint: str
    delivery_id: int | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it opens only an employee's own pages: it stays in a mailbox for days, and messages get passed on."""
        return self.origin == "message"


def sign_in_token(
    secret: str,
    *,
    origin: str,
    nonce: str,
    leads_to: str = "/",
    account_id: int | None = None,
    person_id: int | None = None,
) -> str:
    """Return the token of a sign-in link.

    `origin` is "asked" (30 minutes) or "message" (14 days); `nonce` makes it unique, such as `nonce_of` a message; `leads_to`
    is a path on this site.
    """
    return _signer(secret, LinkPurpose.SIGN_IN).dumps([origin, account_id, person_id, leads_to, nonce])


def nonce_of(delivery_id: int) -> str:
    """Return the nonce of a link sent with a message, which identifies the message again."""
    return f"d{delivery_id}"


def setup_token(secret: str, nonce: str) -> str:
    """Return the token of the link for making the first administrator (24 hours)."""
    return _signer(secret, LinkPurpose.SETUP).dumps(["setup", None, None, "/", nonce])


def read_token(secret: str, token: str, purpose: LinkPurpose, now: datetime) -> OneTimeLink | None:
    """Return what a token says `now`, None for a forged or expired one. Doesn't check whether it was used."""
    signer = _signer(secret, purpose)
    try:
        (origin, account_id, person_id, leads_to, nonce), signed_at = signer.loads(token, return_timestamp=True)
    except (BadSignature, ValueError, TypeError):
        return None
    if now - signed_at > LIFETIMES.get(origin, timedelta(0)):
        return None
    sent = re.fullmatch(r"d([0-9]{1,18})", str(nonce))
    delivery_id = int(sent[1]) if sent else None
    return OneTimeLink(purpose, origin, account_id, person_id, leads_to, fingerprint(token), delivery_id)


def fingerprint(token: str) -> str:
    """Return the hash that is stored for a used token."""
    return hashlib.sha256(token.encode()).hexdigest()


class _Signer(URLSafeTimedSerializer):
    """Writes the tokens that its base reads, in a tenth of the time, which is that of sending a mail.

    The base derives its key for every token, and tries to compress what is too short for that.
    """

    def __init__(self, secret: str, salt: str) -> None:
        super().__init__(secret, salt=salt)
        self._keyed = hmac.new(self.make_signer(self.salt).derive_key(), digestmod="sha1")

    def dumps(self, obj: Any, salt: str | bytes | None = None) -> str:
        """Return the token of a value. `salt` is not asked for here."""
        assert salt is None
        said = _encoded(_compact(obj).encode()) + _dated(int(time.time()))
        signature = self._keyed.copy()
        signature.update(said)
        return (said + b"." + _encoded(signature.digest())).decode("ascii")


@lru_cache(maxsize=8)
def _dated(seconds: int) -> bytes:
    """Return the part of a token that says when it was signed."""
    return b"." + _encoded(int_to_bytes(seconds))


def _encoded(said: bytes) -> bytes:
    return urlsafe_b64encode(said).rstrip(b"=")


_of_text = json.JSONEncoder().encode


def _compact(values: Iterable[str | int | None]) -> str:
    """Return values as a JSON list. The encoder is quick with a text, and takes twice as long as this with a list of a few."""
    parts = [_of_text(each) if isinstance(each, str) else "null" if each is None else str(each) for each in values]
    return f"[{','.join(parts)}]"


@lru_cache(maxsize=8)
def _signer(secret: str, purpose: LinkPurpose) -> URLSafeTimedSerializer:
    return _Signer(secret, f"one-time-link:{purpose.value}")
