"""Emptying the staging tables of a run that is over."""

from sqlalchemy import delete, exists, select, text
from sqlalchemy.exc import OperationalError

from engagement.db import db, rows_changed
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference

STAGING = (StagedPerson, StagedMatch, StagedReference)
#: From so many rows on, PostgreSQL's own housekeeping takes long enough to slow down an import that follows soon.
MANY = 10_000


def clear_staging(run: ImportRun) -> None:
    """Delete the staged rows of a run.

    Where there are many and no other run has any, PostgreSQL's tables are emptied at once: deleted rows stay in the way
    until its housekeeping has been there, and each further file would be read more slowly until then.
    """
    if db.engine.dialect.name == "postgresql" and run.count("rows") >= MANY and _is_alone(run):
        db.session.execute(text(f"TRUNCATE {_names()}"))
        return
    for table in STAGING:
        rows_changed(delete(table).where(table.run_id == run.id))


def _is_alone(run: ImportRun) -> bool:
    """Whether no other run has staged rows; if so, nobody else can stage any before this transaction ends."""
    trial = db.session.begin_nested()
    try:
        db.session.execute(text(f"LOCK TABLE {_names()} IN ACCESS EXCLUSIVE MODE NOWAIT"))
        others = [exists().where(table.run_id != run.id) for table in STAGING]
        alone = not any(db.session.execute(select(*others)).one())
    except OperationalError:
        alone = False
    if alone:
        trial.commit()
    else:
        trial.rollback()  # which also gives the lock back
    return alone


def _names() -> str:
    return ", ".join(table.__tablename__ for table in STAGING)
