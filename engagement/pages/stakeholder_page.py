"""The page of one stakeholder: what is said of them, history and private notes, and taking them off the map."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts import access
from engagement.accounts import stakeholder_access as maps
from engagement.accounts.reader import Reader
from engagement.audiences import queries as audiences
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.pages import guard
from engagement.pages.formats import short_day
from engagement.pages.shell import notify
from engagement.pages.stakeholder_forms import NoteForm, RemovalForm
from engagement.stakeholders import actions, queries
from engagement.stakeholders.history import history_of
from engagement.stakeholders.models import StakeholderNote, StakeholderPlace
from engagement.stakeholders.queries import StakeholderLine
from engagement.stakeholders.rules import StakeholderKind
from engagement.stakeholders.scopes import may_change, may_read_notes, may_write_notes, readable, readable_places


def add_to(blueprint: Blueprint) -> None:
    """Put the pages of one stakeholder beside the list."""
    one = "/stakeholders/<int:stakeholder_id>"
    blueprint.add_url_rule(one, view_func=stakeholder)
    blueprint.add_url_rule(f"{one}/notes/<int:note_id>/withdrawal", view_func=withdraw_note, methods=["POST"])
    for noun, view in (("removal", remove), ("return", put_back), ("notes", write_note)):
        blueprint.add_url_rule(f"{one}/{noun}", view_func=view, methods=["POST"])


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


def stakeholder(stakeholder_id: int) -> str:
    """Show a stakeholder: group, role, who looks after them, maps, history; private notes to who may read them."""
    line = found_line(stakeholder_id)
    return _drawn(line, NoteForm(formdata=None), RemovalForm(formdata=None))


def _drawn(line: StakeholderLine, note_form: NoteForm, removal_form: RemovalForm) -> str:
    reader, row = guard.reader(), line.stakeholder
    return render_template(
        "stakeholders/stakeholder.html",
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
        has_errors=bool(note_form.errors or removal_form.errors),
    )


def _opens(reader: Reader, place: StakeholderPlace) -> str | None:
    """Return the page of a wave or programme where the reader may open it."""
    if place.wave_id is None:
        may = access.may_see_programme(reader, place.programme_id)
        return url_for("programmes.programme", programme_id=place.programme_id) if may else None
    may = access.may_see_wave(reader, place.programme_id, place.wave_id)
    return url_for("waves.wave", wave_id=place.wave_id) if may else None


def remove(stakeholder_id: int) -> str | BaseResponse:
    """Take a stakeholder off the map."""
    line, form = line_to_change(stakeholder_id), RemovalForm()
    if not form.validate_on_submit():
        return _drawn(line, NoteForm(formdata=None), form)
    actions.remove_stakeholder(line.stakeholder, reason=form.reason.data or "", by=guard.reader().actor)
    db.session.commit()
    notify(f"{line.stakeholder.title} is off the map.", "Their history stays, and you can put them back.")
    return back_to(stakeholder_id)


def put_back(stakeholder_id: int) -> BaseResponse:
    """Put a stakeholder back who was taken off the map."""
    line = line_to_change(stakeholder_id)
    try:
        actions.put_back(line.stakeholder, by=guard.reader().actor)
    except BadInput as error:
        raise RuleBroken(error.sentence) from error
    db.session.commit()
    notify(f"{line.stakeholder.title} is on the map again.")
    return back_to(stakeholder_id)


def write_note(stakeholder_id: int) -> str | BaseResponse:
    """Keep a private note."""
    line, form = found_line(stakeholder_id), NoteForm()
    guard.allow(may_write_notes(guard.reader(), line.stakeholder))
    if form.validate_on_submit():
        try:
            actions.write_note(line.stakeholder, form.text.data or "", by=guard.reader().actor)
        except BadInput as error:
            db.session.rollback()
            form.take(error)
        else:
            db.session.commit()
            notify("The note is kept.", "Only those who keep these maps and administrators can read it.")
            return back_to(stakeholder_id)
    return _drawn(line, form, RemovalForm(formdata=None))


def withdraw_note(stakeholder_id: int, note_id: int) -> BaseResponse:
    """Take a private note back."""
    line = found_line(stakeholder_id)
    guard.allow(may_write_notes(guard.reader(), line.stakeholder))
    note = guard.found(db.session.get(StakeholderNote, note_id))
    guard.found(note if note.stakeholder_id == line.stakeholder.id else None)
    actions.withdraw_note(note, by=guard.reader().actor)
    db.session.commit()
    notify("The note is taken back.", f"Its words of {short_day(note.written_at)} are gone for good.")
    return back_to(stakeholder_id)


def back_to(stakeholder_id: int) -> BaseResponse:
    """Return the way back to the page of a stakeholder."""
    return redirect(url_for("stakeholders.stakeholder", stakeholder_id=stakeholder_id), code=303)
