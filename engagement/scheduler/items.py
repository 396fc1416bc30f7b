"""What jobs share: items one by one, each in its own transaction, so that none stops the others; and a log without their order."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import structlog
from sqlalchemy import Select

from engagement import audit
from engagement.db import Base, db, empty_log
from engagement.set_aside import is_database_away, keys_set_aside, set_aside, why_it_failed

Key = TypeVar("Key", int, str)
Done = TypeVar("Done")
log = structlog.get_logger("engagement.jobs")


def ids_of(rows: Select[Any]) -> list[int]:
    """Return only the ids: a row that can't be read must not hide the others."""
    return list(db.session.scalars(rows.with_only_columns(rows.selected_columns.id, maintain_column_froms=True)))


def one_by_one(
    line: str,
    of: type[Base] | str,
    keys: Iterable[Key],
    do: Callable[[Key], Done],
    *,
    hold: Callable[[Key, str], object] | None = None,
) -> list[Done]:
    """Do something to each row of a table (or thing of a kind), commit it, and return the results that succeeded.

    An item that fails is rolled back and set aside with its reason: by `hold` if the thing can record it itself, else
    in `SetAside`; the job skips it until somebody acts. If the database is unavailable, nothing else would succeed:
    that error is raised and ends the run.
    """
    kind = of if isinstance(of, str) else of.__tablename__
    left_alone = keys_set_aside(line, kind)
    every = [key for key in keys if str(key) not in left_alone]
    db.session.commit()
    done = []
    for key in every:
        try:
            done.append(do(key))
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            if is_database_away(error):
                raise
            log.exception("set aside", line=line, kind=kind, key=key)
            _leave(line, of, key, why_it_failed(error), hold)
    return done


def _leave(line: str, of: type[Base] | str, key: Any, reason: str, hold: Callable[[Any, str], object] | None) -> None:
    if hold is not None:
        try:
            hold(key, reason)
            db.session.commit()
            return
        except Exception as error:
            db.session.rollback()
            if is_database_away(error):
                raise
            log.exception("not held", line=line, key=key)
    if isinstance(of, str):
        set_aside(line, of, str(key), f"{of.capitalize()} {key}", reason)
    else:
        name, scope = _told(of, key)
        set_aside(line, of.__tablename__, str(key), name, reason, scope=scope)
    db.session.commit()


def _told(table: type[Base], key: Any) -> tuple[str, dict[str, int | None]]:
    """Return a row's name and places; a row that can't even be read is named by table and number."""
    try:
        subject = audit.about(db.session.get_one(table, key))
    except Exception:
        db.session.rollback()
        return f"{table.__tablename__.replace('_', ' ').capitalize()} {key}", {}
    return subject.name, {"programme_id": subject.programme_id, "wave_id": subject.wave_id}


def without_order(told: str) -> str:
    """Commit, and empty SQLite's write-ahead log, which shows the order of changes; returns what a job tells of it."""
    db.session.commit()
    return told if empty_log() else f"{told} Somebody reads the write-ahead log just now; it is emptied next time."
