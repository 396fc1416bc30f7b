"""One concern for those who answer it: what was said, the playbook for its source, and each step of the change team."""

from collections.abc import Callable
from datetime import date

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts import access
from engagement.accounts import queries as accounts
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
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
from engagement.pages.frame.shell import notify
from engagement.pages.parts.forms import Form
from engagement.resistance import actions, queries
from engagement.resistance.models import Concern
from engagement.resistance.rules import ConcernStatus, Severity, Source


def _readable(concern_id: int) -> Concern:
    """Return a concern that the reader may read; raises NotAllowed or NotFound."""
    reader = guard.reader()
    guard.allow(access.may_read_concerns(reader))
    row = guard.found(queries.concern_page(concern_id))
    guard.allow(access.may_read_concern(reader, row.wave.programme_id if row.wave else None, row.wave_id))
    return row


@blueprint.get("/concerns/<int:concern_id>")
def concern(concern_id: int) -> str:
    """One concern: what was said, what was answered, what to do next, and the playbook for its source."""
    return _concern_page(_readable(concern_id), AnswerForm(formdata=None))


def _concern_page(row: Concern, form: AnswerForm) -> str:
    book = playbook(row.source.value)
    reader = guard.reader()
    owner = OwnerForm(formdata=None, owner=str(row.owner_id or reader.account_id))
    candidates = {a.id: a for a in (*accounts.accounts_holding(Role.CHANGE_MANAGER), guard.account(), row.owner) if a}
    owner.owner.choices = [SelectChoice(value=str(a.id), label=a.name) for a in candidates.values()]
    return render_template(
        "concerns/concern.html",
        concern=row,
        lede=_concern_lede(row, here_today()),
        may_acknowledge=row.status is ConcernStatus.RECEIVED,
        may_close=row.status is ConcernStatus.ANSWERED,
        talk=queries.conversation(row),
        form=form,
        owner_form=owner,
        source_form=SourceForm(formdata=None, source=row.source.value),
        severity_form=SeverityForm(formdata=None, severity=row.severity.value),
        closing_form=ClosingForm(formdata=None),
        reopening_form=ReopeningForm(formdata=None),
        book=book,
        responses=[(response.title, to_html(response.body)) for response in book.responses],
        whole_book=to_html(book.body, id_prefix="book-"),
        has_errors=bool(form.errors),
    )


def _concern_lede(row: Concern, on: date) -> str:
    if row.status is ConcernStatus.RECEIVED:
        late = " That day has passed." if on > row.acknowledge_by else ""
        return f"Nobody has read it yet. The sender was promised that somebody does by {day(row.acknowledge_by)}.{late}"
    if row.answer_by:
        late = " That day has passed." if on > row.answer_by else ""
        return f"An answer is promised by {day(row.answer_by)}.{late}"
    return f"Answered on {day(row.answered_on)}."


def _done(row: Concern, heading: str, text: str = "") -> BaseResponse:
    db.session.commit()
    notify(heading, text)
    return redirect(url_for("concerns.concern", concern_id=row.id), 303)


def _with(form: Form, act: Callable[[], None]) -> None:
    """Do it when the form is filled in; raise BadInput with the first thing that is missing otherwise."""
    if not form.validate():
        raise BadInput(next(iter(form.errors.values()))[0])
    act()


@blueprint.post("/concerns/<int:concern_id>/acknowledgement")
def acknowledge(concern_id: int) -> BaseResponse:
    """Tell the sender that it was read."""
    row = _readable(concern_id)
    actions.acknowledge(row, by=guard.reader().actor)
    return _done(row, "Acknowledged", "The sender sees that somebody has read it.")


@blueprint.post("/concerns/<int:concern_id>/ownership")
def take_over(concern_id: int) -> BaseResponse:
    """Put it into somebody's hands."""
    row = _readable(concern_id)
    chosen = request.form.get("owner", type=int)
    owner = db.session.get(Account, chosen) if chosen else None
    may_read = owner is not None and access.may_read_concern(
        accounts.reader_of(owner, guard.settings().timezone), row.wave.programme_id if row.wave else None, row.wave_id
    )
    if owner is None or not may_read:
        # The same words for any number, because numbers run in sequence and names would read the list of sign-ins out.
        raise BadInput("Whom you chose may not read this concern, and so can’t answer it. Choose somebody else.")
    actions.take_over(row, owner, by=guard.reader().actor)
    return _done(row, f"{owner.name} works on the answer")


@blueprint.post("/concerns/<int:concern_id>/answers")
def answer(concern_id: int) -> str | BaseResponse:
    """Answer the sender."""
    row, form = _readable(concern_id), AnswerForm()
    if not form.validate():
        return _concern_page(row, form)
    try:
        actions.answer(row, form.text.data, by=guard.reader().actor, on=here_today())
    except BadInput as error:
        form.take(error)
        return _concern_page(row, form)
    return _done(row, "Answered", "The sender can read it now, and reply.")


@blueprint.post("/concerns/<int:concern_id>/source")
def change_source(concern_id: int) -> BaseResponse:
    """Count it under another source."""
    row, form, by = _readable(concern_id), SourceForm(), guard.reader().actor
    _with(form, lambda: actions.change_source(row, Source(form.source.data), form.reason.data, by=by))
    return _done(row, f"Counted under “{row.source.word}”", "The sender can read why.")


@blueprint.post("/concerns/<int:concern_id>/severity")
def change_severity(concern_id: int) -> BaseResponse:
    """Say how much depends on an answer."""
    row, form, by = _readable(concern_id), SeverityForm(), guard.reader().actor
    _with(form, lambda: actions.change_severity(row, Severity(form.severity.data), by=by))
    return _done(row, f"Severity is {row.severity.word.lower()}")


@blueprint.post("/concerns/<int:concern_id>/closing")
def close(concern_id: int) -> BaseResponse:
    """Close it with what became of it."""
    row, form, by = _readable(concern_id), ClosingForm(), guard.reader().actor
    _with(form, lambda: actions.close(row, form.note.data, by=by))
    return _done(row, "Closed", "The sender can read what became of it. A reply opens it again.")


@blueprint.post("/concerns/<int:concern_id>/reopening")
def reopen(concern_id: int) -> BaseResponse:
    """Take it up again."""
    row, form, by = _readable(concern_id), ReopeningForm(), guard.reader().actor
    _with(form, lambda: actions.reopen(row, form.reason.data, by=by, on=here_today()))
    return _done(row, "Taken up again", "An answer is promised within five working days.")
