"""Counts sign-in attempts by address and place together, so that attempts elsewhere lock nobody out."""

import hashlib
import hmac
import math
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete

from engagement import clock
from engagement.accounts.attempts import queries
from engagement.accounts.attempts.models import KnownPlace, SignInAttempt
from engagement.accounts.attempts.rules import ORDINARY, PLACE_KNOWN, WINDOW, Limits, Way, network_of
from engagement.addresses import kept_form
from engagement.db import db, insert_new, rows_changed, take_all
from engagement.errors import TooMany
from engagement.words import minutes_words


@dataclass(frozen=True)
class Attempt:
    """A sign-in attempt for an address from a network address; `secret` keys the hashes for both."""

    way: Way
    email: str
    place: str
    secret: str
    limits: Limits = ORDINARY

    @property
    def here(self) -> str:
        """The key of this address from this place."""
        return self._hash(self.way, "here", self._address, network_of(self.place))

    @property
    def everywhere(self) -> str:
        """The key of this address from all places together."""
        return self._hash(self.way, "everywhere", self._address)

    @property
    def from_place(self) -> str:
        """The key of all failures from this place; for links within one period, see `most_from_place`."""
        period = str(self._period) if self.way is Way.LINK else ""
        return self._hash(self.way, "place", network_of(self.place), period)

    @property
    def known_as(self) -> str:
        """The key that marks this place as known for this address."""
        return self._hash("known", self._address, network_of(self.place))

    @property
    def most_from_place(self) -> int:
        """How many failures from this place are too many.

        A link fails when nobody has the address. A fixed limit would let people find out from the refusal who is known
        here, so the limit differs between places and periods, up to twice as large.
        """
        if self.way is Way.PASSWORD:
            return self.limits.per_place
        return self.limits.per_place + int(self.from_place, 16) % self.limits.per_place

    @property
    def place_free_at(self) -> datetime:
        """When this place may try again after too many failures."""
        free_at = queries.attempts_end_at(self.from_place, self.most_from_place)
        if self.way is Way.PASSWORD:
            return free_at
        return min(free_at, datetime.fromtimestamp((self._period + 1) * WINDOW.total_seconds(), free_at.tzinfo))

    @property
    def _address(self) -> str:
        return kept_form(self.email)

    @property
    def _period(self) -> int:
        return int(clock.now().timestamp() // WINDOW.total_seconds())

    def _hash(self, *parts: str) -> str:
        return hmac.new(self.secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


def refuse_when_tried_too_often(attempt: Attempt) -> None:
    """Raise TooMany, with the time to wait, after too many attempts at this address or from this place.

    Attempts from other places never lock people out of places where they signed in before.
    """
    free_at = [queries.attempts_end_at(attempt.here, attempt.limits.per_address), attempt.place_free_at]
    if not queries.is_known_place(attempt.known_as):
        free_at.append(queries.attempts_end_at(attempt.everywhere, attempt.limits.from_everywhere))
    seconds = math.ceil((max(free_at) - clock.now()).total_seconds())
    if seconds > 0:
        instead = "A link by mail" if attempt.way is Way.PASSWORD else "A link that came already"
        sentence = f"There were too many attempts. Wait {minutes_words(seconds)}, then try again. {instead} signs you in meanwhile."
        raise TooMany(sentence, {"email": sentence}, retry_after=seconds)


def count_attempt(attempt: Attempt, *, is_failure: bool = True) -> None:
    """Count an attempt for its address, and a failure for its place too; delete old ones."""
    keys = [attempt.here, attempt.everywhere, *([attempt.from_place] if is_failure else [])]
    db.session.add_all(SignInAttempt(key=key, at=clock.now()) for key in keys)
    forget_attempts()


def forget_attempts() -> int:
    """Delete the attempts that no longer count; return how many."""
    return rows_changed(delete(SignInAttempt).where(SignInAttempt.at < clock.now() - WINDOW))


def remember_place(email: str, place: str, secret: str, *, on: date) -> None:
    """Remember that somebody signed in from a place on a day, so that attempts elsewhere don't lock them out there."""
    known = insert_new(KnownPlace).values(key=Attempt(Way.PASSWORD, email, place, secret).known_as, on=on)
    db.session.execute(known.on_conflict_do_update(index_elements=["key"], set_={"on": on}))


def shuffle_known_places(today: date) -> None:
    """Rewrite the known places in random order, without those unused for long."""
    db.session.add_all(KnownPlace(**row) for row in take_all(KnownPlace) if row["on"] >= today - PLACE_KNOWN)
