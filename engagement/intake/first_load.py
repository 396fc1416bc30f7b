"""The first large file, which fills an empty directory."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import ForeignKeyConstraint, Index, exists, select
from sqlalchemy.schema import AddConstraint, CreateIndex, DropConstraint, DropIndex

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.locking import lock_alone
from engagement.intake.models import ImportChange, ImportRun
from engagement.intake.rules import ChangeKind
from engagement.people.models import Department, Person, PersonRole


@contextmanager
def checked_and_indexed_at_once(run: ImportRun) -> Iterator[None]:
    """While people are written, let PostgreSQL neither look up each department and manager nor keep indexes, where it may.

    Afterwards it makes the indexes from all rows and checks each kind of reference in one query, refusing the transaction
    where one leads nowhere. Nobody else can use the tables until then, so it is done only for a large file while there is
    nobody to read about. Source: PostgreSQL's manual, “Populating a Database”, on removing indexes and foreign keys.
    """
    keys, indexes = (_foreign_keys(), _indexes()) if _may_wait(run) else ([], [])
    for key in keys:
        db.session.execute(DropConstraint(key, if_exists=True))
    for index in indexes:
        db.session.execute(DropIndex(index, if_exists=True))
    yield
    for index in indexes:
        db.session.execute(CreateIndex(index))
    for key in keys:
        db.session.execute(AddConstraint(key, isolate_from_table=False))


def _may_wait(run: ImportRun) -> bool:
    tables = (Department, Person, PersonRole, ImportChange, AuditEntry)
    return lock_alone(*tables, rows=run.count(ChangeKind.NEW), provided=_is_empty)


def _is_empty() -> bool:
    return not db.session.scalar(select(exists().where(Person.id.is_not(None))))


def _foreign_keys() -> list[ForeignKeyConstraint]:
    tables = (Person.__table__, PersonRole.__table__)
    return [key for table in tables for key in table.foreign_key_constraints]  # type: ignore[attr-defined]


def _indexes() -> list[Index]:
    tables = (Person.__table__, PersonRole.__table__, ImportChange.__table__, AuditEntry.__table__)
    return [index for table in tables for index in table.indexes]  # type: ignore[attr-defined]
