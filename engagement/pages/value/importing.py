"""Pages that take readings as a file: what it would write, writing it, dropping it."""

from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.intake.actions import files
from engagement.intake.figures import actions
from engagement.intake.figures.queries.comparing import plan_of
from engagement.intake.figures.queries.reading import read_back
from engagement.intake.figures.rules import EXPLAINED, LineKind
from engagement.intake.figures.scopes import readings_file_for
from engagement.intake.models import KeptUpload
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.forms import Form
from engagement.pages.parts.previews import previewed, taken
from engagement.pages.parts.saving import REFUSED, done
from engagement.pages.value import blueprint
from engagement.words import plural

#: Those that ask for a look come first.
_LISTED = (LineKind.REFUSED, LineKind.CORRECTED, LineKind.NEW, LineKind.KNOWN)


class ReadingsForm(Form):
    """Which file."""

    file = FileField(
        "Which file?",
        description="CSV or Excel, one row a reading, with a header row. At most 5 MB or 20,000 rows.",
        validators=[FileRequired("Choose a file.")],
    )


@blueprint.route("/value/import", methods=["GET", "POST"])
def take_file() -> Any:
    """Take readings as a file and lead to its preview."""
    guard.allow_places(rights.planning(guard.reader()))
    form = ReadingsForm()
    keep = partial(actions.keep_readings, account_id=guard.reader().account_id)
    if form.validate_on_submit() and (file := taken(form, keep)) is not None:
        return redirect(url_for("value.preview", readings_id=file.id), code=303)
    columns = [(column.value, words, example) for column, (words, example) in EXPLAINED.items()]
    return render_template("value/import.html", form=form, columns=columns), REFUSED if form.errors else 200


def _file(readings_id: int) -> KeptUpload:
    return readings_file_for(rights.planning(guard.reader()), readings_id)


@blueprint.get("/value/import/<int:readings_id>")
def preview(readings_id: int) -> str:
    """Show what a file would write."""
    file = _file(readings_id)
    not_read, found = read_back(file.content)
    plan = plan_of(found, rights.planning(guard.reader()), today())
    return render_template(
        "value/preview.html",
        file=file,
        changes=len(plan.changes),
        **previewed(
            {kind: plan.of(kind) for kind in _LISTED},
            partial(url_for, "value.preview", readings_id=readings_id),
            refused=LineKind.REFUSED,
            fingerprint=plan.fingerprint,
            not_read=not_read,
        ),
    )


@blueprint.post("/value/import/<int:readings_id>/application")
def apply_file(readings_id: int) -> BaseResponse:
    """Write the readings of a file, as they were previewed."""
    reader, seen = guard.reader(), request.form.get("seen", "")
    plan = actions.apply_readings(_file(readings_id), seen, rights.planning(reader), today=today(), by=reader.actor)
    if plan is None:
        db.session.rollback()
        return redirect(url_for("value.preview", readings_id=readings_id, seen="before"), code=303)
    number = plural(len(plan.changes), "reading is", "readings are")
    workflow_ids = {metric.workflow_id for metric, _ in plan.changes}
    says, more = f"{number} written.", "What was read before is on the page of each metric."
    if len(workflow_ids) == 1:
        return done("value.workflow", says, more, workflow_id=workflow_ids.pop())
    return done("waves.index", says, more)


@blueprint.post("/value/import/<int:readings_id>/discarding")
def drop_file(readings_id: int) -> BaseResponse:
    """Drop a file that was not applied."""
    files.drop_file(_file(readings_id))
    return done("value.take_file", "The file was dropped.", "No reading has changed.")
