"""One way of saving: act, commit, say, lead on. A refusal rolls back and shows its reason above the form, with what was typed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.db import Base, db
from engagement.engines import reads_only
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame.shell import notify
from engagement.pages.parts.forms import Form

Row = TypeVar("Row", bound=Base)
REFUSED = 422
Drawn = tuple[str, int]


def done(endpoint: str, says: str = "", more: str = "", **values: Any) -> BaseResponse:
    """Commit what an action did and lead on. For buttons, which have no form to draw again."""
    db.session.commit()
    return Saved.to(endpoint, says, more, **values)


class Saved:
    """Whether an action was done and committed, and how to lead on."""

    def __init__(self) -> None:
        self.is_done = False

    def __bool__(self) -> bool:
        return self.is_done

    @staticmethod
    def to(endpoint: str, says: str = "", more: str = "", **values: Any) -> BaseResponse:
        """Lead to a page, with a notice at its top if there is something to say."""
        if says:
            notify(says, more)
        return redirect(url_for(endpoint, **values), code=303)


@contextmanager
def saving(form: Form) -> Iterator[Saved]:
    """Commit what the block does. If a room refuses it, roll back and put the reason above the form's fields."""
    saved = Saved()
    try:
        yield saved
        db.session.commit()
        saved.is_done = True
    except (BadInput, RuleBroken) as error:
        db.session.rollback()
        form.take(error)


def drawn(template: str, form: Form, *others: Form, has_errors: bool = False, **values: Any) -> Drawn:
    """Return a page with its status: 422 if any of its forms complains.

    `has_errors` marks a page that complains about something which is not refused. A sentence about no field is shown at the
    top of the page, even if the form can no longer be filled in.
    """
    forms = (form, *others)
    is_refused = any(each.errors for each in forms)
    refusals = [sentence for each in forms for sentence in each.form_errors]
    for each in forms:
        each.form_errors = []
    if is_refused:
        # Nothing was changed, so release the lock: nobody else should wait while the page is drawn.
        db.session.rollback()
        reads_only.set(True)
    page = render_template(template, form=form, has_errors=has_errors or is_refused, refusals=refusals, **values)
    return page, REFUSED if is_refused else 200


def held(row: Row) -> Row:
    """Return a row that a form changes. When the form is sent, the row is read anew and locked until the transaction ends.

    So when two people save at the same moment, the second sees what the first saved. SQLite has one writer at a time anyway.
    """
    if request.method == "POST":
        db.session.refresh(row, with_for_update={"of": type(row)})
    return row
