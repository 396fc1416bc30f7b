"""Taking in what came back: found to be of one message, kept once, counted, and the address stopped when it is enough."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import select, text, update

from engagement import audit, clock
from engagement.addresses import kept_form
from engagement.db import db, insert_new, rows_changed
from engagement.mail.bounces.models import Bounce, Suppression
from engagement.mail.bounces.queries import soft_moments
from engagement.mail.bounces.rules.causes import HARD, SOFT, is_enough
from engagement.mail.bounces.rules.reading import Returned, Sort, read_returned
from engagement.mail.bounces.rules.return_path import instant_mark, is_key_of, marks_in
from engagement.mail.models import Delivery
from engagement.mail.rules import CAME_BACK, DeliveryState
from engagement.people.models import Person
from engagement.verbs import Verb

#: The states of a message that can still come back.
_ON_ITS_WAY = (DeliveryState.SENT, DeliveryState.UNKNOWN)


class Taken(StrEnum):
    """What became of a mail: kept as a bounce, known already, an automatic answer that counts as nothing, or no bounce."""

    KEPT = "kept"
    KNOWN = "known"
    NOTHING = "nothing"
    NO_BOUNCE = "no_bounce"


@dataclass(frozen=True)
class Marks:
    """How this service marks the way back: the pattern of the settings, and the key of its marks."""

    pattern: str
    secret: str


def take_mail(raw: bytes, marks: Marks, *, delivered_to: str = "", is_trusted: bool = False) -> Taken:
    """Take in a mail from the mailbox of bounces; the same one twice is once.

    It counts only if it has a mark that this service made, or names a Message-ID of it with its instant; or if whoever
    brings it `is_trusted`.
    """
    read = read_returned(raw)
    if read.returned is None:
        return Taken.NOTHING if read.sort is Sort.AUTOMATIC else Taken.NO_BOUNCE
    delivery = _marked(read.returned, marks, delivered_to) or _named(read.returned)
    return _keep(read.returned, sha256(raw).hexdigest(), delivery, counts=is_trusted or delivery is not None)


def take_report(returned: Returned) -> Taken:
    """Take in what a relay reports that has the secret: it counts for its address even where it names no message.

    The same report twice is once; one that names no message is once a day.
    """
    # A full mailbox answers with the same words each day; a report that names its message is about one failure.
    when = returned.named or clock.now().date()
    said = repr((returned.cause, returned.address, returned.status, returned.text, when))
    return _keep(returned, sha256(said.encode()).hexdigest(), _named(returned), counts=True)


def _marked(returned: Returned, marks: Marks, delivered_to: str) -> Delivery | None:
    for delivery_id, key in marks_in([delivered_to, *returned.recipients], marks.pattern):
        delivery = db.session.get(Delivery, delivery_id)
        if delivery is not None and is_key_of(key, marks.secret, delivery.id, delivery.queued_at):
            return delivery
    return None


def _named(returned: Returned) -> Delivery | None:
    at = dict(returned.named)
    for delivery in db.session.scalars(select(Delivery).where(Delivery.id.in_(at)).order_by(Delivery.id.desc())):
        if instant_mark(delivery.queued_at) == at[delivery.id]:
            return delivery
    return None


def _keep(returned: Returned, fingerprint: str, delivery: Delivery | None, *, counts: bool) -> Taken:
    # What somebody's mail is forwarded to may be another address; the one that we wrote to is what stops.
    address = kept_form(delivery.address) if delivery is not None and delivery.address else returned.address
    found = replace(returned, address=_storable(address), text=_storable(returned.text))
    bounce = Bounce(
        fingerprint=fingerprint,
        came_at=clock.now(),
        cause=found.cause,
        address=found.address,
        status=found.status,
        text=found.text,
        counts=counts,
        delivery_id=delivery.id if delivery else None,
        person_id=(delivery.person_id if delivery else None) or _person_with(found.address),
    )
    if db.session.scalar(select(Bounce.id).where(Bounce.fingerprint == fingerprint)) is not None:
        return Taken.KNOWN
    db.session.add(bounce)
    db.session.flush()
    if delivery is not None and found.cause.came_back:
        _note_on(delivery, bounce)
    if counts and found.address:
        _stop_if_enough(bounce, bounce.came_at)
    return Taken.KEPT


def _storable(text: str) -> str:
    """Return a text without what a database refuses: NUL, and halves of characters, which JSON may have."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _person_with(address: str) -> int | None:
    if not address:
        return None
    return db.session.scalar(
        select(Person.id).where(Person.email == address).order_by(Person.left_at.is_not(None)).limit(1)
    )


def _note_on(delivery: Delivery, bounce: Bounce) -> None:
    """Let the log tell the truth: the mail server had taken the message, and it did not arrive."""
    rows_changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state.in_(_ON_ITS_WAY))
        .values(state=DeliveryState.BOUNCED, reason=CAME_BACK.format(why=bounce.cause.word)[:300])
    )
    db.session.expire(delivery)


def _stop_if_enough(bounce: Bounce, now: datetime) -> None:
    is_soft = bounce.cause in SOFT
    if bounce.cause not in HARD and not is_soft:
        return
    if is_soft and not is_enough((at.date() for at in soft_moments(bounce.address, now)), now.date()):
        return
    stop = insert_new(Suppression).values(
        address=bounce.address,
        stopped_at=now,
        bounce_id=bounce.id,
        person_id=bounce.person_id,
        lifted_by="",
        lift_reason="",
    )
    once = stop.on_conflict_do_nothing(index_elements=["address"], index_where=text("lifted_at IS NULL"))
    if rows_changed(once):
        here = (Suppression.address == bounce.address, Suppression.lifted_at.is_(None))
        row = db.session.scalars(select(Suppression).where(*here)).one()
        audit.record(Verb.STOPPED_ADDRESS, row, by=audit.CLOCK, cause=(None, bounce.cause))
