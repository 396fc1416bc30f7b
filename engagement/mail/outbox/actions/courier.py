"""Sending over one connection: claim, fill, mark, hand over, record.

Each attempt is committed before the mail server is spoken to, together with the previous outcome. So a process that
dies leaves at most one unknown outcome for each of its connections, and a database that refuses writes stops the
sending.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TypeGuard

import structlog

from engagement import clock
from engagement.db import db
from engagement.errors import EngagementError, RuleBroken
from engagement.mail.bounces.rules.return_path import ReturnPath
from engagement.mail.models import Delivery, Mailing, Translation
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.pace import Pace, wait_unless
from engagement.mail.outbox.rules import Counts
from engagement.mail.rules import DeliveryState, Outcome
from engagement.mail.wire.actions.transport import Transport
from engagement.mail.wire.rules.headers import parts_of_sender
from engagement.mail.wire.rules.message import Prepared, prepare
from engagement.set_aside import is_database_away, why_it_failed

log = structlog.get_logger("engagement.mail")


class Lapsed(RuleBroken):
    """A message is too late to be of use, so it is not sent."""


#: Turns the path in a slot whose name ends in "_link" into a one-time sign-in link. Raises
#: Lapsed for a message that is too late to be of use.
LinkFor = Callable[[Delivery, str], str]
BATCH = 50
#: How many prepared letters a connection keeps; each is a few times as large as its text.
KEPT_LETTERS = 32


class Courier:
    """Sending over one connection, inside an application context; not to be shared between threads.

    `worker` is a name that no other worker has. `stopping` is called between messages. `return_path` says
    where a message returns to; without it, to the sender.
    """

    def __init__(
        self,
        transport: Transport,
        worker: str,
        link_for: LinkFor,
        mail_from: str,
        pace: Pace | None = None,
        stopping: Callable[[], bool] = lambda: False,
        return_path: ReturnPath | None = None,
    ) -> None:
        self.return_path = return_path
        self.transport = transport
        self.worker = worker
        self.link_for = link_for
        self.mail_from = mail_from
        self.domain = parts_of_sender(mail_from)[1].rpartition("@")[2]
        self.pace = pace or Pace()
        self.stopping = stopping
        self.counts = Counts()
        self._unwritten: tuple[Delivery, Outcome] | None = None
        self._holds_claims = False
        self._prepared: OrderedDict[tuple[int, int | None], Prepared] = OrderedDict()

    def deliver_once(self, size: int = BATCH) -> bool:
        """Claim a batch and send it; return whether more may be due.

        Commits as `claiming.claim_batch` says. A failed write is raised and ends the batch; an outcome that could not
        be written is written before anything else is sent.
        """
        try:
            return self._deliver_batch(size)
        except BaseException:
            db.session.rollback()
            raise

    def _deliver_batch(self, size: int) -> bool:
        self._write_outcome()
        if self._holds_claims:
            claiming.release_claims(self.worker)
        self.counts.trouble = None
        batch = claiming.claim_batch(self.worker, size, clock.now())
        db.session.commit()
        self._holds_claims = bool(batch)
        for delivery in batch:
            if self.stopping() or self.counts.trouble or not self._deliver_or_leave(delivery):
                break
        self._write_outcome()
        if self._holds_claims:
            claiming.release_claims(self.worker)
            db.session.commit()
            self._holds_claims = False
        return bool(batch) and not self.counts.trouble and not self.stopping()

    def _deliver_or_leave(self, delivery: Delivery) -> bool:
        """Send one claimed delivery; after an unexpected error it is left, and later shows as unknown."""
        try:
            return self._deliver(delivery)
        except Exception as error:
            db.session.rollback()
            if is_database_away(error):
                raise
            log.exception("message left behind", delivery=delivery.id)
            self._unwritten = None
            return True

    def _deliver(self, delivery: Delivery) -> bool:
        """Send one claimed delivery; return False when told to stop while waiting for its turn."""
        message = self._filled(delivery)
        if message is None:
            return True
        seconds = self.pace.waiting_time()
        if seconds:
            self._write_outcome()
            if not wait_unless(self.stopping, seconds):
                return False
        if self._unwritten:
            claiming.record_outcome(*self._unwritten_by(), clock.now())
        may_send = claiming.mark_attempt(delivery, self.worker, clock.now())
        db.session.commit()
        self._unwritten = None
        if not may_send:
            self.counts.add(DeliveryState.SUPPRESSED)
            return True
        prepared = self._prepared_for(delivery)
        sender = self.return_path(delivery.id, delivery.queued_at) if self.return_path else prepared.sender
        outcome = self.transport.send(sender, delivery.address, message)
        self._unwritten = (delivery, outcome)
        self.counts.add(outcome.state)
        if outcome.is_ours:
            self.counts.trouble = outcome.reply
        return True

    def _unwritten_by(self) -> tuple[Delivery, str, Outcome]:
        assert self._unwritten is not None
        delivery, outcome = self._unwritten
        return delivery, self.worker, outcome

    def _write_outcome(self) -> None:
        if self._unwritten:
            claiming.record_outcome(*self._unwritten_by(), clock.now())
            db.session.commit()
            self._unwritten = None

    def _filled(self, delivery: Delivery) -> bytes | None:
        """Return the message for one person; None when it cannot be built, which is recorded.

        Any failure concerns this message only: the next one goes out.
        """
        try:
            return self._prepared_for(delivery).fill(delivery, self._values(delivery), clock.now())
        except Exception as error:
            if is_database_away(error):
                raise
            db.session.rollback()
            if not isinstance(error, EngagementError):
                log.exception("message not written", delivery=delivery.id)
            state = DeliveryState.SUPPRESSED if isinstance(error, Lapsed) else DeliveryState.BOUNCED
            claiming.refuse_unbuildable(delivery, self.worker, why_it_failed(error), state)
            db.session.commit()
            self.counts.add(state)
            return None

    def _values(self, delivery: Delivery) -> Mapping[str, object]:
        return {
            name: self.link_for(delivery, value) if _is_path(name, value) else value
            for name, value in delivery.filled.items()
        }

    def _prepared_for(self, delivery: Delivery) -> Prepared:
        key = (delivery.mailing_id, delivery.translation_id)
        prepared = self._prepared.get(key)
        if prepared is None:
            mailing = db.session.get_one(Mailing, delivery.mailing_id)
            translation = db.session.get_one(Translation, key[1]) if key[1] is not None else None
            prepared = prepare(mailing, self.mail_from, self.domain, translation)
            # Ends the transaction, so that none is open while the mail server is spoken to.
            db.session.commit()
            self._prepared[key] = prepared
            if len(self._prepared) > KEPT_LETTERS:
                self._prepared.popitem(last=False)
        self._prepared.move_to_end(key)
        return prepared


def _is_path(slot: str, value: object) -> TypeGuard[str]:
    """Return whether a slot holds a path on this site; whole addresses, such as finished links, are not changed."""
    return slot.endswith("_link") and isinstance(value, str) and value.startswith("/")
