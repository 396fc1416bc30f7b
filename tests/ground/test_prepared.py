"""A connection to PostgreSQL keeps what the pages of a day ask planned."""

from flask import Flask
from sqlalchemy import text

from engagement.db import db

#: As many as two dozen pages ask.
STATEMENTS = 160
ROUNDS = 7


def test_the_statements_of_many_pages_stay_prepared_side_by_side(app: Flask, engine_name: str) -> None:
    if engine_name != "postgresql":
        return
    with db.engine.connect() as connection:
        for number in range(STATEMENTS * ROUNDS):
            connection.exec_driver_sql(f"SELECT {number % STATEMENTS} AS asked")
        kept = connection.scalar(text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked'"))
    assert kept == STATEMENTS
