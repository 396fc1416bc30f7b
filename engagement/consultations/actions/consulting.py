"""What happens in a consultation: asking, handing over, questions and answers, and the position. Nothing said is overwritten."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.consultations.models import (
    Body,
    BodyAnswer,
    BodyQuestion,
    Consultation,
    HandedOver,
    Position,
)
from engagement.consultations.queries.standing import covered_now
from engagement.consultations.rules import (
    Asked,
    Document,
    PositionSaid,
    asked_problems,
    document_problems,
    position_problems,
    words_problem,
)
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.verbs import Verb
from engagement.waves.models import Wave


def open_consultation(wave: Wave, body: Body, said: Asked, *, today: date, by: Actor) -> Consultation:
    """Ask a body about a wave.

    Raises BadInput for a required one without its basis, a deadline that has passed, or a body that is asked already;
    RuleBroken for a wave that is over or a body of another programme.
    """
    if not wave.status.is_open or body.programme_id != wave.programme_id:
        raise RuleBroken(f"{body.name} can’t be asked about {wave.title}: it is over, or belongs to another programme.")
    said = replace(said, basis=said.basis.strip())
    problems = asked_problems(said, today)
    asked = select(Consultation.id).where(Consultation.wave_id == wave.id, Consultation.body_id == body.id)
    if db.session.scalar(asked) is not None:
        problems["body"] = f"{body.name} is asked about {wave.title} already."
    _refuse(problems)
    row = Consultation(wave=wave, body=body, opened_at=clock.now(), opened_by_id=by.account_id, **vars(said))
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.OPENED_CONSULTATION, row, by=by, **{name: (None, value) for name, value in _told(said).items()})
    return row


def change_consultation(consultation: Consultation, said: Asked, *, today: date, by: Actor) -> None:
    """Change whether a position is required, on which ground, or until when. Raises BadInput as `open_consultation`."""
    said, former = replace(said, basis=said.basis.strip()), consultation.asked
    _refuse(asked_problems(said, today, former))
    before = _told(former)
    changes = {name: (before[name], value) for name, value in _told(said).items() if before[name] != value}
    consultation.is_required, consultation.basis = said.is_required, said.basis
    consultation.deadline_on = said.deadline_on
    db.session.flush()
    if changes:
        audit.record(Verb.CHANGED_CONSULTATION, consultation, by=by, **changes)


def hand_over(consultation: Consultation, said: Document, *, today: date, by: Actor) -> HandedOver:
    """Note which document a body got, in which version and when. Raises BadInput."""
    said = replace(
        said, name=clean(said.name), version=clean(said.version), link=clean(said.link), text=said.text.strip()
    )
    _refuse(document_problems(said, today))
    row = HandedOver(consultation=consultation, said_at=clock.now(), said_by_id=by.account_id, **vars(said))
    db.session.add(row)
    db.session.flush()
    told = {"document": (None, said.name), "version": (None, said.version), "day": (None, said.handed_over_on)}
    audit.record(Verb.HANDED_OVER, consultation, by=by, **told)
    return row


def ask_question(consultation: Consultation, text: str, *, by: Actor) -> BodyQuestion:
    """Ask something about a wave before a position. Raises BadInput for nothing, or too much."""
    text = text.strip()
    _refuse({"question": problem} if (problem := words_problem(text)) else {})
    row = BodyQuestion(consultation=consultation, text=text, asked_at=clock.now(), asked_by_id=by.account_id)
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.ASKED_AS_BODY, consultation, by=by)
    return row


def answer_question(question: BodyQuestion, text: str, *, by: Actor) -> BodyAnswer:
    """Answer a question; a further answer adds to it. Raises BadInput for nothing, or too much."""
    text = text.strip()
    _refuse({"answer": problem} if (problem := words_problem(text)) else {})
    row = BodyAnswer(question_id=question.id, text=text, answered_at=clock.now(), answered_by_id=by.account_id)
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.ANSWERED_BODY, question.consultation, by=by)
    return row


def say_position(consultation: Consultation, said: PositionSaid, *, today: date, by: Actor) -> Position:
    """Say what a body says to a wave, with its workflows as they are now; what it said before stays.

    Raises BadInput for conditions or an objection without words, or a day that has not come.
    """
    said = replace(said, words=said.words.strip())
    _refuse(position_problems(said, today))
    row = Position(
        consultation_id=consultation.id,
        covers=covered_now(consultation.wave_id),
        said_at=clock.now(),
        said_by_id=by.account_id,
        **vars(said),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.SAID_POSITION, consultation, by=by, position=(None, said.kind.word), day=(None, said.given_on))
    return row


def _told(said: Asked) -> dict[str, object]:
    required = "required" if said.is_required else "not required"
    return {"position": required, "legal basis": said.basis, "deadline": said.deadline_on}


def _refuse(problems: dict[str, str]) -> None:
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
