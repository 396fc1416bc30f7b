"""One way of saving: act, commit, say, lead on. A refusal rolls back and stands above the form, with what was typed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.db import Base, db, reads_only
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame.shell import notify
from engagement.pages.parts.forms import Form

Row = TypeVar("Row", bound=Base)
REFUSED = 422
Drawn = tuple[str, int]


def done(endpoint: str, says: str = "", more: str = "", **values: Any) -> BaseResponse:
    """Commit what an action did and lead on; for buttons, which have no form to be drawn again."""
    db.session.commit()
    return Saved.to(endpoint, says, more, **values)


class Saved:
    """Whether an action was taken and committed, and where the reader is led then."""

    def __init__(self) -> None:
        self.is_done = False

    def __bool__(self) -> bool:
        return self.is_done

    @staticmethod
    def to(endpoint: str, says: str = "", more: str = "", **values: Any) -> BaseResponse:
        """Lead to a page, with a notice at its top where there is something to say."""
        if says:
            notify(says, more)
        return redirect(url_for(endpoint, **values), code=303)


@contextmanager
def saving(form: Form) -> Iterator[Saved]:
    """Commit what the block does; where a room refuses it, roll back and put the reason above the form's fields."""
    saved = Saved()
    try:
        yield saved
        db.session.commit()
        saved.is_done = True
    except (BadInput, RuleBroken) as error:
        db.session.rollback()
        form.take(error)


def drawn(template: str, form: Form, *others: Form, has_errors: bool = False, **values: Any) -> Drawn:
    """Return a page with its status: refused where its form, or one of the others on it, has something to complain about.

    `has_errors` says of a page that it complains about something which is not refused. What is about no field stands at the
    top of the page, also where the form can't be filled in any more.
    """
    forms = (form, *others)
    is_refused = any(each.errors for each in forms)
    refusals = [sentence for each in forms for sentence in each.form_errors]
    for each in forms:
        each.form_errors = []
    if is_refused:
        # Nothing was changed, so nobody else has to wait for the lock of a writer while the page is drawn.
        db.session.rollback()
        reads_only.set(True)
    page = render_template(template, form=form, has_errors=has_errors or is_refused, refusals=refusals, **values)
    return page, REFUSED if is_refused else 200


def held(row: Row) -> Row:
    """Return a row that a form changes, read anew and held until the transaction ends where the form is being sent.

    So of two who save at the same moment the second meets what the first has saved. SQLite has one writer at a time anyway.
    """
    if request.method == "POST":
        db.session.refresh(row, with_for_update={"of": type(row)})
    return row
