"""Which people some lines name: two statements for all lines together, and one for each line that they don't find.

Such a line has a name in another order, as in "Berg, Ann", or in part, or names nobody.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select

from engagement.addresses import kept_form
from engagement.db import db
from engagement.letters import clean_number, folded, search_words
from engagement.people.models import Person
from engagement.people.queries import active, people_suggested
from engagement.searching import folded as folded_column
from engagement.words import listed

MOST_OFFERED = 4
#: Those whose name holds the words of a line, among whom one of exactly that name is sought.
MOST_LOOKED_AT = 200
LONGEST_LINE = 80


@dataclass(frozen=True)
class Named:
    """The people whom some lines name, each once, and a sentence for each line that names nobody or several: those that are `left`."""

    found: Sequence[Person]
    problems: Sequence[str]
    left: Sequence[str]


def line_of(person: Person) -> str:
    """Return the line that names somebody: "Ann Berg <ann@example.com>"."""
    reference = person.email or person.employee_id
    return f"{person.name} <{reference}>" if reference else person.name


def lines_in(text: str) -> list[str]:
    """Return the lines of a text, each once; people pasted from a mail have semicolons between them."""
    return list(dict.fromkeys(line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()))


def people_named(
    lines: Iterable[str], seen: ColumnElement[bool], numbered: ColumnElement[bool], given: Sequence[Person] = ()
) -> Named:
    """Return whom each line names: by work address, by employee number if they are `numbered`, by name if they are `seen`.

    Whoever was `given` may stay, as `line_of` writes them, also after they left.
    """
    standing = {line_of(person): person for person in given}
    asked = {line: _reference(line) for line in lines}
    known = _known([reference for line, reference in asked.items() if line not in standing], seen, numbered)
    found: list[Person] = []
    problems, left = [], []
    for line, reference in asked.items():
        if line in standing:
            found.append(standing[line])
            continue
        fitting = known.get(kept_form(reference)) or known.get(_number_key(reference)) or known.get(folded(reference))
        close = [] if fitting else people_suggested(reference, limit=MOST_LOOKED_AT, visible=seen)
        fitting = fitting or [person for person in close if _same_words(person.name, reference)]
        if len(fitting) == 1:
            found += fitting
        else:
            problems.append(_problem(line, fitting, close))
            left.append(line)
    return Named(list(dict.fromkeys(found)), problems, left)


def _reference(line: str) -> str:
    """Return the address of a line such as "Ann Berg <ann@example.com>", else the line."""
    return line.rpartition("<")[2][:-1].strip() if "<" in line and line.endswith(">") else line


def _number_key(reference: str) -> str:
    # A number that looks like somebody's name is no reason to mix them up.
    return f"number {clean_number(reference).strip()}"


def _known(
    references: Sequence[str], seen: ColumnElement[bool], numbered: ColumnElement[bool]
) -> dict[str, list[Person]]:
    """Return the people by address, by number and by folded name, as far as the references ask for them."""
    known: dict[str, list[Person]] = defaultdict(list)
    if not references:
        return known
    addresses, names = {kept_form(one) for one in references}, {folded(one) for one in references}
    numbers = {clean_number(one).strip() for one in references}
    by_key = or_(Person.email.in_(addresses), and_(Person.employee_id.in_(numbers), numbered))
    for person in db.session.scalars(select(Person).where(by_key, active()).order_by(Person.id)):
        for key in (person.email, f"number {person.employee_id}" if person.employee_id in numbers else None):
            if key:
                known[key].append(person)
    by_name = select(Person).where(folded_column(Person.name).in_(names), seen, active())
    for person in db.session.scalars(by_name.order_by(Person.sorted_by, Person.id)):
        known[folded(person.name)].append(person)
    return known


def _same_words(name: str, typed: str) -> bool:
    return sorted(search_words(name)) == sorted(search_words(typed))


def _problem(line: str, fitting: Sequence[Person], close: Sequence[Person]) -> str:
    typed = line[:LONGEST_LINE]
    if fitting:
        ways = listed((person.email or person.employee_id or "no address" for person in fitting[:MOST_OFFERED]), "or")
        return f"{len(fitting)} people are called “{typed}”. Write the address instead: {ways}."
    offered = [line_of(person) for person in close[:MOST_OFFERED]]
    hint = f" Did you mean {listed(offered, 'or')}?" if offered else ""
    return f"Nobody here has the name, address or employee number “{typed}”.{hint}"
