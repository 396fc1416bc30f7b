"""Outcomes written in batches: the one place that knows how each engine takes many rows at once."""

from collections.abc import Callable, Sequence
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


def _settle(of: Callable[[str], ColumnElement[Any]]) -> Update:
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
            # What a person decided to leave doesn't wait again.
            or_(of("attempted"), columns.decided_at.is_(None)),
        )
        .values(
            **{name: of(name) for name in ("state", "reply", "reason", "attempts", "due_at", "sent_at")},
            attempted_at=case((of("attempted"), columns.attempted_at), else_=null()),
            **UNCLAIMED,
        )
    )


def _statement(dialect: Dialect) -> Update:
    if dialect.name != "postgresql":
        return _settle(lambda name: bindparam(f"the_{name}", type_=_TYPES[name]))
    arrays = [bindparam(f"the_{name}", type_=ARRAY(type_)) for name, type_ in _TYPES.items()]
    rows = func.unnest(*arrays).table_valued(*_TYPES, name="settled").render_derived()
    return _settle(lambda name: rows.c[name])


_RECORD = Statement(_statement)


def record(connection: Connection, worker: str, rows: Sequence[Settled]) -> None:
    """Write what became of deliveries that a worker claimed; those that are not its own any more stay as they are.

    The caller commits.
    """
    if not rows:
        return
    # Drivers don't know our vocabulary.
    plain = [(row.id, str(row.state), *row[2:]) for row in rows]
    if connection.dialect.name == "postgresql":
        arrays = zip(*plain, strict=True)
        values = {f"the_{name}": list(array) for name, array in zip(_TYPES, arrays, strict=True)}
        _RECORD.run(connection, {"worker": worker, **values})
    else:
        each = [{f"the_{name}": value for name, value in zip(_TYPES, row, strict=True)} for row in plain]
        _RECORD.run(connection, [{"worker": worker, **values} for values in each])
