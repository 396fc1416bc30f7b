"""Pages of promises: the list with its files, one promise, making, moving and closing it."""

from typing import Any

from flask import Response
from sqlalchemy import Select
from werkzeug.wrappers import Response as BaseResponse
from wtforms import BooleanField, DateField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.fields import REFERENCE, PersonField, choices_of
from engagement.pages.parts.files import list_file
from engagement.pages.parts.forms import EditForm, Form, stripped
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import Drawn, drawn, held, saving
from engagement.pages.stakeholders import blueprint
from engagement.pages.stakeholders.forms import own_reference
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.commitments.actions import promising
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries import lists
from engagement.stakeholders.commitments.queries.lists import Filters, Standing
from engagement.stakeholders.commitments.rules import LONGEST_TEXT, Outcome
from engagement.stakeholders.commitments.scopes import (
    commitment_for,
    commitment_to_change,
    commitments_within,
    may_change,
)
from engagement.stakeholders.interactions.scopes import is_within
from engagement.stakeholders.scopes import stands_within
from engagement.words import plural

HEADER = ("due", "promise", "stakeholder", "keeps_it", "outcome", "what_came_of_it", "closed_on", "made_on")


def _words(label: str, missing: str, **options: Any) -> TextAreaField:
    long = Length(max=LONGEST_TEXT, message=f"Keep this under {LONGEST_TEXT:,} characters.")
    return TextAreaField(label, filters=[stripped], validators=[InputRequired(missing), long], **options)


class PromiseForm(Form):
    """A promise that is made."""

    text = _words(
        "What is promised, or comes next?",
        "Write what was promised, or what comes next. One line is enough.",
        description="In words that they would recognise.",
    )
    due_on = DateField("By which day?", validators=[InputRequired("Choose the day by which it is due.")])
    owner = PersonField("Who keeps it?", description=REFERENCE)


class MoveForm(EditForm):
    """Another day or owner, with the reason."""

    due_on = DateField("By which day?", validators=[InputRequired("Choose the day by which it is due.")])
    owner = PersonField("Who keeps it?", description=REFERENCE)
    reason = TextAreaField(
        "Why?", description="The former day stays beside it.", filters=[stripped], validators=[Length(max=LONGEST_TEXT)]
    )


class ClosingForm(Form):
    """What came of a promise."""

    outcome = RadioField(
        "What came of it?",
        choices=choices_of(Outcome),
        validators=[InputRequired("Choose one.")],
    )
    outcome_words = _words("In a sentence?", "Say what came of it. One sentence is enough.")
    others_too = BooleanField("The same holds for the others")


def _reading() -> Reach:
    return rights.reading_notes(guard.reader())


def _asked(reading: Reach, asked: Asked) -> Select[Commitment]:
    """Return the SELECT of the promises whom the address asks for."""
    readable = commitments_within(reading)
    state = asked.one_of(
        "state",
        "State",
        [*((each.value, each.word) for each in Standing if each is not Standing.OPEN), ("all", "All")],
        "Open",
    )
    owners = ((row.id, row.name) for row in lists.owners_of(readable))
    filters = Filters(
        words=asked.words("q", "Promise or stakeholder"),
        standing=None if state == "all" else Standing(state) if state else Standing.OPEN,
        only_own=asked.one_of("whose", "Whose", [("mine", "Only mine")], "Everybody’s") == "mine",
        outcome=asked.word_of(Outcome, "outcome", "Outcome", "Any"),
        owner_id=asked.row("owner", "Kept by", owners, "Anybody"),
    )
    listed = lists.commitments_listed(readable, filters, reading, today())
    return asked.ordered(listed, lists.COLUMNS, usual="due", last=Commitment.id)


def _to_list() -> Reach:
    reading = _reading()
    guard.allow(reading.holds_places or lists.owns_any(reading.person_id), reading)
    return reading


@blueprint.get("/stakeholders/promises")
def promises() -> Drawn:
    """List promises to stakeholders on the maps that the reader keeps, and those that the reader has to keep."""
    asked = Asked()
    listed = _asked(_to_list(), asked)
    total, late = lists.counted(listed, today())
    page = asked.page(total)
    return drawn(
        "stakeholders/promises.html",
        PromiseForm(formdata=None),
        lede=_lede(total, late, is_narrowed=asked.is_narrowed),
        rows=lists.with_everything(listed.limit(page.size).offset(page.offset)) if total else [],
        page=page,
        asked=asked,
        on=today(),
    )


def _lede(total: int, late: int, *, is_narrowed: bool) -> str:
    if not total:
        return "What we said we would do, who does it and by when. A promise ends with a sentence on what came of it."
    found = (
        plural(total, "promise fits", "promises fit")
        if is_narrowed
        else plural(total, "promise is open", "promises are open")
    )
    if late == total:
        return f"{found}, and past {'its' if total == 1 else 'their'} day."
    if late:
        return f"{found}, {late:,} of them past the day."
    return f"{found}." if is_narrowed else f"{found}, and no day is past."


@blueprint.get("/stakeholders/promises.<any(csv, xlsx):kind>")
def promises_file(kind: str) -> Response:
    """Send the list as a file, with the filters of the page."""
    rows = lists.with_everything(_asked(_to_list(), Asked()))
    return list_file(kind, HEADER, [_file_row(row) for row in rows], "promises", "Promises")


def _file_row(row: Commitment) -> tuple[Any, ...]:
    return (
        row.due_on,
        row.text,
        row.stakeholder.title,
        row.owner.name,
        row.outcome.word if row.outcome else "",
        row.outcome_words,
        row.closed_at.date() if row.closed_at else None,
        row.made_at.date(),
    )


@blueprint.route("/stakeholders/<int:stakeholder_id>/promises/new", methods=["GET", "POST"])
def make_promise(stakeholder_id: int) -> Drawn | BaseResponse:
    """Keep what was promised to a stakeholder, or what comes next with them."""
    reader = guard.reader()
    line = queries.line_to_note(rights.reading_maps(reader), rights.planning(reader), stakeholder_id)
    form = PromiseForm(data={"owner": own_reference(reader)})
    if form.validate_on_submit():
        with saving(form) as saved:
            owner = form.owner.chosen("Say who keeps it.")
            row = promising.make_promise(
                line.stakeholder, form.text.data or "", owner, form.due_on.data, on=today(), by=reader.actor
            )
        if saved:
            return saved.to("stakeholders.promise", "The promise is kept in mind.", commitment_id=row.id)
    return drawn("stakeholders/promising.html", form, row=line.stakeholder)


@blueprint.get("/stakeholders/promises/<int:commitment_id>")
def promise(commitment_id: int) -> Drawn:
    """Show a promise, how it was moved, and what came of it."""
    return _drawn(commitment_for(_reading(), commitment_id), None, ClosingForm(formdata=None))


def _moving(row: Commitment) -> MoveForm:
    return MoveForm(data={"due_on": row.due_on, "owner": row.owner, "reason": ""})


def _drawn(row: Commitment, move: MoveForm | None, closing: ClosingForm) -> Drawn:
    reader = guard.reader()
    if move is None:
        move = MoveForm(formdata=None, data={"due_on": row.due_on, "owner": row.owner, "reason": ""})
    return drawn(
        "stakeholders/promise.html",
        move,
        closing,
        row=row,
        closing=closing,
        moves=lists.moves_of(row.id),
        others=lists.same_elsewhere(row) if row.is_open else [],
        may_change=row.is_open and may_change(rights.planning(reader), row),
        sees_stakeholder=stands_within(rights.reading_maps(reader), row.stakeholder),
        talk=row.interaction if row.interaction and is_within(_reading(), row.interaction) else None,
        on=today(),
    )


def _to_change(commitment_id: int) -> Commitment:
    return commitment_to_change(_reading(), rights.planning(guard.reader()), commitment_id)


@blueprint.post("/stakeholders/promises/<int:commitment_id>/move")
def move_promise(commitment_id: int) -> Drawn | BaseResponse:
    """Give a promise another day or owner."""
    row = held(_to_change(commitment_id))
    form = _moving(row)
    if form.validate_on_submit():
        with saving(form) as saved:
            owner = form.owner.chosen("Say who keeps it.")
            moved = promising.move_promise(
                row, form.due_on.data, owner, form.reason.data or "", on=today(), by=guard.reader().actor
            )
        if saved:
            says = "It is kept." if moved else "Nothing was changed."
            return saved.to("stakeholders.promise", says, commitment_id=commitment_id)
    return _drawn(row, form, ClosingForm(formdata=None))


@blueprint.post("/stakeholders/promises/<int:commitment_id>/closing")
def close_promise(commitment_id: int) -> Drawn | BaseResponse:
    """Say what came of a promise; where it was made to several in one talk, of all of them if asked."""
    row, form = held(_to_change(commitment_id)), ClosingForm()
    if form.validate_on_submit():
        outcome, words, by = Outcome(form.outcome.data), form.outcome_words.data or "", guard.reader().actor
        others = lists.same_elsewhere(row) if form.others_too.data else []
        with saving(form) as saved:
            for each in (row, *others):
                promising.close_promise(each, outcome, words, by=by)
        if saved:
            more = f"{plural(len(others), 'other', 'others')} with it." if others else ""
            return saved.to("stakeholders.promise", "The promise is closed.", more, commitment_id=commitment_id)
    return _drawn(row, None, form)
