"""Sends one message at once, outside the outbox, to prove that the mail settings work."""

from engagement import clock
from engagement.errors import BadInput
from engagement.mail.letters.rules.layout import Around, html_layout
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.mail.signing.rules import Sign
from engagement.mail.wire.actions.transport import Transport
from engagement.mail.wire.rules.headers import parts_of_sender
from engagement.mail.wire.rules.message import prepare

SUBJECT = "This is a test of the mail settings"
SENTENCE = "The service can send mail. Nothing else depends on this message; you can delete it."
WHY = "You get this because somebody asked the service to send a test message to this address."


def send_test_mail(smtp_url: str, mail_from: str, address: str, sign: Sign | None = None) -> str:
    """Send one message now and return the server's answer.

    Raises BadInput with the words of the server or the network when it is not accepted.
    """
    mailing = Mailing(
        kind=MailingKind.NOTICE,
        subject=SUBJECT,
        text=f"{SENTENCE}\n\n{WHY}\n",
        html=html_layout(SUBJECT, "Engagement", f"<p>{SENTENCE}</p>", SENTENCE, Around(WHY)),
        sender_name="",
        is_required=True,
    )
    domain = parts_of_sender(mail_from)[1].rpartition("@")[2]
    prepared = prepare(mailing, mail_from, domain)
    now = clock.now()
    message = prepared.fill(Delivery(id=0, name="", address=address, queued_at=now), {}, now)
    with Transport(smtp_url) as transport:
        outcome = transport.send(prepared.sender, address, sign(message) if sign else message)
    if outcome.state is not DeliveryState.SENT:
        words = " ".join(part for part in (outcome.reason, outcome.reply) if part)
        raise BadInput(f"The test message to {address} was not accepted. {words}")
    return outcome.reply
