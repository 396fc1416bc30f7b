"""Sending due messages: by a worker that keeps running in a thread, or once until none is left."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from secrets import token_hex

import structlog
from sqlalchemy.exc import DBAPIError

from engagement import clock
from engagement.db import db
from engagement.mail.outbox.actions.courier import Courier
from engagement.mail.outbox.actions.one_by_one import take_over
from engagement.mail.outbox.actions.pace import Pace
from engagement.mail.outbox.actions.writing import LinkFor
from engagement.mail.outbox.rules import PLAIN, Counts, Leaving
from engagement.mail.wire.actions.transport import Transport, server_of

#: Seconds after which a worker without work looks again, so that a link to sign in leaves at once.
LOOK_EVERY = 0.25
#: Seconds to wait after trouble, at first and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
#: Seconds between two checks for deliveries of dead workers.
TAKE_OVER_EVERY = 15.0
#: `flask serve` promises to end within five seconds.
STOP_WITHIN = 4.5
log = structlog.get_logger("engagement.mail")


def unique_name(door: str) -> str:
    """Return a name that no other worker has, on any machine."""
    return f"{door[:20]}-{socket.gethostname()[:30]}-{os.getpid()}-{token_hex(4)}"


def relay_of(smtp_url: str) -> str:
    """Return the name by which processes share the pace of a mail server."""
    server = server_of(smtp_url)
    return f"{server.host}:{server.port}"


def deliver_until_empty(
    transport: Transport,
    worker: str,
    link_for: LinkFor,
    mail_from: str,
    *,
    pace: Pace | None = None,
    stopping: Callable[[], bool] = lambda: False,
    progress: Callable[[Counts], None] = lambda _counts: None,
    leaving: Leaving = PLAIN,
) -> Counts:
    """Send everything that is due now and return the outcomes; runs inside an application context.

    Ends early, with `trouble` set, when the mail server takes nothing. Calls `progress` about once a second, and at the
    end. Commits; what the caller has changed and not committed would be waited for in vain.
    """
    take_over(clock.now())
    courier = Courier(
        [transport], worker, link_for, mail_from, pace, stopping, lambda: progress(courier.counts), leaving
    )
    try:
        courier.deliver()
        progress(courier.counts)
    finally:
        courier.close()
    return courier.counts


class Worker:
    """Sends due messages over its connections in a thread of this process until stopped.

    `app_context` makes the application context for the thread. It looks four times a second; after trouble with the mail
    server or the database it waits for a second, and doubles that each time, up to a minute. Raises BadInput for an
    unusable `mail_from` or `smtp_url`.
    """

    def __init__(
        self,
        app_context: Callable[[], AbstractContextManager[object]],
        smtp_url: str,
        link_for: LinkFor,
        mail_from: str,
        *,
        connections: int = 4,
        pace: Pace | None = None,
        leaving: Leaving = PLAIN,
    ) -> None:
        self._app_context = app_context
        self._stop = threading.Event()
        self._takes_over_at = 0.0
        self._courier = Courier(
            [Transport(smtp_url) for _ in range(connections)],
            unique_name("worker"),
            link_for,
            mail_from,
            pace,
            self._stop.is_set,
            self._take_over,
            leaving,
        )
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Start the thread and return at once."""
        self._thread.start()

    def stop(self, within: float = STOP_WITHIN) -> None:
        """Finish the messages that are being handed over, for at most `within` seconds, and end.

        Messages that take longer show as unknown once their claims run out.
        """
        self._stop.set()
        self._thread.join(within)

    def run(self) -> None:
        """Send in this process until `stop` is called from another thread or a signal handler."""
        self.start()
        while self._thread.is_alive():
            self._thread.join(0.5)

    def _run(self) -> None:
        pause = 0.0
        while not self._stop.is_set():
            pause = min(pause * 2 or FIRST_PAUSE, LONGEST_PAUSE)
            try:
                with self._app_context():
                    self._take_over()
                    self._courier.deliver()
                if self._courier.counts.trouble:
                    log.warning("mail server takes nothing", reply=self._courier.counts.trouble)
                else:
                    pause = 0.0
            except Exception as error:
                log.error("delivery stopped for a while", exc_info=error)
            self._stop.wait(pause or LOOK_EVERY)
        with self._app_context():
            self._courier.close()

    def _take_over(self) -> None:
        """Now and then take over from workers that died. A failure must not keep everything else from being sent."""
        if time.monotonic() < self._takes_over_at:
            return
        self._takes_over_at = time.monotonic() + TAKE_OVER_EVERY
        try:
            released = take_over(clock.now())
        except DBAPIError as error:
            db.session.rollback()
            log.error("nothing taken over from other workers", exc_info=error)
            return
        if released.waiting or released.uncertain:
            log.warning("took over from a worker that died", waiting=released.waiting, uncertain=released.uncertain)
