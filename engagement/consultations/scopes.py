"""Who reads and answers consultations: who sees or plans the wave, and who speaks for the body."""

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from engagement.consultations.models import Body, BodyMember, BodyQuestion, Consultation, HandedOver
from engagement.db import db
from engagement.programmes.scopes import reaches_programme
from engagement.reach import Reach, allow, found
from engagement.waves.models import Wave
from engagement.waves.scopes import reaches_wave, waves_within


def speaks_for(person_id: int | None) -> Select[int]:
    """Return a SELECT of the bodies for which somebody speaks now."""
    return select(BodyMember.body_id).where(BodyMember.person_id == (person_id or 0), BodyMember.ended_at.is_(None))


def represents_somebody(person_id: int | None) -> bool:
    """Return whether somebody speaks for a body now."""
    return db.session.scalar(speaks_for(person_id).limit(1)) is not None


def consultations_within(reach: Reach, representing: Reach) -> ColumnElement[bool]:
    """Return the condition on `Consultation`, joined with `Wave`, that the reader sees it."""
    return or_(waves_within(reach), Consultation.body_id.in_(speaks_for(representing.person_id)))


def is_spoken_for(consultation: Consultation, representing: Reach) -> bool:
    """Return whether the reader speaks for the body that is asked."""
    asked = speaks_for(representing.person_id).where(BodyMember.body_id == consultation.body_id)
    return db.session.scalar(asked) is not None


def consultation_for(reach: Reach, representing: Reach | None, consultation_id: int) -> Consultation:
    """Return a consultation of a wave within reach, or of a body for which the reader speaks.

    Raises NotFound or BeyondReach; without `representing` speaking for the body is not enough.
    """
    consultation = found(
        db.session.scalar(
            select(Consultation)
            .join(Wave)
            .where(Consultation.id == consultation_id)
            .options(joinedload(Consultation.body), joinedload(Consultation.wave).joinedload(Wave.programme))
        )
    )
    is_asked = representing is not None and is_spoken_for(consultation, representing)
    allow(reaches_wave(reach, consultation.wave) or is_asked, reach)
    return consultation


def document_for(reach: Reach, representing: Reach, document_id: int) -> HandedOver:
    """Return a document of a consultation that the reader sees; raises NotFound or BeyondReach."""
    document = found(db.session.get(HandedOver, document_id))
    consultation_for(reach, representing, document.consultation_id)
    return document


def question_for(planning: Reach, question_id: int) -> BodyQuestion:
    """Return a question about a wave within reach; raises NotFound or BeyondReach."""
    question = found(db.session.get(BodyQuestion, question_id))
    allow(reaches_wave(planning, question.consultation.wave), planning)
    return question


def body_for(planning: Reach, body_id: int) -> Body:
    """Return a body of a programme within reach; raises NotFound or BeyondReach."""
    body = found(db.session.get(Body, body_id))
    allow(reaches_programme(planning, body.programme), planning)
    return body


def member_for(planning: Reach, member_id: int) -> BodyMember:
    """Return somebody who speaks, or spoke, for a body within reach; raises NotFound or BeyondReach."""
    member = found(db.session.get(BodyMember, member_id))
    body_for(planning, member.body_id)
    return member
