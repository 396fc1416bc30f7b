"""Replaces somebody's names and addresses with a stand-in in the texts of every table."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Enum,
    String,
    Table,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.schema import Column

from engagement.accounts.models import Account
from engagement.db import Base, db, rows_changed
from engagement.intake.models import ImportRun
from engagement.mail.mailbox.models import MailboxMessage
from engagement.people.models import Person
from engagement.privacy.queries.known_as import KnownAs
from engagement.privacy.queries.reach import Subject, in_own_concerns, rows_about
from engagement.privacy.rules.naming import Wording, replaced
from engagement.privacy.rules.records import STAND_IN

#: Tables left alone: people and sign-ins are other people's own rows; messages in the mailbox are deleted instead.
LEFT_ALONE = {table.__tablename__ for table in (Person, Account, MailboxMessage)}


def replace_everywhere(known: KnownAs, who: Subject) -> None:
    """Replace names and addresses in all texts and JSON: all of them in rows about this person, else unambiguous ones."""
    everywhere, own = known.plain_wordings(), known.wordings()
    numbers = [Wording.of_number(number) for number in known.numbers if len(number) > 3]
    for table in Base.metadata.sorted_tables:
        # Employee numbers look like any other number, so they are replaced only in problems of imports.
        more = numbers if table is ImportRun.__table__ else []
        if table.name not in LEFT_ALONE:
            _replace_in(table, [*more, *everywhere], [*more, *own], who)


def _replace_in(table: Table, everywhere: Sequence[Wording], own: Sequence[Wording], who: Subject) -> None:
    columns = [column for column in table.columns if _holds_text(column)]
    if not columns:
        return
    text = _together(columns)
    is_own = func.coalesce(or_(rows_about(table, who), in_own_concerns(table, who)), false())
    found = or_(_hinted(text, everywhere), and_(is_own, _hinted(text, own)))
    keys = list(table.primary_key.columns)
    for row in db.session.execute(select(*keys, is_own.label("is_own"), *columns).where(found)).mappings().all():
        wordings = own if row["is_own"] else everywhere
        new = {column.name: _fitting(replaced(row[column.name], wordings, STAND_IN), column) for column in columns}
        changed = {name: value for name, value in new.items() if value != row[name]}
        if changed:
            rows_changed(update(table).where(*(key == row[key.name] for key in keys)).values(changed))


def _holds_text(column: Column[Any]) -> bool:
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return (is_text or isinstance(column.type, JSON)) and not column.primary_key


def _together(columns: Iterable[Column[Any]]) -> ColumnElement[str]:
    """Return the texts of a row joined, so that each row is searched once for everything."""
    whole: ColumnElement[str] = literal("")
    for column in columns:
        whole = whole + " " + func.coalesce(cast(column, String), "")
    return whole


def _hinted(text: ColumnElement[str], wordings: Iterable[Wording]) -> ColumnElement[bool]:
    return or_(false(), *(and_(*(or_(*(_has(text, hint) for hint in group)) for group in w.hints)) for w in wordings))


def _has(text: ColumnElement[str], hint: str) -> ColumnElement[bool]:
    escaped = hint.replace("/", "//").replace("%", "/%").replace("_", "/_")
    if db.engine.dialect.name == "postgresql":
        return text.ilike(f"%{escaped}%", escape="/")
    # SQLite's LIKE ignores the case of ASCII letters, and hints consist of these if possible.
    return text.like(f"%{escaped}%", escape="/")


def _fitting(value: Any, column: Column[Any]) -> Any:
    """Return a text cut to its column's length; the stand-in may be longer than the name."""
    length = getattr(column.type, "length", None)
    return value[:length] if isinstance(value, str) and length else value
