"""What numbers of use would write: each row against the directory and the workflows of their programme.

It never says what is known of somebody already: whoever brings a number could else find out another one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar

from sqlalchemy import select

from engagement.adoption.actions.uploads import Brought
from engagement.adoption.actions.writing import PersonUse, TeamUse
from engagement.adoption.rules.vocabulary import day_problem, earliest_kept, number_problem
from engagement.db import db
from engagement.intake.reading.rules.cells import DayColumn, Readings, Refused
from engagement.intake.reading.rules.problems import shown
from engagement.intake.usage.queries.teams import TeamSizes
from engagement.intake.usage.rules import Column, Layout, Row, Said, said_in
from engagement.letters import folded
from engagement.people.models import Department
from engagement.people.queries import ids_by_reference
from engagement.people.rules import path_key
from engagement.programmes.models import Workflow
from engagement.words import count, plural, short_day_words

_AT_ONCE = 10_000
Key = tuple[int, int, date]
"""A person or department, a workflow, and a day."""
Use = TypeVar("Use", PersonUse, TeamUse)


@dataclass(frozen=True)
class Refusal:
    """A row that is left out: its line, whom it names, and why."""

    number: int
    what: str
    problems: Sequence[str]


@dataclass(frozen=True)
class Read:
    """What numbers of use would write, and the rows that are left out. `idle` rows say that somebody did not use it."""

    brought: Brought
    rows: int
    idle: int
    refused: Sequence[Refusal]
    month_first: str = ""

    @property
    def taken(self) -> int:
        """How many rows can be used."""
        return self.rows - len(self.refused)

    @property
    def used(self) -> int:
        """How many rows say that somebody used it."""
        return self.taken - self.idle

    @property
    def fingerprint(self) -> str:
        """A short text that is another one as soon as something else would be written."""
        said = (sorted(self.brought.people), sorted(self.brought.teams, key=repr), sorted(self.brought.until.items()))
        return hashlib.sha256(repr((said, self.refused)).encode()).hexdigest()[:32]


def read_rows(programme_id: int, layout: Layout, rows: Sequence[Row], today: date) -> Read:
    """Compare rows with what is here; the number of statements grows only with every ten thousand rows."""
    known = _Known(programme_id, today)
    found: dict[int, list[str]] = {row.number: list(row.problems) for row in rows if row.problems}
    whole = [row for row in rows if not row.problems]
    said_of: set[int] = set()
    what: dict[int, str] = {}
    lines = said_in(layout, whole)
    while some := list(islice(lines, _AT_ONCE)):
        known.look_up({line.person for line in some if line.person})
        for line in some:
            said_of.add(line.number)
            if problems := known.take(line):
                # A row of last activity says the same person once for each of its workflows.
                of_row = found.setdefault(line.number, [])
                of_row.extend(problem for problem in problems if problem not in of_row)
                what[line.number] = line.whose
    for line, problem in known.twice():
        found.setdefault(line.number, []).append(problem)
        what[line.number] = line.whose
    people = [row for row, number in known.people.values() if number not in found]
    teams = [row for row, number in known.teams.values() if number not in found]
    idle = sum(row.number not in said_of for row in whole)
    until = _until(layout, whole, known, found) if idle or Column.REPORT in layout.of else {}
    refused = [Refusal(number, what.get(number, ""), problems) for number, problems in sorted(found.items())]
    return Read(Brought(people, teams, until), len(rows), idle, refused, known.month_first)


def _until(layout: Layout, rows: Iterable[Row], known: "_Known", found: dict[int, list[str]]) -> dict[int, date]:
    """Return the day up to which the rows tell of use, by workflow: that of the report, where it is said."""
    place = layout.of.get(Column.REPORT, -1)
    texts = {row.cells[place]: row.number for row in rows if 0 <= place < len(row.cells)} if place >= 0 else {}
    days = []
    for text, number in texts.items():
        day, problem = known.day(text)
        if problem and text:
            found.setdefault(number, []).append(f"The day of the report: {problem}")
        elif day is not None:
            days.append(day)
    workflows = set(layout.activity.values()) | ({layout.workflow_id} if layout.workflow_id is not None else set())
    workflows |= {key[1] for key in (*known.people, *known.teams)}
    return dict.fromkeys((each for each in workflows if each is not None), max(days)) if days else {}


class _Known:
    """The directory and the workflows of a programme, and what rows said so far."""

    def __init__(self, programme_id: int, today: date) -> None:
        self._today = today
        self._workflows: dict[str, list[int]] = defaultdict(list)
        here = select(Workflow).where(Workflow.programme_id == programme_id, Workflow.retired_at.is_(None))
        for workflow in db.session.scalars(here):
            self._workflows[folded(workflow.name)].append(workflow.id)
        self._ids = {each for ids in self._workflows.values() for each in ids}
        self._departments: dict[str, list[int]] | None = None
        self._sizes = TeamSizes(earliest_kept(today))
        self._people: dict[str, int | None] = {}
        self._days = DayColumn()
        self._read_days: Readings[date | None] = Readings(self._days.read)
        self._numbers: dict[tuple[str, str], tuple[int | None, str]] = {}
        self.people: dict[Key, tuple[PersonUse, int]] = {}
        self.teams: dict[Key, tuple[TeamUse, int]] = {}
        self._again: list[tuple[Said, int]] = []

    @property
    def month_first(self) -> str:
        """A day that shows that the month comes first in this file, "" if none does."""
        return self._days.month_first if self._days.is_month_first else ""

    def look_up(self, references: set[str]) -> None:
        """Find people by address or employee number, in one statement for all."""
        asked = [text for text in references if text not in self._people]
        for start in range(0, len(asked), _AT_ONCE):
            some = asked[start : start + _AT_ONCE]
            self._people |= dict.fromkeys(some) | ids_by_reference(some)

    def take(self, said: Said) -> list[str]:
        """Take what a row says; return what is wrong with it."""
        problems: list[str] = []
        whose = self._whose(said, problems)
        workflow_id = self._workflow(said.workflow, problems)
        day, problem = self.day(said.day)
        problems += [problem] if problem else []
        uses, people = self._number(said.uses, "uses", problems), self._number(said.people, "people", problems)
        if said.team and not said.person and uses is None and people is None and not problems:
            problems.append("It says neither how often the team used it nor how many of its people did.")
        if uses is not None and people is not None and people > uses:
            problems.append("It says that more people used it than it was used.")
        if people is not None and not said.person and whose is not None and day is not None:
            problems += self._too_many(whose, day, people)
        if problems or whose is None or workflow_id is None or day is None:
            return problems
        key = (whose, workflow_id, day)
        if said.person:
            self._once(self.people, key, PersonUse(*key, 1 if uses is None else uses), said)
        else:
            self._once(self.teams, key, TeamUse(*key, uses, people), said)
        return []

    def _too_many(self, department_id: int, day: date, people: int) -> list[str]:
        most = self._sizes.most_on(department_id, day)
        if people <= most:
            return []
        of = f"With everything below it, and who left since, the team has {plural(most, 'person', 'people')}"
        return [f"{of}, so {count(people)} can’t have used it."]

    def _once(self, rows: dict[Key, tuple[Use, int]], key: Key, row: Use, said: Said) -> None:
        _, first = rows.setdefault(key, (row, said.number))
        if first != said.number and not said.is_last:
            self._again.append((said, first))

    def twice(self) -> list[tuple[Said, str]]:
        """Return the rows that say something of a person or team, workflow and day of which an earlier one did, and which one."""
        words = "Line {} tells of the same {}, workflow and day already, and is taken. Keep one of them."
        return [(said, words.format(first, "person" if said.person else "team")) for said, first in self._again]

    def _whose(self, said: Said, problems: list[str]) -> int | None:
        if said.person and said.team and said.people:
            problems.append("It names a person and a team. Keep one of them.")
            return None
        if said.person:
            found = self._people.get(said.person)
            if found is None:
                problems.append(f"Nobody in the directory has the address or number {shown(said.person)}.")
            return found
        if said.team:
            return self._department(said.team, problems)
        problems.append("It names neither a person nor a team.")
        return None

    def _department(self, text: str, problems: list[str]) -> int | None:
        if self._departments is None:
            self._departments = defaultdict(list)
            for department in db.session.scalars(select(Department).where(Department.closed_at.is_(None))):
                self._departments[path_key(department.path)].append(department.id)
                if "/" in department.path:
                    self._departments[path_key(department.name)].append(department.id)
        found = self._departments.get(path_key(text), [])
        if len(found) > 1:
            problems.append(
                f"There are {len(found)} departments called {shown(text)}. Write the path, such as Operations/Claims."
            )
        elif not found:
            problems.append(f"No department is called {shown(text)}.")
        return found[0] if len(found) == 1 else None

    def _workflow(self, text: str | int, problems: list[str]) -> int | None:
        found = (
            ([text] if text in self._ids else []) if isinstance(text, int) else self._workflows.get(folded(text), [])
        )
        if not text:
            problems.append("It has no workflow.")
        elif not found:
            name = shown(text) if isinstance(text, str) else "that was chosen"
            problems.append(f"This programme has no workflow called {name}.")
        elif len(found) > 1:
            problems.append(
                f"There are {len(found)} workflows called {shown(str(text))}. Give one of them another name first."
            )
        return found[0] if len(found) == 1 else None

    def day(self, text: str) -> tuple[date | None, str]:
        """Return a day of use, or what is wrong with it."""
        day = self._read_days[text]
        if isinstance(day, Refused):
            return None, day.reason
        if day is None:
            return None, "It has no day."
        problem = day_problem(day, self._today)
        return (None, f"{short_day_words(day)}: {problem[0].lower()}{problem[1:]}") if problem else (day, "")

    def _number(self, text: str, what: str, problems: list[str]) -> int | None:
        key = (text, what)
        if key not in self._numbers:
            self._numbers[key] = _number_of(text, what)
        number, problem = self._numbers[key]
        problems += [problem] if problem else []
        return number


def _number_of(text: str, what: str) -> tuple[int | None, str]:
    if not text:
        return None, ""
    plain = text.removesuffix(".0").replace("−", "-")
    if not plain.removeprefix("-").isdecimal() or len(plain) > 12:
        return None, f"{shown(text)} is no whole number of {what}."
    number = int(plain)
    problem = number_problem(number, what)
    return (None, problem) if problem else (number, "")
