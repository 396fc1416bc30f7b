"""The format of rows in a backup: one file for each table, one line a row, values that all engines read alike."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    TableClause,
    Text,
    cast,
    column,
    table,
)
from sqlalchemy.types import TypeEngine

from engagement.db import UtcDateTime

#: Increased when older versions can't read the new format.
FORMAT = 1
MANIFEST = "manifest.json"
FOLDER = "tables/"
#: The type for writing each kind of value back, known from the file alone.
TYPES: Mapping[str, TypeEngine[Any]] = {
    "instant": UtcDateTime(),
    "day": Date(),
    "bytes": LargeBinary(),
    # NULL stays NULL, which differs from the JSON value null.
    "json": JSON(none_as_null=True),
    "truth": Boolean(),
    "number": BigInteger(),
    "fraction": Float(),
    "text": Text(),
}


@dataclass(frozen=True)
class Stored:
    """A table in a backup: its columns in order, each with its kind of values; the number of rows, and a checksum."""

    columns: Mapping[str, str]
    rows: int
    sha256: str

    def statement(self, name: str) -> TableClause:
        """Return the table for writing its rows back, independent of the present models."""
        return table(name, *(column(each, TYPES[kind]) for each, kind in self.columns.items()))


def kind_of(each: Column[Any]) -> str:
    """Return the kind of a column's values."""
    kinds = (
        (UtcDateTime, "instant"),
        (DateTime, "instant"),
        (Date, "day"),
        (LargeBinary, "bytes"),
        (JSON, "json"),
        (Boolean, "truth"),
        (Integer, "number"),
        (Numeric, "fraction"),
        (Float, "fraction"),
    )
    return next((kind for known, kind in kinds if isinstance(each.type, known)), "text")


def columns_of(of: Table) -> list[ColumnElement[Any]]:
    """Return the columns for reading: JSON as stored text, so that nothing of it is lost."""
    return [cast(each, Text) if isinstance(each.type, JSON) else each for each in of.columns]


def line_of(values: Sequence[Any]) -> bytes:
    """Return a row as a line of JSON."""
    return json.dumps([_written(value) for value in values], ensure_ascii=False).encode() + b"\n"


def _written(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode("ascii")
    return value


def row_of(line: bytes, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return a line as values by column. Raises ValueError for a line that is no such row."""
    values = json.loads(line)
    if not isinstance(values, list) or len(values) != len(columns):
        raise ValueError("a row has other columns than its table")
    return {name: _read(value, kind) for value, (name, kind) in zip(values, columns.items(), strict=True)}


def _read(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "instant":
        return datetime.fromisoformat(value)
    if kind == "day":
        return date.fromisoformat(value)
    if kind == "bytes":
        return base64.b64decode(value, validate=True)
    if kind == "json":
        found = json.loads(value)
        return JSON.NULL if found is None else found
    return value
