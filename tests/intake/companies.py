"""Small companies as HR files, and the short way to import them."""

from typing import Any

from sqlalchemy import func, select

from engagement.audit import Actor, AuditEntry
from engagement.db import db
from engagement.intake.actions import runs as actions
from engagement.intake.models import ImportRun
from engagement.intake.reading.queries.files import open_file
from engagement.people.models import Person

INES = Actor(None, "Ines Okafor")
HEADER = "employee_id,email,first_name,last_name,department,manager_email,training_role"
ADA = "1,ada@example.com,Ada,Lovelace,Operations,,leader"
BEN = "2,ben@example.com,Ben,Bitdiddle,Operations/Claims,ada@example.com,user"
CY = "3,cy@example.com,Cy,Fect,Operations/Claims,ada@example.com,user;builder"
DEE = "4,dee@example.com,Dee,Ploy,Finance,ada@example.com,"
EVERYBODY = (ADA, BEN, CY, DEE)


def csv_of(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def stage(
    *rows: str, header: str = HEADER, full: bool = True, skip_bad: bool = False, data: bytes | None = None
) -> ImportRun:
    file = open_file(data or csv_of(*rows, header=header), "people.csv")
    return actions.stage_file(file, full=full, skip_bad=skip_bad, by=INES)


def bring_in(*rows: str, confirm: bool = True, **how: Any) -> ImportRun:
    return actions.apply_run(stage(*rows, **how), confirm_leavers=confirm, by=INES)


def person(number: str) -> Person:
    db.session.expire_all()
    return db.session.scalars(select(Person).where(Person.employee_id == number)).one()


def entries(verb: str) -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == verb)) or 0


def tally(run: ImportRun) -> dict[str, int]:
    """The numbers of people by kind, without zeros."""
    kinds = ("new", "changed", "moved", "returned", "left", "unchanged")
    return {kind: run.counts[kind] for kind in kinds if run.counts[kind]}


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0
