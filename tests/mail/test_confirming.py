"""Confirmations of having read: once, dated, kept, and counted over those whom the message was sent to."""

from random import Random

import pytest
from factories import TESTER, make_person
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail import queries
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.confirmations import queries as confirming
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.confirmations.queries import Confirmations
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.queries import DeliveryFilters
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from tests.conftest import NOW

pytestmark = pytest.mark.usefixtures("app", "frozen")


def make_mailing(*, asks: bool = True) -> Mailing:
    return build_mailing(
        MailingKind.COMMUNICATION,
        Letter("Scope", "Text", "<p>T</p>"),
        title="Scope, 14 April 2026",
        asks_confirmation=asks,
    )


def send(mailing: Mailing, name: str, state: DeliveryState = DeliveryState.SENT) -> Delivery:
    person = make_person(name, f"{name.split()[0].lower()}@example.com")
    delivery = queue_for_address(mailing, person.email or "", person.name, {}, person.id)
    delivery.state = state
    db.session.flush()
    return delivery


def confirmations_now(mailing: Mailing) -> Confirmations:
    """Return its confirmations, as the page of a message asks for them."""
    copies = sum(queries.delivery_counts(mailing.id).values())
    return confirming.confirmations_of({mailing.id: copies})[mailing.id]


def test_a_confirmation_is_a_dated_row_once() -> None:
    delivery = send(make_mailing(), "Ann Reader")
    assert acknowledge(delivery, by=TESTER)
    with clock.standing_at(NOW.replace(hour=12)):
        assert not acknowledge(delivery, by=TESTER)
    [row] = db.session.scalars(select(Acknowledgement)).all()
    assert (row.mailing_id, row.person_id, row.acknowledged_at) == (delivery.mailing_id, delivery.person_id, NOW)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "confirmed reading")).one()
    assert (entry.subject_name, entry.person_id) == ("Scope, 14 April 2026", delivery.person_id)


def test_the_database_keeps_it() -> None:
    acknowledge(send(make_mailing(), "Ann Reader"), by=TESTER)
    db.session.commit()
    for statement in ("DELETE FROM acknowledgement", "UPDATE acknowledgement SET mailing_id = mailing_id"):
        with pytest.raises(DatabaseError, match="only added"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_a_message_that_asks_for_nothing_takes_no_confirmation() -> None:
    delivery = send(make_mailing(asks=False), "Ann Reader")
    with pytest.raises(RuleBroken):
        acknowledge(delivery, by=TESTER)


def test_the_figure_counts_those_who_could_read_it_and_keeps_who_left() -> None:
    mailing = make_mailing()
    done = send(mailing, "Ann Done")
    open_ones = [send(mailing, "Bob Sent"), send(mailing, "Cay Bounced", DeliveryState.BOUNCED)]
    send(mailing, "Dee Waits", DeliveryState.QUEUED)
    send(mailing, "Eve Suppressed", DeliveryState.SUPPRESSED)
    gone = send(mailing, "Fay Gone")
    assert gone.person
    gone.person.left_at = clock.now()
    for delivery in (done, gone):
        acknowledge(delivery, by=TESTER)
    assert confirmations_now(mailing) == Confirmations(confirmed=2, asked=4)
    assert confirming.left_unconfirmed(mailing.id) == 0
    assert list(db.session.scalars(confirming.unconfirmed(mailing.id))) == sorted(
        open_ones, key=lambda d: d.name.split()[1]
    )
    assert confirming.acknowledged_at([done, *open_ones]) == {done.id: NOW}
    assert open_ones[0].person
    open_ones[0].person.left_at = clock.now()
    db.session.flush()
    assert confirmations_now(mailing) == Confirmations(confirmed=2, asked=4)
    assert confirming.left_unconfirmed(mailing.id) == 1


def test_figures_are_those_of_counting_every_copy_by_hand() -> None:
    chance = Random(3)
    for _ in range(3):
        mailing, copies = make_mailing(), []
        for number in range(40):
            copies.append(copy := send(mailing, f"Ann{mailing.id}x{number} Reader", chance.choice(list(DeliveryState))))
            assert copy.person
            copy.attempted_at = chance.choice((None, NOW))
            if is_readable(copy) and chance.random() < 0.4:
                acknowledge(copy, by=TESTER)
                # Such as one that came back after it was confirmed, and goes out once more.
                copy.state = chance.choice(list(DeliveryState))
            copy.person.left_at = chance.choice((None, None, NOW))
        for number in range(3):
            outside = queue_for_address(mailing, f"out{number}@example.com", "Out", {})
            outside.state, outside.attempted_at = chance.choice(list(DeliveryState)), NOW
        db.session.flush()
        confirmed = set(db.session.scalars(confirming.who_confirmed(mailing.id)))
        asked = {copy.person_id for copy in copies if was_asked(copy, copy.person_id in confirmed)}
        left = {copy.person_id for copy in copies if copy.person and copy.person.left_at}
        assert confirmations_now(mailing) == Confirmations(len(confirmed), len(asked))
        assert confirming.left_unconfirmed(mailing.id) == len((asked & left) - confirmed)
        still_here = {copy.person_id for copy in db.session.scalars(confirming.unconfirmed(mailing.id))}
        assert still_here == asked - left - confirmed


def is_readable(copy: Delivery) -> bool:
    return copy.state in (DeliveryState.SENT, DeliveryState.DEFERRED, DeliveryState.BOUNCED, DeliveryState.UNKNOWN)


def was_asked(copy: Delivery, has_confirmed: bool) -> bool:
    assert copy.person
    stopped = copy.state is DeliveryState.SUPPRESSED and copy.attempted_at is not None and copy.person.left_at
    return bool(has_confirmed or is_readable(copy) or stopped)


def test_what_a_person_has_yet_to_confirm_is_listed() -> None:
    first, other = make_mailing(), make_mailing(asks=False)
    delivery = send(first, "Ann Reader")
    queue_for_address(other, "ann@example.com", "Ann", {}, delivery.person_id).state = DeliveryState.SENT
    db.session.flush()
    assert delivery.person_id
    assert list(db.session.scalars(confirming.to_confirm(delivery.person_id))) == [delivery]
    acknowledge(delivery, by=TESTER)
    assert list(db.session.scalars(confirming.to_confirm(delivery.person_id))) == []


def test_the_log_is_narrowed_to_those_who_have_or_have_not() -> None:
    mailing = make_mailing()
    done, silent = send(mailing, "Ann Done"), send(mailing, "Bob Silent")
    send(make_mailing(asks=False), "Cay Never")
    send(mailing, "Dee Waits", DeliveryState.QUEUED)
    acknowledge(done, by=TESTER)
    for confirmed, expected in ((True, done), (False, silent)):
        rows = queries.deliveries_listed(DeliveryFilters(confirmed=confirmed))
        assert list(db.session.scalars(rows)) == [expected]


def test_old_messages_keep_their_names_in_rules() -> None:
    ids = [make_mailing().id for _ in range(3)]
    assert list(confirming.titles_to_confirm(limit=1)) == [ids[2]]
    assert confirming.titles_to_confirm({ids[0]}, limit=1) == dict.fromkeys((ids[2], ids[0]), "Scope, 14 April 2026")
