"""Pages that take readings as a file: what it would write, writing it, dropping it."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.errors import BadInput
from engagement.intake.figures import actions
from engagement.intake.figures.queries.comparing import Plan, plan_of
from engagement.intake.figures.queries.reading import read_back
from engagement.intake.figures.rules import EXPLAINED, LineKind
from engagement.intake.figures.scopes import readings_file_for
from engagement.intake.models import KeptUpload
from engagement.intake.reading.rules.problems import UnreadableFile
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.forms import Form
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.saving import REFUSED, done
from engagement.pages.value import blueprint
from engagement.words import listed, plural

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
    if form.validate_on_submit():
        filename, content = form.file.data.filename or "readings", form.file.data.read()
        # Nobody waits for the database while a file is read.
        db.session.rollback()
        try:
            file = actions.keep_readings(filename, content, account_id=guard.reader().account_id)
        except UnreadableFile as error:
            form.take(BadInput(error.problem.sentence, {"file": error.problem.sentence}))
        else:
            db.session.commit()
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
    by_kind = {kind: plan.of(kind) for kind in _LISTED}
    there = [kind for kind in _LISTED if by_kind[kind]]
    asked = Asked()
    given = request.args.get("show", "")
    shown = next((kind for kind in there if kind.value == given), there[0])
    asked.carry("show", shown.value)
    asked.carry("seen", plan.fingerprint)
    lines, page = asked.part_of(by_kind[shown])
    parts = [
        (
            url_for("value.preview", readings_id=readings_id, show=kind.value, seen=plan.fingerprint),
            kind.word,
            len(by_kind[kind]),
            kind is shown,
        )
        for kind in there
    ]
    return render_template(
        "value/preview.html",
        file=file,
        is_anew=request.args.get("seen", plan.fingerprint) != plan.fingerprint,
        tally=_tally(plan),
        parts=parts,
        shown=shown,
        kinds=LineKind,
        lines=lines,
        page=page,
        changes=len(plan.changes),
        refused=len(by_kind[LineKind.REFUSED]),
        fingerprint=plan.fingerprint,
        not_read=listed(f"“{name[:60]}”" for name in not_read[:20]),
    )


def _tally(plan: Plan) -> list[tuple[str, str, str]]:
    numbers = [(kind, len(plan.of(kind))) for kind in LineKind]
    return [
        (f"{number:,}", kind.word.lower(), "bad" if number and kind is LineKind.REFUSED else "")
        for kind, number in numbers
    ]


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
    actions.drop_readings(_file(readings_id))
    return done("value.take_file", "The file was dropped.", "No reading has changed.")
