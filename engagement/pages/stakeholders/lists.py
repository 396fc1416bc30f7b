"""The list of stakeholders: its filters, their choices, and its rows as a file."""

from typing import Any

from sqlalchemy import Select

from engagement.pages.parts.lists import Asked
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import Filters, StakeholderLine
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import places_within, stakeholders_within
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


def stakeholders_asked(maps: Reach, asked: Asked) -> Select[Stakeholder]:
    """Return the SELECT of the stakeholders whom the address asks for; the filters offer what some whom the reader sees has."""
    programmes, waves = queries.maps_with_stakeholders(places_within(maps), waves_within(maps))
    owners = queries.owners(stakeholders_within(maps))
    filters = Filters(
        words=asked.words("q", "Name or role"),
        programme_id=asked.row("programme", "Programme", ((row.id, row.name) for row in programmes)),
        wave_id=asked.row("wave", "Wave", ((row.id, row.title) for row in waves)),
        group=asked.word_of(StakeholderGroup, "group", "Group"),
        owner_id=asked.row("owner", "Looked after by", ((row.id, row.name) for row in owners), "Anybody"),
        with_removed=asked.one_of("removed", "Taken off the map", [("yes", "Shown as well")], "Not shown") == "yes",
    )
    listed = queries.stakeholders_listed(stakeholders_within(maps), filters)
    return asked.ordered(listed, queries.COLUMNS, usual="group", last=Stakeholder.id)


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
