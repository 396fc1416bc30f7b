"""The list of people with its files, and the list of people without a training role."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from sqlalchemy import Select, and_, select
from werkzeug.datastructures import MultiDict

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.parts.fields import MOST_OFFERED, reference_of, row_id
from engagement.pages.parts.files import csv_response, xlsx_response
from engagement.pages.parts.lists import page_of
from engagement.pages.people import blueprint
from engagement.people import queries
from engagement.people.listing.queries import DirectoryRow, Listing, directory_rows
from engagement.people.models import Person
from engagement.people.queries import DepartmentName
from engagement.people.rules import TrainingRole
from engagement.waves.models import Membership, Wave
from engagement.waves.scopes import people_within, reaches_wave

#: The choice of the role filter that finds people without a role.
WITHOUT_ROLE = "none"
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

    @property
    def arguments(self) -> dict[str, Any]:
        """The filters as an address or a form carries them."""
        asked = {
            "words": self.words,
            "department": self.department.id if self.department else "",
            "role": self.role_choice,
            "left": "yes" if self.with_left else "",
            "wave": self.wave_id or "",
        }
        return {name: value for name, value in asked.items() if value}

    @property
    def role_choice(self) -> str:
        """Which of `ROLE_CHOICES` is chosen, empty for none."""
        return WITHOUT_ROLE if self.without_role else self.role.value if self.role else ""


def filters_of(asked: MultiDict[str, str]) -> tuple[Filters, list[DepartmentName]]:
    """Return what an address or form asks for, and the departments to choose from; a closed one can still be asked for."""
    reader = guard.reader()
    wanted = asked.get("department", "")
    department_id = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    found = queries.department_names(also=department_id)
    role = asked.get("role", "")
    wave = _wave(reader, row_id(asked.get("wave", "")))
    filters = Filters(
        words=asked.get("words", "").strip()[:200],
        department=next((d for d in found if d.id == department_id), None),
        role=next((known for known in TrainingRole if known.value == role), None),
        without_role=role == WITHOUT_ROLE,
        with_left=asked.get("left") == "yes",
        wave_id=wave.id if wave else None,
        wave_title=wave.title if wave else "",
    )
    seen = rights.seeing_departments(reader)
    return filters, [d for d in found if seen.covers(lineage=d.lineage) and not d.is_closed]


def _wave(reader: Reader, wave_id: int | None) -> Wave | None:
    wave = db.session.get(Wave, wave_id) if wave_id else None
    return wave if wave and reaches_wave(rights.reading(reader), wave) else None


def listed(reader: Reader, filters: Filters) -> Select[Person]:
    """Return the SELECT of the people whom a reader sees, narrowed by the filters."""
    visible = people_within(rights.reading(reader))
    if filters.wave_id:
        present = (Membership.wave_id == filters.wave_id, Membership.ended_at.is_(None))
        visible = and_(visible, Person.id.in_(select(Membership.person_id).where(*present)))
    return queries.people_listed(
        visible,
        words=filters.words,
        lineage=filters.department.lineage if filters.department else "",
        role=filters.role,
        without_role=filters.without_role,
        include_left=filters.with_left,
    )


@lru_cache(maxsize=200)
def _listing(reader: Reader, filters: Filters) -> Listing:
    """Return the list for a reader. It says who may be on it; nobody is read yet."""
    return Listing(listed(reader, filters))


@blueprint.get("/people")
def index() -> str:
    """List the people whom the reader may see."""
    reader = guard.reader()
    guard.allow_anything(rights.reading(reader))
    filters, departments = filters_of(request.args)
    return _list("people/index.html", filters, filters=filters, departments=departments, roles=ROLE_CHOICES)


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
        chosen_by=narrowed.arguments,
        files=[(kind.upper(), url_for("people.export", kind=kind, **arguments)) for kind in ("csv", "xlsx")],
        may_change=keeps,
        may_import=keeps,
        training_roles=list(TrainingRole),
        **more,
    )


@blueprint.get("/people.<any(csv, xlsx):kind>")
def export(kind: str) -> Response:
    """Send the list as a file, with the filters of the page and the columns of the HR file."""
    reader = guard.reader()
    guard.allow_anything(rights.reading(reader))
    rows = directory_rows(listed(reader, filters_of(request.args)[0]))
    write = csv_response if kind == "csv" else xlsx_response
    return write(DirectoryRow._fields, rows, f"people.{kind}")
