"""The demonstration's bodies: a works council that is still asked about wave 3, and a data protection officer who agreed to wave 2."""

from datetime import date

from sqlalchemy import select

from engagement.consultations.actions import bodies, consulting
from engagement.consultations.models import Consultation
from engagement.consultations.queries.said import bodies_of, questions_of
from engagement.consultations.rules import (
    Asked,
    BodyDetails,
    BodyKind,
    Document,
    PositionKind,
    PositionSaid,
)
from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage, person_of

COUNCIL, OFFICER = "Works council", "Data protection officer"
AGREEMENT = "Agreement on information and consultation of 2019, section 4: before work is organised in another way."
QUESTIONS = (
    (-12, "Does anybody see how many letters one person sends back, and how fast?",
     (-10, "No. Counts are kept for a team, and for no group of fewer than five.")),
    (-3, "What happens to the two people whose work is only sorting?", None),
)  # fmt: skip


def consult(stage: Stage, offset: int) -> None:
    """Ask, hand over, answer and decide on the day `offset` days from today."""
    on = stage.day(offset)
    with stage.at(on, 14):
        if offset == -120:
            _name_bodies(stage)
        elif offset == -60:
            _ask(stage, 2, OFFICER, Asked(True, "Data protection impact assessment.", stage.day(-30)), on)
        elif offset == -41:
            _agree(stage, on)
        elif offset == -20:
            row = _ask(stage, 3, COUNCIL, Asked(True, AGREEMENT, stage.working_day(6)), on)
            _hand_over(stage, row, "What changes in property claims and letters", "2", on)
        elif offset == -9:
            _hand_over(stage, _of(stage, 3), "Impact on work, by team", "1", on)
        _ask_and_answer(stage, offset)


def _name_bodies(stage: Stage) -> None:
    assert stage.programme is not None
    by = stage.accounts[roster.MANAGER.email].actor
    council = bodies.make_body(stage.programme, BodyDetails(COUNCIL, BodyKind.WORKS_COUNCIL), None, by=by)
    bodies.name_member(council, person_of(roster.EMPLOYEE), by=by)
    bodies.make_body(stage.programme, BodyDetails(OFFICER, BodyKind.DATA_PROTECTION), None, by=by)


def _ask(stage: Stage, number: int, body: str, said: Asked, on: date) -> Consultation:
    assert stage.programme is not None
    by = stage.accounts[roster.MANAGER.email].actor
    (asked,) = (row for row in bodies_of(stage.programme.id) if row.name == body)
    return consulting.open_consultation(stage.waves[number], asked, said, today=on, by=by)


def _agree(stage: Stage, on: date) -> None:
    words = "Supplier names only; no bank details leave the payment system."
    said = PositionSaid(PositionKind.CONDITIONS, words, on)
    consulting.say_position(_of(stage, 2), said, today=on, by=stage.accounts[roster.MANAGER.email].actor)


def _hand_over(stage: Stage, row: Consultation, name: str, version: str, on: date) -> None:
    said = Document(name, version, on, link=f"https://intranet.example.com/change/wave-3/{version}")
    consulting.hand_over(row, said, today=on, by=stage.accounts[roster.MANAGER.email].actor)


def _ask_and_answer(stage: Stage, offset: int) -> None:
    member, manager = stage.accounts[roster.EMPLOYEE.email].actor, stage.accounts[roster.MANAGER.email].actor
    for asked, text, answer in QUESTIONS:
        if offset == asked:
            consulting.ask_question(_of(stage, 3), text, by=member)
        if answer is not None and offset == answer[0]:
            (question,) = (each.question for each in questions_of(_of(stage, 3).id) if each.question.text == text)
            consulting.answer_question(question, answer[1], by=manager)


def _of(stage: Stage, number: int) -> Consultation:
    of_wave = Consultation.wave_id == stage.waves[number].id
    return db.session.scalars(select(Consultation).where(of_wave)).one()
