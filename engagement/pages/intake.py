"""Pages of imports: a file is given, its columns are understood, its effect is shown, then it is applied, dropped or undone."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts import access
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.intake import actions, queries
from engagement.intake.models import ImportRun, KeptUpload
from engagement.intake.reading import MOST_BYTES, HrFile, first_rows, open_file
from engagement.intake.rules import ChangeKind, Field, Severity, UnreadableFile, needs_confirmation
from engagement.pages import guard
from engagement.pages.import_forms import WHOLE, ColumnsForm, FileForm
from engagement.pages.paging import asked_page
from engagement.pages.shell import notify

blueprint = Blueprint("intake", __name__)
MOST_SENT = MOST_BYTES + 10 * 1024 * 1024


@blueprint.url_value_preprocessor
def _take_large_files(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Take a file that is larger than other requests may be; this comes before the check of the form's token reads it."""
    if request.endpoint == "intake.index" and request.method == "POST" and guard.is_signed_in():
        request.max_content_length = MOST_SENT


@blueprint.route("/people/import", methods=["GET", "POST"])
def index() -> Any:
    """Give a file."""
    guard.allow(access.may_import_people(guard.reader()))
    form = FileForm()
    if form.full.data is None:
        form.full.data = WHOLE
    if not form.validate_on_submit():
        return _file_page(form), 400 if request.method == "POST" else 200
    filename, content = form.file.data.filename or "people", form.file.data.read()
    try:
        file = open_file(content, filename)
        if form.choose.data or not file.is_usable:
            return _begin_choosing(form, file, content)
        run = _stage(file, content, form.full.data == WHOLE, form.skip_bad.data)
    except UnreadableFile as error:
        db.session.rollback()
        form.take(BadInput(error.problem.sentence, {"file": error.problem.sentence}))
        return _file_page(form), 400
    if run.is_blocked:
        form.take(BadInput(_first_errors(run), {"file": _first_errors(run)}))
        return _file_page(form, run), 400
    return redirect(url_for("intake.run", run_id=run.id), code=303)


def _first_errors(found: ImportRun) -> str:
    """How many rows are bad, and the first of them."""
    number = found.count("bad_rows")
    first = next(p["sentence"] for p in found.problems if p["severity"] == Severity.ERROR.value)
    return f"{number:,} {'row has' if number == 1 else 'rows have'} errors, so nothing was imported. {first}"


def _file_page(form: FileForm, blocked: ImportRun | None = None) -> str:
    return render_template(
        "intake/index.html", form=form, blocked=blocked, runs=db.session.scalars(queries.runs().limit(5)).all()
    )


def _stage(file: HrFile, content: bytes, full: bool, skip_bad: bool) -> ImportRun:
    reader = guard.reader()
    actions.drop_uploads(reader.account_id)
    run = actions.stage_file(file, full=full, skip_bad=skip_bad, by=reader.actor, file_hash=actions.hash_of(content))
    db.session.commit()
    return run


def _begin_choosing(form: FileForm, file: HrFile, content: bytes) -> Any:
    """Keep the file and show its columns; a file whose columns are not understood is answered with 400."""
    upload = actions.keep_upload(file.filename, content, account_id=guard.reader().account_id)
    db.session.commit()
    asked: dict[str, Any] = {"full": form.full.data, "skip_bad": "y" if form.skip_bad.data else ""}
    if file.is_usable:
        return redirect(url_for("intake.columns", upload_id=upload.id, **asked), code=303)
    chosen = ColumnsForm(formdata=None)
    _offer(chosen, file)
    return _columns_page(chosen, file, upload, asked, [problem.sentence for problem in file.problems]), 400


@blueprint.route("/people/import/columns/<int:upload_id>", methods=["GET", "POST"])
def columns(upload_id: int) -> Any:
    """Choose which column says what."""
    guard.allow(access.may_import_people(guard.reader()))
    upload = guard.found(db.session.get(KeptUpload, upload_id, options=[undefer(KeptUpload.content)]))
    if upload.account_id != guard.reader().account_id:
        guard.found(None)
    asked: dict[str, Any] = {"full": request.args.get("full", WHOLE), "skip_bad": request.args.get("skip_bad", "")}
    form = ColumnsForm()
    saved = queries.mapping_named(request.args.get("saved", ""))
    file = open_file(upload.content, upload.filename, saved.columns if saved else None)
    _offer(form, file)
    if not form.validate_on_submit():
        problems = [problem.sentence for problem in file.problems] if saved else []
        return _columns_page(form, file, upload, asked, problems), 400 if request.method == "POST" else 200
    chosen = {field.value: form[f"column_{field.value}"].data for field in Field if form[f"column_{field.value}"].data}
    try:
        file = open_file(upload.content, upload.filename, chosen)
        if not file.is_usable:
            return _columns_page(form, file, upload, asked, [p.sentence for p in file.problems]), 400
        if form.name.data:
            actions.save_mapping(form.name.data, chosen, by=guard.reader().actor)
        run = _stage(file, upload.content, asked["full"] == WHOLE, bool(asked["skip_bad"]))
    except UnreadableFile as error:
        db.session.rollback()
        return _columns_page(form, file, upload, asked, [error.problem.sentence]), 400
    except BadInput as error:
        db.session.rollback()
        form.take(error)
        return _columns_page(form, file, upload, asked, []), 400
    return redirect(url_for("intake.run", run_id=run.id), code=303)


def _offer(form: ColumnsForm, file: HrFile) -> None:
    """Give each field the headers to choose from, and what is read so far as the choice."""
    headers = [SelectChoice("", "Not in this file"), *(SelectChoice(h, h) for h in dict.fromkeys(file.header) if h)]
    for field in Field:
        select = form[f"column_{field.value}"]
        select.choices = headers
        if not form.is_submitted() or select.data is None:
            index = (file.columns or file.guess).get(field)
            select.data = "" if index is None else file.header[index]


def _columns_page(
    form: ColumnsForm, file: HrFile, upload: KeptUpload, asked: dict[str, Any], problems: list[str]
) -> str:
    return render_template(
        "intake/columns.html",
        form=form,
        fields=[form[f"column_{field.value}"] for field in Field],
        problems=problems,
        upload=upload,
        header=file.header,
        rows=[row[: len(file.header)] for row in first_rows(upload.content)],
        saved=[
            (m.name, url_for("intake.columns", upload_id=upload.id, saved=m.name, **asked))
            for m in queries.saved_mappings()
        ],
        to=url_for("intake.columns", upload_id=upload.id, **asked),
    )


@blueprint.get("/people/import/runs")
def runs() -> str:
    """All imports, newest first."""
    guard.allow(access.may_import_people(guard.reader()))
    page = asked_page(count_of(queries.runs()))
    listed = db.session.scalars(queries.runs().offset(page.offset).limit(page.size)).all()
    return render_template("intake/runs.html", runs=listed, page=page)


HEADINGS = {
    ChangeKind.NEW: "New",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.MOVED: "Moved to another department",
    ChangeKind.RETURNED: "Back again",
    ChangeKind.LEFT: "Left",
}
PROBLEMS, DEPARTMENTS = "problems", "departments"


@blueprint.get("/people/import/<int:run_id>")
def run(run_id: int) -> str:
    """What a file would do, or what it did."""
    guard.allow(access.may_import_people(guard.reader()))
    found = guard.found(db.session.get(ImportRun, run_id))
    parts = _parts(found)
    asked = request.args.get("show", "")
    shown = asked if asked in {part for part, _, _ in parts} else (parts[0][0] if parts else "")
    page = asked_page(next((number for part, _, number in parts if part == shown), 0))
    return render_template(
        "intake/run.html",
        run=found,
        tally=_tally(found),
        parts=[(url_for("intake.run", run_id=run_id, show=p), words, n, p == shown) for p, words, n in parts],
        shown=shown,
        heading=next((words for part, words, _ in parts if part == shown), ""),
        page=page,
        rows=_rows(found, shown, page.offset, page.size),
        asks_about_leavers=needs_confirmation(found.count(ChangeKind.LEFT), found.count("active")),
        leavers=found.count(ChangeKind.LEFT),
        active=found.count("active"),
        bad_rows=found.count("bad_rows"),
    )


def _parts(found: ImportRun) -> list[tuple[str, str, int]]:
    """The lists that this run has: what asks for a decision first."""
    if found.status.value in ("discarded",):
        return []
    kinds = (ChangeKind.LEFT, ChangeKind.MOVED, ChangeKind.CHANGED, ChangeKind.RETURNED, ChangeKind.NEW)
    parts = [(kind.value, HEADINGS[kind], found.count(kind)) for kind in kinds if found.count(kind)]
    problems = (PROBLEMS, "Problems in the file", len(found.problems))
    if found.problems:
        parts.insert(0 if found.is_blocked else len(parts), problems)
    if found.new_departments:
        parts.append((DEPARTMENTS, "New departments", len(found.new_departments)))
    return parts


def _rows(found: ImportRun, shown: str, offset: int, size: int) -> list[Any]:
    if shown == PROBLEMS:
        return [
            (p["line"], p["sentence"], p["severity"] == Severity.ERROR.value)
            for p in found.problems[offset : offset + size]
        ]
    if shown == DEPARTMENTS:
        return found.new_departments[offset : offset + size]
    return list(queries.people_of_run(found, ChangeKind(shown), offset=offset, limit=size)) if shown else []


def _tally(found: ImportRun) -> list[tuple[str, str, str]]:
    words = [
        (ChangeKind.NEW, "new"), (ChangeKind.CHANGED, "changed"), (ChangeKind.MOVED, "moved"),
        (ChangeKind.RETURNED, "back again"), (ChangeKind.UNCHANGED, "unchanged"), (ChangeKind.LEFT, "left"),
    ]  # fmt: skip
    tally = [(f"{found.count(kind):,}", word, "") for kind, word in words]
    bad = found.count("bad_rows")
    return [*tally, (f"{bad:,}", "rejected", "bad" if bad else "")]


@blueprint.post("/people/import/<int:run_id>/application")
def apply(run_id: int) -> BaseResponse:
    """Make the directory what the file says, and let waves and training follow."""
    guard.allow(access.may_import_people(guard.reader()))
    found = guard.found(db.session.get(ImportRun, run_id))
    try:
        actions.apply_run(found, confirm_leavers="confirm_leavers" in request.form, by=guard.reader().actor)
        actions.settle_after_import()
    except RuleBroken as error:
        return _refused(run_id, error)
    db.session.commit()
    notify("The directory is up to date.", f"{found.touched:,} people changed. You can undo this import below.")
    return redirect(url_for("intake.run", run_id=run_id), code=303)


@blueprint.post("/people/import/<int:run_id>/leaving-out")
def leave_out(run_id: int) -> BaseResponse:
    """Leave out the rows with errors."""
    guard.allow(access.may_import_people(guard.reader()))
    found = guard.found(db.session.get(ImportRun, run_id))
    try:
        actions.leave_out_bad_rows(found, by=guard.reader().actor)
    except RuleBroken as error:
        return _refused(run_id, error)
    db.session.commit()
    return redirect(url_for("intake.run", run_id=run_id), code=303)


@blueprint.post("/people/import/<int:run_id>/discarding")
def discard(run_id: int) -> BaseResponse:
    """Drop a file that was not applied."""
    guard.allow(access.may_import_people(guard.reader()))
    found = guard.found(db.session.get(ImportRun, run_id))
    try:
        actions.discard_run(found, by=guard.reader().actor)
    except RuleBroken as error:
        return _refused(run_id, error)
    db.session.commit()
    notify("The file was dropped.", "Nothing in the directory has changed.")
    return redirect(url_for("intake.index"), code=303)


@blueprint.post("/people/import/<int:run_id>/undoing")
def undo(run_id: int) -> BaseResponse:
    """Put everybody back to what they were before an import."""
    guard.allow(access.may_import_people(guard.reader()))
    found = guard.found(db.session.get(ImportRun, run_id))
    try:
        actions.undo_run(found, by=guard.reader().actor)
        actions.settle_after_import()
    except RuleBroken as error:
        return _refused(run_id, error)
    db.session.commit()
    notify("The import was undone.", "Everybody is as before; people who were new count as having left.")
    return redirect(url_for("intake.run", run_id=run_id), code=303)


def _refused(run_id: int, error: RuleBroken) -> BaseResponse:
    db.session.rollback()
    notify("Nothing has changed.", error.sentence, tone="bad")
    return redirect(url_for("intake.run", run_id=run_id), code=303)
