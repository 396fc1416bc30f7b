"""The list of stakeholders: its filters, their choices, and its rows as a file."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Select

from engagement.db import db
from engagement.intake.register.queries.cells import Cells, Reaches
from engagement.intake.register.rules import TOLD_ONLY, RegisterField
from engagement.pages.frame.formats import today
from engagement.pages.parts.lists import Asked
from engagement.people.models import Person
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.entries.queries import entries_held
from engagement.stakeholders.filters.queries import maps_with_stakeholders, owners_within
from engagement.stakeholders.interactions.queries.timeline import last_contacts_within
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import mapped_within, places_within, stakeholders_within

#: The columns of the register, which can be imported again, and then those that only tell.
HEADER = (*(field.value for field in RegisterField), *TOLD_ONLY)


def stakeholders_asked(maps: Reach, asked: Asked, owners: Sequence[Person] | None = None) -> Select[Stakeholder]:
    """Return the SELECT of the stakeholders whom the address asks for; the filters offer what some whom the reader sees has."""
    programmes, waves = maps_with_stakeholders(maps)
    owners = owners_within(maps) if owners is None else owners
    filters = Filters(
        words=asked.words("q", "Name or role"),
        programme_id=asked.row("programme", "Programme", ((row.id, row.name) for row in programmes)),
        wave_id=asked.row("wave", "Wave", ((row.id, row.title) for row in waves)),
        group=asked.word_of(StakeholderGroup, "group", "Group"),
        owner_id=asked.row("owner", "Looked after by", ((row.id, row.name) for row in owners), "Anybody"),
        with_removed=asked.one_of("removed", "Taken off the map", [("yes", "Shown as well")], "Not shown") == "yes",
    )
    readable = stakeholders_within(maps) if filters.with_removed else mapped_within(maps)
    listed = queries.stakeholders_listed(readable, filters)
    return asked.ordered(listed, queries.COLUMNS, usual="group", last=Stakeholder.id)


def file_rows(reaches: Reaches, listed: Select[Stakeholder]) -> Iterator[tuple[Any, ...]]:
    """Yield the stakeholders of a list, in its order, as rows of the file."""
    ids = list(db.session.scalars(listed.with_only_columns(Stakeholder.id, maintain_column_froms=True)))
    these_ids = listed.with_only_columns(Stakeholder.id, maintain_column_froms=True).order_by(None)
    these = Stakeholder.id.in_(these_ids)
    found = {held.stakeholder.id: held for held in entries_held(these, places_within(reaches.maps), today())}
    cells, last = Cells(reaches), last_contacts_within(these_ids, today())
    for key in ids:
        held = found[key]
        person = held.stakeholder.person
        yield (
            *cells.of(held).values(),
            person.department.path if person and person.department else "",
            held.entry.owner_name,
            last.get(key),
            held.stakeholder.added_at.date(),
            held.removed_at.date() if held.removed_at else None,
        )
