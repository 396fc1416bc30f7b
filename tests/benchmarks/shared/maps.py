"""A map of stakeholders filled at once, past the rooms' actions."""

from datetime import timedelta
from typing import Any

from sqlalchemy import insert

from engagement import clock
from engagement.accounts.models import Account
from engagement.db import db
from engagement.letters import sort_key
from engagement.programmes.models import Programme
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.rules import StakeholderGroup, StakeholderKind
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Level


def fill_map(
    programme: Programme, account: Account, number: int, *, people: int = 0, departments: int = 0
) -> list[int]:
    """Put so many on the map of a programme, spread over it, each with an earlier place; return their ids.

    They are groups outside, except for the first `people` and `departments` of the directory. They have been there for 200 days,
    nobody looks after them, and nobody was in touch. Each moved once: a tenth ten days ago, the others a hundred days ago.
    """
    now = clock.now()
    added_at, long_ago, lately = (now - timedelta(days=days) for days in (200, 100, 10))
    subjects = [_subject(n, people, departments) for n in range(number)]
    rows = [{**subject, "added_at": added_at} for subject in subjects]
    ids = db.session.scalars(insert(Stakeholder).returning(Stakeholder.id, sort_by_parameter_order=True), rows).all()
    said = {"said_at": added_at, "said_by_id": account.id}
    groups = list(StakeholderGroup)
    db.session.execute(
        insert(StakeholderProfile),
        [
            {"stakeholder_id": key, "group": groups[n % 6], "role": "", "represents": "", **said}
            for n, key in enumerate(ids)
        ],
    )
    db.session.execute(
        insert(StakeholderPlace),
        [{"stakeholder_id": key, "programme_id": programme.id, "wave_id": None, "added_at": added_at} for key in ids],
    )
    levels = list(Level)
    for is_past in (True, False):
        judged = []
        for n, key in enumerate(ids):
            moved_at = long_ago if n % 10 else lately
            judged.append(
                {
                    "stakeholder_id": key,
                    "influence": (n * 37 + (20 if is_past else 0)) % 101,
                    "interest": (n * 61) % 101,
                    "level_now": levels[n % 5],
                    "level_wanted": Level.SUPPORTIVE,
                    "reason": "As they said.",
                    "said_by_id": account.id,
                    "said_at": added_at if is_past else moved_at,
                    "superseded_at": moved_at if is_past else None,
                }
            )
        db.session.execute(insert(StakeholderStanding), judged)
    return list(ids)


def _subject(n: int, people: int, departments: int) -> dict[str, Any]:
    nobody = {"person_id": None, "department_id": None, "name": "", "sorted_by": ""}
    if n < people:
        return nobody | {"kind": StakeholderKind.PERSON, "person_id": n + 1}
    if n < people + departments:
        return nobody | {"kind": StakeholderKind.DEPARTMENT, "department_id": n - people + 1}
    name = f"Brokers of district {n}"
    return nobody | {"kind": StakeholderKind.OUTSIDE, "name": name, "sorted_by": sort_key(name)}
