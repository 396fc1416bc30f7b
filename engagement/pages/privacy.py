"""Privacy: one person's data as a file, erasing a person, what leavers still hold, and how long records are kept."""

import json

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import Optional

from engagement import audit, clock
from engagement.accounts import access
from engagement.accounts.queries import account_of_person
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages import guard
from engagement.pages.forms import Form, stripped
from engagement.pages.paging import asked_page
from engagement.pages.shell import notify
from engagement.people.models import Person
from engagement.privacy import actions, holding, old_records, queries
from engagement.privacy.actions import Erasure
from engagement.privacy.data_file import data_of
from engagement.privacy.known_as import known_as
from engagement.privacy.rules import RecordKind, days_problem
from engagement.stakeholders.models import Stakeholder

blueprint = Blueprint("privacy", __name__)


class EraseForm(Form):
    """The name typed once more, so that nobody is erased by a slip."""

    name = StringField("Write the person’s name to confirm", filters=[stripped])


class RetentionForm(Form):
    """Days for each kind of record; empty keeps it for ever. `shown` are the days whose consequences were looked at."""

    shown = HiddenField()
    step = HiddenField()


for _kind in RecordKind:
    setattr(RetentionForm, _kind.value, IntegerField(_kind.word, description=_kind.goes, validators=[Optional()]))


def _person(person_id: int) -> Person:
    guard.allow(access.may_erase_people(guard.reader()))
    return guard.found(db.session.get(Person, person_id))


@blueprint.get("/people/<int:person_id>/data.json")
@guard.writes_because("who took a person's data stands in the audit")
def export(person_id: int) -> Response:
    """What is kept about one person and what they wrote or did, as a JSON file."""
    person, reader = _person(person_id), guard.reader()
    answer = _data_file(person, with_concerns=access.may_read_every_concern(reader))
    audit.record("exported everything about", person, by=reader.actor, person_id=person.id)
    db.session.commit()
    return answer


@blueprint.get("/me/data.json")
def own_data() -> Response:
    """What is kept about the reader and what they wrote or did, what they said with their name included."""
    guard.ask_for_fresh_sign_in("To get the file of everything that is kept about you")
    return _data_file(guard.found(guard.person_or_none()), with_concerns=True)


def _data_file(person: Person, *, with_concerns: bool) -> Response:
    text = json.dumps(data_of(person, with_concerns=with_concerns), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="person-{person.id}.json"'}
    return Response(text, mimetype="application/json", headers=headers)


@blueprint.route("/people/<int:person_id>/erasure", methods=["GET", "POST"])
def erase(person_id: int) -> str | BaseResponse:
    """Erase a person for good, after the name was typed once more."""
    person = _person(person_id)
    form = EraseForm()
    held = holding.held_by(person, guard.reader())
    if form.validate_on_submit():
        if " ".join(form.name.data.split()) != person.name:
            form.take(BadInput("That is not the name.", {"name": f"Write {person.name}, exactly as it stands here."}))
        else:
            erasure = actions.erase_person(person, by=guard.reader().actor)
            db.session.commit()
            notify("The person was erased.", _gone_words(erasure))
            return redirect(url_for("people.index"), code=303)
    known = known_as(person, account_of_person(person.id))
    return render_template("privacy/erase.html", person=person, held=held, form=form, known=known)


def _gone_words(erasure: Erasure) -> str:
    gone = "Names, addresses and details are gone; counts stayed as they were."
    if not erasure.dropped_files:
        return gone
    files = ", ".join(erasure.dropped_files)
    return f"{gone} Waiting HR files that held them, or that nobody had looked into yet, were dropped ({files}). Read those in again without this person."


@blueprint.post("/stakeholders/<int:stakeholder_id>/erasure")
def erase_outsider(stakeholder_id: int) -> BaseResponse:
    """Erase a stakeholder who is in no directory."""
    guard.allow(access.may_erase_people(guard.reader()))
    stakeholder = guard.found(db.session.get(Stakeholder, stakeholder_id))
    actions.erase_outsider(stakeholder, by=guard.reader().actor)
    db.session.commit()
    notify("The stakeholder was erased.", "Name, role and notes are gone from the maps and the audit.")
    return redirect(url_for("stakeholders.index"), code=303)


@blueprint.get("/people/leavers")
def leavers() -> str:
    """Who has left and still holds something."""
    reader = guard.reader()
    guard.allow(access.may_change_people(reader))
    totals = holding.held_by_leavers()
    page = asked_page(totals.people)
    listed = holding.leavers_who_hold(reader, limit=page.size, offset=page.offset)
    return render_template("privacy/leavers.html", leavers=listed, totals=totals, page=page)


@blueprint.route("/admin/retention", methods=["GET", "POST"])
def retention() -> str | BaseResponse:
    """How long each kind of record is kept: what would go is shown first, then the same days are kept."""
    guard.allow(access.may_administer(guard.reader()))
    rules = queries.retention_rules()
    kept = {kind: rules[kind].keep_days if kind in rules else None for kind in RecordKind}
    form = RetentionForm(data={kind.value: days for kind, days in kept.items()})
    if not form.is_submitted():
        return _rules_shown(form, kept, "")
    if not form.validate():
        return _rules_shown(form, {}, "")
    asked = {kind: form[kind.value].data for kind in RecordKind}
    problems = {kind.value: problem for kind, days in asked.items() if (problem := days_problem(days))}
    if problems:
        form.take(BadInput("Some of the days can’t be kept.", problems))
        return _rules_shown(form, {}, "")
    if form.step.data != "keep" or form.shown.data != _in_one_line(asked):
        form.shown.data = _in_one_line(asked)
        return _rules_shown(form, asked, "changed" if form.step.data == "keep" else "shown")
    for kind, days in asked.items():
        actions.keep_for(kind, days, by=guard.reader().actor)
    db.session.commit()
    notify("Kept.", "The clock lets old records go once a day, first within a day from now.")
    return redirect(url_for("privacy.retention"), code=303)


def _rules_shown(form: RetentionForm, days: dict[RecordKind, int | None], state: str) -> str:
    """Return the page with what would go after these days; `state` says whether the days were only looked at."""
    figures = {k.value: old_records.going(k, number, clock.now()) for k, number in days.items() if number is not None}
    return render_template("privacy/retention.html", form=form, kinds=list(RecordKind), figures=figures, state=state)


def _in_one_line(days: dict[RecordKind, int | None]) -> str:
    return " ".join(f"{kind.value}={number}" for kind, number in days.items())
