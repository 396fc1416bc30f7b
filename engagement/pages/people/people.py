"""The list of people with its files, and the list of people without a training role."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, jsonify, render_template, request
from sqlalchemy import Select, and_, select
from werkzeug.datastructures import MultiDict

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.parts.fields import MOST_OFFERED, reference_of, row_id
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked, in_order
from engagement.pages.people import blueprint
from engagement.people import queries
from engagement.people.listing.queries import BY_NAME, DirectoryRow, Listing, directory_rows
from engagement.people.models import Department, Person
from engagement.people.queries import DepartmentName
from engagement.people.rules import TrainingRole
from engagement.waves.models import Membership, Wave
from engagement.waves.scopes import people_within, reaches_wave

#: The choice of the role filter that finds people without a role.
WITHOUT_ROLE = "none"
COLUMNS = {
    "name": BY_NAME,
    "department": select(Department.sorted_by)
    .where(Department.id == Person.department_id)
    .correlate(Person)
    .scalar_subquery(),
    "job": Person.job_title,
    "address": Person.email,
}
ROLE_CHOICES = [*((role.value, role.word) for role in TrainingRole), (WITHOUT_ROLE, "Without a role")]


@dataclass(frozen=True)
class Filters:
    """The filters of the list. They come from the address, so nonsense is ignored."""

    words: str = ""
    department: DepartmentName | None = None
    role: TrainingRole | None = None
    without_role: bool = False
    with_left: bool = False
    wave_id: int | None = None
    wave_title: str = ""
    order: str = "name"

    @property
    def arguments(self) -> dict[str, Any]:
        """The filters as an address or a form carries them."""
        role = WITHOUT_ROLE if self.without_role else self.role.value if self.role else ""
        asked = {
            "words": self.words,
            "department": self.department.id if self.department else "",
            "role": role,
            "left": "yes" if self.with_left else "",
            "wave": self.wave_id or "",
        }
        return {name: value for name, value in asked.items() if value}


def filters_of(given: MultiDict[str, str]) -> tuple[Filters, Asked]:
    """Return what an address or form asks for, with how the list shows it; a closed department can still be asked for."""
    asked, reader = Asked(given), guard.reader()
    seen, wanted = rights.seeing_departments(reader), row_id(given.get("department")) or 0
    found = {d.id: d for d in queries.department_names(also=wanted)}
    offered = [
        (d.id, d.path) for d in found.values() if seen.covers(lineage=d.lineage) and (not d.is_closed or d.id == wanted)
    ]
    words = asked.words("words", "Name, address or number")
    department_id = asked.row("department", "Department and below", offered, "Any", known=found)
    role = asked.one_of("role", "Training role", ROLE_CHOICES, "Any")
    wave = _wave(reader, row_id(given.get("wave")))
    asked.row("wave", known={wave.id} if wave else ())
    filters = Filters(
        words=words,
        department=found.get(department_id or 0),
        role=TrainingRole(role) if role in list(TrainingRole) else None,
        without_role=role == WITHOUT_ROLE,
        with_left=asked.one_of("left", "Who has left", [("yes", "Shown as well")], "Not shown") == "yes",
        wave_id=wave.id if wave else None,
        wave_title=wave.title if wave else "",
        order=asked.order(*COLUMNS, usual="name"),
    )
    return filters, asked


def _wave(reader: Reader, wave_id: int | None) -> Wave | None:
    wave = db.session.get(Wave, wave_id) if wave_id else None
    return wave if wave and reaches_wave(rights.reading(reader), wave) else None


def listed(reader: Reader, filters: Filters) -> Select[Person]:
    """Return the SELECT of the people whom a reader sees, narrowed by the filters."""
    visible = people_within(rights.reading(reader))
    if filters.wave_id:
        present = (Membership.wave_id == filters.wave_id, Membership.ended_at.is_(None))
        visible = and_(visible, Person.id.in_(select(Membership.person_id).where(*present)))
    found = queries.people_listed(
        visible,
        words=filters.words,
        lineage=filters.department.lineage if filters.department else "",
        role=filters.role,
        without_role=filters.without_role,
        include_left=filters.with_left,
    )
    return found.order_by(None).order_by(*_in_order(filters))


def _in_order(filters: Filters) -> list[Any]:
    # The usual order is that of an index, which a place for what is empty would keep from being used.
    return [*([] if filters.order == "name" else in_order(filters.order, COLUMNS)), *BY_NAME]


@lru_cache(maxsize=200)
def _listing(reader: Reader, filters: Filters) -> Listing:
    """Return the list for a reader. It says who may be on it; nobody is read yet."""
    return Listing(listed(reader, filters), _in_order(filters))


@blueprint.get("/people")
def index() -> str:
    """List the people whom the reader may see."""
    reader = guard.reader()
    guard.allow_anything(rights.reading(reader))
    filters, asked = filters_of(request.args)
    return _list("people/index.html", asked, filters)


@blueprint.get("/people/suggestions")
def suggestions() -> Response:
    """Send a few people whom the reader sees as JSON, for a field in which a person is typed."""
    guard.allow_anything(rights.reading(guard.reader()))
    words = request.args.get("words", "")[:100]
    close = queries.people_suggested(words, limit=MOST_OFFERED, visible=people_within(rights.reading(guard.reader())))
    rows = [{"reference": reference_of(p), "name": _suggested_as(p)} for p in close if reference_of(p)]
    return guard.seen_by_nobody_else(jsonify(rows))


def _suggested_as(person: Person) -> str:
    return f"{person.name}, {person.department.path}" if person.department else person.name


@blueprint.get("/people/without-role")
def without_role() -> str:
    """List people without a training role: nobody has said what they have to learn."""
    reader = guard.reader()
    guard.allow_anything(rights.reading(reader))
    asked = Asked()
    order = asked.order(*COLUMNS, usual="name")
    return _list("people/without_role.html", asked, Filters(without_role=True, order=order))


def _list(template: str, asked: Asked, narrowed: Filters) -> str:
    reader = guard.reader()
    keeps = rights.keeping_people(reader).everything
    people, page = asked.page_of(_listing(reader, narrowed).page)
    return render_template(
        template,
        people=people,
        page=page,
        asked=asked,
        where=f", in {narrowed.wave_title}" if narrowed.wave_title else "",
        chosen_by=narrowed.arguments,
        may_change=keeps,
        may_import=keeps,
        training_roles=list(TrainingRole),
    )


@blueprint.get("/people.<any(csv, xlsx):kind>")
def export(kind: str) -> Response:
    """Send the list as a file, with the filters of the page and the columns of the HR file."""
    reader = guard.reader()
    guard.allow_anything(rights.reading(reader))
    rows = directory_rows(listed(reader, filters_of(request.args)[0]))
    return list_file(kind, DirectoryRow._fields, rows, "people", "People")
