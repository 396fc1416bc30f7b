"""What promises not to write can't, and the total of a long list is exact whoever has changed something in between."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from factories import make_people
from flask import Flask
from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.db import db, reads_only
from engagement.people.models import Person, PersonRole
from engagement.totals import Total

ONE_MORE = insert(Person).values(name="Zoe Other", searched_by="zoe other", joined_at=clock.now())


@contextmanager
def transaction(connection: Connection, *, reads: bool) -> Iterator[Connection]:
    token = reads_only.set(reads)
    try:
        with connection.begin():
            yield connection
    finally:
        reads_only.reset(token)


@pytest.fixture
def mine(app: Flask) -> Iterator[Connection]:
    """A connection to a directory of three people."""
    make_people(3)
    db.session.commit()
    with db.engine.connect() as connection:
        yield connection


@pytest.fixture
def other(mine: Connection) -> Iterator[Connection]:
    """The connection of somebody else."""
    with db.engine.connect() as connection:
        yield connection


def change(connection: Connection, *statements: object) -> None:
    with transaction(connection, reads=False):
        for statement in statements:
            connection.execute(statement)


def asked(total: Total, connection: Connection) -> tuple[int | None, int]:
    """Return what the database counted for a page, None for nothing, and the total that the page shows."""
    row = connection.execute(select(total.part), total.parameters(connection)).one()
    return row.total, total.of(row, connection)


def read(total: Total, connection: Connection) -> tuple[int | None, int]:
    with transaction(connection, reads=True):
        return asked(total, connection)


def test_a_transaction_that_only_reads_is_refused_to_write(mine):
    with pytest.raises(DBAPIError), transaction(mine, reads=True):
        mine.execute(ONE_MORE)
    change(mine, ONE_MORE)
    assert read(Total(select(Person)), mine) == (4, 4)


def test_people_are_counted_once_while_nothing_changes(mine):
    everybody, second = Total(select(Person)), Total(select(Person).where(Person.name == "Person Number1"))
    assert [read(total, mine) for total in (everybody, second, everybody, second)] == [
        (3, 3),
        (1, 1),
        (None, 3),
        (None, 1),
    ]


def test_they_are_counted_again_after_every_change_by_somebody_else(mine, other):
    everybody = Total(select(Person).where(Person.left_at.is_(None)))
    first = db.session.scalars(select(Person.id).order_by(Person.id)).first()
    db.session.rollback()
    assert read(everybody, mine) == (3, 3)
    leaving = update(Person).where(Person.id == first)
    for statement, number in [
        (ONE_MORE, 4),
        (leaving.values(left_at=clock.now()), 3),
        (leaving.values(left_at=None), 4),
        (delete(Person).where(Person.name == "Zoe Other"), 3),
    ]:
        change(other, statement)
        assert (read(everybody, mine), read(everybody, mine)) == ((number, number), (None, number))


def test_they_are_counted_again_after_a_change_on_the_same_connection(mine):
    without_role = Total(select(Person).where(Person.id.not_in(select(PersonRole.person_id))))
    assert read(without_role, mine) == (0, 0)
    change(mine, delete(PersonRole))
    assert (read(without_role, mine), read(without_role, mine)) == ((3, 3), (None, 3))


def test_what_is_not_committed_counts_for_nobody_else(mine, other):
    everybody = Total(select(Person))
    assert read(everybody, mine) == (3, 3)
    with transaction(other, reads=False):
        other.execute(ONE_MORE)
        assert read(everybody, mine)[1] == 3
        assert read(everybody, mine)[1] == 3
    assert read(everybody, mine) == (4, 4)


def test_a_transaction_that_writes_counts_its_own_changes_and_remembers_nothing(mine):
    everybody = Total(select(Person))
    assert read(everybody, mine) == (3, 3)
    with transaction(mine, reads=False):
        assert asked(everybody, mine) == (3, 3)
        mine.execute(ONE_MORE)
        assert (asked(everybody, mine), asked(everybody, mine)) == ((4, 4), (4, 4))
        mine.get_transaction().rollback()
    assert read(everybody, mine)[1] == 3


def test_a_list_that_nobody_keeps_is_forgotten(mine):
    everybody = Total(select(Person))
    assert read(everybody, mine) == (3, 3)
    assert everybody in mine.info["totals"]
    kept = len(mine.info["totals"])
    del everybody
    gc.collect()
    assert len(mine.info["totals"]) < kept
