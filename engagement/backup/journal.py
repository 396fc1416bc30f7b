"""The journal of erasures: a small file beside the database that survives a restore, and names nobody.

A backup still has the people who were erased after it was made. So each erasure adds a line to `erasures.jsonl` in the
instance folder, with the row's number and keyed hashes of address and employee number, which identify the person after
a restore.
"""

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.privacy.rules.records import ERASED, STAND_IN
from engagement.stakeholders.models import Stakeholder

NAME = "erasures.jsonl"


@dataclass(frozen=True)
class Returned:
    """Somebody who was erased after a backup was made and came back with its restore."""

    at: datetime
    kind: str
    id: int


def register() -> None:
    """Write a line for each erasure just before its commit: a line too many is better than one too few."""
    if not event.contains(db.session, "before_commit", _write):
        event.listen(db.session, "before_commit", _write)
        event.listen(db.session, "after_soft_rollback", _forget)


def journal() -> Path:
    """Return the path of the journal."""
    return Path(current_app.instance_path) / NAME


def _write(session: Session) -> None:
    erased = session.info.pop(ERASED, [])
    if not erased:
        return
    at = clock.now().isoformat()
    lines = [
        json.dumps({"at": at, "kind": each.kind, "id": each.id, "keys": _keys(each.known_by)}) + "\n" for each in erased
    ]
    descriptor = os.open(journal(), os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())


def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(ERASED, None)


def _keys(texts: Iterable[str | None]) -> list[str]:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return [hmac.digest(secret, f"erased {text.lower()}".encode(), "sha256").hex() for text in texts if text]


def returned_since(made_at: datetime) -> list[Returned] | None:
    """Return who was erased after a backup was made and is here again, None without a journal."""
    if not journal().exists():
        return None
    lines = [json.loads(line) for line in journal().read_text(encoding="ascii").splitlines() if line.strip()]
    since = [line for line in lines if datetime.fromisoformat(line["at"]) > made_at]
    by_key = _people_by_key() if any(line["kind"] == "person" for line in since) else {}
    found: dict[tuple[str, int], Returned] = {}
    for line in since:
        ids = {by_key[key] for key in line["keys"] if key in by_key} or {line["id"]}
        for each in ids:
            if _is_here(line["kind"], each):
                found[line["kind"], each] = Returned(datetime.fromisoformat(line["at"]), line["kind"], each)
    return list(found.values())


def _people_by_key() -> dict[str, int]:
    rows = db.session.execute(select(Person.id, Person.email, Person.employee_id).where(Person.erased_at.is_(None)))
    return {key: person_id for person_id, *texts in rows for key in _keys(texts)}


def _is_here(kind: str, key: int) -> bool:
    if kind == "person":
        person = db.session.get(Person, key)
        return person is not None and person.erased_at is None
    stakeholder = db.session.get(Stakeholder, key)
    return stakeholder is not None and stakeholder.name != STAND_IN
