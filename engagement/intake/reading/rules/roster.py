"""Problems that only the whole file shows: duplicate people, circles of reporting lines, managers without a row."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from engagement.intake.reading.rules.fields import Field, ManagerKey, ManagerRef
from engagement.intake.reading.rules.problems import Problem, ProblemKind, shown


class RosterLine(NamedTuple):
    """The part of a row that is kept until the whole file was read."""

    line: int
    employee_id: str
    email: str
    display_name: str
    manager: ManagerRef | None


class UnresolvedManager(NamedTuple):
    """A manager named by some rows who has no row in this file; the directory may know them."""

    manager: ManagerRef
    lines: tuple[int, ...]


class RosterCheck(NamedTuple):
    """The problems of the whole file, by line, and the managers to look up in the directory."""

    problems: tuple[Problem, ...]
    unresolved_managers: tuple[UnresolvedManager, ...]


def check_rows(people: Sequence[RosterLine], headers: Mapping[Field, str]) -> RosterCheck:
    """Check all rows, in the order of lines, against each other; `headers` gives the file's name of each column.

    Rows with their own problems count as people here, so that a wrong date in a manager's row does not make the manager
    unknown.
    """
    return _Roster(people, headers).check()


class _Roster:
    def __init__(self, people: Sequence[RosterLine], headers: Mapping[Field, str]) -> None:
        self._people = people
        self._headers = headers
        self._by_email: dict[str, int] = {}
        self._by_id: dict[str, int] = {}
        self._problems: list[Problem] = []

    def check(self) -> RosterCheck:
        self._index_people()
        bosses, unresolved = self._bosses()
        for circle in circles(bosses):
            self._note_circle(circle)
        for absent in unresolved:
            self._note_unknown(absent)
        return RosterCheck(tuple(sorted(self._problems, key=lambda problem: problem.line or 0)), tuple(unresolved))

    def _index_people(self) -> None:
        for index, person in enumerate(self._people):
            if person.email and (first := self._by_email.setdefault(person.email, index)) != index:
                self._note_twin(Field.EMAIL, ProblemKind.DUPLICATE_EMAIL, person.email, first, index)
            if person.employee_id and (first := self._by_id.setdefault(person.employee_id, index)) != index:
                self._note_twin(Field.EMPLOYEE_ID, ProblemKind.DUPLICATE_EMPLOYEE_ID, person.employee_id, first, index)

    def _note_twin(self, field: Field, kind: ProblemKind, value: str, first: int, second: int) -> None:
        earlier, line = self._people[first].line, self._people[second].line
        what = "The address" if field is Field.EMAIL else "The employee number"
        sentence = f"Line {line}: {what} {shown(value)} already stands on line {earlier}. Keep one of the two rows."
        self._problems.append(Problem(line, self._headers.get(field, field.value), kind, sentence, (earlier, line)))

    def _bosses(self) -> tuple[list[int | None], list[UnresolvedManager]]:
        """Return the index of each person's manager, None without one; and the managers not found."""
        bosses: list[int | None] = []
        absent: dict[ManagerRef, list[int]] = {}
        indexes = {ManagerKey.EMAIL: self._by_email, ManagerKey.EMPLOYEE_ID: self._by_id}
        for person in self._people:
            boss = None
            if person.manager is not None:
                boss = indexes[person.manager.key].get(person.manager.value)
                if boss is None:
                    absent.setdefault(person.manager, []).append(person.line)
            bosses.append(boss)
        return bosses, [UnresolvedManager(manager, tuple(lines)) for manager, lines in absent.items()]

    def _note_circle(self, circle: Sequence[int]) -> None:
        people = [self._people[index] for index in circle]
        top, lines = people[0], tuple(person.line for person in people)
        column = self._manager_column(top.manager)
        if len(people) == 1:
            name = top.display_name or top.email
            sentence = f"Line {top.line}: {name} is given as their own manager. The manager stays empty."
            self._problems.append(Problem(top.line, column, ProblemKind.OWN_MANAGER, sentence, lines))
            return
        named = [(person.display_name or person.email, person.line) for person in people]
        self._problems.append(circle_problem(named, column))

    def _note_unknown(self, absent: UnresolvedManager) -> None:
        """Note a manager without a row; the note is dropped if the directory knows the manager."""
        line = absent.lines[0]
        others = len(absent.lines) - 1
        also = f" {others:,} more {'row names' if others == 1 else 'rows name'} the same manager." if others else ""
        who = f"The manager {shown(absent.manager.value)} is neither in this file nor among the people who are here"
        sentence = f"Line {line}: {who}, so this person will have no manager.{also}"
        column = self._manager_column(absent.manager)
        self._problems.append(Problem(line, column, ProblemKind.UNKNOWN_MANAGER, sentence, absent.lines))

    def _manager_column(self, manager: ManagerRef | None) -> str:
        field = Field.MANAGER_ID if manager and manager.key is ManagerKey.EMPLOYEE_ID else Field.MANAGER_EMAIL
        return self._headers.get(field, field.value)


def circle_problem(people: Sequence[tuple[str, int | None]], column: str) -> Problem:
    """Return the problem of a circle of people, by name and line (None without a row); the first one has a row."""
    chain = [f"{name} (line {line})" if line is not None else name for name, line in people]
    rest = [f"{len(chain) - 6} more"] if len(chain) > 7 else chain[6:]
    (name, line), lines = people[0], tuple(line for _, line in people if line is not None)
    path = " reports to ".join([*chain[:6], *rest, name])
    sentence = f"Line {line}: The reporting line runs in a circle: {path}. Correct the manager of one of them."
    return Problem(line, column, ProblemKind.MANAGER_CYCLE, sentence, lines)


def circles(bosses: Sequence[int | None]) -> Iterator[list[int]]:
    """Yield every circle of reporting lines once, from its earliest member on; visits each person once."""
    seen_from: list[int | None] = [None] * len(bosses)
    for start in range(len(bosses)):
        here: int | None = start
        while here is not None and seen_from[here] is None:
            seen_from[here] = start
            here = bosses[here]
        if here is not None and seen_from[here] == start:
            circle = [here]
            step = bosses[here]
            while step is not None and step != here:
                circle.append(step)
                step = bosses[step]
            first = circle.index(min(circle))
            yield circle[first:] + circle[:first]
