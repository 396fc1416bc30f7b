"""Privacy in the directory: one person's data as a file, erasing a person, and what leavers still hold."""

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse
from wtforms import StringField

from engagement import audit
from engagement.accounts.queries import account_of_person
from engagement.accounts.scopes import rights
from engagement.attention.queries import holding
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.frame import guard
from engagement.pages.parts.files import json_response
from engagement.pages.parts.forms import Form, stripped
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.places import shown_things
from engagement.pages.parts.saving import Drawn, done, drawn
from engagement.pages.people import blueprint
from engagement.people.models import Person
from engagement.people.scopes import person_to_keep
from engagement.privacy.actions.erasing import Erasure, erase_person
from engagement.privacy.actions.rewriting import Decided
from engagement.privacy.queries.data_file import data_of
from engagement.privacy.queries.known_as import known_as
from engagement.privacy.queries.passages import passages_about
from engagement.privacy.queries.reach import NOT_READ_YET, OF_CONCERNS
from engagement.privacy.queries.subject import Subject
from engagement.privacy.queries.texts import FREE_TEXT
from engagement.verbs import Verb


class EraseForm(Form):
    """The name typed once more, so that nobody is erased by a slip."""

    name = StringField("Write the person’s name to confirm", filters=[stripped])


def _person(person_id: int) -> Person:
    return person_to_keep(rights.administering(guard.reader()), person_id)


@blueprint.get("/people/<int:person_id>/data.json")
@guard.writes_because("who took a person's data stands in the audit")
def data(person_id: int) -> Response:
    """Send what is kept about one person and what they wrote or did, as a JSON file."""
    person, reader = _person(person_id), guard.reader()
    answer = json_response(
        data_of(person, with_concerns=rights.planning(reader).everything), f"person-{person.id}.json"
    )
    # A HEAD request takes nothing, so the audit gets no entry.
    if request.method != "HEAD":
        audit.record(Verb.SAVED_ALL_ABOUT_PERSON, person, by=reader.actor)
        db.session.commit()
    return answer


@blueprint.route("/people/<int:person_id>/erasure", methods=["GET", "POST"])
def erase(person_id: int) -> Drawn | BaseResponse:
    """Erase a person for good, after the name was typed once more."""
    person = _person(person_id)
    form = EraseForm()
    account, reader = account_of_person(person.id), guard.reader()
    known, who = known_as(person, account), Subject(person.id, account.id if account else None)
    reads_concerns = rights.planning(reader).everything
    passages = passages_about(known, who, with_concerns=reads_concerns)
    hidden = NOT_READ_YET if reads_concerns else OF_CONCERNS & FREE_TEXT.keys()
    held = shown_things(holding.held_by(person, guard.reader()))
    if form.validate_on_submit():
        if " ".join(form.name.data.split()) != person.name:
            form.take(BadInput("That is not the name.", {"name": f"Write {person.name}, exactly as it stands here."}))
        else:
            erasure = erase_person(
                person,
                by=reader.actor,
                decided=Decided(
                    frozenset(request.form.getlist("rewrite")),
                    frozenset(hidden if "rewrite_unseen" in request.form else ()),
                ),
            )
            return done("people.index", "The person was erased.", _gone_words(erasure))
    ticked = (
        set(request.form.getlist("rewrite")) if form.is_submitted() else {p.reference for p in passages if p.is_plain}
    )
    return drawn(
        "people/erase.html",
        form,
        person=person,
        held=held,
        known=known,
        passages=[(passage, passage.reference in ticked) for passage in passages],
        asks_unseen=not reads_concerns,
        ticks_unseen=not form.is_submitted() or "rewrite_unseen" in request.form,
    )


def _gone_words(erasure: Erasure) -> str:
    gone = "Names, addresses and details are gone; counts stayed as they were."
    if not erasure.dropped_files:
        return gone
    files = ", ".join(erasure.dropped_files)
    return f"{gone} Waiting HR files that held them, or that nobody had looked into yet, were dropped ({files}). Read those in again without this person."


@blueprint.get("/people/leavers")
def leavers() -> str:
    """List people who left and still hold something."""
    reader = guard.reader()
    guard.allow_all(rights.keeping_people(reader))
    totals = holding.held_by_leavers()
    page = Asked().page(totals.people)
    found = holding.leavers_who_hold(reader, limit=page.size, offset=page.offset)
    listed = [(person, shown_things(held)) for person, held in found]
    return render_template("people/leavers.html", leavers=listed, totals=totals, page=page)
