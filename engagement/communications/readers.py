"""Readers in groups: who works when and reads what. From them come the columns by which one statement gives everybody
the instant and the text of their own, and the plan that a page shows before.

Zones, hours and languages are few however many people there are, so they are worked out here, once for each group.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, literal, null, select
from sqlalchemy.orm import InstrumentedAttribute

from engagement.communications.languages import best_match, is_read_in
from engagement.days.working_hours import WorkingTime, next_working_instant
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.queries import translations_in
from engagement.people.models import Person
from engagement.people.organisation import Organisation, working_time

#: What decides over somebody's working time, the most telling first.
_WORKS = (Person.timezone, Person.works_from, Person.works_until, Person.country)


_Columns: TypeAlias = Sequence[InstrumentedAttribute[Any]]
#: For each combination of values of such columns, when its people are due.
_Due: TypeAlias = dict[tuple[str | None, ...], datetime]


class ReaderGroup(NamedTuple):
    """So many `people` who work at the same time and read the same language, as their rows say it."""

    timezone: str | None
    works_from: str | None
    works_until: str | None
    country: str
    language: str | None
    people: int

    def works(self, organisation: Organisation) -> WorkingTime:
        """Return when they work."""
        return working_time(self.timezone, self.works_from, self.works_until, self.country, organisation)


def reader_groups(people: Select[int]) -> list[ReaderGroup]:
    """Return those whose ids `people` gives in groups, in one pass over them."""
    columns = (*_WORKS, Person.language)
    counted = select(*columns, func.count()).where(Person.id.in_(people), Person.left_at.is_(None)).group_by(*columns)
    return [ReaderGroup(*row) for row in db.session.execute(counted)]


def due_column(instant: datetime, organisation: Organisation) -> ColumnElement[datetime]:
    """Return the column over `Person` with when each of them gets what is sent at this instant: in their working hours."""
    rows = db.session.execute(select(*_WORKS).where(Person.left_at.is_(None)).distinct()).all()
    due = {tuple(row): next_working_instant(instant, working_time(*row, organisation)) for row in rows}
    return _decided_by(_WORKS, due, instant)


def _decided_by(columns: _Columns, due: _Due, instant: datetime) -> ColumnElement[datetime]:
    """Return one column after the other compared, each only as long as it makes a difference: nearly always the zone decides."""
    kind = Delivery.__table__.c.due_at.type
    # Who came with hours of their own since they were asked about gets it at once, rather than not at all.
    found = set(due.values()) or {instant}
    if len(found) == 1:
        return literal(found.pop(), kind)
    column, *others = columns
    parts: dict[str, _Due] = defaultdict(dict)
    for (value, *rest), due_at in due.items():
        parts[value or ""][tuple(rest)] = due_at
    whens = {
        value: _decided_by(others, part, instant) for value, part in parts.items() if set(part.values()) != {instant}
    }
    return case(whens, value=func.coalesce(column, ""), else_=literal(instant, kind))


def translation_column(mailing: Mailing, organisation: Organisation) -> ColumnElement[Any]:
    """Return the column over `Person` with the id of the translation that each of them gets, NULL for the mailing's own."""
    readers = readers_by_translation(mailing, organisation)
    return case(*((reads, literal(row_id)) for row_id, reads in readers.items()), else_=null()) if readers else null()


def readers_by_translation(mailing: Mailing, organisation: Organisation) -> dict[int, ColumnElement[bool]]:
    """Return for each translation of a mailing that somebody gets, by its id, the condition over `Person` for who does."""
    offered = {row.language: row.id for row in translations_in(mailing.id)}
    readers: dict[int, list[str]] = defaultdict(list)
    for language in db.session.scalars(select(Person.language).distinct()) if offered else ():
        match = best_match(language or organisation.language, [mailing.language, *offered])
        if match in offered:
            readers[offered[match]].append(language or "")
    return {row_id: func.coalesce(Person.language, "").in_(tags) for row_id, tags in readers.items()}


@dataclass(frozen=True)
class LaterReaders:
    """So many people get a message at the same later instant (UTC), in this time zone."""

    due_at: datetime
    timezone: str
    people: int


@dataclass(frozen=True)
class DeliveryPlan:
    """When the readers of a message get it: `at_once` of them when it is sent, the others at their own instants, in order."""

    at_once: int
    later: tuple[LaterReaders, ...]

    @property
    def people_later(self) -> int:
        """How many wait for their working hours."""
        return sum(readers.people for readers in self.later)


def delivery_plan(
    groups: Sequence[ReaderGroup], instant: datetime, organisation: Organisation, *, in_working_hours: bool
) -> DeliveryPlan:
    """Return when each of these readers gets a message that is sent at this instant."""
    if not in_working_hours:
        return DeliveryPlan(sum(group.people for group in groups), ())
    at_once = 0
    later: dict[tuple[datetime, str], int] = defaultdict(int)
    for group in groups:
        works = group.works(organisation)
        due_at = next_working_instant(instant, works)
        if due_at == instant:
            at_once += group.people
        else:
            later[due_at, works.timezone] += group.people
    return DeliveryPlan(at_once, tuple(LaterReaders(*key, people) for key, people in sorted(later.items())))


def unread_languages(
    groups: Sequence[ReaderGroup], offered: Sequence[str], organisation: Organisation
) -> dict[str, int]:
    """Return for each language in which a message has no text how many of these readers read it, the most first.

    `offered` are the languages of its texts, the one first that everybody else gets.
    """
    found: dict[str, int] = defaultdict(int)
    for group in groups:
        wanted = group.language or organisation.language
        if best_match(wanted, offered) is None and not is_read_in(wanted, offered[0]):
            found[wanted] += group.people
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
