"""Mail domains that take no more for now: the others go on, and whoever is awaited at the screen is always tried."""

import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.db import insert_new
from engagement.mail.models import Delivery
from engagement.mail.outbox.actions.claiming import Claimed
from engagement.mail.outbox.models import MailDomainPace
from engagement.mail.outbox.queries import is_paused
from engagement.mail.outbox.rules import ENOUGH_REFUSALS, LIMITED, LONGEST_PAUSE, PUT_OFF, domain_of, pause_after
from engagement.mail.queries import is_set_aside
from engagement.mail.rules import DeliveryState, Outcome
from engagement.set_aside import is_database_away

log = structlog.get_logger("engagement.mail")

#: So many seconds a connection believes what it read about the domains.
READ_EVERY = 1.0
#: After so long without a pause, the next one is short again.
FORGIVEN_AFTER = timedelta(hours=6)
#: So far ahead the next message to a domain may go at most, whatever its limit.
FARTHEST_TURN = timedelta(minutes=2)
#: So many waiting messages of a domain are put off at once.
MOST_AT_ONCE = 2_000


class Held(NamedTuple):
    """Until when a message waits for its domain, and why."""

    until: datetime
    reason: str


class Domains:
    """What one connection knows of the domains; the pauses are in the database, for all. `per_minute` limits each domain, 0 doesn't."""

    def __init__(self, per_minute: int = 0) -> None:
        self._per_minute = per_minute
        self._paused: dict[str, datetime] = {}
        self._read_at = 0.0
        self._refusals: dict[str, int] = {}

    def held(self, connection: Connection, window: Iterable[Claimed]) -> dict[int, Held]:
        """Return which of a window wait for their domain. What else is due there is put off with them. Commits."""
        if time.monotonic() - self._read_at >= READ_EVERY:
            self._read(connection)
        if not self._paused and not self._per_minute:
            return {}
        by_domain: dict[str, list[Claimed]] = {}
        for row in window:
            if not row.is_urgent and row.may_be_sent:
                by_domain.setdefault(domain_of(row.address), []).append(row)
        held: dict[int, Held] = {}
        for domain, rows in by_domain.items():
            until = self._paused.get(domain)
            if until is not None and until > clock.now():
                waits = Held(until, PUT_OFF.format(domain=domain))
                held |= dict.fromkeys((row.id for row in rows), waits)
                _put_off(connection, domain, [until] * MOST_AT_ONCE, waits.reason)
            elif self._per_minute:
                held |= self._limited(connection, domain, rows)
        connection.commit()
        return held

    def note(self, connection: Connection, address: str, outcome: Outcome) -> None:
        """Count an answer; pause a domain that puts off one message after the other. Commits."""
        is_refusal = outcome.state is DeliveryState.DEFERRED and not outcome.is_ours and outcome.reply.startswith("4")
        if not is_refusal and not self._refusals:
            return
        domain = domain_of(address)
        if not is_refusal:
            self._refusals.pop(domain, None)
            return
        self._refusals[domain] = self._refusals.get(domain, 0) + 1
        if self._refusals[domain] < ENOUGH_REFUSALS or self._paused.get(domain, clock.now()) > clock.now():
            return
        self._refusals.pop(domain)
        pace, now = _row(connection, domain), clock.now()
        until = pace.until
        # Another connection may have paused it meanwhile: that is the same pause.
        if until is None or not now < until <= now + LONGEST_PAUSE:
            pauses = pace.pauses + 1 if until and now - until < FORGIVEN_AFTER else 1
            until = now + pause_after(pauses)
            said = {"until": until, "pauses": pauses}
            connection.execute(update(MailDomainPace).where(MailDomainPace.domain == domain).values(**said))
        connection.commit()
        self._paused[domain] = until

    def _limited(self, connection: Connection, domain: str, rows: Sequence[Claimed]) -> dict[int, Held]:
        """Let as many go as the domain takes now; give the others, and what waits behind them, their instants."""
        apart = timedelta(minutes=1) / self._per_minute
        now = clock.now()
        next_at = max(_row(connection, domain).next_at or now, now)
        if next_at > now + FARTHEST_TURN:
            # The clock was put back.
            next_at = now
        free = max(0, int((now + apart * max(1, self._per_minute // 60) - next_at) / apart))
        go, wait = rows[:free], rows[free:]
        values = {"next_at": next_at + apart * len(go)}
        connection.execute(update(MailDomainPace).where(MailDomainPace.domain == domain).values(**values))
        if not wait:
            return {}
        reason = LIMITED.format(domain=domain)
        instants = [next_at + apart * (len(go) + n) for n in range(len(wait) + MOST_AT_ONCE)]
        _put_off(connection, domain, instants[len(wait) :], reason)
        return {row.id: Held(at, reason) for row, at in zip(wait, instants, strict=False)}

    def _read(self, connection: Connection) -> None:
        paused = select(MailDomainPace.domain, MailDomainPace.until).where(is_paused(clock.now()))
        self._paused = {domain: until for domain, until in connection.execute(paused) if until is not None}
        connection.commit()
        self._read_at = time.monotonic()


class _Pace(NamedTuple):
    next_at: datetime | None
    until: datetime | None
    pauses: int


def _row(connection: Connection, domain: str) -> _Pace:
    """Return a domain's row, locked until the transaction ends; made when it isn't there."""
    connection.execute(insert_new(MailDomainPace).values(domain=domain, pauses=0).on_conflict_do_nothing())
    columns = (MailDomainPace.next_at, MailDomainPace.until, MailDomainPace.pauses)
    row = connection.execute(select(*columns).where(MailDomainPace.domain == domain).with_for_update()).one()
    return _Pace(*row)


def _put_off(connection: Connection, domain: str, instants: Sequence[datetime], reason: str) -> None:
    """Let what is due at a domain wait until the instants, in its order."""
    waits = Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.DEFERRED))
    due = (
        select(Delivery.id)
        .where(waits, Delivery.is_urgent.is_(False), Delivery.due_at <= clock.now())
        .where(Delivery.address.endswith(f"@{domain}", autoescape=True), ~is_set_aside())
        .order_by(Delivery.due_at, Delivery.id)
        .limit(len(instants))
        .with_for_update(skip_locked=True)
    )
    ids = list(connection.scalars(due))
    if ids:
        table = Delivery.__table__
        later = (
            update(table)  # type: ignore[arg-type]
            .where(table.c.id == bindparam("the_id"))
            .values(state=DeliveryState.DEFERRED, due_at=bindparam("the_instant"), reason=reason)
        )
        values = [{"the_id": key, "the_instant": at} for key, at in zip(ids, instants, strict=False)]
        try:
            with connection.begin_nested():
                connection.execute(later, values)
        except DBAPIError as error:
            if is_database_away(error):
                raise
            # One of them can't be changed. It is set aside in its turn, and so are the others put off in theirs.
            log.warning("not put off together", domain=domain, exc_info=error)
