"""Which stakeholders a form names, a line for each."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from engagement import letters
from engagement.db import db
from engagement.letters import search_words
from engagement.people.models import Department, Person
from engagement.searching import folded, holds_words
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import on_the_map
from engagement.words import listed

MOST_OFFERED = 4
_NAME = func.coalesce(Person.name, Department.path, Stakeholder.name)
_NUMBER = re.compile(r"#(\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class Named:
    """The stakeholders whom some lines name, and a sentence for each line that names nobody or several."""

    found: Sequence[Stakeholder]
    problems: Sequence[str]


def stakeholders_named(lines: Iterable[str], among: ColumnElement[bool]) -> Named:
    """Return whom each line names, of those `among` who are on the map: by name, mail address, or number such as #12.

    One query for all lines, and one for each that fits nobody.
    """
    asked = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    numbers = [int(match[1]) for line in asked if (match := _NUMBER.fullmatch(line))]
    names, addresses = [letters.folded(line) for line in asked], [line.lower() for line in asked]
    known: dict[str, list[Stakeholder]] = defaultdict(list)
    for row in db.session.scalars(
        _offered(among).where(
            or_(
                folded(_NAME).in_(names),
                func.lower(Person.email).in_(addresses),
                func.lower(Stakeholder.email).in_(addresses),
                Stakeholder.id.in_(numbers),
            )
        )
    ):
        address = row.person.email if row.person else row.email
        for key in {f"#{row.id}", letters.folded(row.title), (address or "").lower()}:
            known[key].append(row)
    found: list[Stakeholder] = []
    problems = []
    for line in asked:
        fitting = known.get(line) or known.get(letters.folded(line)) or known.get(line.lower()) or []
        if len(fitting) == 1:
            found += fitting
        else:
            problems.append(_problem(line, fitting, among))
    return Named(found, problems)


def _offered(among: ColumnElement[bool]) -> Select[Stakeholder]:
    return (
        select(Stakeholder)
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .outerjoin(Department, Department.id == Stakeholder.department_id)
        .where(among, on_the_map())
        .options(joinedload(Stakeholder.person), joinedload(Stakeholder.department))
        .order_by(Stakeholder.id)
    )


def _problem(line: str, fitting: Sequence[Stakeholder], among: ColumnElement[bool]) -> str:
    if fitting:
        ways = listed((f"#{row.id}" for row in fitting), "or")
        return f"{len(fitting)} entries on your maps are called “{line[:80]}”. Write its number instead: {ways}."
    words = search_words(line)
    close = db.session.scalars(_offered(among).where(holds_words(words, _NAME)).limit(MOST_OFFERED)) if words else ()
    titles = [f"“{row.title}”" for row in close]
    hint = f" Did you mean {listed(titles, 'or')}?" if titles else ""
    return f"Nobody on your maps is called “{line[:80]}”.{hint}"


def written_as(rows: Sequence[Stakeholder], among: ColumnElement[bool]) -> str:
    """Return the lines that name these stakeholders: by name, or by number where others have the same name."""
    return "\n".join(
        row.title if stakeholders_named([row.title], among).found == [row] else f"#{row.id}" for row in rows
    )
