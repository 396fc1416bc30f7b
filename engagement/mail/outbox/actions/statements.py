"""Statements that run for every few messages: written as any other, compiled once an engine, and run without the ORM."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.expression import ClauseElement

#: Turns a value into what the driver takes.
Bind = Callable[[Any], Any]


class Statement:
    """A statement with named values, without IN, whose values are written out only later. Building and compiling it each time would cost more than the messages themselves."""

    def __init__(self, statement: Callable[[Dialect], ClauseElement]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: dict[str, Any] | Sequence[dict[str, Any]]) -> list[Any]:
        """Execute it with one set of values, or with each of several; return its rows, which have the driver's own types."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement(dialect), dialect)
        if isinstance(values, dict):
            result = connection.exec_driver_sql(compiled.text, compiled.bound(values))
        else:
            result = connection.exec_driver_sql(compiled.text, [compiled.bound(each) for each in values])
        rows = list(result.cursor.fetchall()) if result.returns_rows else []
        result.close()
        return rows


class _Compiled:
    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        found = statement.compile(dialect=dialect)
        self.text = found.string
        self._order: list[str] | None = found.positiontup  # type: ignore[attr-defined]
        self._binds: dict[str, Bind] = {}
        self._fixed: dict[str, Any] = {}
        for bind, name in found.bind_names.items():  # type: ignore[attr-defined]
            if isinstance(bind.type, ARRAY):
                # The driver writes lists as text unless it is told not to, which takes ten times as long.
                self.text = self.text.replace(f"%({name})s", f"%({name})b")
                continue
            into = bind.type.dialect_impl(dialect).bind_processor(dialect)
            if not bind.required:
                self._fixed[name] = bind.effective_value if into is None else into(bind.effective_value)
            elif into is not None:
                self._binds[name] = into

    def bound(self, values: dict[str, Any]) -> Any:
        whole = self._fixed | values
        for name, into in self._binds.items():
            whole[name] = into(whole[name])
        return whole if self._order is None else tuple(whole[name] for name in self._order)
