"""The page of one stakeholder: what is said of them, history and private notes, and taking them off the map."""

from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.audiences import queries as audiences
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day, today
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.contact_words import contact_words
from engagement.pages.stakeholders.forms import NoteForm, RemovalForm
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.actions import mapping, notes
from engagement.stakeholders.commitments.queries.lists import of_stakeholder
from engagement.stakeholders.copies.queries import copies_to
from engagement.stakeholders.health.queries import health_shown
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.interactions.queries.timeline import interactions_of
from engagement.stakeholders.interactions.queries.timeline import shown as interactions_shown
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.stakeholders.queries import StakeholderLine
from engagement.stakeholders.relations.queries.network import relations_of
from engagement.stakeholders.rhythm.queries.said import contacts_of
from engagement.stakeholders.rhythm.rules import LastContact
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import (
    maps_of,
    note_of,
    places_within,
    stakeholder_to_erase,
    stakeholders_within,
)
from engagement.stakeholders.standings.queries.present import StandingShown, standing_shown
from engagement.words import language_words

#: The newest interactions on the page itself; the others are a link away.
MOST_SHOWN = 5


def stakeholder_to_change(stakeholder_id: int) -> StakeholderLine:
    """Return a stakeholder whom the reader may change and remove."""
    reader = guard.reader()
    return queries.line_to_change(rights.reading_maps(reader), rights.planning(reader), stakeholder_id)


def stakeholder_to_note(stakeholder_id: int) -> StakeholderLine:
    """Return a stakeholder of whom the reader may write notes."""
    reader = guard.reader()
    return queries.line_to_note(rights.reading_maps(reader), rights.planning(reader), stakeholder_id)


@blueprint.get("/stakeholders/<int:stakeholder_id>")
def stakeholder(stakeholder_id: int) -> Drawn | BaseResponse:
    """Show a stakeholder: group, role, who looks after them, maps and history; private notes only to those who may read them."""
    line = queries.line_for(rights.reading_maps(guard.reader()), stakeholder_id)
    if line.stakeholder.merged_into_id is not None:
        # Entries that were merged into this one before lead there already.
        return redirect(url_for("stakeholders.stakeholder", stakeholder_id=line.stakeholder.merged_into_id), code=303)
    return _drawn(line, NoteForm(formdata=None), RemovalForm(formdata=None))


def _drawn(line: StakeholderLine, note_form: NoteForm, removal_form: RemovalForm) -> Drawn:
    reader, row = guard.reader(), line.stakeholder
    planning, reading, reading_maps = rights.planning(reader), rights.reading(reader), rights.reading_maps(reader)
    maps = maps_of(row)
    shown, contact = standing_shown(row, today()), contacts_of({row.id: row.added_at.date()}, today())[row.id]
    return drawn(
        "stakeholders/stakeholder.html",
        note_form,
        removal_form,
        line=line,
        places=[(place, _opens(reading, place)) for place in line.places],
        shown=shown,
        relations=relations_of(reading_maps, row, today()),
        contact=contact,
        contact_words=contact_words(contact, today()),
        history=history_of(
            row.id, places_within(reading_maps), stakeholders_within(reading_maps), with_labels=shown.is_labelled
        ),
        **(_for_keepers(row, contact, shown) if maps.any_within(rights.reading_notes(reader)) else _FOR_OTHERS),
        may_write=maps.any_within(planning),
        may_change=maps.all_within(planning),
        opens_person=row.person_id is not None and reading.everything,
        asked_by=audiences.audiences_asking_about(line.profile.group.value)
        if rights.choosing_audiences(reader).holds_places
        else [],
        may_erase=row.kind is StakeholderKind.OUTSIDE and rights.administering(reader).everything,
        note_form=note_form,
        removal_form=removal_form,
    )


_FOR_OTHERS: dict[str, Any] = {"notes": None, "timeline": None, "reached": [], "copies": None}


def _for_keepers(row: Stakeholder, contact: LastContact, stands: StandingShown) -> dict[str, Any]:
    """Return what only those may read who keep one of the stakeholder's maps: address, private notes, what was said."""
    reader = guard.reader()
    still, closed = of_stakeholder(row.id, MOST_SHOWN)
    talks = interactions_of(row.id, rights.reading_notes(reader))
    newest = db.session.scalars(talks.limit(MOST_SHOWN)).all()
    return {
        "notes": queries.notes_of(row.id),
        "timeline": interactions_shown(newest, rights.reading_maps(reader), today()),
        "interactions": count_of(talks) if len(newest) == MOST_SHOWN else len(newest),
        "open_promises": still,
        "closed_promises": closed,
        "on": today(),
        "health": health_shown(row, contact, today(), labelled=stands.is_labelled),
        "reached": _reached(row),
        "copies": copies_to(row.id) if row.kind is StakeholderKind.OUTSIDE else None,
    }


def _reached(row: Stakeholder) -> list[tuple[str, str]]:
    """Return how somebody outside the directory is reached; the directory says it of all others."""
    if row.kind is not StakeholderKind.OUTSIDE:
        return []
    language = [("Language", language_words(row.language))] if row.language else []
    return [("Mail address", row.email or "not said"), *language]


def _opens(reading: Reach, place: StakeholderPlace) -> str | None:
    """Return the address of a wave or programme, if the reader may open it."""
    if not reading.covers(programme_id=place.programme_id, wave_id=place.wave_id):
        return None
    if place.wave_id is None:
        return url_for("waves.programme", programme_id=place.programme_id)
    return url_for("waves.wave", wave_id=place.wave_id)


@blueprint.post("/stakeholders/<int:stakeholder_id>/removal")
def remove(stakeholder_id: int) -> Drawn | BaseResponse:
    """Take a stakeholder off the map."""
    line, form = stakeholder_to_change(stakeholder_id), RemovalForm()
    if not form.validate_on_submit():
        return _drawn(line, NoteForm(formdata=None), form)
    mapping.remove_stakeholder(line.stakeholder, reason=form.reason.data or "", by=guard.reader().actor)
    return done(
        "stakeholders.stakeholder",
        f"{line.stakeholder.title} is off the map.",
        "Their history stays, and you can put them back.",
        stakeholder_id=stakeholder_id,
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/return")
def put_back(stakeholder_id: int) -> BaseResponse:
    """Put a stakeholder back who was taken off the map."""
    line = stakeholder_to_change(stakeholder_id)
    try:
        mapping.put_back(line.stakeholder, by=guard.reader().actor)
    except BadInput as error:
        raise RuleBroken(error.sentence) from error
    return done(
        "stakeholders.stakeholder", f"{line.stakeholder.title} is on the map again.", stakeholder_id=stakeholder_id
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/notes")
def write_note(stakeholder_id: int) -> Drawn | BaseResponse:
    """Keep a private note."""
    line, form = stakeholder_to_note(stakeholder_id), NoteForm()
    if form.validate_on_submit():
        with saving(form) as saved:
            notes.write_note(line.stakeholder, form.text.data or "", by=guard.reader().actor)
        if saved:
            return saved.to(
                "stakeholders.stakeholder",
                "The note is kept.",
                "Only those who keep these maps and administrators can read it.",
                stakeholder_id=stakeholder_id,
            )
    return _drawn(line, form, RemovalForm(formdata=None))


@blueprint.post("/stakeholders/<int:stakeholder_id>/notes/<int:note_id>/withdrawal")
def withdraw_note(stakeholder_id: int, note_id: int) -> BaseResponse:
    """Delete the words of a private note; that there was one stays on record."""
    line = stakeholder_to_note(stakeholder_id)
    note = note_of(line.stakeholder, note_id)
    notes.withdraw_note(note, by=guard.reader().actor)
    return done(
        "stakeholders.stakeholder",
        "The note is taken back.",
        f"Its words of {short_day(note.written_at)} are gone for good.",
        stakeholder_id=stakeholder_id,
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/erasure")
def erase(stakeholder_id: int) -> BaseResponse:
    """Erase a stakeholder who is in no directory."""
    stakeholder = stakeholder_to_erase(rights.administering(guard.reader()), stakeholder_id)
    erase_outsider(stakeholder, by=guard.reader().actor)
    return done(
        "stakeholders.index",
        "The stakeholder was erased.",
        "Name, role and notes are gone from the maps and the audit.",
    )
