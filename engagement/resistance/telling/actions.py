"""The short letter that tells a named sender that there is news, but never what was said."""

from html import escape

from sqlalchemy import select

from engagement import clock
from engagement.content.frames import Frame, frame_in
from engagement.days.working_hours import next_working_instant
from engagement.db import db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.letters.rules.layout import Around, Button, html_layout
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, Letter, MailingKind
from engagement.mail.wire.rules.headers import is_usable_address
from engagement.people.organisation.rules import UNSET, Organisation, working_time
from engagement.resistance.models import Concern
from engagement.words import day_words

#: The page on which senders read their concerns and the answers.
PAGE = "/me/concerns"
_LINK = "{{ concern_link }}"


def tell_sender(concern: Concern, *, is_answer: bool, organisation: Organisation = UNSET) -> None:
    """Queue the letter for a named sender, in their language and working hours; anonymous ones get none.

    A letter that still waits tells this news too. It is sent like sign-in mail, under a subject that says nothing, so
    that the delivery log doesn't show who objects.
    """
    person, account = concern.person, concern.logged_by if concern.submission else None
    whom = person or account
    if concern.is_anonymous or whom is None or not is_usable_address(whom.email or ""):
        return
    if (person is not None and person.left_at is not None) or (person is None and account and not account.is_active):
        return
    frame = frame_in((person.language if person else None) or organisation.language)
    if _waits(frame.say("concern_subject"), whom.email or ""):
        return
    mailing = _letter(concern, frame, "concern_answered" if is_answer else "concern_changed", organisation)
    zone = (
        (person.timezone, person.works_from, person.works_until, person.country) if person else (None, None, None, "")
    )
    due_at = next_working_instant(clock.now(), working_time(*zone, organisation))
    person_id = person.id if person else None
    queue_for_address(mailing, whom.email or "", whom.name, {"concern_link": PAGE}, person_id, due_at)


def _waits(subject: str, address: str) -> bool:
    """Return whether a letter with this subject to this address has not been sent yet."""
    there = select(Delivery.id).join(Delivery.mailing)
    there = there.where(Delivery.state == DeliveryState.QUEUED, Delivery.address == address, Mailing.subject == subject)
    return db.session.scalar(there.limit(1)) is not None


def _letter(concern: Concern, frame: Frame, key: str, organisation: Organisation) -> Mailing:
    subject, why, button = (frame.say(f"concern_{part}") for part in ("subject", "why", "read"))
    sentence = frame.say(key, day=day_words(concern.received_on, with_year=True, language=frame.language))
    html = html_layout(
        subject,
        "",
        f"<p>{escape(sentence)}</p>",
        subject,
        Around(why, organisation=organisation.name, language=frame.language),
        language=frame.language,
        button=Button(button, _LINK, copy_words=frame.say("copy_address")),
    )
    text = f"{sentence}\n\n{button}:\n{_LINK}\n\n--\n{why}"
    return build_mailing(MailingKind.SIGN_IN, Letter(subject, text, html, frame.language))
