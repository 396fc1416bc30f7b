"""Pages that take the register as a file: what it would change, applying it, dropping it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.intake.actions import files
from engagement.intake.models import KeptUpload
from engagement.intake.register import actions
from engagement.intake.register.queries.cells import Reaches
from engagement.intake.register.queries.comparing import plan_of
from engagement.intake.register.queries.reading import read_back
from engagement.intake.register.rules import EXPLAINED, RowKind
from engagement.intake.register.scopes import register_file_for
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.frame.shell import notify
from engagement.pages.parts.files import both_files
from engagement.pages.parts.forms import Form
from engagement.pages.parts.long_work import shown_while_working
from engagement.pages.parts.previews import previewed, taken
from engagement.pages.parts.saving import REFUSED, done
from engagement.pages.stakeholders import blueprint

#: Bytes of what was read above which applying takes longer than about a second.
LARGE = 400_000
#: Those that ask for a look come first.
_LISTED = (RowKind.REFUSED, RowKind.CHANGED, RowKind.NEW, RowKind.UNCHANGED)


class RegisterForm(Form):
    """Which file."""

    file = FileField(
        "Which file?",
        description="CSV or Excel, one row a stakeholder, with a header row. At most 20 MB or 20,000 rows.",
        validators=[FileRequired("Choose a file.")],
    )


def reaches_of(reader: Reader) -> Reaches:
    """Return how far the reader's rights go in the register."""
    return Reaches(
        maps=rights.reading_maps(reader),
        notes=rights.reading_notes(reader),
        planning=rights.planning(reader),
        numbers=rights.naming_by_number(reader),
    )


@blueprint.route("/stakeholders/import", methods=["GET", "POST"])
def take_file() -> Any:
    """Take the register as a file and lead to its preview."""
    guard.allow_places(rights.planning(guard.reader()))
    form = RegisterForm()
    keep = partial(actions.keep_register_file, account_id=guard.reader().account_id)
    if form.validate_on_submit() and (file := taken(form, keep)) is not None:
        return redirect(url_for("stakeholders.preview", file_id=file.id), code=303)
    page = render_template(
        "stakeholders/import.html",
        form=form,
        columns=[(field.value, words, example) for field, (words, example) in EXPLAINED.items()],
        files=both_files("stakeholders.export"),
    )
    return page, REFUSED if form.errors else 200


def _file(file_id: int) -> KeptUpload:
    return register_file_for(rights.planning(guard.reader()), file_id)


@blueprint.get("/stakeholders/import/<int:file_id>")
def preview(file_id: int) -> str:
    """Show what a file would change."""
    file = _file(file_id)
    not_read, rows = read_back(file.content)
    plan = plan_of(rows, reaches_of(guard.reader()), today())
    return render_template(
        "stakeholders/preview.html",
        file=file,
        changes=len(plan.changes),
        **previewed(
            {kind: plan.of(kind) for kind in _LISTED},
            partial(url_for, "stakeholders.preview", file_id=file_id),
            refused=RowKind.REFUSED,
            fingerprint=plan.fingerprint,
            not_read=not_read,
        ),
    )


@blueprint.post("/stakeholders/import/<int:file_id>/application")
def apply_file(file_id: int) -> BaseResponse:
    """Make the register what the file says, as it was previewed."""
    is_large = len(_file(file_id).content) > LARGE
    reader, on, seen = guard.reader(), today(), request.form.get("seen", "")
    reaches, register = reaches_of(reader), url_for("stakeholders.index")
    page = url_for("stakeholders.preview", file_id=file_id)
    anew = url_for("stakeholders.preview", file_id=file_id, seen="before")

    def work(progress: Callable[[str, float], None]) -> str:
        progress("Writing the register", 0.1)
        file = register_file_for(reaches.planning, file_id)
        plan = actions.apply_register_file(file, seen, reaches, on=on, by=reader.actor)
        if plan is None:
            db.session.rollback()
            return anew
        db.session.commit()
        return register

    if is_large:
        return shown_while_working("Writing the register", work, back=page)
    leads_to = work(lambda _doing, _share: None)
    if leads_to == register:
        notify("The register is up to date.", "What was said before is in the history of each stakeholder.")
    return redirect(leads_to, code=303)


@blueprint.post("/stakeholders/import/<int:file_id>/discarding")
def drop_file(file_id: int) -> BaseResponse:
    """Drop a file that was not applied."""
    files.drop_file(_file(file_id))
    return done("stakeholders.take_file", "The file was dropped.", "Nothing in the register has changed.")
