"""What a register file would change: for each row, who it is about, and what would become of them or why it is refused."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engagement.intake.reading.rules.cells import Refused
from engagement.intake.reading.rules.problems import shown
from engagement.intake.register.queries.cells import Reaches
from engagement.intake.register.queries.knowledge import Knowledge, key_of
from engagement.intake.register.queries.saying import Saying, differences
from engagement.intake.register.rules import FileRow, RegisterField, RowKind, RowRefused, word_in
from engagement.stakeholders.entries.queries import EntryHeld
from engagement.stakeholders.entries.rules import EntryChange, Place, Subject
from engagement.stakeholders.rules import StakeholderKind
from engagement.words import listed

F = RegisterField


@dataclass(frozen=True)
class RowFound:
    """A row held against the register: what it is, who it is about, old and new values in words, why it is refused."""

    line: int
    kind: RowKind
    title: str
    differences: tuple[tuple[str, str, str], ...] = ()
    problems: tuple[str, ...] = ()
    change: EntryChange | None = None
    subject: object = None


@dataclass(frozen=True)
class Plan:
    """What a whole file would do. `fingerprint` tells whether another plan would do the same."""

    rows: Sequence[RowFound]
    words: dict[Place, str]

    def of(self, kind: RowKind) -> list[RowFound]:
        return [row for row in self.rows if row.kind is kind]

    @property
    def changes(self) -> list[EntryChange]:
        """What would be written."""
        return [row.change for row in self.rows if row.change is not None]

    @property
    def fingerprint(self) -> str:
        told = "\n".join(
            repr((row.line, row.kind.value, row.title, row.differences, row.problems)) for row in self.rows
        )
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def plan_of(rows: Iterable[FileRow], reaches: Reaches, on: date) -> Plan:
    """Return what a file would change for a reader; posts are those of a day. Nothing is written."""
    every = list(rows)
    known = Knowledge(every, reaches, on)
    found = [_found(row, known) for row in every]
    return Plan(_without_doubles(found), known.maps.words)


def _found(row: FileRow, known: Knowledge) -> RowFound:
    title = _title(row)
    if row.problems:
        return RowFound(row.line, RowKind.REFUSED, title, problems=tuple(row.problems))
    try:
        held, subject = _whom(row, known)
    except Refused as refused:
        return RowFound(row.line, RowKind.REFUSED, title, problems=(refused.reason,))
    saying = Saying(row, known, held, subject)
    change = saying.change()
    title = held.stakeholder.title if held else saying.title
    same = ("stakeholder", held.stakeholder.id) if held else key_of(subject)
    if saying.problems:
        return RowFound(row.line, RowKind.REFUSED, title, problems=tuple(saying.problems), subject=same)
    if change is None:
        return RowFound(row.line, RowKind.UNCHANGED, title, subject=same)
    kind = RowKind.CHANGED if held else RowKind.NEW
    told = tuple(differences(change, known.maps))
    return RowFound(row.line, kind, title, told, change=change, subject=same)


def _title(row: FileRow) -> str:
    texts = row.texts
    return texts.get(F.NAME) or texts.get(F.ADDRESS) or texts.get(F.EMPLOYEE_NUMBER) or texts.get(F.NUMBER) or "nobody"


def _whom(row: FileRow, known: Knowledge) -> tuple[EntryHeld | None, Subject]:
    """Return the entry that a row is about, None for somebody new, and who it is; raises Refused."""
    number = row.texts.get(F.NUMBER, "").removesuffix(".0")
    if number:
        held = known.numbered(int(number)) if number.isascii() and number.isdecimal() and len(number) < 10 else None
        if held is None:
            raise RowRefused(
                f"No stakeholder that you see has the number {shown(number)}. Leave it empty for somebody new."
            )
        return held, _same_subject(row, held, known)
    subject = _subject(row, known)
    entries = [held for held in known.entries_of(subject) if held.removed_at is None]
    if len(entries) > 1 and (text := row.texts.get(F.MAPS, "")):
        wanted = known.maps.read(text)
        programmes = {programme for programme, _ in wanted}
        near = [held for held in entries if wanted & held.entry.places]
        entries = near or [held for held in entries if programmes & {place[0] for place in held.entry.places}]
    if len(entries) > 1:
        numbers = listed((str(held.stakeholder.id) for held in entries), "or")
        raise RowRefused(
            f"They are on several maps, each with an entry of its own. Write which one is meant as stakeholder_id: {numbers}."
        )
    return (entries[0] if entries else None), subject


def _same_subject(row: FileRow, held: EntryHeld, known: Knowledge) -> Subject:
    """Return who a numbered entry is: somebody outside may get another name, a person or department stays the same."""
    subject, cells = held.entry.subject, known.cells.of(held)
    texts = row.texts
    if (kind := texts.get(F.KIND)) and word_in(StakeholderKind, kind) is not subject.kind:
        raise RowRefused(f"The entry with this number is {held.stakeholder.title}, which is of another kind.")
    if subject.kind is StakeholderKind.OUTSIDE:
        return replace(subject, name=texts.get(F.NAME, subject.name))
    if subject.kind is StakeholderKind.PERSON:
        named = [
            text for field in (F.ADDRESS, F.EMPLOYEE_NUMBER) if (text := texts.get(field)) and text != str(cells[field])
        ]
        people = {known.person(text, text) for text in named}
        if any(person is None or person.id != subject.person_id for person in people):
            raise RowRefused(
                f"The entry with this number is {held.stakeholder.title}. Leave the number empty for somebody else."
            )
    elif (path := texts.get(F.NAME)) and path != held.stakeholder.title:
        department = known.department(path)
        if department is None or department.id != subject.department_id:
            raise RowRefused(
                f"The entry with this number is {held.stakeholder.title}. Leave the number empty for another."
            )
    return subject


def _subject(row: FileRow, known: Knowledge) -> Subject:
    """Return who a row without a number is about; raises Refused."""
    name, address, number = (row.texts.get(field, "") for field in (F.NAME, F.ADDRESS, F.EMPLOYEE_NUMBER))
    kind = word_in(StakeholderKind, row.texts[F.KIND]) if row.texts.get(F.KIND) else None
    person = known.person(address, number)
    if kind is None:
        kind = StakeholderKind.PERSON if person or number else StakeholderKind.OUTSIDE
    if kind is StakeholderKind.DEPARTMENT:
        department = known.department(name)
        if department is None:
            raise RowRefused(
                f"No open department has the path {shown(name)}. Write it from the top, with slashes between."
            )
        return Subject(kind, department_id=department.id)
    if kind is StakeholderKind.OUTSIDE:
        if not name:
            raise RowRefused("The name is missing. Write who they are; the directory knows nobody with this address.")
        return Subject(kind, name=name)
    if person is None:
        meant = address or number
        raise RowRefused(
            f"Nobody in the directory whom you may name has the address or number {shown(meant)}."
            if meant
            else "A person is found by address or employee number. Write one of them."
        )
    return Subject(kind, person_id=person.id)


def _without_doubles(found: Sequence[RowFound]) -> list[RowFound]:
    """Refuse rows about the same stakeholder, because nobody can know which one holds."""
    lines: dict[object, list[int]] = defaultdict(list)
    for row in found:
        if row.subject is not None:
            lines[row.subject].append(row.line)
    return [
        _refused_twice(row, lines[row.subject]) if row.subject and len(lines[row.subject]) > 1 else row for row in found
    ]


def _refused_twice(row: RowFound, lines: Sequence[int]) -> RowFound:
    others = listed(str(line) for line in lines if line != row.line)
    which = "line" if len(lines) == 2 else "lines"
    sentence = f"The same stakeholder is in {which} {others} too. Keep one row of them."
    return RowFound(row.line, RowKind.REFUSED, row.title, problems=(*row.problems, sentence), subject=row.subject)
