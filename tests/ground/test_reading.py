"""What promises not to write can't."""

import pytest
from factories import make_people
from flask import Flask
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.db import db
from engagement.engines import reads_only
from engagement.people.models import Person

ONE_MORE = insert(Person).values(name="Zoe Other", searched_by="zoe other", joined_at=clock.now())


def add_one(connection: Connection, *, reads: bool) -> None:
    token = reads_only.set(reads)
    try:
        with connection.begin():
            connection.execute(ONE_MORE)
    finally:
        reads_only.reset(token)


def test_a_transaction_that_only_reads_is_refused_to_write(app: Flask) -> None:
    make_people(3)
    db.session.commit()
    with db.engine.connect() as connection:
        with pytest.raises(DBAPIError):
            add_one(connection, reads=True)
        add_one(connection, reads=False)
        assert connection.scalar(select(func.count()).select_from(Person)) == 4
