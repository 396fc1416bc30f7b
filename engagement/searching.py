"""Searching and sorting by texts without a stored key: the database folds them as `letters.folded` does."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, String, and_, case, func, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from engagement.letters import APOSTROPHES, DOUBLES, MARKS, SINGLES, UNSEEN


def by_name(column: SQLColumnExpression[str]) -> ColumnElement[str]:
    """Return the order of a short list, by folded name. People and departments, which are many, have stored keys."""
    return in_order(folded(column))


def holds_words(words: Iterable[str], *columns: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Return the condition that each of these folded words (see `search_words`) occurs in one of the columns."""
    first, *others = columns
    text: SQLColumnExpression[Any] = first
    # The columns as one text with a line each, which no word spans, because folding takes longer than all else.
    for column in others:
        text = func.coalesce(text, "").concat("\n").concat(func.coalesce(column, ""))
    return and_(True, *(folded(text).contains(word, autoescape=True) for word in words))


class in_order(FunctionElement[str]):  # noqa: N801  written like a function of SQL
    """A text ordered by code points, whatever collation a server was installed with."""

    type = String()
    inherit_cache = True


@compiles(in_order)
def _in_order(element: in_order, compiler: Any, **options: Any) -> str:
    return f"({compiler.process(element.clauses, **options)}) COLLATE {_BY_CODE_POINT[compiler.dialect.name]}"


_BY_CODE_POINT = {"sqlite": "BINARY", "postgresql": '"C"'}


class folded(FunctionElement[str]):  # noqa: N801  written like a function of SQL
    """A text in lower-case plain letters, without marks, apostrophes and invisible characters."""

    type = String()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: folded, compiler: Any, **options: Any) -> str:
    return f"folded({compiler.process(element.clauses, **options)})"


@compiles(folded, "postgresql")
def _on_postgresql(element: folded, compiler: Any, **options: Any) -> str:
    (text,) = element.clauses
    # Texts in ASCII, which most are, skip the rest.
    is_plain = func.octet_length(text) == func.length(text)
    return compiler.process(  # type: ignore[no-any-return]
        case(
            (is_plain, func.lower(func.translate(text, _QUOTES, literal_column("''")))), else_=_plain_letters(text)
        ).self_group(),
        **options,
    )


def _plain_letters(text: ColumnElement[str]) -> ColumnElement[str]:
    bare = func.normalize(_without(text), literal_column("NFKD"))
    plain: ColumnElement[str] = func.translate(_without(bare), _FROM, _TO)
    for letter, two in DOUBLES.items():
        plain = func.replace(plain, _quoted(letter), _quoted(two))
    return func.lower(plain)


def _without(text: ColumnElement[str]) -> ColumnElement[str]:
    return func.regexp_replace(text, _LEFT_OUT, literal_column("''"), literal_column("'g'"))


def _quoted(text: str) -> ColumnElement[str]:
    return literal_column("'" + text.replace("'", "''").replace("%", "%%") + "'")


_QUOTES = _quoted("'`")
_FROM, _TO = _quoted("".join(SINGLES)), _quoted("".join(SINGLES.values()))
_LEFT_OUT = _quoted(f"[{UNSEEN}{MARKS}{APOSTROPHES}]")
