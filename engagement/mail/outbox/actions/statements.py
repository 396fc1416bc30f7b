"""Statements that run for every few messages: written as any other, compiled once an engine, and run without the ORM."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql.expression import ClauseElement

#: Turns a value into what the driver takes.
Bind = Callable[[Any], Any]


class Statement:
    """A statement with named values, without IN, whose values are written out only later. Building and compiling it each time would cost more than the messages themselves."""

    def __init__(self, statement: Callable[[Dialect], ClauseElement]) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, connection: Connection, values: dict[str, Any] | Sequence[dict[str, Any]]) -> CursorResult[Any]:
        """Execute it with one set of values, or with each of several; what it returns has the driver's own types."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement(dialect), dialect)
        if isinstance(values, dict):
            return connection.exec_driver_sql(compiled.text, compiled.bound(values))
        return connection.exec_driver_sql(compiled.text, [compiled.bound(each) for each in values])


class _Compiled:
    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        found = statement.compile(dialect=dialect)
        self.text = found.string
        self._order: list[str] | None = found.positiontup  # type: ignore[attr-defined]
        self._binds: dict[str, Bind | None] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind, name in found.bind_names.items()  # type: ignore[attr-defined]
        }
        self._fixed = {
            name: self._driver_value(name, bind.effective_value)
            for bind, name in found.bind_names.items()  # type: ignore[attr-defined]
            if not bind.required
        }

    def _driver_value(self, name: str, value: Any) -> Any:
        bind = self._binds[name]
        return value if bind is None else bind(value)

    def bound(self, values: dict[str, Any]) -> Any:
        whole = self._fixed | {name: self._driver_value(name, value) for name, value in values.items()}
        return whole if self._order is None else tuple(whole[name] for name in self._order)
