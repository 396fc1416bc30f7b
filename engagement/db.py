"""The database: one declarative base, and the column types and statements that both engines share. `engines` sets them up."""

import secrets
import sqlite3
from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Executable,
    Index,
    MetaData,
    Select,
    String,
    any_,
    delete,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, mapped_column
from sqlalchemy.types import TypeDecorator

from engagement.letters import LONGEST_SORT

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of all tables; a naming convention names the constraints, so that migrations can refer to them."""

    metadata = MetaData(naming_convention=NAMING)

    #: The attribute with a row's name in the audit log ("person.name": of a related row), and the related row whose places it shares.
    audit_name: ClassVar[str] = "name"
    audit_within: ClassVar[str] = ""


db = SQLAlchemy(model_class=Base)

#: An integer key; the usual first column.
Key = Annotated[int, mapped_column(primary_key=True)]

#: For tables whose ids are in addresses: the id of a deleted row is not used again, so that an address never
#: leads to another thing. PostgreSQL does this anyway; SQLite would use the last id again.
ADDRESSED = {"sqlite_autoincrement": True}


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, stored in UTC and always read back aware; a naive value is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def word_of(vocabulary: type[StrEnum], column: str = "") -> Enum:
    """Return the column type for a `StrEnum`: stored by value as text, checked by the database.

    `column` names the check, which a table with two columns of one vocabulary needs.
    """
    return Enum(
        vocabulary,
        values_callable=lambda words: [word.value for word in words],
        native_enum=False,
        create_constraint=True,
        length=40,
        name=f"{column or vocabulary.__name__.lower()}_known",
    )


def short(length: int = 200) -> String:
    """Return the column type for a line of text."""
    return String(length)


def sorting() -> String:
    """Return the column type for the result of `sort_key`, ordered by code points on every database."""
    return String(LONGEST_SORT).with_variant(String(LONGEST_SORT, collation="C"), "postgresql")


def one_open(name: str, *columns: str, where: str) -> Index:
    """Return an index that allows one row with these columns among those that meet a condition: the one that is open."""
    condition: dict[str, Any] = {"sqlite_where": text(where), "postgresql_where": text(where)}
    return Index(name, *columns, unique=True, **condition)


def random_key() -> int:
    """Return a random key of 52 bits, so that neither it nor the row's place shows the order of arrival.

    SQLite would store a running row number too; tables with these keys are made without one.
    """
    return secrets.randbits(52) + 1


def insert_new(table: Any) -> Any:
    """Return an INSERT to which both engines can add `on_conflict_do_nothing` or `on_conflict_do_update`."""
    if db.engine.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def among(owner: InstrumentedAttribute[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Return the condition that a column has one of very many values; PostgreSQL gets them as one array, much quicker than each by itself."""
    if db.engine.dialect.name == "postgresql":
        return owner == any_(literal(list(values), ARRAY(owner.type)))
    return owner.in_(values)


def rows_changed(statement: Executable) -> int:
    """Execute an INSERT, UPDATE or DELETE, bypassing the session's loaded rows; return how many rows it touched."""
    # psycopg reports the number of an INSERT … SELECT only with this option.
    options = {"synchronize_session": False, "preserve_rowcount": True}
    outcome = db.session.execute(statement, execution_options=options)
    return int(outcome.rowcount)  # type: ignore[attr-defined]


def take_all(table: type[Base]) -> list[dict[str, Any]]:
    """Remove every row from a table and return them in random order, so that nothing shows which came first.

    On PostgreSQL the table gets a new, empty file, because deleted rows would stay in the old one until a clean-up;
    nobody else reads or writes the table until the transaction ends.
    """
    on_postgresql = db.engine.dialect.name == "postgresql"
    name = table.__tablename__
    if on_postgresql:
        # While a backup reads the table, our waiting lock would block everybody after us; so we give up and retry later.
        db.session.execute(text("SET LOCAL lock_timeout = '2s'"))
        db.session.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
    rows = [dict(row) for row in db.session.execute(select(table.__table__)).mappings()]
    db.session.execute(text(f"TRUNCATE {name}") if on_postgresql else delete(table))
    db.session.expire_all()
    secrets.SystemRandom().shuffle(rows)
    return rows


def empty_log() -> bool:
    """Empty SQLite's write-ahead log; return False if somebody still reads it.

    The log has changes in their order. PostgreSQL's own log can't be emptied from here.
    """
    if db.engine.dialect.name == "postgresql":
        return True
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        # Writers wait meanwhile, so this gives up soon.
        driver.execute("PRAGMA busy_timeout=200")
        is_busy, *_ = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        driver.execute("PRAGMA busy_timeout=30000")
    return not is_busy


#: With this many new rows, a table is analysed again in the same transaction before it is joined.
MANY_ROWS = 1_000


def note_growth(table: type[Base], rows: int) -> None:
    """Tell PostgreSQL how large a table is after `rows` rows were added, so that it plans joins well.

    Nothing else does this before the transaction ends, and a table taken for empty is joined row by row.
    """
    if rows >= MANY_ROWS and db.engine.dialect.name == "postgresql":
        db.session.execute(text(f"ANALYZE {table.__tablename__}"))


def note_unknown_sizes() -> None:
    """Tell PostgreSQL how large the tables are of which it knows nothing yet, such as right after many rows came at once."""
    if db.engine.dialect.name != "postgresql":
        return
    unknown = text(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND reltuples < 0"
    )
    for name in Base.metadata.tables.keys() & set(db.session.scalars(unknown)):
        db.session.execute(text(f"ANALYZE {name}"))


def count_of(rows: Select[Any]) -> int:
    """Return how many rows a SELECT gives."""
    return int(db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0)
