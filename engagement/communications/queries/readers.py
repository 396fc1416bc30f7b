"""Readers grouped by working time and language.

From the groups come SQL columns that give everybody their own instant and text in one statement, and the plan that a
page shows beforehand. There are few zones, hours and languages however many people there are, so they are worked out
once a group.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, case, func, literal, null, select
from sqlalchemy.orm import InstrumentedAttribute

from engagement.communications.texts.rules.languages import best_match, is_read_in
from engagement.days.working_hours import WorkingTime, next_working_instant
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.queries import translations_in
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation, working_time
from engagement.people.roles.queries import roles_held
from engagement.people.roles.rules import number_of, read_sets

#: The columns that decide a person's working time, the one that differs most first.
_WORKS = (Person.timezone, Person.works_from, Person.works_until, Person.country)


_Columns: TypeAlias = Sequence[InstrumentedAttribute[Any]]
#: When people are due, for each combination of values of such columns.
_Due: TypeAlias = dict[tuple[str | None, ...], datetime]


class ReaderGroup(NamedTuple):
    """The number of `people` with the same working time and language, as stored in their rows."""

    timezone: str | None
    works_from: str | None
    works_until: str | None
    country: str
    language: str | None
    people: int

    def works(self, organisation: Organisation) -> WorkingTime:
        return working_time(self.timezone, self.works_from, self.works_until, self.country, organisation)


def reader_groups(people: Select[int]) -> list[ReaderGroup]:
    """Return the people with these ids in groups, in one pass."""
    columns = (*_WORKS, Person.language)
    counted = select(*columns, func.count()).where(Person.id.in_(people), Person.left_at.is_(None)).group_by(*columns)
    return [ReaderGroup(*row) for row in db.session.execute(counted)]


def due_column(instant: datetime, organisation: Organisation) -> ColumnElement[datetime]:
    """Return a column over `Person` with each person's time for a message of this instant: in their working hours."""
    rows = db.session.execute(select(*_WORKS).where(Person.left_at.is_(None)).distinct()).all()
    due = {tuple(row): next_working_instant(instant, working_time(*row, organisation)) for row in rows}
    return _decided_by(_WORKS, due, instant)


def _decided_by(columns: _Columns, due: _Due, instant: datetime) -> ColumnElement[datetime]:
    """Return a CASE that compares the columns in turn, only as far as needed: mostly the zone decides."""
    kind = Delivery.__table__.c.due_at.type
    # A person with new hours that no group knows yet gets it at once rather than never.
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
    """Return a column over `Person` with the id of each person's translation, NULL for the mailing's own text.

    The language decides first, then, where texts of that language are for training roles, all roles that somebody has.
    """
    of_all: dict[str, ColumnElement[Any]] = {mailing.language: null()}
    of_roles: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in translations_in(mailing.id):
        if not row.roles:
            of_all[row.language] = literal(row.id)
        of_roles[row.language] |= {number_of(roles): literal(row.id) for roles in read_sets(row.roles)}

    def within(language: str) -> ColumnElement[Any]:
        own = of_all[language]
        return case(of_roles[language], value=roles_held(), else_=own) if of_roles[language] else own

    readers = readers_by_language(mailing, organisation)
    whens = [(reads, within(language)) for language, reads in readers.items()]
    return case(*whens, else_=within(mailing.language)) if whens else within(mailing.language)


def readers_by_language(mailing: Mailing, organisation: Organisation) -> dict[str, ColumnElement[bool]]:
    """Return, by language of a translation, the condition over `Person` for its readers; only languages with readers."""
    offered = {row.language for row in translations_in(mailing.id)} - {mailing.language}
    readers: dict[str, list[str]] = defaultdict(list)
    for language in db.session.scalars(select(Person.language).distinct()) if offered else ():
        match = best_match(language or organisation.language, [mailing.language, *offered])
        if match in offered:
            readers[match].append(language or "")
    return {language: func.coalesce(Person.language, "").in_(tags) for language, tags in readers.items()}


@dataclass(frozen=True)
class LaterReaders:
    """The number of people in one time zone who get a message at the same later instant (UTC)."""

    due_at: datetime
    timezone: str
    people: int


@dataclass(frozen=True)
class DeliveryPlan:
    """When readers get a message: `at_once` of them when it is sent, the others at later instants, in order."""

    at_once: int
    later: tuple[LaterReaders, ...]

    @property
    def people_later(self) -> int:
        return sum(readers.people for readers in self.later)


def delivery_plan(
    groups: Sequence[ReaderGroup], instant: datetime, organisation: Organisation, *, in_working_hours: bool
) -> DeliveryPlan:
    """Return when each of these readers gets a message sent at this instant."""
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
    """Return for each language without a text the number of its readers, the largest first.

    `offered` are the languages of the texts; the first is the one that everybody else gets.
    """
    found: dict[str, int] = defaultdict(int)
    for group in groups:
        wanted = group.language or organisation.language
        if best_match(wanted, offered) is None and not is_read_in(wanted, offered[0]):
            found[wanted] += group.people
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
