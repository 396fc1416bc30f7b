"""How many rows a long list has, exactly, without counting them again while nothing in the database has changed."""

from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Row, Select, String, bindparam, case, func, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from engagement.db import reads_only


class change_mark(FunctionElement[str]):  # noqa: N801  a function of SQL
    """A text that is another one after every commit by anybody: where it is the same, so is all that a reader sees."""

    type = String()
    inherit_cache = True


@compiles(change_mark, "postgresql")
def _snapshot(*_: object, **__: object) -> str:
    # Which transactions are visible to this statement, in all databases of the server.
    return "CAST(pg_current_snapshot() AS TEXT)"


@compiles(change_mark, "sqlite")
def _version(*_: object, **__: object) -> str:
    # What other connections have committed, and how many rows this connection itself has changed.
    return "(SELECT data_version FROM pragma_data_version) || '.' || total_changes()"


class Total:
    """The number of rows that a SELECT gives, asked for in the same statement as one page of them.

    Counting a hundred thousand rows takes longer than the rest of a page. So each connection remembers the totals that it
    has counted, each with the `change_mark` of that moment. The database compares the marks itself, in the statement that
    reads the page, and counts unless they are equal. So the number is exact, with any number of processes.
    """

    def __init__(self, rows: Select[Any]) -> None:
        counted = rows.with_only_columns(func.count(), maintain_column_froms=True).order_by(None).scalar_subquery()
        as_remembered = change_mark() == bindparam("remembered_mark", type_=String)
        #: One row with the columns `total` (None where the remembered one holds) and `mark`, for the statement's FROM.
        # The limit keeps both engines from working it out anew for each line of the page.
        self.part = (
            select(case((as_remembered, null()), else_=counted).label("total"), change_mark().label("mark"))
            .limit(1)
            .subquery("counted")
        )

    def parameters(self, connection: Connection) -> dict[str, str]:
        """Return the part's parameters, for executing the statement on this connection."""
        mark, _ = _remembered(connection).get(self, ("", 0))
        return {"remembered_mark": mark}

    def of(self, row: Row[Any], connection: Connection) -> int:
        """Return the total, from any row of the statement, and remember it."""
        remembered = _remembered(connection)
        if row.total is None:
            return remembered[self][1]
        remembered[self] = (row.mark, row.total)
        return int(row.total)


def _remembered(connection: Connection) -> MutableMapping[Total, tuple[str, int]]:
    # On PostgreSQL, what a transaction has changed itself shows in no mark, so only those remember that change nothing.
    return connection.info.setdefault("totals", WeakKeyDictionary()) if reads_only.get() else {}
