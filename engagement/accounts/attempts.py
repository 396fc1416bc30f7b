"""Attempts to sign in, counted by address and by place, and refused for a while once they are too many."""

import hashlib
import hmac
import math

from sqlalchemy import delete

from engagement import clock
from engagement.accounts import queries
from engagement.accounts.models import SignInAttempt
from engagement.accounts.rules import ATTEMPT_WINDOW, ATTEMPTS_PER_ADDRESS, ATTEMPTS_PER_PLACE
from engagement.db import db
from engagement.errors import TooMany
from engagement.words import minutes_words


def count_attempt(email: str, place: str, secret: str) -> None:
    """Count a failed sign-in, or a link that was asked for, under the address and under the place; forget old ones."""
    for key in _attempt_keys(email, place, secret):
        db.session.add(SignInAttempt(key=key, at=clock.now()))
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - ATTEMPT_WINDOW))


def refuse_link_when_asked_too_often(email: str, place: str, secret: str) -> None:
    """Count a request for a sign-in link; raise BadInput when too many were made, for known and unknown addresses alike."""
    refuse_when_tried_too_often(email, place, secret)
    count_attempt(email, place, secret)


def refuse_when_tried_too_often(email: str, place: str, secret: str) -> None:
    """Raise TooMany, with the time to wait, when too many attempts were made at this address or from this place."""
    by_address, by_place = _attempt_keys(email, place, secret)
    free_at = max(
        queries.attempts_end_at(by_address, ATTEMPTS_PER_ADDRESS), queries.attempts_end_at(by_place, ATTEMPTS_PER_PLACE)
    )
    seconds = math.ceil((free_at - clock.now()).total_seconds())
    if seconds > 0:
        sentence = f"There were too many attempts. Wait {minutes_words(seconds)}, then try again."
        raise TooMany(sentence, {"email": sentence}, retry_after=seconds)


def _attempt_keys(email: str, place: str, secret: str) -> tuple[str, str]:
    def key(kind: str, value: str) -> str:
        return hmac.new(secret.encode(), f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()

    return key("address", email.strip().lower()), key("place", place)
