"""Changes of the stakeholder map: adding, changing, removing and restoring."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select

from engagement import audit, clock, letters
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme
from engagement.searching import folded
from engagement.stakeholders.copies.actions import stop_copies
from engagement.stakeholders.models import (
    Stakeholder,
    StakeholderPlace,
    StakeholderProfile,
    StakeholderRemoval,
)
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.rules import (
    StakeholderGroup,
    StakeholderKind,
    name_problem,
    represents_problem,
    role_problem,
)
from engagement.verbs import Verb
from engagement.waves.models import Wave

#: A map: the programme, and its wave or None for the whole programme.
Place = tuple[int, int | None]


def add_stakeholder(
    whom: Person | Department | str,
    group: StakeholderGroup,
    *,
    places: Iterable[Programme | Wave],
    role: str = "",
    represents: str = "",
    owner: Person | None = None,
    by: Actor,
) -> Stakeholder:
    """Put a person, a department as a group, or a name outside the directory on the maps of programmes and waves.

    Raises BadInput for a missing name, no place, a text that is too long, or somebody already on one of the maps;
    RuleBroken for an owner or person who has left, or a closed department.
    """
    stakeholder = _subject(whom)
    wanted = _wanted(places)
    _refuse_second(stakeholder, wanted)
    represents = _represents(stakeholder, represents)
    profile = StakeholderProfile(
        group=group, role=_role(role), represents=represents, owner=_owner(owner), said_by_id=by.account_id
    )
    db.session.add(stakeholder)
    db.session.flush()
    profile.stakeholder_id, profile.said_at = stakeholder.id, stakeholder.added_at
    db.session.add(profile)
    db.session.add_all(_place(stakeholder, place, stakeholder.added_at, by) for place in wanted)
    changes: dict[str, tuple[Any, Any]] = {"group": (None, group)}
    changes |= {"looked after by": (None, owner.name if owner else None)}
    changes |= {"represents": (None, represents)} if represents else {}
    audit.record(Verb.ADDED_STAKEHOLDER, told_of(stakeholder), by=by, **changes)
    db.session.flush()
    return stakeholder


def _subject(whom: Person | Department | str) -> Stakeholder:
    now = clock.now()
    if isinstance(whom, Person):
        if whom.has_left:
            raise RuleBroken(f"{whom.name} has left. Choose somebody who is here.")
        return Stakeholder(kind=StakeholderKind.PERSON, person=whom, person_id=whom.id, name="", added_at=now)
    if isinstance(whom, Department):
        if whom.closed_at is not None:
            raise RuleBroken(f"{whom.path} is closed. Choose an open department.")
        return Stakeholder(
            kind=StakeholderKind.DEPARTMENT, department=whom, department_id=whom.id, name="", added_at=now
        )
    return Stakeholder(kind=StakeholderKind.OUTSIDE, name=_fit_name(whom), added_at=now)


def _fit_name(name: str) -> str:
    name = clean(name)
    if problem := name_problem(name):
        raise BadInput("A name is missing.", {"name": problem})
    return name


def _role(role: str) -> str:
    role = role.strip()
    if problem := role_problem(role):
        raise BadInput("The role is too long.", {"role": problem})
    return role


def _represents(stakeholder: Stakeholder, represents: str) -> str:
    represents = clean(represents)
    if problem := represents_problem(stakeholder.kind, represents):
        raise BadInput(problem, {"represents": problem})
    return represents


def _owner(owner: Person | None) -> Person | None:
    if owner is not None and owner.has_left:
        raise RuleBroken(f"{owner.name} has left. Choose somebody who is here.")
    return owner


def _wanted(places: Iterable[Programme | Wave]) -> list[Place]:
    """Return the maps once each, without waves whose whole programme is among them."""
    found: list[Place] = [(p.programme_id, p.id) if isinstance(p, Wave) else (p.id, None) for p in places]
    whole = {programme for programme, wave in found if wave is None}
    wanted = [place for place in dict.fromkeys(found) if place[1] is None or place[0] not in whole]
    if not wanted:
        sentence = "Choose at least one programme or wave: the map on which they stand."
        raise BadInput(sentence, {"places": sentence})
    return wanted


def _refuse_second(stakeholder: Stakeholder, wanted: Iterable[Place]) -> None:
    """Raise BadInput when the same person, department or name is already on one of these maps."""
    same = {
        StakeholderKind.PERSON: Stakeholder.person_id == stakeholder.person_id,
        StakeholderKind.DEPARTMENT: Stakeholder.department_id == stakeholder.department_id,
        StakeholderKind.OUTSIDE: folded(Stakeholder.name) == letters.folded(stakeholder.name),
    }[stakeholder.kind]
    overlapping = or_(*(_overlaps(programme_id, wave_id) for programme_id, wave_id in wanted))
    stands = exists().where(
        StakeholderPlace.stakeholder_id == Stakeholder.id, StakeholderPlace.ended_at.is_(None), overlapping
    )
    others = select(Stakeholder.id).where(
        Stakeholder.kind == stakeholder.kind, same, stands, on_the_map(), Stakeholder.id != (stakeholder.id or 0)
    )
    if db.session.scalar(others.limit(1)) is not None:
        sentence = f"{stakeholder.title} is on this map already. Change that entry instead."
        fields = {StakeholderKind.PERSON: "person", StakeholderKind.DEPARTMENT: "department"}
        raise BadInput(sentence, {fields.get(stakeholder.kind, "name"): sentence})


def _overlaps(programme_id: int, wave_id: int | None) -> Any:
    of_programme = StakeholderPlace.programme_id == programme_id
    if wave_id is None:
        return of_programme
    return and_(of_programme, or_(StakeholderPlace.wave_id.is_(None), StakeholderPlace.wave_id == wave_id))


def _place(stakeholder: Stakeholder, place: Place, now: datetime, by: Actor) -> StakeholderPlace:
    return StakeholderPlace(
        stakeholder_id=stakeholder.id,
        programme_id=place[0],
        wave_id=place[1],
        added_at=now,
        added_by_id=by.account_id,
    )


def told_of(stakeholder: Stakeholder) -> audit.Subject:
    """Return the stakeholder for the audit log, in the scope of their first map."""
    return audit.about(stakeholder, next(iter(open_places(stakeholder).values()), None))


def change_stakeholder(
    stakeholder: Stakeholder,
    group: StakeholderGroup,
    *,
    places: Iterable[Programme | Wave],
    role: str = "",
    represents: str = "",
    owner: Person | None = None,
    name: str = "",
    by: Actor,
) -> None:
    """Change what is said of a stakeholder and their maps; earlier statements stay as history.

    `name` is used only outside the directory. Raises BadInput and RuleBroken as `add_stakeholder` does, and RuleBroken
    for a removed stakeholder.
    """
    if _removal(stakeholder) is not None:
        raise RuleBroken(f"{stakeholder.title} was taken off the map. Put them back first.")
    held = open_places(stakeholder)
    wanted = _wanted(places)
    changes: dict[str, tuple[Any, Any]] = {}
    if stakeholder.kind is StakeholderKind.OUTSIDE and _fit_name(name) != stakeholder.name:
        changes["name"] = (stakeholder.name, _fit_name(name))
        stakeholder.name = _fit_name(name)
    _refuse_second(stakeholder, wanted)
    now = clock.now()
    said = {"group": group, "role": _role(role), "represents": _represents(stakeholder, represents)}
    changes |= _say_anew(stakeholder, said, owner, now, by)
    changes |= _move(stakeholder, held, wanted, now, by)
    if changes:
        audit.record(Verb.CHANGED_STAKEHOLDER, told_of(stakeholder), by=by, **changes)
    db.session.flush()


def _say_anew(
    stakeholder: Stakeholder, said: dict[str, Any], owner: Person | None, now: datetime, by: Actor
) -> dict[str, tuple[Any, Any]]:
    old = db.session.scalars(
        select(StakeholderProfile).where(
            StakeholderProfile.stakeholder_id == stakeholder.id, StakeholderProfile.superseded_at.is_(None)
        )
    ).one()
    owner_id = owner.id if owner else None
    changes = audit.changes_between(old, said)
    if not changes and owner_id == old.owner_id:
        return {}
    _owner(owner)
    if owner_id != old.owner_id:
        changes["looked after by"] = (old.owner.name if old.owner else None, owner.name if owner else None)
    old.superseded_at = now
    db.session.flush()
    db.session.add(
        StakeholderProfile(
            stakeholder_id=stakeholder.id, owner_id=owner_id, said_at=now, said_by_id=by.account_id, **said
        )
    )
    return changes


def open_places(stakeholder: Stakeholder) -> dict[Place, StakeholderPlace]:
    """Return the rows of a stakeholder's maps (of a removed one, the last ones), the oldest first."""
    rows = db.session.scalars(
        select(StakeholderPlace)
        .where(StakeholderPlace.stakeholder_id == stakeholder.id, StakeholderPlace.ended_at.is_(None))
        .order_by(StakeholderPlace.id)
    )
    return {(row.programme_id, row.wave_id): row for row in rows}


def _move(
    stakeholder: Stakeholder, held: dict[Place, StakeholderPlace], wanted: list[Place], now: datetime, by: Actor
) -> dict[str, tuple[Any, Any]]:
    before = [row.words for row in held.values()]
    for place in held.keys() - set(wanted):
        held[place].ended_at, held[place].ended_by_id = now, by.account_id
    db.session.flush()
    db.session.add_all(_place(stakeholder, place, now, by) for place in wanted if place not in held)
    db.session.flush()
    after = [row.words for row in open_places(stakeholder).values()]
    return {"maps": (sorted(before), sorted(after))} if sorted(before) != sorted(after) else {}


def _removal(stakeholder: Stakeholder) -> StakeholderRemoval | None:
    return db.session.scalar(
        select(StakeholderRemoval).where(
            StakeholderRemoval.stakeholder_id == stakeholder.id, StakeholderRemoval.undone_at.is_(None)
        )
    )


def remove_stakeholder(stakeholder: Stakeholder, *, reason: str = "", by: Actor) -> None:
    """Remove a stakeholder from every map; the history stays, and no message that waits goes to them any more.

    Doing it twice changes nothing.

    Raises BadInput for a reason that is too long.
    """
    reason = reason.strip()
    if len(reason) > 1_000:
        raise BadInput("Shorten the reason to 1,000 characters.", {"reason": "Shorten this to 1,000 characters."})
    if _removal(stakeholder) is not None:
        return
    removal = StakeholderRemoval(
        stakeholder_id=stakeholder.id, reason=reason, removed_at=clock.now(), removed_by_id=by.account_id
    )
    db.session.add(removal)
    stop_copies(stakeholder.id)
    changes = {"reason": (None, reason)} if reason else {}
    audit.record(Verb.REMOVED_STAKEHOLDER, told_of(stakeholder), by=by, **changes)
    db.session.flush()


def put_back(stakeholder: Stakeholder, *, by: Actor) -> None:
    """Undo a removal: the stakeholder is on the same maps again. Doing it twice changes nothing.

    Raises BadInput when the same person, department or name was put on one of the maps meanwhile, RuleBroken for an entry
    that was merged into another.
    """
    removal = _removal(stakeholder)
    if removal is None:
        return
    if stakeholder.merged_into_id is not None:
        raise RuleBroken(f"{stakeholder.title} is one with another entry now, and stays off the map.")
    _refuse_second(stakeholder, open_places(stakeholder))
    removal.undone_at, removal.undone_by_id = clock.now(), by.account_id
    audit.record(Verb.PUT_BACK_STAKEHOLDER, told_of(stakeholder), by=by)
    db.session.flush()
