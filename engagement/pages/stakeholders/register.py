"""Pages of stakeholders: the list with its files, adding and changing."""

from dataclasses import asdict
from functools import partial
from typing import Any

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import row_id
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.contact_words import contact_words
from engagement.pages.stakeholders.forms import (
    CONTACT,
    ChangeForm,
    EntryForm,
    NewForm,
    chosen_places,
    offer_departments,
    offer_language,
    offer_places,
    own_reference,
    place_key,
    places_to_keep,
)
from engagement.pages.stakeholders.importing import reaches_of
from engagement.pages.stakeholders.lists import HEADER, file_rows, stakeholders_asked
from engagement.pages.stakeholders.stakeholder import stakeholder_to_change
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, change_stakeholder
from engagement.stakeholders.filters.queries import register_of
from engagement.stakeholders.rhythm.queries.said import contacts_of
from engagement.stakeholders.rules import StakeholderGroup, StakeholderKind
from engagement.stakeholders.scopes import places_within
from engagement.words import listed, number_word, plural


@blueprint.get("/stakeholders")
def index() -> str:
    """List the stakeholders on the maps that the reader sees, with what each group needs."""
    reader = guard.reader()
    maps, asked = _maps(), Asked()
    counts, owners, alone = register_of(maps)
    listed = stakeholders_asked(maps, asked, owners)
    if asked.is_narrowed or asked.carried:
        ids, page = asked.page_of(partial(queries.part_of, listed))
        lines = queries.lines_with(ids, places_within(maps))
    else:
        page = asked.page(sum(counts.values()))
        lines = queries.lines_of(queries.part_in_groups(listed, counts, page.offset, page.size), places_within(maps))
    on = today()
    contacts = contacts_of({line.stakeholder.id: line.stakeholder.added_at.date() for line in lines}, on)
    return render_template(
        "stakeholders/index.html",
        lede=_lede(counts, alone),
        counts=counts,
        lines=lines,
        contacts={key: contact_words(contact, on) for key, contact in contacts.items()},
        page=page,
        asked=asked,
        may_add=rights.planning(reader).holds_places,
        sees_promises=rights.reading_notes(reader).holds_places,
    )


def _maps() -> Reach:
    """Return the maps that the reader sees; refuses a reader who sees none."""
    maps = rights.reading_maps(guard.reader())
    guard.allow_places(maps)
    return maps


def _lede(counts: dict[StakeholderGroup, int], alone: int) -> str:
    """Say how many there are, how many of them (`alone`) nobody looks after, and which groups have nobody."""
    number = sum(counts.values())
    if not number:
        return "Who has a part in the change, and who keeps in touch with them."
    missing = [
        f"the {group.inside}"
        for group in StakeholderGroup
        if not counts[group] and group is not StakeholderGroup.OTHERS
    ]
    lacking = f" Nobody is on the map yet for {listed(missing)}." if missing else ""
    left = f" Nobody looks after {number_word(alone) if alone < number else 'any'} of them." if alone else ""
    return f"{plural(number, 'person or group', 'people and groups')} whom the change depends on.{left}{lacking}"


@blueprint.get("/stakeholders.<any(csv, xlsx):kind>")
def export(kind: str) -> Response:
    """Send the list as a file that can be imported again, with the filters of the page and without private notes."""
    listed = stakeholders_asked(_maps(), Asked())
    rows = file_rows(reaches_of(guard.reader()), listed)
    return list_file(kind, HEADER, rows, "stakeholders", "Stakeholders")


@blueprint.route("/stakeholders/new", methods=["GET", "POST"])
def new() -> Drawn | BaseResponse:
    """Put somebody on the map."""
    reader = guard.reader()
    guard.allow_places(rights.planning(reader))
    form = NewForm()
    if request.method != "POST":
        wave_id = row_id(request.args.get("wave"))
        form.places.data = [f"wave-{wave_id}"] if wave_id else []
        form.owner.data = own_reference(reader)
    offer_departments(form)
    offer_language(form)
    offer_places(form, places_to_keep(reader))
    if form.validate_on_submit():
        with saving(form) as saved:
            row = add_stakeholder(form.subject(), by=reader.actor, **_said(form))
            say_contact(row, form.contact(), by=reader.actor)
        if saved:
            return saved.to(
                "stakeholders.stakeholder",
                f"{row.title} is on the map.",
                "Audiences that ask about their group reach them from now on.",
                stakeholder_id=row.id,
            )
    return drawn(
        "stakeholders/edit.html",
        form,
        line=None,
        hints=_needs(),
    )


def _said(form: EntryForm) -> dict[str, Any]:
    return {
        "group": StakeholderGroup(form.group.data),
        "role": form.role.data,
        "represents": form.represents.data if form.represents else "",
        "owner": form.owner.person,
        "places": chosen_places(form.places.data),
    }


def _needs() -> dict[str, str]:
    return {group.value: group.need for group in StakeholderGroup}


@blueprint.route("/stakeholders/<int:stakeholder_id>/edit", methods=["GET", "POST"])
def edit(stakeholder_id: int) -> Drawn | BaseResponse:
    """Change what is said of a stakeholder, or who looks after them."""
    held(stakeholder_to_change(stakeholder_id).stakeholder)
    line = stakeholder_to_change(stakeholder_id)
    row, profile, owner = line.stakeholder, line.profile, line.profile.owner
    form = ChangeForm(
        group=profile.group.value,
        role=profile.role,
        represents=profile.represents,
        owner=None if owner is None or owner.has_left else owner,
        places=[place_key(place.wave or place.programme) for place in line.places],
        name=row.name,
        **asdict(row.contact),
    )
    if row.kind is not StakeholderKind.PERSON:
        del form.represents
    if row.kind is StakeholderKind.OUTSIDE:
        offer_language(form)
    else:
        for field in ("name", *CONTACT):
            del form[field]
    offer_places(form, places_to_keep(guard.reader()))
    if form.validate_on_submit():
        with saving(form) as saved:
            name, by = form.name.data if form.name else "", guard.reader().actor
            change_stakeholder(row, name=name or "", by=by, **_said(form))
            say_contact(row, form.contact(), by=by)
        if saved:
            more = "What was said before is in the history."
            return saved.to("stakeholders.stakeholder", "It is kept.", more, stakeholder_id=stakeholder_id)
    return drawn(
        "stakeholders/edit.html",
        form,
        line=line,
        hints=_needs(),
    )
