"""Rows rejected because of people or sign-ins in the directory that already have the number or address."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from engagement.accounts.addresses.queries import held, is_same_name, people_with_rights
from engagement.accounts.models import Account
from engagement.db import db, rows_changed
from engagement.intake.comparing.actions.staging import reject_lines
from engagement.intake.models import ImportRun, StagedMatch, StagedPerson
from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import Problem, ProblemKind, lines_at_fault, shown
from engagement.intake.rules import ChangeKind
from engagement.people.by_hand.models import HandValue
from engagement.people.by_hand.rules import HandField
from engagement.people.models import Person
from engagement.searching import folded


def question_numbers(run: ImportRun) -> list[Problem]:
    """Return a problem for each row with a known number but another name and another address.

    Such a row may be about somebody else, who would get the sign-in and history of the number's holder. So it is
    rejected when that holder left or has a guarded sign-in (including ended and waiting ones, which an administrator
    may reopen).
    """
    strangers = (
        select(
            StagedPerson.line,
            StagedPerson.employee_id,
            StagedPerson.name,
            Person.name,
            Person.left_at,
            Person.id.in_(people_with_rights()),
        )
        .join(StagedMatch, and_(StagedMatch.run_id == run.id, StagedMatch.line == StagedPerson.line))
        .join(Person, and_(Person.id == StagedMatch.person_id, Person.employee_id == StagedPerson.employee_id))
        .where(
            StagedPerson.run_id == run.id,
            StagedPerson.is_rejected.is_(False),
            folded(Person.name) != folded(StagedPerson.name),
            Person.email.is_distinct_from(StagedPerson.email),
            ~_keeps(Person.id, HandField.NAME, HandField.EMAIL),
        )
        .order_by(StagedPerson.line)
    )
    problems = []
    for line, number, name, holder, left_at, has_rights in db.session.execute(strangers):
        begins = f"Line {line}: The employee number {shown(number or '')} is that of {holder}"
        if left_at is not None:
            kind = ProblemKind.NUMBER_OF_LEAVER
            sentence = (
                f"{begins}, who left on {left_at:%-d %B %Y}; this row has another name and another address. If it is the same "
                f"person, take {holder} back on their page first. If it is somebody else, give them a number of their own."
            )
        elif has_rights:
            kind = ProblemKind.NUMBER_HELD
            sentence = (
                f"{begins}, whose sign-in has a role, a post or a password; this row has another name and another address. If it "
                "is the same person, change the name with one file and the address with the next. If it is somebody else, give them a number of their own."
            )
        else:
            kind = ProblemKind.NUMBER_OF_OTHER
            sentence = f"{begins}, who becomes {name} with another address. If {name} is somebody else, give them a number of their own."
        problems.append(Problem(line, run.columns.get(Field.EMPLOYEE_ID), kind, sentence))
    _reject(run, lines_at_fault(problems))
    return problems


def settle_addresses(run: ImportRun) -> list[Problem]:
    """Reject rows whose address stays with somebody else; each rejection can keep another address in place."""
    problems: list[Problem] = []
    while found := [*_taken_by_people(run), *_held_by_sign_ins(run)]:
        problems += found
        _reject(run, lines_at_fault(found))
    return problems


def _taken_by_people(run: ImportRun) -> list[Problem]:
    return [
        _of_address(
            run,
            line,
            ProblemKind.ADDRESS_TAKEN,
            f"{shown(address)} is the address of {holder}, who keeps it. Correct one of the two.",
        )
        for line, address, holder in db.session.execute(_taken_addresses(run))
    ]


def _held_by_sign_ins(run: ImportRun) -> list[Problem]:
    """Return rows whose new address is somebody else's sign-in, which keeps it until an administrator decides."""
    return [
        _of_address(
            run,
            line,
            ProblemKind.ADDRESS_HELD,
            _why_held(address, name, holder, person_id is not None, has_sign_in),
        )
        for line, address, name, holder, person_id, has_sign_in in db.session.execute(_held_addresses(run))
        if person_id is not None or has_sign_in or not is_same_name(name, holder)
    ]


def _why_held(address: str, name: str, holder: str, is_in_directory: bool, has_sign_in: bool) -> str:
    if is_in_directory:
        return f"{shown(address)} is what {holder} signs in with, and stays so until an administrator confirms another address."
    begins = f"{shown(address)} is the sign-in of {holder}, who is not in the directory"
    if has_sign_in:
        return f"{begins}; and {name} has another sign-in already. An administrator ends one of the two."
    return (
        f"{begins}. If they are the same person, an administrator gives the sign-in the name that the file has; "
        "if not, they end it."
    )


def _of_address(run: ImportRun, line: int, kind: ProblemKind, sentence: str) -> Problem:
    return Problem(line, run.columns.get(Field.EMAIL), kind, f"Line {line}: {sentence}")


def reject_matched(run: ImportRun, lines: frozenset[int]) -> list[Problem]:
    """Reject matched rows; return a problem for each further row whose address is therefore not free."""
    _reject(run, lines)
    return settle_addresses(run)


def _reject(run: ImportRun, lines: frozenset[int]) -> None:
    if not lines:
        return
    reject_lines(run.id, lines)
    of_lines = (StagedMatch.run_id == run.id, StagedMatch.line.in_(lines))
    rows_changed(delete(StagedMatch).where(*of_lines, StagedMatch.kind == ChangeKind.NEW))
    rows_changed(update(StagedMatch).where(*of_lines).values(kind=ChangeKind.REJECTED))


def _keeps(person_id: Any, *fields: HandField) -> ColumnElement[bool]:
    """Whether one of these was said by hand of somebody, so that no file changes it."""
    return exists().where(HandValue.person_id == person_id, HandValue.field.in_(fields))


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
            ~_keeps(StagedMatch.person_id, HandField.EMAIL),
            or_(
                _keeps(Person.id, HandField.EMAIL),
                ~exists().where(
                    moving.run_id == run.id, moving.person_id == Person.id, moving.kind != ChangeKind.REJECTED
                ),
            ),
        )
        .order_by(StagedPerson.line)
        .limit(500)
    )


def _held_addresses(run: ImportRun) -> Select[*tuple[Any, ...]]:
    """Return rows that give an address which somebody else has, unless that person leaves with the same file."""
    holders, leaving = held(), aliased(StagedMatch)
    goes = exists().where(
        leaving.run_id == run.id, leaving.person_id == holders.c.person_id, leaving.kind == ChangeKind.LEFT
    )
    has_sign_in = exists().where(Account.person_id == StagedMatch.person_id)
    return (
        select(
            StagedPerson.line, StagedPerson.email, StagedPerson.name, holders.c.name, holders.c.person_id, has_sign_in
        )
        .join(holders, holders.c.email == StagedPerson.email)
        .join(StagedMatch, and_(StagedMatch.run_id == run.id, StagedMatch.line == StagedPerson.line))
        .outerjoin(Person, Person.id == StagedMatch.person_id)
        .where(
            StagedPerson.run_id == run.id,
            StagedPerson.is_rejected.is_(False),
            holders.c.person_id.is_distinct_from(StagedMatch.person_id),
            or_(Person.email.is_distinct_from(StagedPerson.email), Person.left_at.is_not(None)),
            ~goes,
            ~_keeps(StagedMatch.person_id, HandField.EMAIL),
        )
        .order_by(StagedPerson.line)
    )
