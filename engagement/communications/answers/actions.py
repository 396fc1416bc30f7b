"""Answering the question of a message.

It leaves no audit entry: the entry of confirming is there, and nobody is to join the two.
"""

from sqlalchemy import select, update

from engagement import clock
from engagement.communications.answers.models import MessageAnswer
from engagement.communications.models import Occurrence
from engagement.db import count_of, db, insert_new, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery
from engagement.people.models import Person


def answer_message(occurrence: Occurrence, person: Person, answer: int | None, *, floor: int) -> bool:
    """Keep what a reader of a message answered; return whether that is new. Only the first answer counts, and stays.

    `floor` is the smallest number of readers of a department with which an answer may be counted. Raises BadInput without an answer,
    RuleBroken for a message that asks nothing.
    """
    choices = occurrence.asked.choices
    if not choices or not occurrence.status.is_out:
        raise RuleBroken("This message asks nothing.")
    if answer is None or not 1 <= answer <= len(choices):
        raise BadInput("Choose an answer.", {"answer": "Choose one. We never choose for you."})
    # One after the other: two that come at once would each count the others, and so be told apart.
    db.session.get_one(Occurrence, occurrence.id, with_for_update={"key_share": True})
    department_id = person.department_id if _has_readers(occurrence, person, floor) else None
    row = {
        "occurrence_id": occurrence.id,
        "person_id": person.id,
        "department_id": department_id,
        "answer": answer,
        "is_right": answer == occurrence.right_answer,
        "is_counted": False,
        "at": clock.now(),
    }
    added = insert_new(MessageAnswer).values(row).on_conflict_do_nothing(index_elements=["occurrence_id", "person_id"])
    if not rows_changed(added):
        return False
    _count_together(occurrence.id, department_id, floor)
    return True


def _count_together(occurrence_id: int, department_id: int | None, floor: int) -> None:
    """Let the answers of a department count that waited, once there are enough of them."""
    column = MessageAnswer.department_id
    waiting = (
        MessageAnswer.occurrence_id == occurrence_id,
        MessageAnswer.is_counted.is_(False),
        column.is_(None) if department_id is None else column == department_id,
    )
    if count_of(select(MessageAnswer.id).where(*waiting)) >= floor:
        rows_changed(update(MessageAnswer).where(*waiting).values(is_counted=True))


def _has_readers(occurrence: Occurrence, person: Person, floor: int) -> bool:
    """Return whether the message was made out to at least `floor` people of their department; more are not looked at."""
    if person.department_id is None:
        return False
    beside = (
        select(Delivery.id)
        .join(Person, Person.id == Delivery.person_id)
        .where(Delivery.mailing_id == occurrence.mailing_id, Person.department_id == person.department_id)
        .limit(floor)
    )
    return len(db.session.scalars(beside).all()) >= floor
