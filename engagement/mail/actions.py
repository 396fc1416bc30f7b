"""Changes of the outbox: building and queueing messages, and people's decisions about deliveries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, null, or_, select, true, update
from sqlalchemy.orm import InstrumentedAttribute

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, insert_new, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.mail.claiming import UNCLAIMED
from engagement.mail.claiming import expired_claims as expired_claims
from engagement.mail.claiming import release_expired as release_expired
from engagement.mail.headers import is_usable_address, mailbox, one_line
from engagement.mail.message import SlotUnfilled, slots_of
from engagement.mail.models import Delivery, Mailing, Reminder, Translation
from engagement.mail.queries import whole_text_of
from engagement.mail.rules import CUT_OFF, HAS_LEFT, NO_ADDRESS, STOPPED, UNSENT, DeliveryState, Letter, MailingKind
from engagement.people.models import Person
from engagement.verbs import Verb


def build_mailing(
    kind: MailingKind,
    letter: Letter,
    *,
    sender_name: str = "",
    reply_to: str | None = None,
    is_required: bool = True,
    title: str = "",
    asks_confirmation: bool = False,
) -> Mailing:
    """Add a message to the outbox, without recipients yet.

    `Mailing` explains the parameters. Raises BadInput for an empty subject or text, a line break in subject or sender,
    or an unusable reply address.
    """
    _check_letter(letter)
    one_line(sender_name, "The sender’s name")
    if reply_to:
        mailbox("", reply_to)
    mailing = Mailing(
        kind=kind,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        sender_name=sender_name,
        reply_to=reply_to,
        is_required=is_required,
        built_at=clock.now(),
        title=title[:300],
        language=letter.language,
        asks_confirmation=asks_confirmation,
    )
    db.session.add(mailing)
    db.session.flush()
    return mailing


def _check_letter(letter: Letter) -> None:
    subject = letter.subject
    if not subject.strip() or not letter.text.strip():
        raise BadInput("Write a subject and a text.", {"subject": "Write a subject."} if not subject.strip() else {})
    if len(subject) > 300:
        raise BadInput("The subject is too long.", {"subject": "Keep the subject under 300 characters."})
    one_line(subject, "The subject")


def add_translation(mailing: Mailing, letter: Letter) -> Translation:
    """Add the text of a mailing in another language, before it is queued. Raises BadInput as `build_mailing`."""
    _check_letter(letter)
    translation = Translation(mailing_id=mailing.id, **vars(letter))
    db.session.add(translation)
    db.session.flush()
    return translation


def queue_for_people(
    mailing: Mailing,
    people: Select[int],
    *,
    due_at: datetime | ColumnElement[datetime],
    filled: Mapping[str, ColumnElement[Any] | InstrumentedAttribute[Any]],
    translation: ColumnElement[Any] | None = None,
) -> int:
    """Queue a mailing for everybody whose id `people` selects, in one statement; return how many rows were added.

    `filled` has an expression over `Person` for each slot (text or number; correlated subqueries are welcome). `due_at`
    is one instant for all or an expression. `translation` is an expression for the id of the person's translation, NULL
    for the mailing's own text. Nobody gets a second row of a mailing, however often this runs. People who left or have
    no address get a row that says so. Raises SlotUnfilled for a slot without an expression; nothing is queued then.
    """
    _refuse_unfilled(mailing, filled)
    no_address = or_(Person.email.is_(None), Person.email == "")
    suppressed = or_(Person.left_at.is_not(None), no_address)
    state = Delivery.__table__.c.state.type
    columns: dict[str, ColumnElement[Any] | InstrumentedAttribute[Any]] = {
        "mailing_id": literal(mailing.id),
        "person_id": Person.id,
        "translation_id": null() if translation is None else translation,
        "address": func.coalesce(Person.email, ""),
        "name": Person.name,
        "filled": _json_of(filled),
        "state": case(
            (suppressed, literal(DeliveryState.SUPPRESSED, state)), else_=literal(DeliveryState.QUEUED, state)
        ),
        "reason": case((Person.left_at.is_not(None), HAS_LEFT), (no_address, NO_ADDRESS), else_=null()),
        "is_urgent": literal(mailing.kind.is_awaited),
        "attempts": literal(0),
        "queued_at": literal(clock.now(), Delivery.__table__.c.queued_at.type),
        "due_at": literal(due_at, Delivery.__table__.c.due_at.type) if isinstance(due_at, datetime) else due_at,
    }
    # Without WHERE in the SELECT, SQLite would parse ON CONFLICT as the start of a join; hence the literal TRUE.
    rows = select(*columns.values()).where(Person.id.in_(people), true())
    queueing = insert_new(Delivery).from_select(list(columns), rows, include_defaults=False).on_conflict_do_nothing()
    # Without this, PostgreSQL's driver doesn't report how many rows an INSERT made.
    return rows_changed(queueing.execution_options(preserve_rowcount=True))


def queue_for_address(
    mailing: Mailing,
    address: str,
    name: str,
    filled: Mapping[str, Any],
    person_id: int | None = None,
    due_at: datetime | None = None,
) -> Delivery:
    """Queue a mailing for one address, due at `due_at` or at once.

    Raises BadInput for an unusable address or name, SlotUnfilled for a slot without a value.
    """
    _refuse_unfilled(mailing, filled)
    mailbox(name, address)
    delivery = Delivery(
        mailing=mailing,
        person_id=person_id,
        address=address,
        name=name,
        filled=dict(filled),
        state=DeliveryState.QUEUED,
        is_urgent=mailing.kind.is_awaited,
        queued_at=clock.now(),
        due_at=due_at or clock.now(),
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery


def _refuse_unfilled(mailing: Mailing, filled: Mapping[str, Any]) -> None:
    unfilled = slots_of(whole_text_of(mailing)) - filled.keys()
    if unfilled:
        raise SlotUnfilled(min(unfilled))


def _json_of(filled: Mapping[str, Any]) -> ColumnElement[Any]:
    build = func.json_build_object if db.engine.dialect.name == "postgresql" else func.json_object
    return build(*(part for name, value in filled.items() for part in (literal(name), func.coalesce(value, ""))))


def decide_unknown(delivery: Delivery, send_again: bool, *, by: Actor) -> None:
    """Decide about a delivery with an unknown outcome: send it once more, or leave it.

    Raises RuleBroken when its outcome is known or it was decided already.
    """
    if send_again:
        _queue_again(delivery, DeliveryState.UNKNOWN, by=by)
        return
    left = rows_changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == DeliveryState.UNKNOWN, Delivery.decided_at.is_(None))
        .values(decided_at=clock.now(), reason=f"{CUT_OFF} {by.name[:100]} decided to leave it.")
    )
    _refuse_unless(left, delivery)
    audit.record(Verb.LEFT_UNCERTAIN_DELIVERY, delivery, by=by)


def send_again(delivery: Delivery, *, by: Actor) -> None:
    """Queue a message that the mail server refused once more. Raises RuleBroken when it was not refused."""
    _queue_again(delivery, DeliveryState.BOUNCED, by=by)


def _queue_again(delivery: Delivery, known_state: DeliveryState, *, by: Actor) -> None:
    if not is_usable_address(delivery.address):
        raise RuleBroken("There is no usable address to send this to. Correct it in the directory first.")
    queued = rows_changed(
        update(Delivery)
        .where(Delivery.id == delivery.id, Delivery.state == known_state)
        .values(state=DeliveryState.QUEUED, attempts=0, due_at=clock.now(), reason=None, decided_at=None, **UNCLAIMED)
    )
    _refuse_unless(queued, delivery)
    audit.record(Verb.SENT_AGAIN, delivery, by=by, state=(known_state, DeliveryState.QUEUED))


def _refuse_unless(changed: int, delivery: Delivery) -> None:
    if not changed:
        raise RuleBroken("This was decided already, or something became of it meanwhile. Look at the list again.")
    db.session.expire(delivery)


def stop_waiting(mailing: Mailing, why: str) -> int:
    """Stop a mailing and its reminders for everybody who has not been sent them; return how many people.

    `why` is noted on each delivery. A copy that is being handed to the mail server at this moment still goes out.
    """
    return rows_changed(
        update(Delivery)
        .where(_belongs_to(mailing), Delivery.state.in_(UNSENT))
        .values(state=DeliveryState.SUPPRESSED, reason=STOPPED.format(why=why)[:300], **UNCLAIMED)
    )


def send_waiting(mailing: Mailing) -> int:
    """Make the deliveries that wait for working hours due at once; return how many."""
    waits = (Delivery.state == DeliveryState.QUEUED, Delivery.due_at > clock.now())
    return rows_changed(update(Delivery).where(Delivery.mailing_id == mailing.id, *waits).values(due_at=clock.now()))


def _belongs_to(mailing: Mailing) -> ColumnElement[bool]:
    reminders = select(Reminder.mailing_id).where(Reminder.of_mailing_id == mailing.id)
    return or_(Delivery.mailing_id == mailing.id, Delivery.mailing_id.in_(reminders))
