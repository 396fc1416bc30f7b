"""How commands behave at a terminal: wrong input gets one sentence, long work shows a progress bar."""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import click
from flask import Flask, current_app
from psycopg.errors import UndefinedColumn, UndefinedTable
from sqlalchemy.exc import DatabaseError

from engagement.db import db
from engagement.errors import EngagementError
from engagement.intake.reading.rules.problems import UnreadableFile

Command = TypeVar("Command", bound=Callable[..., Any])
#: The length of a full bar, large enough to show each step.
PARTS = 1_000


def plainly(command: Command) -> Command:
    """Make a command answer wrong input with one sentence and exit 2, never with a traceback."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except EngagementError as error:
            refuse(error.sentence)
        except UnreadableFile as error:
            refuse(error.problem.sentence)
        except DatabaseError as error:
            refuse(_database_sentence(error))

    return run  # type: ignore[return-value]


def this_app() -> Flask:
    """Return the application itself, which threads use beyond the command's context."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


def refuse(sentence: str) -> NoReturn:
    """Write one sentence to standard error and exit with 2."""
    db.session.rollback()
    click.echo(sentence, err=True)
    sys.exit(2)


def _database_sentence(error: DatabaseError) -> str:
    words = str(error.orig).strip()
    if any(missing in words for missing in ("no such table", "no such column")) or isinstance(
        error.orig, (UndefinedTable, UndefinedColumn)
    ):
        return "The database is not migrated. Run: flask db upgrade"
    place = urlsplit(str(current_app.config["SQLALCHEMY_DATABASE_URI"]))
    reason = words.splitlines()[0].rstrip(".")
    return f"The database ({place.scheme.split('+')[0]}) can’t be used: {reason}. Check ENGAGEMENT_DATABASE_URL."


@contextmanager
def long_work_bar(label: str) -> Iterator[Callable[[str, float], None]]:
    """Show a progress bar at a terminal, nothing elsewhere; yields a function that takes words and a share, 0 to 1."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=PARTS, label=label, file=sys.stderr, hidden=hidden) as bar:

        def tell(doing: str, share: float) -> None:
            bar.label = doing
            bar.update(round(PARTS * share) - bar.pos)

        yield tell
        bar.update(PARTS - bar.pos)
