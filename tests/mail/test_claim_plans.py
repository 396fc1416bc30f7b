"""How PostgreSQL finds a window among very many deliveries, whatever it knew of them when it planned."""

import pytest
from mail.outbox import add_people, everybody, make_mailing, queue, queue_to_many
from sqlalchemy import Connection, text

from engagement import clock
from engagement.db import db
from engagement.mail.outbox.actions import claiming, recording
from engagement.mail.outbox.actions.ledger import Ledger
from engagement.mail.outbox.rules import settled
from engagement.mail.rules import DeliveryState, Outcome
from engagement.people.models import Person

SENT = Outcome(DeliveryState.SENT, "250 Ok")


@pytest.fixture
def postgresql(app):
    """SQLite takes the index in any case, and plans without looking at the tables."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite takes the index in any case")


def read_so_far(connection: Connection) -> tuple[int, int]:
    """How often PostgreSQL read all deliveries, and how many it looked up, in this transaction and what it hasn't reported yet."""
    read = text("SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'delivery'")
    whole, found = connection.execute(read).one()
    return whole, found


def claims_few_of_many(ledger: Ledger) -> None:
    """See that a window is claimed and settled without reading much more than it."""
    connection = ledger.connection
    whole, found = read_so_far(connection)
    first, *others = claiming.claim_window(connection, ledger.worker, 20, clock.now())
    recording.record(connection, ledger.worker, [settled(first.id, first.attempts, first.due_at, SENT, clock.now())])
    assert len(others) == 19
    now_whole, now_found = read_so_far(connection)
    assert (now_whole, now_found - found < 200) == (whole, True)
    ledger.put_back()


def test_a_window_is_found_without_reading_everything_that_is_due(postgresql):
    queue_to_many(20_000)
    claims_few_of_many(Ledger("one"))


def test_a_window_is_found_right_after_statistics_that_knew_nothing_of_it(postgresql):
    queue_to_many(10_000)
    db.session.execute(text("DELETE FROM delivery"))
    # As PostgreSQL does by itself now and then: there are pages, and nothing in them.
    db.session.execute(text("ANALYZE delivery"))
    db.session.commit()
    queue(make_mailing())
    db.session.commit()
    claims_few_of_many(Ledger("one"))


def test_a_worker_that_rested_reads_no_more_than_it_claims(postgresql):
    ledger = Ledger("one")
    for _ in range(20):
        assert ledger.claim(20) == []
    # Of a few thousand, reading them all would be the better plan. Statistics are taken of many at once.
    add_people(9_000)
    for number in range(10):
        queue(make_mailing(), everybody().where(Person.id % 10 == number))
    db.session.commit()
    claims_few_of_many(ledger)
