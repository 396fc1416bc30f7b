"""What was said in a consultation: documents, questions with answers, and all positions; and who speaks for a body."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from engagement.consultations.models import (
    Body,
    BodyAnswer,
    BodyMember,
    BodyQuestion,
    Consultation,
    HandedOver,
    Position,
)
from engagement.db import db
from engagement.people.models import Person
from engagement.searching import by_name
from engagement.waves.models import Wave


@dataclass(frozen=True)
class QuestionShown:
    """A question with its answers, the first one first."""

    question: BodyQuestion
    answers: Sequence[BodyAnswer]


def documents_of(consultation_id: int) -> Sequence[HandedOver]:
    """Return what was handed over, the latest first."""
    return db.session.scalars(
        select(HandedOver)
        .where(HandedOver.consultation_id == consultation_id)
        .order_by(HandedOver.handed_over_on.desc(), HandedOver.id.desc())
    ).all()


def questions_of(consultation_id: int) -> list[QuestionShown]:
    """Return the questions, the first one first, with their answers."""
    questions = db.session.scalars(
        select(BodyQuestion)
        .where(BodyQuestion.consultation_id == consultation_id)
        .options(joinedload(BodyQuestion.asked_by))
        .order_by(BodyQuestion.id)
    ).all()
    answers: dict[int, list[BodyAnswer]] = defaultdict(list)
    for row in db.session.scalars(
        select(BodyAnswer)
        .where(BodyAnswer.question_id.in_([question.id for question in questions]))
        .options(joinedload(BodyAnswer.answered_by))
        .order_by(BodyAnswer.id)
    ):
        answers[row.question_id].append(row)
    return [QuestionShown(question, answers[question.id]) for question in questions]


def positions_of(consultation_id: int) -> Sequence[Position]:
    """Return all positions, the newest first."""
    return db.session.scalars(
        select(Position)
        .where(Position.consultation_id == consultation_id)
        .options(joinedload(Position.said_by))
        .order_by(Position.id.desc())
    ).all()


def bodies_of(programme_id: int) -> Sequence[Body]:
    """Return the bodies of a programme, by name."""
    return db.session.scalars(_bodies_of(programme_id).options(joinedload(Body.stakeholder))).all()


def bodies_to_ask(wave: Wave) -> Sequence[Body]:
    """Return the bodies of a wave's programme that are not asked about it yet, by name."""
    asked = select(Consultation.body_id).where(Consultation.wave_id == wave.id)
    return db.session.scalars(_bodies_of(wave.programme_id).where(Body.id.not_in(asked))).all()


def _bodies_of(programme_id: int) -> Select[Body]:
    return select(Body).where(Body.programme_id == programme_id).order_by(by_name(Body.name), Body.id)


def members_of(body_ids: Sequence[int]) -> dict[int, list[BodyMember]]:
    """Return who speaks for each of these bodies now, by name."""
    found: dict[int, list[BodyMember]] = defaultdict(list)
    for row in db.session.scalars(
        select(BodyMember)
        .join(Person)
        .where(BodyMember.body_id.in_(body_ids), BodyMember.ended_at.is_(None))
        .options(joinedload(BodyMember.person))
        .order_by(Person.sorted_by, Person.id)
    ):
        found[row.body_id].append(row)
    return found
