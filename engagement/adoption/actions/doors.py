"""Secrets with which machines post numbers of use: making one, ending it, and finding the one that a request brings."""

import hashlib
import secrets

from sqlalchemy import select

from engagement import audit, clock
from engagement.adoption.models import UsageDoor
from engagement.adoption.rules.vocabulary import LONGEST_NAME, TOKEN_BEGINS
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import clean
from engagement.programmes.models import Programme
from engagement.verbs import Verb


def make_door(programme: Programme, name: str, *, by: Actor) -> tuple[UsageDoor, str]:
    """Make a secret for posting numbers of a programme; return it beside its row, which keeps only its hash. Raises BadInput."""
    name = clean(name)
    if not name or len(name) > LONGEST_NAME:
        problem = f"Say which system posts the numbers, in at most {LONGEST_NAME} characters."
        raise BadInput(problem, {"name": problem})
    secret = TOKEN_BEGINS + secrets.token_urlsafe(32)
    door = UsageDoor(
        programme=programme,
        name=name,
        secret_hash=_hash(secret),
        made_at=clock.now(),
        made_by_id=by.account_id,
    )
    db.session.add(door)
    db.session.flush()
    audit.record(Verb.MADE_USAGE_DOOR, door, by=by)
    return door, secret


def end_door(door: UsageDoor, *, by: Actor) -> None:
    """End a secret: nothing is taken with it any more; what came with it stays. Twice changes nothing."""
    if door.ended_at is None:
        door.ended_at, door.ended_by_id = clock.now(), by.account_id
        audit.record(Verb.ENDED_USAGE_DOOR, door, by=by)


def door_of(secret: str) -> UsageDoor | None:
    """Return the door that a secret opens, None for none. It has 256 bits, so looking its hash up tells nobody anything."""
    open_one = (UsageDoor.secret_hash == _hash(secret), UsageDoor.ended_at.is_(None))
    return db.session.scalar(select(UsageDoor).where(*open_one))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
