"""Writes what was said of many stakeholders, as if each had been changed by hand: dated rows and entries of the audit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import bindparam, func, insert, select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, note_growth, rows_changed
from engagement.letters import sort_key
from engagement.stakeholders.entries.rules import Entry, EntryChange, Place, Subject
from engagement.stakeholders.models import Stakeholder, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import Standing, told_standing
from engagement.verbs import Verb

_Changes: TypeAlias = dict[str, tuple[Any, Any]]
#: Ids in one statement; databases refuse many more.
AT_ONCE = 5_000


def write_entries(changes: Sequence[EntryChange], words: Mapping[Place, str], *, by: Actor) -> None:
    """Write these changes, in a number of statements that doesn't grow with them; `words` name the maps in the audit.

    Whoever calls it has checked them: that each may be made, and that all texts and judgements are in order.
    """
    now = clock.now()
    ids = _with_ids(changes, now)
    _write_subjects(ids)
    _write_profiles([(key, change) for key, change in ids if _says_anew(change)], now, by)
    _write_places(ids, now, by)
    _write_standings([(key, change) for key, change in ids if _stands_anew(change)], now, by)
    audit.record_many((told for key, change in ids for told in _told(key, change, words)), by=by)
    for table in (Stakeholder, StakeholderProfile, StakeholderPlace, StakeholderStanding):
        note_growth(table, len(ids))
    db.session.flush()
    db.session.expire_all()


def _with_ids(changes: Sequence[EntryChange], now: datetime) -> list[tuple[int, EntryChange]]:
    """Add the new stakeholders, and return all changes with the ids of their rows."""
    new = [change for change in changes if change.stakeholder_id is None]
    rows = [
        {
            **vars(change.after.subject),
            **asdict(change.after.contact),
            "sorted_by": sort_key(change.after.subject.name),
            "added_at": now,
        }
        for change in new
    ]
    last = db.session.scalar(select(func.max(Stakeholder.id))) or 0
    if rows:
        db.session.execute(insert(Stakeholder), rows)
    made = select(Stakeholder.kind, Stakeholder.person_id, Stakeholder.department_id, Stakeholder.name, Stakeholder.id)
    # Nobody is added twice, so who it is tells which row is whose.
    added = db.session.execute(made.where(Stakeholder.id > last)) if rows else ()
    found = {Subject(kind, person, department, name): key for kind, person, department, name, key in added}
    return [(change.stakeholder_id or found[change.after.subject], change) for change in changes]


def _write_subjects(ids: Sequence[tuple[int, EntryChange]]) -> None:
    """Write names and contacts of known people outside the directory."""
    rows = [
        {"id": key, "name": to.subject.name, "sorted_by": sort_key(to.subject.name), **asdict(to.contact)}
        for key, change in ids
        if (was := change.before) and ((to := change.after).subject, to.contact) != (was.subject, was.contact)
    ]
    if rows:
        db.session.execute(update(Stakeholder), rows)


def _says_anew(change: EntryChange) -> bool:
    return change.before is None or change.before.profile != change.after.profile


def _stands_anew(change: EntryChange) -> bool:
    return change.after.standing != (change.before.standing if change.before else Standing())


def _supersede(table: Any, keys: Iterable[int], now: datetime) -> None:
    every = list(keys)
    for start in range(0, len(every), AT_ONCE):
        held = (table.stakeholder_id.in_(every[start : start + AT_ONCE]), table.superseded_at.is_(None))
        rows_changed(update(table).where(*held).values(superseded_at=now))


def _write_profiles(ids: Sequence[tuple[int, EntryChange]], now: datetime, by: Actor) -> None:
    _supersede(StakeholderProfile, (key for key, change in ids if change.before), now)
    rows = [
        {"stakeholder_id": key, "said_at": now, "said_by_id": by.account_id}
        | dict(zip(("group", "role", "represents", "owner_id"), change.after.profile, strict=True))
        for key, change in ids
    ]
    if rows:
        db.session.execute(insert(StakeholderProfile), rows)


def _write_places(ids: Sequence[tuple[int, EntryChange]], now: datetime, by: Actor) -> None:
    ended, begun = [], []
    for key, change in ids:
        before = change.before.places if change.before else frozenset()
        ended += [(key, place) for place in before - change.after.places]
        begun += [(key, place) for place in change.after.places - before]
    if ended:
        table: Any = StakeholderPlace.__table__
        here = (
            table.c.stakeholder_id == bindparam("whom"),
            table.c.programme_id == bindparam("programme"),
            table.c.wave_id.is_not_distinct_from(bindparam("wave")),
            table.c.ended_at.is_(None),
        )
        ending = update(table).where(*here).values(ended_at=now, ended_by_id=by.account_id)
        db.session.connection().execute(
            ending, [{"whom": key, "programme": place[0], "wave": place[1]} for key, place in ended]
        )
    rows = [
        {
            "stakeholder_id": key,
            "programme_id": programme_id,
            "wave_id": wave_id,
            "added_at": now,
            "added_by_id": by.account_id,
        }
        for key, (programme_id, wave_id) in begun
    ]
    if rows:
        db.session.execute(insert(StakeholderPlace), rows)


def _write_standings(ids: Sequence[tuple[int, EntryChange]], now: datetime, by: Actor) -> None:
    _supersede(StakeholderStanding, (key for key, change in ids if change.before), now)
    rows = [
        {
            "stakeholder_id": key,
            "reason": change.reason,
            "said_at": now,
            "said_by_id": by.account_id,
            **asdict(change.after.standing),
        }
        for key, change in ids
    ]
    if rows:
        db.session.execute(insert(StakeholderStanding), rows)


def _told(key: int, change: EntryChange, words: Mapping[Place, str]) -> Iterator[tuple[Verb, audit.Subject, _Changes]]:
    """Yield the entries of the audit about one stakeholder, the same as for changes by hand."""
    before, after = change.before, change.after
    programme_id, wave_id = after.first_place
    subject = audit.Subject(
        Stakeholder.__tablename__,
        change.title,
        key,
        after.subject.person_id,
        programme_id,
        wave_id,
        after.subject.department_id,
    )
    if before is None:
        added: dict[str, Any] = {"group": (None, after.group), "looked after by": (None, after.owner_name or None)}
        added |= {"represents": (None, after.represents)} if after.represents else {}
        yield Verb.ADDED_STAKEHOLDER, subject, added
    elif said := _said_otherwise(before, after, words):
        yield Verb.CHANGED_STAKEHOLDER, subject, said
    contact = asdict(before.contact) if before else dict.fromkeys(asdict(after.contact), "")
    reached = {name: (contact[name], now) for name, now in asdict(after.contact).items() if now != contact[name]}
    if reached:
        yield Verb.SAID_CONTACT, subject, reached
    stood = before.standing if before else Standing()
    if stood != after.standing:
        told = told_standing(after.subject.kind, stood, after.standing, change.reason)
        yield Verb.SAID_STANDING, subject, told


def _said_otherwise(before: Entry, after: Entry, words: Mapping[Place, str]) -> dict[str, tuple[Any, Any]]:
    changes: dict[str, tuple[Any, Any]] = {}
    if before.subject != after.subject:
        changes["name"] = (before.subject.name, after.subject.name)
    for name in ("group", "role", "represents"):
        if getattr(before, name) != getattr(after, name):
            changes[name] = (getattr(before, name), getattr(after, name))
    if before.owner_id != after.owner_id:
        changes["looked after by"] = (before.owner_name or None, after.owner_name or None)
    if before.places != after.places:
        changes["maps"] = (_named(before, words), _named(after, words))
    return changes


def _named(entry: Entry, words: Mapping[Place, str]) -> list[str]:
    return sorted(words[place] for place in entry.places)
