"""Lifting the stop of an address with a reason, and forgetting an address that is erased."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, false, func, or_, update
from sqlalchemy.orm import InstrumentedAttribute

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.mail.bounces.models import LONGEST_REASON, Bounce, Suppression
from engagement.mail.bounces.queries import old_bounces
from engagement.verbs import Verb

ASK_FOR_REASON = "Say why mail will arrive now, such as “IT has opened the mailbox again”."


def lift(suppression: Suppression, reason: str, *, by: Actor) -> None:
    """Let an address get mail again; what came back before counts no more.

    Raises BadInput without a reason or for a long one, RuleBroken when it was lifted already.
    """
    said = clean(reason)
    if not said:
        raise BadInput(ASK_FOR_REASON, {"reason": ASK_FOR_REASON})
    if len(said) > LONGEST_REASON:
        problem = f"Keep the reason under {LONGEST_REASON} characters."
        raise BadInput(problem, {"reason": problem})
    lifted = rows_changed(
        update(Suppression)
        .where(Suppression.id == suppression.id, Suppression.lifted_at.is_(None))
        .values(lifted_at=clock.now(), lifted_by=by.name, lift_reason=said)
    )
    if not lifted:
        raise RuleBroken("Somebody has let this address get mail again already.")
    db.session.expire(suppression)
    audit.record(Verb.LIFTED_STOP, suppression, by=by, reason=(None, said))


def forget_addresses(addresses: Collection[str], person_id: int | None = None) -> None:
    """Delete what bounces say of addresses, or of a person, that are erased; that they came, and why, stays for the counts."""
    these = {address.lower() for address in addresses if address}
    of_bounce = or_(func.lower(Bounce.address).in_(these), _is_about(Bounce.person_id, person_id))
    rows_changed(update(Bounce).where(of_bounce).values(address="", text=""))
    of_stop = or_(func.lower(Suppression.address).in_(these), _is_about(Suppression.person_id, person_id))
    ended = func.coalesce(Suppression.lifted_at, clock.now())
    rows_changed(update(Suppression).where(of_stop).values(address="", lift_reason="", lifted_at=ended))


def forget_bounces(before: datetime) -> int:
    """Delete address and text of bounces that came before an instant, and the address of stops lifted before it.

    Return how many bounces. An address that gets nothing stays known for as long as it is stopped.
    """
    lifted = (Suppression.lifted_at < before, Suppression.address != "")
    rows_changed(update(Suppression).where(*lifted).values(address="", lift_reason=""))
    these = old_bounces(before).with_only_columns(Bounce.id)
    return rows_changed(update(Bounce).where(Bounce.id.in_(these)).values(address="", text=""))


def _is_about(column: InstrumentedAttribute[int | None], person_id: int | None) -> ColumnElement[bool]:
    return false() if person_id is None else column == person_id
