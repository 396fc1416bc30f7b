"""Reads of attempts: when further ones may be made, and whether a place is known."""

from datetime import UTC, datetime

from sqlalchemy import exists, select

from engagement.accounts.attempts.models import KnownPlace, SignInAttempt
from engagement.accounts.attempts.rules import WINDOW
from engagement.db import db


def attempts_end_at(key: str, most: int) -> datetime:
    """Return when a further attempt is allowed under this key; a past instant when fewer than `most` count."""
    counted = select(SignInAttempt.at).where(SignInAttempt.key == key).order_by(SignInAttempt.at.desc())
    oldest = db.session.scalar(counted.offset(most - 1).limit(1))
    return (oldest or datetime.min.replace(tzinfo=UTC)) + WINDOW


def is_known_place(key: str) -> bool:
    """Return whether somebody signed in from a place before; `key` is the hash of both."""
    return bool(db.session.scalar(select(exists().where(KnownPlace.key == key))))
