"""The page of one concern for the change team: what was said, the playbook for its source, and each step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import request
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts import queries as accounts
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.content.library import playbook
from engagement.content.markdown import to_html
from engagement.db import db
from engagement.errors import BadInput
from engagement.pages.concerns import blueprint
from engagement.pages.concerns.forms import (
    AnswerForm,
    ClosingForm,
    OwnerForm,
    ReopeningForm,
    SeverityForm,
    SourceForm,
)
from engagement.pages.frame import guard
from engagement.pages.frame.formats import day, here_today
from engagement.pages.parts.forms import Form
from engagement.pages.parts.saving import Drawn, done, drawn, held, saving
from engagement.resistance import actions, queries
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity, Source
from engagement.resistance.scopes import concern_for, may_answer_for


def _readable(concern_id: int) -> Concern:
    return concern_for(rights.planning(guard.reader()), concern_id)


@dataclass
class StepForms:
    """The forms of the page."""

    answer: AnswerForm
    owner: OwnerForm
    source: SourceForm
    severity: SeverityForm
    closing: ClosingForm
    reopening: ReopeningForm

    @classmethod
    def of(cls, row: Concern) -> "StepForms":
        """Return the forms, filled with what a concern has."""
        return cls(
            AnswerForm(formdata=None),
            OwnerForm(formdata=None, owner=str(row.owner_id or guard.reader().account_id)),
            SourceForm(formdata=None, source=row.source.value),
            SeverityForm(formdata=None, severity=row.severity.value),
            ClosingForm(formdata=None),
            ReopeningForm(formdata=None),
        )


@blueprint.get("/concerns/<int:concern_id>")
def concern(concern_id: int) -> Drawn:
    """Show a concern: what was said and answered, what to do next, and the playbook for its source."""
    row = _readable(concern_id)
    return _concern_page(row, StepForms.of(row))


def _concern_page(row: Concern, forms: StepForms) -> Drawn:
    book, tried = playbook(row.source.value), queries.responses_tried(row.id)
    candidates = {a.id: a for a in (*accounts.accounts_holding(Role.CHANGE_MANAGER), guard.account(), row.owner) if a}
    forms.owner.owner.choices = [SelectChoice(value=str(a.id), label=a.name) for a in candidates.values()]
    return drawn(
        "concerns/concern.html",
        *vars(forms).values(),
        forms=forms,
        concern=row,
        lede=_concern_lede(row, here_today()),
        may_acknowledge=row.status is ConcernStatus.RECEIVED,
        may_close=row.status is ConcernStatus.ANSWERED,
        talk=queries.conversation(row),
        book=book,
        responses=[(each.title, to_html(each.body), tried.get(each.title)) for each in book.responses],
        whole_book=to_html(book.body, id_prefix="book-"),
    )


def _concern_lede(row: Concern, on: date) -> str:
    country = guard.organisation().country
    answer_by = row.answer_by(country)
    if row.status is ConcernStatus.RECEIVED:
        read_by = row.acknowledge_by(country)
        late = " That day has passed." if on > read_by else ""
        return f"Nobody has read it yet. The sender was promised that somebody does by {day(read_by)}.{late}"
    if answer_by:
        late = " That day has passed." if on > answer_by else ""
        return f"An answer is promised by {day(answer_by)}.{late}"
    return f"Answered on {day(row.answered_on)}."


@blueprint.post("/concerns/<int:concern_id>/acknowledgement")
def acknowledge(concern_id: int) -> BaseResponse:
    """Tell the sender that it was read."""
    row = _readable(concern_id)
    actions.acknowledge(row, by=guard.reader().actor, organisation=guard.organisation())
    return done("concerns.concern", "Acknowledged", "The sender sees that somebody has read it.", concern_id=row.id)


def _step(row: Concern, name: str, form: Form, act: Callable[[], str], more: str = "") -> Drawn | BaseResponse:
    """Take a step that belongs to the form `name`; `act` returns the notice. If refused, the form shows what was typed."""
    if form.validate():
        with saving(form) as saved:
            says = act()
        if saved:
            return saved.to("concerns.concern", says, more, concern_id=row.id)
    forms = StepForms.of(row)
    setattr(forms, name, form)
    return _concern_page(row, forms)


@blueprint.post("/concerns/<int:concern_id>/ownership")
def take_over(concern_id: int) -> Drawn | BaseResponse:
    """Say who works on the answer."""
    row = held(_readable(concern_id))
    form = OwnerForm(owner=str(row.owner_id or guard.reader().account_id))

    def act() -> str:
        chosen = form.owner.data
        owner = db.session.get(Account, chosen) if chosen else None
        theirs = accounts.reader_of(owner, guard.settings().timezone) if owner else None
        if owner is None or theirs is None or not may_answer_for(rights.planning(theirs), row.wave):
            # The same words for any number: numbers run in sequence, and naming people would reveal the list of sign-ins.
            sentence = "The person you chose may not read this concern, so they can’t answer it. Choose somebody else."
            raise BadInput(sentence, {"owner": sentence})
        actions.take_over(row, owner, by=guard.reader().actor, organisation=guard.organisation())
        return f"{owner.name} works on the answer"

    return _step(row, "owner", form, act)


@blueprint.post("/concerns/<int:concern_id>/responses")
def try_response(concern_id: int) -> BaseResponse:
    """Say that the team tries a response of the playbook."""
    row, by, title = held(_readable(concern_id)), guard.reader().actor, request.form.get("title", "")
    actions.try_response(row, title, by=by, on=here_today(), organisation=guard.organisation())
    return done(
        "concerns.concern", f"You try: {title}", "The sender can read that. It counts in the report.", concern_id=row.id
    )


@blueprint.post("/concerns/<int:concern_id>/answers")
def answer(concern_id: int) -> Drawn | BaseResponse:
    row, form = _readable(concern_id), AnswerForm()

    def act() -> str:
        actions.answer(row, form.text.data, by=guard.reader().actor, on=here_today(), organisation=guard.organisation())
        return "Answered"

    return _step(row, "answer", form, act, "The sender can read it now, and reply.")


@blueprint.post("/concerns/<int:concern_id>/source")
def change_source(concern_id: int) -> Drawn | BaseResponse:
    """Count the concern under another source; the sender can read the reason."""
    row = held(_readable(concern_id))
    form = SourceForm(source=row.source.value)

    def act() -> str:
        actions.change_source(
            row, Source(form.source.data), form.reason.data, by=guard.reader().actor, organisation=guard.organisation()
        )
        return f"Counted under “{row.source.word}”"

    return _step(row, "source", form, act, "The sender can read why.")


@blueprint.post("/concerns/<int:concern_id>/severity")
def change_severity(concern_id: int) -> Drawn | BaseResponse:
    """Say how much depends on an answer; the sender does not see it."""
    row = held(_readable(concern_id))
    form = SeverityForm(severity=row.severity.value)

    def act() -> str:
        actions.change_severity(row, Severity(form.severity.data), by=guard.reader().actor)
        return f"Severity is {row.severity.word.lower()}"

    return _step(row, "severity", form, act)


@blueprint.post("/concerns/<int:concern_id>/closing")
def close(concern_id: int) -> Drawn | BaseResponse:
    """Close the concern, saying what became of it."""
    row, form = _readable(concern_id), ClosingForm()

    def act() -> str:
        actions.close(row, form.note.data, by=guard.reader().actor, organisation=guard.organisation())
        return "Closed"

    return _step(row, "closing", form, act, "The sender can read what became of it. A reply opens it again.")


@blueprint.post("/concerns/<int:concern_id>/reopening")
def reopen(concern_id: int) -> Drawn | BaseResponse:
    """Open a closed concern again, with a reason."""
    row, form = _readable(concern_id), ReopeningForm()

    def act() -> str:
        actions.reopen(
            row, form.reason.data, by=guard.reader().actor, on=here_today(), organisation=guard.organisation()
        )
        return "Taken up again"

    return _step(row, "reopening", form, act, "An answer is promised within five working days.")
