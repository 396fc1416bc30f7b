"""Messages to the reader: the list, each as they got it, and the one button that confirms having read it."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse

from engagement.communications.texts.rules.languages import is_read_in
from engagement.content.markdown import to_html
from engagement.db import count_of, db
from engagement.mail import queries as mail
from engagement.mail.confirmations import queries as confirming
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.letters.rules.layout import text_in
from engagement.mail.models import Delivery
from engagement.pages.frame import guard
from engagement.pages.me import blueprint
from engagement.pages.parts.keeping_words import emptied_words
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import done

#: In the plain text of a message, what comes above the words that say why it came.
WHY_BEGINS = "\n\n--\n"


@dataclass(frozen=True)
class Message:
    """A message to the reader: its delivery and its subject as they got it, and when they confirmed having read it."""

    delivery: Delivery
    subject: str
    confirmed_at: datetime | None = None

    @property
    def lang(self) -> str | None:
        """The language of the text, if it is not English like the page."""
        return None if is_read_in("en", self.delivery.letter.language) else self.delivery.letter.language

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether the reader still has to confirm it."""
        return self.delivery.mailing.asks_confirmation and self.confirmed_at is None


def messages_to_confirm(person_id: int) -> list[Message]:
    """Return the messages that a person still has to confirm, the oldest first."""
    return [Message(row, mail.subject_for(row)) for row in db.session.scalars(confirming.to_confirm(person_id))]


def messages_to(person_id: int, limit: int, offset: int = 0) -> list[Message]:
    """Return the messages sent to a person, the newest first."""
    rows = db.session.scalars(mail.messages_to(person_id).limit(limit).offset(offset)).all()
    confirmed = confirming.acknowledged_at(rows)
    return [Message(row, mail.subject_for(row), confirmed.get(row.id)) for row in rows]


@blueprint.get("/me/messages")
def messages() -> str:
    """List every message that the reader was sent."""
    person = guard.person_or_none()
    if person is None:
        return render_template("me/nobody.html")
    page = Asked().page(count_of(mail.messages_to(person.id)))
    return render_template(
        "me/messages.html",
        messages=messages_to(person.id, page.size, page.offset),
        page=page,
        to_confirm=messages_to_confirm(person.id),
    )


def _own_copy(which: ColumnElement[bool]) -> Delivery:
    """Return the reader's own copy of a message; raises NotFound if it is not theirs."""
    person = guard.found(guard.person_or_none())
    return guard.found(db.session.scalar(mail.messages_to(person.id).where(which).limit(1)))


@blueprint.get("/me/messages/<int:delivery_id>")
def message(delivery_id: int) -> str:
    """Show one message as the reader got it; only their own."""
    row = _own_copy(Delivery.id == delivery_id)
    return render_template(
        "me/message.html",
        message=Message(row, mail.subject_for(row), confirming.acknowledged_at([row]).get(row.id)),
        emptied_words=emptied_words() if row.is_emptied else "",
        why=_why(row),
        html=Markup(text_in(mail.html_for(row)) or to_html(mail.text_for(row))),  # noqa: S704  cleaned by content.markdown
    )


def _why(row: Delivery) -> str:
    """Return why the message reached the reader, in the words under its text."""
    _, found, why = mail.text_for(row).rpartition(WHY_BEGINS)
    return why.strip() if found else ""


@blueprint.get("/me/mailings/<int:mailing_id>")
def own_copy(mailing_id: int) -> BaseResponse:
    """Lead to the reader's own copy of a message; the link is the same in everybody's mail."""
    row = _own_copy(Delivery.mailing_id == mailing_id)
    return redirect(url_for("me.message", delivery_id=row.id))


@blueprint.post("/me/messages/<int:delivery_id>/confirmation")
def confirm(delivery_id: int) -> BaseResponse:
    """Record that the reader confirms having read one of their messages."""
    row = _own_copy(Delivery.id == delivery_id)
    is_new = acknowledge(row, by=guard.reader().actor)
    return done(
        "me.message",
        "Thank you. It is recorded that you have read this." if is_new else "You have confirmed this already.",
        "You get no reminder of it." if is_new else "",
        delivery_id=row.id,
    )
