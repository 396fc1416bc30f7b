"""Attempts to sign in: whoever tries too often waits, and nobody is kept out by what others try elsewhere."""

from datetime import date, timedelta

import pytest
from factories import PASSWORD, make_account
from sqlalchemy import inspect, select, text

from engagement import clock
from engagement.accounts import actions
from engagement.accounts.attempts.actions import (
    Attempt,
    count_attempt,
    forget_attempts,
    refuse_when_tried_too_often,
    remember_place,
    shuffle_known_places,
)
from engagement.accounts.attempts.models import KnownPlace, SignInAttempt
from engagement.accounts.attempts.rules import Limits, Way
from engagement.db import count_of, db
from engagement.errors import BadInput, TooMany

pytestmark = pytest.mark.usefixtures("app")
SECRET = "only for tests"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.{}"
BOTH = ("ines@example.com", "nobody@example.com")


def sign_in(email: str = "ines@example.com", password: str = PASSWORD, place: str = HOME, **more: Limits) -> None:
    assert actions.sign_in_with_password(email, password, place=place, secret=SECRET, **more).email == email


def fail(email: str = "ines@example.com", place: str = HOME, times: int = 1, **more: Limits) -> None:
    for _ in range(times):
        with pytest.raises(BadInput, match="not right"):
            sign_in(email, "wrong", place, **more)


def ask(email: str, place: str = HOME, *, is_known: bool = False) -> None:
    """Ask for a link as the page does."""
    attempt = Attempt(Way.LINK, email, place, SECRET)
    refuse_when_tried_too_often(attempt)
    count_attempt(attempt, is_failure=not is_known)


@pytest.mark.parametrize("email", BOTH)
def test_too_many_attempts_on_an_address_from_a_place_are_refused_until_they_are_old(frozen, email: str) -> None:
    make_account("ines@example.com")
    fail(email, times=10)
    with pytest.raises(TooMany, match="Wait 15 minutes, then try again") as refused:
        sign_in(email)
    assert refused.value.retry_after == 900
    frozen.shift(timedelta(minutes=15))
    fail(email)


def test_wrong_passwords_from_elsewhere_keep_nobody_out() -> None:
    make_account("ines@example.com")
    fail(place=ELSEWHERE.format(1), times=10)
    sign_in()
    with pytest.raises(TooMany):
        sign_in(place=ELSEWHERE.format(1))
    ask("ines@example.com", ELSEWHERE.format(1), is_known=True)


def test_an_attack_from_everywhere_leaves_a_link_and_the_places_where_somebody_signed_in() -> None:
    make_account("ines@example.com")
    remember_place("Ines@example.com", HOME, SECRET, on=date(2026, 4, 1))
    for number in range(5):
        fail(place=ELSEWHERE.format(number), times=10)
    for email in ("ines@example.com", "INES@example.com "):
        with pytest.raises(TooMany):
            actions.sign_in_with_password(email, PASSWORD, place="192.0.2.9", secret=SECRET)
    sign_in()
    ask("ines@example.com", "192.0.2.9", is_known=True)
    # What is known of one place says nothing of the next, and what is known of one person nothing of another.
    with pytest.raises(TooMany):
        sign_in(place="203.0.113.8")
    fail(times=10)
    with pytest.raises(TooMany):
        sign_in()


def test_links_asked_for_from_everywhere_keep_nobody_from_their_password() -> None:
    make_account("ines@example.com")
    for number in range(5):
        for _ in range(10):
            ask("ines@example.com", ELSEWHERE.format(number), is_known=True)
    with pytest.raises(TooMany, match="A link that came already signs you in"):
        ask("ines@example.com", is_known=True)
    sign_in()
    remember_place("ines@example.com", HOME, SECRET, on=date(2026, 4, 14))
    ask("ines@example.com", is_known=True)


def test_a_whole_office_asks_for_links_and_a_stranger_soon_waits() -> None:
    for number in range(650):
        ask(f"colleague{number}@example.com", is_known=True)
    most = Attempt(Way.LINK, "stranger@example.com", HOME, SECRET).most_from_place
    for number in range(most):
        ask(f"stranger{number}@example.com")
    # The refusal says the same to everybody there, and nothing to others.
    for email in ("stranger@example.com", "colleague1@example.com"):
        with pytest.raises(TooMany) as refused:
            ask(email)
        assert 0 < refused.value.retry_after <= 900
    ask("stranger1@example.com", ELSEWHERE.format(1))


def test_how_many_strangers_a_place_may_ask_for_can_not_be_known_before(frozen) -> None:
    found = set()
    for _ in range(8):
        found.add(Attempt(Way.LINK, "x@example.com", HOME, SECRET).most_from_place)
        frozen.shift(timedelta(minutes=15))
    found |= {Attempt(Way.LINK, "x@example.com", f"203.0.113.{n}", SECRET).most_from_place for n in range(8)}
    assert len(found) > 4
    assert all(60 <= most < 120 for most in found)


@pytest.mark.parametrize(("place", "neighbour"), [(HOME, HOME), ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9")])
def test_failures_from_a_place_count_whatever_address_they_try(place: str, neighbour: str) -> None:
    make_account("ines@example.com")
    for number in range(60):
        fail(f"somebody{number}@example.com", place)
    with pytest.raises(TooMany):
        sign_in(place=neighbour)
    sign_in(place="2001:db8:1:3::1")
    ask("ines@example.com", neighbour, is_known=True)


def test_the_settings_say_how_many_are_too_many() -> None:
    make_account("ines@example.com")
    limits = Limits(per_address=3, per_place=4)
    fail(times=3, limits=limits)
    with pytest.raises(TooMany):
        sign_in(limits=limits)
    fail("other@example.com", limits=limits)
    with pytest.raises(TooMany):
        sign_in("third@example.com", limits=limits)


def test_what_is_counted_and_known_names_nobody_and_goes(frozen) -> None:
    fail("nobody@example.com")
    remember_place("ines@example.com", HOME, SECRET, on=date(2026, 1, 13))
    remember_place("ines@example.com", ELSEWHERE.format(1), SECRET, on=date(2026, 1, 13))
    remember_place("ines@example.com", HOME, SECRET, on=date(2026, 4, 14))
    db.session.flush()
    kept = [*db.session.scalars(select(SignInAttempt.key)), *db.session.scalars(select(KnownPlace.key))]
    assert (len(kept), {len(key) for key in kept}) == (5, {64})
    shuffle_known_places(date(2026, 4, 14))
    assert [row.on for row in db.session.scalars(select(KnownPlace))] == [date(2026, 4, 14)]
    frozen.shift(timedelta(minutes=16))
    assert forget_attempts() == 3
    assert count_of(select(SignInAttempt.id)) == 0


def test_the_order_in_which_places_became_known_is_lost() -> None:
    for number in range(30):
        remember_place(f"person{number}@example.com", HOME, SECRET, on=clock.now().date())
    db.session.commit()
    known = [Attempt(Way.PASSWORD, f"person{n}@example.com", HOME, SECRET).known_as for n in range(30)]
    shuffle_known_places(clock.now().date())
    db.session.commit()
    is_sqlite = inspect(db.engine).dialect.name == "sqlite"
    stored = db.session.scalars(text(f"SELECT key FROM known_place{'' if is_sqlite else ' ORDER BY ctid'}")).all()
    assert sorted(stored) == sorted(known)
    assert stored != known
    if not is_sqlite:
        assert len(set(db.session.scalars(text("SELECT xmin::text FROM known_place")))) == 1
