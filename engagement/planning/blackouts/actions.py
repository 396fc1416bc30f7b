"""Changes of blackouts: making one and removing one."""

from datetime import date

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import clean
from engagement.planning.blackouts.models import Blackout
from engagement.programmes.models import Programme
from engagement.verbs import Verb


def make_blackout(programme: Programme | None, from_on: date, until_on: date, reason: str, *, by: Actor) -> Blackout:
    """Say that a programme, or everybody, is left alone on these days. Raises BadInput for days in disorder or no reason."""
    reason, problems = clean(reason), {}
    if until_on < from_on:
        problems["until_on"] = "Choose the first day or a later one."
    if not reason or len(reason) > 200:
        problems["reason"] = "Say why, in at most 200 characters."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    row = Blackout(
        programme=programme,
        from_on=from_on,
        until_on=until_on,
        reason=reason,
        made_at=clock.now(),
        made_by_id=by.account_id,
    )
    db.session.add(row)
    audit.record(
        Verb.MADE_BLACKOUT, row, by=by, from_on=(None, from_on), until_on=(None, until_on), reason=(None, reason)
    )
    return row


def remove_blackout(row: Blackout, *, by: Actor) -> None:
    """Remove a blackout. Twice changes nothing."""
    if row.ended_at is None:
        row.ended_at = clock.now()
        audit.record(Verb.REMOVED_BLACKOUT, row, by=by, reason=(row.reason, None))
