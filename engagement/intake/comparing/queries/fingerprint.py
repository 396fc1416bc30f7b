"""A fingerprint of a preview: an equal one means that the run would still change exactly the same."""

import hashlib
from typing import Any

from sqlalchemy import Select, Text, case, cast, func, select
from sqlalchemy.orm import aliased

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.comparing.queries.desired import desired, filled
from engagement.intake.comparing.queries.sign_ins import leavers_of
from engagement.intake.models import KNOWN, ImportRun, StagedMatch
from engagement.intake.rules import ChangeKind
from engagement.people.by_hand.rules import HAND_BITS, OF_COLUMN
from engagement.people.models import Person


def directory_mark() -> str:
    """Return a text that differs after any change: every change leaves an entry in the audit log."""
    last = db.session.scalar(select(func.max(AuditEntry.id)))
    person = db.session.scalar(select(func.max(Person.id)))
    return f"{last or 0}/{person or 0}"


def fingerprint(run: ImportRun) -> str:
    """Return a text that differs when a compared run would change other people, or other values, or from other values.

    People who stay as they are don't count.
    """
    seen = hashlib.blake2b(digest_size=16)
    for query in (leavers_of(run).order_by(StagedMatch.person_id), _changes(run)):
        for row in db.session.execute(query):
            seen.update(repr(tuple(row)).encode())
        seen.update(b"\n")
    return seen.hexdigest()


def _changes(run: ImportRun) -> Select[*tuple[Any, ...]]:
    """Return the old values of each changed person and their resolved references; the file fixes all other new values.

    New people are identified by their negative line number, because each comparison gives them other ids.
    """
    wanted, boss = desired(run, ChangeKind.NEW, *KNOWN), aliased(StagedMatch)
    resolved: dict[str, Any] = {name: wanted.c[name] for name in ("department_id", "roles")}
    resolved["manager_id"] = case((boss.kind == ChangeKind.NEW, -boss.line), else_=wanted.c.manager_id)
    fields = filled(run)
    values = [*(wanted.c[f"old_{name}"] for name in fields), *(resolved[name] for name in fields if name in resolved)]
    by_hand = sum({HAND_BITS[OF_COLUMN[name]] for name in fields if name in OF_COLUMN})
    array = func.json_build_array if db.engine.dialect.name == "postgresql" else func.json_array
    kept = wanted.c.by_hand.bitwise_and(by_hand)
    whole = cast(array(wanted.c.to_new_department, kept, wanted.c.old_left_at, *values), Text)
    who = case((wanted.c.kind == ChangeKind.NEW, -wanted.c.line), else_=wanted.c.person_id)
    rows = select(who, cast(wanted.c.kind, Text), whole)
    return rows.outerjoin(boss, (boss.run_id == run.id) & (boss.person_id == wanted.c.manager_id)).order_by(
        wanted.c.line
    )
