"""A database in which writing to some rows fails."""

from collections.abc import Iterator

import pytest
from flask import Flask
from scheduler.running_lines import Poison
from sqlalchemy import text

from engagement.db import db


@pytest.fixture
def poison(app: Flask) -> Iterator[Poison]:
    on_postgresql, poisoned = db.engine.dialect.name == "postgresql", []

    def make(table: str, operation: str, when: str) -> None:
        db.session.commit()
        poisoned.append(table)
        if on_postgresql:
            db.session.execute(
                text(
                    "CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION 'poisoned by a test'; END $$"
                )
            )
            how = f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION poison()"
        else:
            how = f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'poisoned by a test'); END"
        db.session.execute(text(f"CREATE TRIGGER poison BEFORE {operation} ON {table} {how}"))
        db.session.commit()

    def heal() -> None:
        db.session.rollback()
        while poisoned:
            db.session.execute(text(f"DROP TRIGGER poison{f' ON {poisoned.pop()}' if on_postgresql else ''}"))
            if not on_postgresql:
                poisoned.clear()
        db.session.commit()

    make.heal = heal  # type: ignore[attr-defined]
    yield make
    heal()
