"""Putting the stand-in for somebody's names and addresses: in their own rows by key, in texts of others as was decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Enum, String, Table, and_, select, update
from sqlalchemy.sql.schema import Column

from engagement.accounts.models import Account
from engagement.db import Base, db, rows_changed
from engagement.intake.models import ImportRun
from engagement.letters import search_key, sort_key
from engagement.mail.mailbox.models import MailboxMessage
from engagement.mail.models import Delivery, Mailing
from engagement.people.models import Person
from engagement.privacy.queries.known_as import KnownAs
from engagement.privacy.queries.passages import everything_sought, hinted, numbers_of, passages_in
from engagement.privacy.queries.reach import REACH
from engagement.privacy.queries.subject import Subject, in_own_concerns, rows_about, rows_by
from engagement.privacy.queries.texts import FREE_TEXT, SIGNED, WRITTEN_DOWN
from engagement.privacy.rules.naming import Wording, replaced
from engagement.privacy.rules.records import STAND_IN

#: People and sign-ins are emptied themselves; messages in the mailbox are deleted rather than rewritten.
LEFT_ALONE = {table.__tablename__ for table in (Person, Account, MailboxMessage)}


@dataclass(frozen=True)
class Decided:
    """What an administrator decided about texts of others: which passages are rewritten, by their references.

    `unseen` are tables whose words they may not read: there the names that mean nobody else are rewritten.
    """

    references: frozenset[str]
    unseen: frozenset[str] = frozenset()


def rewrite_by_key(known: KnownAs, who: Subject) -> None:
    """Rewrite what is about the person (every name of theirs) or written by them, and where they stand as whoever did it.

    Names that somebody else has too stay in what they wrote about others.
    """
    plain, own = known.plain_wordings(), known.wordings()
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if _holds_text(column)]
        if not columns or table.name in LEFT_ALONE:
            continue
        reach = REACH[table.name]
        for name in reach.by:
            _rewrite(table, columns, rows_by(table, name, who), plain)
        _rewrite(table, columns, rows_about(table, who) | in_own_concerns(table, who), own)
    mailed_as = select(Mailing.id).where(Mailing.sender_name.in_(known.own_names))
    _rewrite(
        Base.metadata.tables["delivery"],
        [Base.metadata.tables["delivery"].c.filled],
        Delivery.mailing_id.in_(mailed_as),
        plain,
    )
    for name, signed in SIGNED.items():
        table = Base.metadata.tables[name]
        for column in (table.c[each] for each in signed):
            fitting = _fitting(STAND_IN, column)
            rows_changed(update(table).where(column.in_(known.own_names)).values({column.name: fitting}))


def rewrite_what_was_written_down(known: KnownAs) -> None:
    """Rewrite the names that mean nobody else in what the service itself wrote down; in remarks on files the numbers too."""
    for name, written in WRITTEN_DOWN.items():
        table = Base.metadata.tables[name]
        columns = [table.c[each] for each in written]
        wordings = [*(numbers_of(known) if table is ImportRun.__table__ else []), *known.plain_wordings()]
        _rewrite(table, columns, hinted(columns, wordings), wordings)


def rewrite_passages(known: KnownAs, who: Subject, decided: Decided | None) -> None:
    """Rewrite texts of others as was decided; where nobody decides (None), the names that mean nobody else, everywhere."""
    for name in FREE_TEXT:
        table = Base.metadata.tables[name]
        if decided is not None and name not in decided.unseen and not decided.references:
            continue
        for passage, texts in passages_in(table, known, who):
            if decided is None or name in decided.unseen:
                wordings = known.plain_wordings()
            elif passage.reference in decided.references:
                wordings = everything_sought(known)
            else:
                continue
            _write(table, table.c.id == passage.key, texts, wordings)


def _rewrite(
    table: Any, columns: Sequence[Column[Any]], which: ColumnElement[bool], wordings: Sequence[Wording]
) -> None:
    keys = list(table.primary_key.columns)
    for row in db.session.execute(select(*keys, *columns).where(which)).mappings().all():
        _write(table, _is(keys, row), {column.name: row[column.name] for column in columns}, wordings)


def _is(keys: Sequence[Column[Any]], row: Any) -> ColumnElement[bool]:
    return and_(*(key == row[key.name] for key in keys))


def _write(table: Table, which: ColumnElement[bool], texts: dict[str, Any], wordings: Sequence[Wording]) -> None:
    new = {name: _fitting(replaced(text, wordings, STAND_IN), table.c[name]) for name, text in texts.items()}
    changed = {name: value for name, value in new.items() if value != texts[name]}
    # What somebody is found and ordered by follows their name.
    if changed.get("name"):
        keys = {"searched_by": search_key(changed["name"]), "sorted_by": sort_key(changed["name"])}
        changed |= {name: key for name, key in keys.items() if name in table.c}
    if changed:
        rows_changed(update(table).where(which).values(changed))


def _holds_text(column: Column[Any]) -> bool:
    is_text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return (is_text or isinstance(column.type, JSON)) and not column.primary_key


def _fitting(value: Any, column: Column[Any]) -> Any:
    """Return a text cut to what its column takes; the stand-in may be longer than the name."""
    length = getattr(column.type, "length", None)
    return value[:length] if isinstance(value, str) and length else value
