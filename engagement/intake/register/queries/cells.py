"""The register as the cells of a file: what our own file has in each column, for one reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engagement.db import db
from engagement.intake.reading.rules.cells import Refused
from engagement.intake.register.queries.maps import Maps, maps_within
from engagement.intake.register.rules import RegisterField, text_of
from engagement.people.models import Person
from engagement.reach import Reach
from engagement.stakeholders.entries.queries import EntryHeld
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import stakeholders_within

F = RegisterField


@dataclass(frozen=True)
class Reaches:
    """How far a reader's rights go: reading maps, reading notes and addresses, changing maps, using employee numbers."""

    maps: Reach
    notes: Reach
    planning: Reach
    numbers: Reach


class Cells:
    """Writes cells for one reader; who keeps no map reads no address there."""

    def __init__(self, reaches: Reaches) -> None:
        self.maps: Maps = maps_within(reaches.maps, reaches.planning)
        self._names_numbers = reaches.numbers.everything
        self._kept = set(db.session.scalars(select(Stakeholder.id).where(stakeholders_within(reaches.notes))))

    def of(self, held: EntryHeld) -> dict[RegisterField, Any]:
        """Return the cells of a stakeholder; numbers as numbers, what is not said or must not be told as ""."""
        row, entry, said = held.stakeholder, held.entry, held.entry.standing
        is_kept = row.id in self._kept
        return {
            F.NUMBER: row.id,
            F.NAME: row.title,
            F.KIND: row.kind.word,
            F.ADDRESS: self._address(held) if is_kept else "",
            F.EMPLOYEE_NUMBER: self._number(row.person) if is_kept else "",
            F.ORGANISATION: row.organisation,
            F.LANGUAGE: row.language if is_kept else "",
            F.GROUP: entry.group.word,
            F.ROLE: entry.role,
            F.REPRESENTS: entry.represents,
            F.OWNER: self._reference(held.owner) if is_kept else "",
            F.MAPS: self.maps.cell(entry.places),
            F.POWER: _number(said.influence),
            F.INTEREST: _number(said.interest),
            F.IMPACT: _number(said.impact),
            F.LEVEL_NOW: said.level_now.word if said.level_now else "",
            F.LEVEL_WANTED: said.level_wanted.word if said.level_wanted else "",
            F.REASON: held.reason,
        }

    def _address(self, held: EntryHeld) -> str:
        row = held.stakeholder
        return (row.person.email or "") if row.person else row.email if row.kind is StakeholderKind.OUTSIDE else ""

    def _number(self, person: Person | None) -> str:
        return (person.employee_id or "") if person and self._names_numbers else ""

    def _reference(self, person: Person | None) -> str:
        return "" if person is None else person.email or self._number(person)


def _number(tenths: int | None) -> float | str:
    return "" if tenths is None else tenths / 10


def as_texts(cells: Mapping[RegisterField, Any]) -> dict[RegisterField, str]:
    """Return cells as the texts that reading our own file gives."""
    return {field: _text(field, str(cell)) for field, cell in cells.items()}


def _text(field: RegisterField, text: str) -> str:
    try:
        return text_of(field, text)
    except Refused:
        return ""
