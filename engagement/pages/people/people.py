"""The list of people with its files, and those of them who lack a role."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from sqlalchemy import Select

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.pages.frame import guard
from engagement.pages.parts.fields import MOST_OFFERED, reference_of
from engagement.pages.parts.files import csv_response, xlsx_response
from engagement.pages.parts.lists import page_of
from engagement.pages.people import blueprint
from engagement.people import queries
from engagement.people.listing import Listing
from engagement.people.models import Person
from engagement.people.queries import DepartmentName, DirectoryRow
from engagement.people.rules import TrainingRole
from engagement.waves.scopes import people_within

#: The choice of the role filter that finds the gap.
WITHOUT_ROLE = "none"
ROLE_CHOICES = [*((role.value, role.word) for role in TrainingRole), (WITHOUT_ROLE, "Without a role")]


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed by. It stands in the address, so what makes no sense there is left out."""

    words: str = ""
    department: DepartmentName | None = None
    role: TrainingRole | None = None
    without_role: bool = False
    with_left: bool = False

    @property
    def role_choice(self) -> str:
        """Which of `ROLE_CHOICES` is chosen, empty for none."""
        return WITHOUT_ROLE if self.without_role else self.role.value if self.role else ""


def _filters() -> tuple[Filters, list[DepartmentName]]:
    """Return what the address asks for, and the departments to choose from; a closed one can still be asked for."""
    asked, reader = request.args, guard.reader()
    wanted = asked.get("department", "")
    department_id = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    found = queries.department_names(also=department_id)
    role = asked.get("role", "")
    filters = Filters(
        words=asked.get("words", "").strip()[:200],
        department=next((d for d in found if d.id == department_id), None),
        role=next((known for known in TrainingRole if known.value == role), None),
        without_role=role == WITHOUT_ROLE,
        with_left=asked.get("left") == "yes",
    )
    seen = rights.seeing_departments(reader)
    return filters, [d for d in found if seen.covers(lineage=d.lineage) and not d.is_closed]


def _listed(reader: Reader, filters: Filters) -> Select[Person]:
    return queries.people_listed(
        people_within(rights.reading(reader)),
        words=filters.words,
        lineage=filters.department.lineage if filters.department else "",
        role=filters.role,
        without_role=filters.without_role,
        include_left=filters.with_left,
    )


@lru_cache(maxsize=200)
def _listing(reader: Reader, filters: Filters) -> Listing:
    """Return the list for a reader, which says who may be on it and holds nobody."""
    return Listing(_listed(reader, filters))


@blueprint.get("/people")
def index() -> str:
    """List the people whom the reader may see."""
    reader = guard.reader()
    guard.allow(rights.reading(reader).holds_anything)
    filters, departments = _filters()
    return _list("people/index.html", filters, filters=filters, departments=departments, roles=ROLE_CHOICES)


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
    return _list("people/without_role.html", Filters(without_role=True))


def _list(template: str, narrowed: Filters, **more: Any) -> str:
    reader = guard.reader()
    keeps = rights.keeping_people(reader).everything
    people, page = page_of(_listing(reader, narrowed).page)
    arguments: dict[str, Any] = {key: value for key, value in request.args.to_dict().items() if key != "page" and value}
    return render_template(
        template,
        people=people,
        page=page,
        is_filtered=bool(arguments),
        files=[(kind.upper(), url_for("people.export", kind=kind, **arguments)) for kind in ("csv", "xlsx")],
        may_change=keeps,
        may_import=keeps,
        **more,
    )


@blueprint.get("/people.<any(csv, xlsx):kind>")
def export(kind: str) -> Response:
    """Give the list as a file, with the filters of the page and the columns of the HR file."""
    reader = guard.reader()
    guard.allow(rights.reading(reader).holds_anything)
    rows = queries.directory_rows(_listed(reader, _filters()[0]))
    write = csv_response if kind == "csv" else xlsx_response
    return write(DirectoryRow._fields, rows, f"people.{kind}")
