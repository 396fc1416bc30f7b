"""Queueing messages: one row for each recipient, with their own values of the slots."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from engagement import clock
from engagement.db import db, insert_new, note_growth, rows_changed
from engagement.mail.bounces.queries import is_suppressed, suppression_of
from engagement.mail.letters.rules.slots import SlotUnfilled, slots_of
from engagement.mail.models import Delivery, Mailing
from engagement.mail.queries import whole_text_of
from engagement.mail.rules import ADDRESS_STOPPED, HAS_LEFT, NO_ADDRESS, DeliveryState
from engagement.mail.wire.rules.headers import mailbox
from engagement.people.models import Person


def queue_for_people(
    mailing: Mailing,
    people: Select[int],
    *,
    due_at: datetime | ColumnElement[datetime],
    filled: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]],
    translation: ColumnElement[Any] | None = None,
) -> int:
    """Queue a mailing for everybody whose id `people` selects, in one statement; return how many rows were added.

    `filled` has an expression over `Person` for each slot (text or number; correlated subqueries are welcome). `due_at`
    is one instant for all or an expression. `translation` is an expression for the id of the person's translation, NULL
    for the mailing's own text. Nobody gets a second row of a mailing, however often this runs. People who left, have no
    address, or one that mail comes back from, get a row that says so. Raises SlotUnfilled for a slot without an expression; nothing is queued then.
    """
    _refuse_unfilled(mailing, filled)
    no_address = or_(Person.email.is_(None), Person.email == "")
    is_stopped = is_suppressed(Person.email)
    suppressed = or_(Person.left_at.is_not(None), no_address, is_stopped)
    state = Delivery.__table__.c.state.type
    columns: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
        "mailing_id": literal(mailing.id),
        "person_id": Person.id,
        "translation_id": null() if translation is None else translation,
        "address": func.coalesce(Person.email, ""),
        "name": Person.name,
        "filled": _json_of(filled),
        "state": case(
            (suppressed, literal(DeliveryState.SUPPRESSED, state)), else_=literal(DeliveryState.QUEUED, state)
        ),
        "reason": case(
            (Person.left_at.is_not(None), HAS_LEFT),
            (no_address, NO_ADDRESS),
            (is_stopped, ADDRESS_STOPPED),
            else_=null(),
        ),
        "is_urgent": literal(mailing.kind.is_awaited),
        "attempts": literal(0),
        "queued_at": literal(clock.now(), Delivery.__table__.c.queued_at.type),
        "due_at": literal(due_at, Delivery.__table__.c.due_at.type) if isinstance(due_at, datetime) else due_at,
    }
    # Without WHERE in the SELECT, SQLite would parse ON CONFLICT as the start of a join; hence the literal TRUE.
    rows = select(*columns.values()).where(Person.id.in_(people), true())
    queueing = insert_new(Delivery).from_select(list(columns), rows, include_defaults=False).on_conflict_do_nothing()
    # Without this, PostgreSQL's driver doesn't report how many rows an INSERT made.
    added = rows_changed(queueing.execution_options(preserve_rowcount=True))
    # Statistics that PostgreSQL took meanwhile know nothing of these rows: for a minute, each claim would read all of them.
    note_growth(Delivery, added)
    return added


def queue_for_address(
    mailing: Mailing,
    address: str,
    name: str,
    filled: Mapping[str, Any],
    person_id: int | None = None,
    due_at: datetime | None = None,
) -> Delivery:
    """Queue a mailing for one address, due at `due_at` or at once; one that mail comes back from gets a row that says so.

    Raises BadInput for an unusable address or name, SlotUnfilled for a slot without a value.
    """
    _refuse_unfilled(mailing, filled)
    mailbox(name, address)
    is_stopped = suppression_of(address) is not None
    delivery = Delivery(
        mailing=mailing,
        person_id=person_id,
        address=address,
        name=name,
        filled=dict(filled),
        state=DeliveryState.SUPPRESSED if is_stopped else DeliveryState.QUEUED,
        reason=ADDRESS_STOPPED if is_stopped else None,
        is_urgent=mailing.kind.is_awaited,
        queued_at=clock.now(),
        due_at=due_at or clock.now(),
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def _refuse_unfilled(mailing: Mailing, filled: Mapping[str, Any]) -> None:
    unfilled = slots_of(whole_text_of(mailing)) - filled.keys()
    if unfilled:
        raise SlotUnfilled(min(unfilled))


def _json_of(filled: Mapping[str, Any]) -> ColumnElement[Any]:
    build = func.json_build_object if db.engine.dialect.name == "postgresql" else func.json_object
    return build(*(part for name, value in filled.items() for part in (literal(name), func.coalesce(value, ""))))
