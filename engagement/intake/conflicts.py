"""Rows that are refused because of who stands, or stood, in the directory: whose number and whose address it is."""

from typing import Any

from sqlalchemy import Select, and_, delete, exists, func, select, update
from sqlalchemy.orm import aliased

from engagement.db import db, rows_changed
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson
from engagement.intake.rules import ChangeKind, Field, Problem, ProblemKind, lines_at_fault, shown
from engagement.intake.staging import reject_lines
from engagement.people.models import Person


def question_numbers(run: ImportRun) -> list[Problem]:
    """Return a problem for each row with somebody's number, but with another name and another address.

    They may be about somebody else, who would get the sign-in and the history of the first; so where that one left, the row
    is rejected.
    """
    strangers = (
        select(StagedPerson.line, StagedPerson.employee_id, StagedPerson.name, Person.name, Person.left_at)
        .join(StagedMatch, and_(StagedMatch.run_id == run.id, StagedMatch.line == StagedPerson.line))
        .join(Person, and_(Person.id == StagedMatch.person_id, Person.employee_id == StagedPerson.employee_id))
        .where(
            StagedPerson.run_id == run.id,
            StagedPerson.is_rejected.is_(False),
            func.lower(Person.name) != func.lower(StagedPerson.name),
            Person.email.is_distinct_from(StagedPerson.email),
        )
        .order_by(StagedPerson.line)
    )
    problems = []
    for line, number, name, holder, left_at in db.session.execute(strangers):
        kind = ProblemKind.NUMBER_OF_OTHER if left_at is None else ProblemKind.NUMBER_OF_LEAVER
        begins = f"Line {line}: The employee number {shown(number or '')} is that of {holder}"
        if left_at is None:
            sentence = f"{begins}, who becomes {name} with another address. If {name} is somebody else, give them a number of their own."
        else:
            sentence = (
                f"{begins}, who left on {left_at:%-d %B %Y}; this row has another name and another address. If it is the same "
                f"person, take {holder} back on their page first. If it is somebody else, give them a number of their own."
            )
        problems.append(Problem(line, run.columns.get(Field.EMPLOYEE_ID), kind, sentence))
    _reject(run, lines_at_fault(problems))
    return problems


def settle_addresses(run: ImportRun) -> list[Problem]:
    """Reject rows whose address stays with somebody else; each rejection keeps another address where it is."""
    problems: list[Problem] = []
    while taken := db.session.execute(_taken_addresses(run)).all():
        for line, address, holder in taken:
            sentence = (
                f"Line {line}: {shown(address)} is the address of {holder}, who keeps it. Correct one of the two."
            )
            column = run.columns.get("email")
            problems.append(Problem(line, column, ProblemKind.ADDRESS_TAKEN, sentence))
        _reject(run, frozenset(line for line, _, _ in taken))
    return problems


def reject_matched(run: ImportRun, lines: frozenset[int]) -> list[Problem]:
    """Reject rows that are matched already; returns a problem for each further row whose address is not free by that."""
    _reject(run, lines)
    return settle_addresses(run)


def _reject(run: ImportRun, lines: frozenset[int]) -> None:
    if not lines:
        return
    reject_lines(run.id, lines)
    of_lines = (StagedMatch.run_id == run.id, StagedMatch.line.in_(lines))
    rows_changed(delete(StagedMatch).where(*of_lines, StagedMatch.kind == ChangeKind.NEW))
    rows_changed(update(StagedMatch).where(*of_lines).values(kind=ChangeKind.REJECTED))


def _taken_addresses(run: ImportRun) -> Select[*tuple[Any, ...]]:
    moving = aliased(StagedMatch)
    return (
        select(StagedPerson.line, StagedPerson.email, Person.name)
        .join(Person, and_(Person.email == StagedPerson.email, Person.left_at.is_(None)))
        .join(StagedMatch, and_(StagedMatch.run_id == run.id, StagedMatch.line == StagedPerson.line))
        .where(
            StagedPerson.run_id == run.id,
            StagedPerson.is_rejected.is_(False),
            StagedMatch.person_id != Person.id,
            ~exists().where(moving.run_id == run.id, moving.person_id == Person.id, moving.kind != ChangeKind.REJECTED),
        )
        .order_by(StagedPerson.line)
        .limit(500)
    )
