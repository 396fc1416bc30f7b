"""Appoints and releases the champions of a wave."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Department, Person
from engagement.stakeholders.champions.queries import place_of, standing_departments
from engagement.stakeholders.models import Champion
from engagement.verbs import Verb
from engagement.waves.models import Wave


def appoint_champion(
    wave: Wave,
    person: Person,
    *,
    department: Department | None = None,
    from_on: date,
    until_on: date | None = None,
    by: Actor,
) -> Champion:
    """Make somebody a champion of a wave in one of its departments, from a day on, to before `until_on` if given.

    Without a department it is the wave's department that they work in or below. Raises BadInput when there is none, for
    a department that the wave does not have, an end before the start, or somebody who is a champion at that time
    already; RuleBroken for somebody who has left or a wave that is over.
    """
    if person.has_left:
        raise RuleBroken(f"{person.name} has left. Choose somebody who is here.")
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}.")
    if until_on is not None and until_on <= from_on:
        sentence = "They can stop only after they began; choose a later day."
        raise BadInput(sentence, {"until_on": sentence})
    _refuse_second(wave, person, from_on, until_on)
    champion = Champion(
        wave_id=wave.id,
        person_id=person.id,
        department_id=_department(wave, person, department).id,
        from_on=from_on,
        until_on=until_on,
        appointed_at=clock.now(),
        appointed_by_id=by.account_id,
    )
    db.session.add(champion)
    db.session.flush()
    changes: dict[str, Any] = {"champion": (None, person.name), "from": (None, from_on), "until": (None, until_on)}
    audit.record(Verb.APPOINTED_CHAMPION, champion, by=by, **changes)
    return champion


def _refuse_second(wave: Wave, person: Person, from_on: date, until_on: date | None) -> None:
    same = select(Champion.id).where(
        Champion.wave_id == wave.id,
        Champion.person_id == person.id,
        or_(Champion.until_on.is_(None), Champion.until_on > from_on),
    )
    if until_on is not None:
        same = same.where(Champion.from_on < until_on)
    if db.session.scalar(same.limit(1)) is not None:
        sentence = f"{person.name} is a champion of this wave already."
        raise BadInput(sentence, {"person": sentence})


def _department(wave: Wave, person: Person, department: Department | None) -> Department:
    departments = standing_departments(wave.id)
    if department is not None:
        if department.id not in {row.id for row in departments}:
            sentence = f"{department.path} is no department of {wave.title}."
            raise BadInput(sentence, {"department": sentence})
        return department
    found = place_of(person.department.lineage, departments) if person.department else None
    if found is None:
        sentence = f"{person.name} works in no department of this wave. Choose the one they are there for."
        raise BadInput(sentence, {"department": sentence})
    return found


def release_champion(champion: Champion, on: date, *, by: Actor) -> None:
    """End somebody's time as champion from the day `on`; the record of it stays. Twice changes nothing."""
    if champion.until_on is not None and champion.until_on <= on:
        return
    old, champion.until_on = champion.until_on, max(on, champion.from_on)
    champion.released_at, champion.released_by_id = clock.now(), by.account_id
    audit.record(Verb.RELEASED_CHAMPION, champion, by=by, until=(old, champion.until_on))
    db.session.flush()
