"""What somebody typed before their session ended: shown again, to be sent or thrown away."""

from flask import redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.kept_forms.actions import KEPT_FOR, throw_away
from engagement.accounts.kept_forms.models import KeptForm
from engagement.accounts.kept_forms.queries import kept_form
from engagement.db import db
from engagement.pages.frame import guard
from engagement.pages.frame.kept_forms import typed_words
from engagement.pages.parts.saving import done
from engagement.pages.sign_in import blueprint


def _own(form_id: int) -> KeptForm:
    # A form typed with more rights is not shown to a reader who came by a link in a message.
    guard.allow(not guard.reader().has_more)
    return guard.found(kept_form(form_id, guard.reader().account_id))


@blueprint.get("/kept/<int:form_id>")
def kept(form_id: int) -> str:
    """Show what the reader had typed, with the button that sends it."""
    row = _own(form_id)
    fields = [(name, value) for name, value in row.fields]
    return render_template(
        "sign_in/kept.html", row=row, kept_until=row.kept_at + KEPT_FOR, fields=fields, typed=typed_words(fields)
    )


@blueprint.post("/kept/<int:form_id>/sending")
def send_kept(form_id: int) -> BaseResponse:
    """Let the browser send the same fields to where the form was going; nothing of them is kept here."""
    row = _own(form_id)
    path = row.path
    throw_away(row)
    db.session.commit()
    return redirect(path, code=307)


@blueprint.post("/kept/<int:form_id>/removal")
def remove_kept(form_id: int) -> BaseResponse:
    """Delete the kept form."""
    throw_away(_own(form_id))
    return done("today.index", "It is thrown away.")
