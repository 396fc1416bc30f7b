"""The brake on what is sent without a name: by place, in memory, and quick however many places there are."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from engagement.pages.concerns import brake
from engagement.pages.concerns.brake import Brake


class Watch:
    """A clock that the test moves."""

    def __init__(self):
        self.now = datetime(2026, 4, 14, 8, tzinfo=UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def watch():
    return Watch()


def test_a_place_waits_until_its_first_thing_is_old_enough(watch):
    made = Brake(2, timedelta(minutes=10), watch)
    assert [made.seconds_to_wait("203.0.113.7") for _ in range(3)] == [0, 0, 600]
    watch.now += timedelta(minutes=4)
    assert made.seconds_to_wait("203.0.113.7") == 360
    assert made.seconds_to_wait("203.0.113.8") == 0
    watch.now += timedelta(minutes=6)
    assert [made.seconds_to_wait("203.0.113.7") for _ in range(3)] == [0, 0, 600]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::2:3", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:203.0.113.7", "203.0.113.7", True),
        ("unknown", "unknown", True),
    ],
)
def test_a_place_is_a_network(watch, one, other, is_same):
    made = Brake(1, timedelta(minutes=10), watch)
    assert made.seconds_to_wait(one) == 0
    assert bool(made.seconds_to_wait(other)) is is_same


def test_a_hundred_thousand_places_cost_no_time_and_no_end_of_memory(watch):
    made = Brake(1, timedelta(minutes=10), watch)
    began = time.perf_counter()
    for number in range(100_000):
        made.seconds_to_wait(f"place {number}")
    assert time.perf_counter() - began < 10
    assert len(made._sent) == brake.MOST_PLACES
    watch.now += timedelta(minutes=10)
    made.seconds_to_wait("one more")
    assert len(made._sent) == 1
