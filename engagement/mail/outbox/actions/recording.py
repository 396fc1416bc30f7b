"""Outcomes written in batches: the one place that knows how each engine takes many rows at once."""

from collections.abc import Callable, Collection, Sequence
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    String,
    Table,
    Text,
    Update,
    bindparam,
    case,
    func,
    literal,
    null,
    or_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from engagement.db import UtcDateTime
from engagement.mail.models import UNCLAIMED, Delivery
from engagement.mail.outbox.actions.statements import Statement
from engagement.mail.outbox.rules import Settled
from engagement.mail.rules import DeliveryState

_DELIVERY = cast(Table, Delivery.__table__)
#: What is written of a delivery, with what it is found by; of one that was sent, whatever else stands there is right already.
_TYPES: dict[str, TypeEngine[Any]] = {
    "id": BigInteger(),
    "state": String(),
    "reply": Text(),
    "reason": String(),
    "attempts": Integer(),
    "due_at": UtcDateTime(),
    "sent_at": UtcDateTime(),
    "attempted": Boolean(),
}
_OF_SENT = ("id", "reply", "sent_at")
#: Gives the value of a row by its name.
_Of = Callable[[str], ColumnElement[Any]]


def _settle(of: _Of) -> Update:
    """Write the outcome of a delivery that is still the worker's own, and let go of it."""
    columns = _DELIVERY.c
    state = func.coalesce(columns.state, "")
    return (
        update(_DELIVERY)
        .where(
            columns.id == of("id"),
            # UNKNOWN too: a worker that was taken for dead during a long conversation still knows the outcome. Not looked
            # up in an index: that of states is full of rows that were in one of them a moment ago.
            or_(state == DeliveryState.ATTEMPTING, state == DeliveryState.UNKNOWN),
            columns.claimed_by == bindparam("worker", type_=String()),
        )
        .values(reply=of("reply"), sent_at=of("sent_at"), **UNCLAIMED)
    )


def _settle_sent(of: _Of) -> Update:
    return _settle(of).values(state=literal(DeliveryState.SENT, _DELIVERY.c.state.type), reason=None)


def _settle_any(of: _Of) -> Update:
    columns = _DELIVERY.c
    return (
        _settle(of)
        # What a person decided to leave doesn't wait again.
        .where(or_(of("attempted"), columns.decided_at.is_(None)))
        .values(
            **{name: of(name) for name in ("state", "reason", "attempts", "due_at")},
            attempted_at=case((of("attempted"), columns.attempted_at), else_=null()),
        )
    )


class _Recording:
    """A statement that writes many outcomes at once, from these of their values."""

    def __init__(self, settle: Callable[[_Of], Update], names: Collection[str]) -> None:
        self._settle = settle
        self._types = {name: _TYPES[name] for name in names}
        self._statement = Statement(self._written)

    def _written(self, dialect: Dialect) -> Update:
        if dialect.name != "postgresql":
            return self._settle(lambda name: bindparam(f"the_{name}", type_=_TYPES[name]))
        arrays = [bindparam(f"the_{name}", type_=ARRAY(type_)) for name, type_ in self._types.items()]
        rows = func.unnest(*arrays).table_valued(*self._types, name="settled").render_derived()
        return self._settle(lambda name: rows.c[name])

    def run(self, connection: Connection, worker: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write rows of these values, in the same order."""
        if not rows:
            return
        names = [f"the_{name}" for name in self._types]
        if connection.dialect.name == "postgresql":
            arrays = map(list, zip(*rows, strict=True))
            self._statement.run(connection, {"worker": worker, **dict(zip(names, arrays, strict=True))})
        else:
            self._statement.run(connection, [{"worker": worker, **dict(zip(names, row, strict=True))} for row in rows])


_SENT, _ANY = _Recording(_settle_sent, _OF_SENT), _Recording(_settle_any, _TYPES)


def record(connection: Connection, worker: str, rows: Sequence[Settled]) -> None:
    """Write what became of deliveries that a worker claimed; those that are not its own any more stay as they are.

    The caller commits.
    """
    is_sent = DeliveryState.SENT
    _SENT.run(connection, worker, [(row.id, row.reply, row.sent_at) for row in rows if row.state is is_sent])
    # Drivers don't know our vocabulary.
    _ANY.run(connection, worker, [(row.id, str(row.state), *row[2:]) for row in rows if row.state is not is_sent])
