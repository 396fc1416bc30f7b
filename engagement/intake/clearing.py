"""Emptying the staging tables of a run that is over."""

from sqlalchemy import delete, exists, select, text

from engagement.db import db, rows_changed
from engagement.intake.locking import lock_alone
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson, StagedReference

STAGING = (StagedPerson, StagedMatch, StagedReference)


def clear_staging(run: ImportRun) -> None:
    """Delete the staged rows of a run.

    Where there are many and no other run has any, PostgreSQL's tables are emptied at once: deleted rows stay in the way
    until its housekeeping has been there, and each further file would be read more slowly until then.
    """
    if _is_alone(run):
        names = ", ".join(table.__tablename__ for table in STAGING)
        db.session.execute(text(f"TRUNCATE {names}"))
        return
    for table in STAGING:
        rows_changed(delete(table).where(table.run_id == run.id))


def _is_alone(run: ImportRun) -> bool:
    """Whether this run is large and no other has staged rows; then nobody can stage any before this transaction ends."""
    others = [exists().where(table.run_id != run.id) for table in STAGING]
    rows = run.count("rows")
    return lock_alone(*STAGING, rows=rows, provided=lambda: not any(db.session.execute(select(*others)).one()))
