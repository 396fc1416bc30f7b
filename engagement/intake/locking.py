"""Who else may work while an import does; on SQLite every writer is alone already."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engagement.db import Base, db

#: From so many rows on, having PostgreSQL's tables for oneself saves more than it costs others.
LARGE = 10_000


def lock_directory() -> None:
    """Let nobody else change people until the transaction ends."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE person, person_role IN SHARE ROW EXCLUSIVE MODE"))


def lock_alone(*tables: type[Base], rows: int, provided: Callable[[], bool]) -> bool:
    """Keep everybody else from PostgreSQL's tables until the transaction ends, readers too, for work on many `rows`.

    Returns False, with nothing locked, where there are fewer than `LARGE`, somebody uses the tables at this moment, or what
    is `provided` does not hold once they are locked; and on SQLite.
    """
    if db.engine.dialect.name != "postgresql" or rows < LARGE:
        return False
    names = ", ".join(table.__tablename__ for table in tables)
    trial = db.session.begin_nested()
    try:
        db.session.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE NOWAIT"))
        is_alone = provided()
    except DBAPIError:
        is_alone = False
    if is_alone:
        trial.commit()
    else:
        trial.rollback()  # which also gives the locks back
    return is_alone
