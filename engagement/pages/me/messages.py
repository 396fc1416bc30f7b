"""Messages to the reader: the list, each as they got it, and the one button that confirms having read it."""

from dataclasses import dataclass
from datetime import datetime

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response as BaseResponse

from engagement.communications.answers.actions import answer_message
from engagement.communications.answers.queries import message_sent_as, own_answer
from engagement.communications.models import Occurrence
from engagement.communications.texts.queries.questions import question_in
from engagement.communications.texts.rules.languages import is_read_in
from engagement.content.markdown import to_html
from engagement.content.question import ReaderQuestion
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.mail import queries as mail
from engagement.mail.confirmations import queries as confirming
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.letters.rules.layout import text_in
from engagement.mail.models import Delivery
from engagement.pages.frame import guard
from engagement.pages.me import blueprint
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.keeping_words import emptied_words
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import REFUSED, Drawn, done

#: In the plain text of a message, what comes above the words that say why it came.
WHY_BEGINS = "\n\n--\n"


@dataclass(frozen=True)
class OwnQuestion:
    """The question of a message in the reader's language, and the number of the answer that they chose, None before that."""

    occurrence: Occurrence
    asked: ReaderQuestion
    answer: int | None = None

    @property
    def is_right(self) -> bool:
        """Whether they chose the right one."""
        return self.answer == self.asked.right_answer

    @property
    def chosen(self) -> str:
        """The answer that they chose."""
        return self.asked.choices[self.answer - 1] if self.answer else ""


@dataclass(frozen=True)
class Message:
    """A message to the reader: its delivery and its subject as they got it, and when they confirmed having read it."""

    delivery: Delivery
    subject: str
    confirmed_at: datetime | None = None
    question: OwnQuestion | None = None

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
    return _shown(_own_copy(Delivery.id == delivery_id))


def _shown(row: Delivery, problem: str = "") -> str:
    confirmed_at = confirming.acknowledged_at([row]).get(row.id)
    return render_template(
        "me/message.html",
        message=Message(row, mail.subject_for(row), confirmed_at, _question_of(row)),
        problem=problem,
        emptied_words=emptied_words() if row.is_emptied else "",
        why=_why(row),
        html=Markup(text_in(mail.html_for(row)) or to_html(mail.text_for(row))),  # noqa: S704  cleaned by content.markdown
    )


def _question_of(row: Delivery) -> OwnQuestion | None:
    """Return the question of a message that asks one where it is confirmed."""
    occurrence = message_sent_as(row.mailing_id) if row.mailing.asks_confirmation else None
    asked = question_in(occurrence, row.letter.language) if occurrence else None
    if occurrence is None or asked is None or row.person_id is None:
        return None
    own = own_answer(row.person_id, occurrence.id)
    return OwnQuestion(occurrence, asked, own.answer if own else None)


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
def confirm(delivery_id: int) -> BaseResponse | Drawn:
    """Record that the reader confirms having read one of their messages, with their answer to its question if it has one."""
    row = _own_copy(Delivery.id == delivery_id)
    question = _question_of(row)
    try:
        if question is not None and question.answer is None:
            _answer(question.occurrence)
        is_new = acknowledge(row, by=guard.reader().actor)
    except BadInput as error:
        db.session.rollback()
        return _shown(_own_copy(Delivery.id == delivery_id), error.problems["answer"]), REFUSED
    return done(
        "me.message",
        "Thank you. It is recorded that you have read this." if is_new else "You have confirmed this already.",
        "You get no reminder of it." if is_new else "",
        delivery_id=row.id,
    )


def _answer(occurrence: Occurrence) -> None:
    person, number = guard.found(guard.person_or_none()), row_id(request.form.get("answer", ""))
    answer_message(occurrence, person, number, floor=guard.settings().anonymity_floor)
