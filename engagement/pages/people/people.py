"""The list of people with its files, and those of them who lack a role."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, jsonify, render_template, request
from sqlalchemy import Select, select

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.pages.frame import guard
from engagement.pages.parts.fields import MOST_OFFERED, reference_of, row_id
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked, in_order
from engagement.pages.people import blueprint
from engagement.people import queries
from engagement.people.listing import BY_NAME, Listing
from engagement.people.models import Department, Person
from engagement.people.queries import DepartmentName, DirectoryRow
from engagement.people.rules import TrainingRole
from engagement.waves.scopes import people_within

#: The choice of the role filter that finds the gap.
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
    """What the list is narrowed by. It stands in the address, so what makes no sense there is left out."""

    words: str = ""
    department: DepartmentName | None = None
    role: TrainingRole | None = None
    without_role: bool = False
    with_left: bool = False
    order: str = "name"


def _filters(asked: Asked) -> Filters:
    """Return what the address asks for; a closed department can still be asked for."""
    seen = rights.seeing_departments(guard.reader())
    wanted = row_id(request.args.get("department")) or 0
    found = {d.id: d for d in queries.department_names(also=wanted)}
    offered = [
        (d.id, d.path) for d in found.values() if seen.covers(lineage=d.lineage) and (not d.is_closed or d.id == wanted)
    ]
    words = asked.words("words", "Name, address or number")
    department_id = asked.row("department", "Department and below", offered, "Any", known=found)
    role = asked.one_of("role", "Training role", ROLE_CHOICES, "Any")
    return Filters(
        words=words,
        department=found.get(department_id or 0),
        role=TrainingRole(role) if role in list(TrainingRole) else None,
        without_role=role == WITHOUT_ROLE,
        with_left=asked.one_of("left", "Who has left", [("yes", "Shown as well")], "Not shown") == "yes",
        order=asked.order(*COLUMNS, usual="name"),
    )


def _listed(reader: Reader, filters: Filters) -> Select[Person]:
    listed = queries.people_listed(
        people_within(rights.reading(reader)),
        words=filters.words,
        lineage=filters.department.lineage if filters.department else "",
        role=filters.role,
        without_role=filters.without_role,
        include_left=filters.with_left,
    )
    return listed.order_by(None).order_by(*_in_order(filters))


def _in_order(filters: Filters) -> list[Any]:
    # The usual order is that of an index, which a place for what is empty would keep from being used.
    return [*([] if filters.order == "name" else in_order(filters.order, COLUMNS)), *BY_NAME]


@lru_cache(maxsize=200)
def _listing(reader: Reader, filters: Filters) -> Listing:
    """Return the list for a reader, which says who may be on it and holds nobody."""
    return Listing(_listed(reader, filters), _in_order(filters))


@blueprint.get("/people")
def index() -> str:
    """List the people whom the reader may see."""
    reader = guard.reader()
    guard.allow(rights.reading(reader).holds_anything)
    asked = Asked()
    return _list("people/index.html", asked, _filters(asked))


@blueprint.get("/people/suggestions")
def suggestions() -> Response:
    """A few of the people whom the reader sees, for a field in which one is typed, as JSON."""
    guard.allow(rights.reading(guard.reader()).holds_anything)
    words = request.args.get("words", "")[:100]
    close = queries.people_suggested(words, limit=MOST_OFFERED, visible=people_within(rights.reading(guard.reader())))
    rows = [{"reference": reference_of(p), "name": _suggested_as(p)} for p in close if reference_of(p)]
    return guard.seen_by_nobody_else(jsonify(rows))


def _suggested_as(person: Person) -> str:
    return f"{person.name}, {person.department.path}" if person.department else person.name


@blueprint.get("/people/without-role")
def without_role() -> str:
    """List the gap: people to whom nobody has said what they have to learn."""
    reader = guard.reader()
    guard.allow(rights.reading(reader).holds_anything)
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
        may_change=keeps,
        may_import=keeps,
    )


@blueprint.get("/people.<any(csv, xlsx):kind>")
def export(kind: str) -> Response:
    """Give the list as a file, with the filters of the page and the columns of the HR file."""
    reader = guard.reader()
    guard.allow(rights.reading(reader).holds_anything)
    rows = queries.directory_rows(_listed(reader, _filters(Asked())))
    return list_file(kind, DirectoryRow._fields, rows, "people", "People")
