"""What must hold after any fault: the log agrees with what the mail server has, and what is in doubt can be repeated."""

from collections import Counter
from datetime import timedelta

from mail.outbox import deliver, states
from mail.smtp_peer import SmtpPeer
from sqlalchemy import func, select

from engagement import clock
from engagement.audit import COMMAND_LINE
from engagement.db import db
from engagement.mail.actions.deciding import decide_all_unknown
from engagement.mail.models import Delivery, Mailing
from engagement.mail.outbox.actions.claiming import WINDOW
from engagement.mail.outbox.rules import LEASE
from engagement.mail.rules import DeliveryState


def settle_the_dead(peer: SmtpPeer) -> None:
    """Let the claims of dead workers run out, and send whatever waits."""
    db.session.rollback()
    with clock.standing_at(clock.now() + LEASE + timedelta(seconds=1)):
        deliver(peer, "last")


def assert_log_is_true(peer: SmtpPeer, mailing: Mailing, people: int, doubt: int = WINDOW) -> None:
    """Nobody is left out and nobody got two; what is not certain can be told apart, and is repeated as the same message."""
    db.session.rollback()
    found = states()
    assert found.keys() <= {"sent", "unknown"}
    assert sum(found.values()) == people
    accepted = Counter(peer.recipients)
    assert not accepted or max(accepted.values()) == 1
    sent = set(db.session.scalars(select(Delivery.address).where(Delivery.state == DeliveryState.SENT)))
    doubtful = set(db.session.scalars(select(Delivery.address).where(Delivery.state == DeliveryState.UNKNOWN)))
    assert sent <= accepted.keys() <= sent | doubtful
    in_doubt = select(func.count()).where(Delivery.state == DeliveryState.UNKNOWN).group_by(Delivery.claimed_by)
    # Each worker has a name of its own.
    assert max(db.session.scalars(in_doubt), default=0) <= doubt
    assert decide_all_unknown(mailing, True, by=COMMAND_LINE) == len(doubtful)
    db.session.commit()
    deliver(peer, "repeating")
    assert states() == {"sent": people}
    ids: dict[str, set[str]] = {}
    for received in peer.messages:
        ids.setdefault(received.recipient, set()).add(str(received.message["Message-ID"]))
    assert ids.keys() == {f"person{n}@example.com" for n in range(people)}
    assert {len(each) for each in ids.values()} == {1}
    assert len(set().union(*ids.values())) == people
