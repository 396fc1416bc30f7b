"""The list of stakeholders: its filters, their choices, and its rows as a file."""

from dataclasses import dataclass
from typing import Any

from flask import request

from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.queries import Filters, StakeholderLine
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import places_within, stakeholders_within
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within

HEADER = (
    "stakeholder",
    "kind",
    "department",
    "stakeholder_group",
    "role_in_the_change",
    "looked_after_by",
    "maps",
    "on_the_map_since",
    "removed_on",
)


@dataclass(frozen=True)
class Choices:
    """What the filters offer: only values that a stakeholder whom the reader sees has."""

    groups: list[StakeholderGroup]
    programmes: list[Programme]
    waves: list[Wave]
    owners: list[Person]


def choices_for(maps: Reach) -> Choices:
    """Return what the filters offer a reader of these maps."""
    programmes, waves = queries.maps_with_stakeholders(places_within(maps), waves_within(maps))
    return Choices(list(StakeholderGroup), programmes, waves, queries.owners(stakeholders_within(maps)))


def asked_filters() -> Filters:
    """Return the filters of the address, without those that make no sense."""
    group = request.args.get("group", "")
    return Filters(
        words=request.args.get("q", "")[:200],
        programme_id=_number("programme"),
        wave_id=_number("wave"),
        group=StakeholderGroup(group) if group in set(StakeholderGroup) else None,
        owner_id=_number("owner"),
        with_removed=request.args.get("removed") == "yes",
    )


def _number(name: str) -> int | None:
    asked = request.args.get(name, "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None


def file_row(line: StakeholderLine) -> tuple[Any, ...]:
    """Return a stakeholder as a row of the file."""
    row, owner = line.stakeholder, line.profile.owner
    department = row.person.department if row.person else row.department
    return (
        row.title,
        row.kind.word,
        department.path if department else "",
        line.profile.group.word,
        line.profile.role,
        owner.name if owner else "",
        "; ".join(
            f"{place.programme.name}: {place.wave.title if place.wave else 'all of it'}" for place in line.places
        ),
        row.added_at.date(),
        line.removed_at.date() if line.removed_at else None,
    )
