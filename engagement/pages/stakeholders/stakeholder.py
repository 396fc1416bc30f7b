"""The page of one stakeholder: what is said of them, history and private notes, and taking them off the map."""

from flask import url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts import access
from engagement.accounts import stakeholder_access as maps
from engagement.accounts.scopes.reader import Reader
from engagement.audiences import queries as audiences
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.parts.saving import Drawn, done, drawn, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.forms import NoteForm, RemovalForm
from engagement.privacy.actions import outsiders as privacy
from engagement.stakeholders import actions, queries
from engagement.stakeholders.history import history_of
from engagement.stakeholders.models import Stakeholder, StakeholderNote, StakeholderPlace
from engagement.stakeholders.queries import StakeholderLine
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import may_change, may_read_notes, may_write_notes, readable, readable_places


def found_line(stakeholder_id: int) -> StakeholderLine:
    """Return a stakeholder whom the reader may see."""
    reader = guard.reader()
    guard.allow(maps.may_see_stakeholders(reader))
    return guard.found(queries.stakeholder_page(stakeholder_id, readable(reader), readable_places(reader)))


def line_to_change(stakeholder_id: int) -> StakeholderLine:
    """Return a stakeholder whom the reader may change."""
    line = found_line(stakeholder_id)
    guard.allow(may_change(guard.reader(), line.stakeholder))
    return line


@blueprint.get("/stakeholders/<int:stakeholder_id>")
def stakeholder(stakeholder_id: int) -> Drawn:
    """Show a stakeholder: group, role, who looks after them, maps, history; private notes to who may read them."""
    line = found_line(stakeholder_id)
    return _drawn(line, NoteForm(formdata=None), RemovalForm(formdata=None))


def _drawn(line: StakeholderLine, note_form: NoteForm, removal_form: RemovalForm) -> Drawn:
    reader, row = guard.reader(), line.stakeholder
    return drawn(
        "stakeholders/stakeholder.html",
        note_form,
        removal_form,
        line=line,
        places=[(place, _opens(reader, place)) for place in line.places],
        history=history_of(row.id, readable_places(reader)),
        notes=queries.notes_of(row.id) if may_read_notes(reader, row) else None,
        may_write=may_write_notes(reader, row),
        may_change=may_change(reader, row),
        opens_person=row.person_id is not None and access.sees_everybody(reader),
        asked_by=audiences.audiences_asking_about(line.profile.group.value) if access.may_see_audiences(reader) else [],
        may_erase=row.kind is StakeholderKind.OUTSIDE and access.may_erase_people(reader),
        note_form=note_form,
        removal_form=removal_form,
    )


def _opens(reader: Reader, place: StakeholderPlace) -> str | None:
    """Return the page of a wave or programme where the reader may open it."""
    if place.wave_id is None:
        may = access.may_see_programme(reader, place.programme_id)
        return url_for("waves.programme", programme_id=place.programme_id) if may else None
    may = access.may_see_wave(reader, place.programme_id, place.wave_id)
    return url_for("waves.wave", wave_id=place.wave_id) if may else None


@blueprint.post("/stakeholders/<int:stakeholder_id>/removal")
def remove(stakeholder_id: int) -> Drawn | BaseResponse:
    """Take a stakeholder off the map."""
    line, form = line_to_change(stakeholder_id), RemovalForm()
    if not form.validate_on_submit():
        return _drawn(line, NoteForm(formdata=None), form)
    actions.remove_stakeholder(line.stakeholder, reason=form.reason.data or "", by=guard.reader().actor)
    return done(
        "stakeholders.stakeholder",
        f"{line.stakeholder.title} is off the map.",
        "Their history stays, and you can put them back.",
        stakeholder_id=stakeholder_id,
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/return")
def put_back(stakeholder_id: int) -> BaseResponse:
    """Put a stakeholder back who was taken off the map."""
    line = line_to_change(stakeholder_id)
    try:
        actions.put_back(line.stakeholder, by=guard.reader().actor)
    except BadInput as error:
        raise RuleBroken(error.sentence) from error
    return done(
        "stakeholders.stakeholder", f"{line.stakeholder.title} is on the map again.", stakeholder_id=stakeholder_id
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/notes")
def write_note(stakeholder_id: int) -> Drawn | BaseResponse:
    """Keep a private note."""
    line, form = found_line(stakeholder_id), NoteForm()
    guard.allow(may_write_notes(guard.reader(), line.stakeholder))
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.write_note(line.stakeholder, form.text.data or "", by=guard.reader().actor)
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
    """Take a private note back."""
    line = found_line(stakeholder_id)
    guard.allow(may_write_notes(guard.reader(), line.stakeholder))
    note = guard.found(db.session.get(StakeholderNote, note_id))
    guard.found(note if note.stakeholder_id == line.stakeholder.id else None)
    actions.withdraw_note(note, by=guard.reader().actor)
    return done(
        "stakeholders.stakeholder",
        "The note is taken back.",
        f"Its words of {short_day(note.written_at)} are gone for good.",
        stakeholder_id=stakeholder_id,
    )


@blueprint.post("/stakeholders/<int:stakeholder_id>/erasure")
def erase(stakeholder_id: int) -> BaseResponse:
    """Erase a stakeholder who is in no directory."""
    guard.allow(access.may_erase_people(guard.reader()))
    stakeholder = guard.found(db.session.get(Stakeholder, stakeholder_id))
    privacy.erase_outsider(stakeholder, by=guard.reader().actor)
    return done(
        "stakeholders.index",
        "The stakeholder was erased.",
        "Name, role and notes are gone from the maps and the audit.",
    )
