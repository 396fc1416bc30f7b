"""Building messages, in one language or several, before anybody is to get them."""

from engagement import clock
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.models import Mailing, Translation
from engagement.mail.rules import Letter, MailingKind
from engagement.mail.wire.rules.headers import mailbox, one_line


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


def add_translation(mailing: Mailing, letter: Letter, roles: str = "") -> Translation:
    """Add the text of a mailing in another language or for some `roles`, before it is queued. Raises BadInput as `build_mailing`."""
    _check_letter(letter)
    translation = Translation(mailing_id=mailing.id, roles=roles, **vars(letter))
    db.session.add(translation)
    db.session.flush()
    return translation
