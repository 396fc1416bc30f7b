"""Reads of the starter library: what it has that is not here yet."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from engagement.content.library import LIBRARY, module_files
from engagement.db import db
from engagement.training.models import Module


@dataclass(frozen=True)
class LibraryNews:
    """How many modules of the library are `new` here, and how many have `changed` and would be updated."""

    new: int
    changed: int


def library_news(path: Path = LIBRARY) -> LibraryNews:
    """Return what importing the library would bring. Raises BadInput when one of its files is wrong."""
    known = {row.slug: row for row in db.session.scalars(select(Module))}
    new = changed = 0
    for file in module_files(path):
        module = known.get(file.slug)
        new += module is None
        changed += module is not None and module.edited_at is None and module.library_fingerprint != file.fingerprint
    return LibraryNews(new, changed)
