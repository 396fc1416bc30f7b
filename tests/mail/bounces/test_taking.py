"""What follows from mail that came back: the log says so, the address gets nothing, and somebody lets it get mail again."""

import pytest
from factories import TESTER
from mail.bounces.bounced import MARKS, came_back, sent, take, written
from mail.outbox import attempted, claim, deliver, make_mailing, queue, states
from mail.smtp_peer import smtp_peer
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.actions.deciding import send_again
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.bounces.actions.lifting import lift
from engagement.mail.bounces.actions.taking import Taken, take_mail
from engagement.mail.bounces.models import Bounce, Suppression
from engagement.mail.bounces.queries import StoppedFilters, stopped_listed, stopped_number, suppression_of
from engagement.mail.bounces.rules.causes import SOFT_COUNTS_FOR_DAYS, Cause
from engagement.mail.bounces.rules.return_path import return_address
from engagement.mail.models import Delivery
from engagement.mail.outbox.rules import how_they_leave
from engagement.mail.rules import ADDRESS_STOPPED, DeliveryState, MailingKind
from engagement.people.models import Person
from engagement.verbs import Verb


def only(address: str) -> Suppression:
    stop = suppression_of(address)
    assert stop is not None
    return stop


def newest() -> Bounce:
    return db.session.scalars(select(Bounce).order_by(Bounce.id.desc()).limit(1)).one()


def test_a_hard_bounce_stops_its_address_alone(app, frozen):
    first, second = sent(2)
    assert take("postfix_unknown_user", first) is Taken.KEPT
    assert (first.state, first.reason) == (DeliveryState.BOUNCED, "It came back: The mailbox doesn’t exist.")
    assert second.state is DeliveryState.SENT
    stop = only(first.address)
    assert (stop.person_id, stop.bounce.delivery_id, stop.stopped_at) == (first.person_id, first.id, clock.now())
    assert suppression_of(second.address) is None
    assert stopped_number() == 1
    # The next mailing leaves them out, with the reason in the log.
    assert queue(make_mailing()) == 2
    rows = db.session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(2)).all()
    assert {(row.person_id, row.state, row.reason) for row in rows} == {
        (first.person_id, DeliveryState.SUPPRESSED, ADDRESS_STOPPED),
        (second.person_id, DeliveryState.QUEUED, None),
    }
    letter = queue_for_address(
        make_mailing(MailingKind.SIGN_IN), first.address, "", {"first_name": "A", "me_link": "/"}
    )
    assert (letter.state, letter.reason) == (DeliveryState.SUPPRESSED, ADDRESS_STOPPED)
    with pytest.raises(RuleBroken, match="Let it get mail again first"):
        send_again(first, by=TESTER)
    # Another address of the same person is another address.
    db.session.get_one(Person, first.person_id).email = "new@example.com"
    assert stopped_number() == 0


def test_who_bounced_since_queueing_is_asked_at_the_moment_of_sending(app, frozen):
    (first,) = sent()
    queue(make_mailing())
    db.session.commit()
    take("gmail_no_account", first)
    (claimed,) = claim()
    assert not claimed.may_be_sent
    assert states() == {"bounced": 1, "suppressed": 1}
    row = db.session.scalars(select(Delivery).where(Delivery.id == claimed.id)).one()
    assert (row.reason, row.claimed_by) == (ADDRESS_STOPPED, None)
    # Let in again, the next one goes out.
    lift(only(first.address), "The mailbox is open", by=TESTER)
    queue(make_mailing())
    db.session.commit()
    assert attempted().address == first.address


def test_soft_bounces_stop_an_address_on_the_fourth_day_and_are_forgotten(app, frozen):
    (row,) = sent()
    for day in (1, 1, 2, 3):
        assert came_back("postfix_mailbox_full", row, day * 10 + count_of(select(Bounce))) is Taken.KEPT
        if count_of(select(Bounce)) > 1:
            frozen.shift(86_400)
    assert suppression_of(row.address) is None
    assert row.state is DeliveryState.BOUNCED
    came_back("outlook_com_blocked", row, 99)
    assert only(row.address).bounce.cause is Cause.UNWANTED
    lift(only(row.address), "Emptied", by=TESTER)
    db.session.commit()
    frozen.shift(86_400)
    came_back("postfix_mailbox_full", row, 100)
    assert suppression_of(row.address) is None
    for day in (101, 102):
        frozen.shift(86_400)
        came_back("postfix_mailbox_full", row, day)
    frozen.shift(86_400 * SOFT_COUNTS_FOR_DAYS)
    came_back("postfix_mailbox_full", row, 103)
    assert suppression_of(row.address) is None


def test_what_does_not_come_back_changes_nothing(app, frozen):
    (row,) = sent()
    assert take("away_german", row) is Taken.NOTHING
    assert take("postfix_delivered", row) is Taken.NOTHING
    assert take("a_person_answers", row) is Taken.NO_BOUNCE
    assert count_of(select(Bounce)) == 0
    assert take("postfix_delayed", row) is Taken.KEPT
    assert take("unreadable_notice") is Taken.KEPT
    assert (row.state, suppression_of(row.address), newest().counts) == (DeliveryState.SENT, None, False)


def test_nobody_stops_somebodys_mail_by_a_bounce_that_names_no_message(app, frozen):
    (row,) = sent()
    forged = written("postfix_unknown_user").replace(b"ada@example.net", row.address.encode())
    assert take_mail(forged, MARKS) is Taken.KEPT
    # With the number of a message, but not its instant.
    other = forged.replace(b"41.19d8b3c7a00", f"{row.id}.19d8b3c7a00".encode())
    assert take_mail(other, MARKS, delivered_to=f"bounces+{row.id}-0123456789ab@example.com") is Taken.KEPT
    assert (row.state, suppression_of(row.address)) == (DeliveryState.SENT, None)
    found = newest()
    assert (found.address, found.person_id, found.delivery_id, found.counts) == (
        row.address,
        row.person_id,
        None,
        False,
    )


def test_a_mark_in_the_return_address_finds_the_message_and_a_second_copy_is_known(app, frozen):
    row, second = sent(2)
    to = return_address(MARKS.pattern, MARKS.secret, row.id, row.queued_at)
    assert return_address("bounces@example.com", "", 1, row.queued_at) == "bounces@example.com"
    # The mail was forwarded, and the other address is what failed: ours is the one that gets nothing.
    forwarded = written("postfix_unknown_user")
    assert take_mail(forwarded, MARKS, delivered_to=to.upper()) is Taken.KEPT
    assert take_mail(forwarded, MARKS, delivered_to=to) is Taken.KNOWN
    assert newest().delivery_id == row.id
    assert only(row.address).bounce_id == newest().id
    # A complaint is about a message that arrived.
    take("complaint", second)
    assert (second.state, only(second.address).bounce.cause) == (DeliveryState.SENT, Cause.COMPLAINT)


def test_a_number_that_no_message_can_have_names_none(app, frozen):
    sent()
    dated = written("postfix_unknown_user").replace(b"41.19d8b3c7a00", b"20260414080000.19d8b3c7a00")
    marked = "bounces+20260414080000-0123456789ab@example.com"
    assert take_mail(dated, MARKS, delivered_to=marked) is Taken.KEPT
    assert (newest().delivery_id, newest().counts) == (None, False)


def test_messages_leave_with_their_own_return_address(app, frozen):
    (row,) = sent()
    queue(make_mailing())
    db.session.commit()
    with smtp_peer() as peer:
        deliver(peer, leaving=how_they_leave(MARKS.pattern, MARKS.secret, None))
    second = db.session.scalars(select(Delivery).where(Delivery.id != row.id)).one()
    assert [message.sender for message in peer.messages] == [
        return_address(MARKS.pattern, MARKS.secret, second.id, second.queued_at)
    ]
    assert take_mail(written("postfix_unknown_user"), MARKS, delivered_to=peer.messages[0].sender) is Taken.KEPT
    assert newest().delivery_id == second.id


def test_an_address_gets_mail_again_with_a_reason(app, frozen):
    (row,) = sent()
    take("qmail_no_mailbox", row)
    stop = only(row.address)
    for reason, sentence in (("  ", "Say why"), ("x" * 301, "under 300 characters")):
        with pytest.raises(BadInput, match=sentence):
            lift(stop, reason, by=TESTER)
    lift(stop, " IT has opened it  again ", by=TESTER)
    db.session.commit()
    assert (stop.lifted_at, stop.lifted_by, stop.lift_reason) == (clock.now(), TESTER.name, "IT has opened it again")
    with pytest.raises(RuleBroken, match="already"):
        lift(stop, "Again", by=TESTER)
    assert db.session.scalars(stopped_listed(StoppedFilters())).all() == []
    assert db.session.scalars(stopped_listed(StoppedFilters(lifted=True, words="person0"))).all() == [stop]
    told = db.session.execute(select(AuditEntry.verb, AuditEntry.subject_name, AuditEntry.person_id))
    assert {tuple(entry) for entry in told} == {
        (Verb.STOPPED_ADDRESS, f"Address {stop.id}", row.person_id),
        (Verb.LIFTED_STOP, f"Address {stop.id}", row.person_id),
    }
    # It comes back once more: stopped again, as another row.
    came_back("qmail_no_mailbox", row, 2)
    assert only(row.address).id != stop.id
