"""Pages that take an HR file and its columns. Preview and applying are in `runs`."""

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse
from wtforms.fields.choices import SelectChoice

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.errors import BadInput
from engagement.intake import queries
from engagement.intake.actions.files import drop_uploads, hash_of, keep_upload, save_mapping
from engagement.intake.actions.runs import stage_file
from engagement.intake.models import ImportRun, KeptUpload
from engagement.intake.reading.queries.files import HrFile, first_rows, open_file
from engagement.intake.reading.rules.fields import Field
from engagement.intake.reading.rules.problems import Severity, UnreadableFile
from engagement.intake.rules import STAGED, Progress, Step, quietly, within
from engagement.intake.scopes import upload_for
from engagement.pages.frame import guard
from engagement.pages.intake import blueprint
from engagement.pages.intake.forms import WHOLE, ColumnsForm, FileForm
from engagement.pages.intake.sample import explained_columns
from engagement.pages.parts.files import both_files
from engagement.pages.parts.long_work import shown_while_working
from engagement.pages.parts.saving import REFUSED
from engagement.words import plural

LARGE = 500_000
"""Bytes above which a file takes longer than about a second to read and compare."""


@blueprint.route("/people/import", methods=["GET", "POST"])
def index() -> Any:
    """Take an HR file and lead to its preview."""
    guard.allow_all(rights.keeping_people(guard.reader()))
    # Nobody waits for the database while a file is read.
    db.session.rollback()
    form = FileForm()
    if form.full.data is None:
        form.full.data = WHOLE
    if not form.validate_on_submit():
        return _file_page(form), REFUSED if request.method == "POST" else 200
    filename, content = form.file.data.filename or "people", form.file.data.read()
    try:
        file = open_file(content, filename)
        if form.choose.data or not file.is_usable:
            return _begin_choosing(form, file, content)
        how = {"full": form.full.data == WHOLE, "skip_bad": form.skip_bad.data}
        if len(content) > LARGE:
            return _stage_before_eyes(file, content, back=url_for("intake.index"), **how)
        run = _stage(file, content, by=guard.reader(), **how)
    except UnreadableFile as error:
        db.session.rollback()
        form.take(BadInput(error.problem.sentence, {"file": error.problem.sentence}))
        return _file_page(form), REFUSED
    if run.is_blocked:
        form.take(BadInput(_first_errors(run), {"file": _first_errors(run)}))
        return _file_page(form, run), REFUSED
    return redirect(url_for("intake.run", run_id=run.id), code=303)


def _first_errors(found: ImportRun) -> str:
    """Return the number of bad rows, with the first of them."""
    rows = plural(found.count("bad_rows"), "row has", "rows have")
    first = next(p["sentence"] for p in found.problems if p["severity"] == Severity.ERROR.value)
    return f"{rows} errors, so nothing was imported. {first}"


def _file_page(form: FileForm, blocked: ImportRun | None = None) -> str:
    return render_template(
        "intake/index.html",
        form=form,
        blocked=blocked,
        runs=db.session.scalars(queries.runs().limit(5)).all(),
        columns=explained_columns(),
        samples=both_files("intake.sample"),
    )


def _stage(
    file: HrFile, content: bytes, *, by: Reader, full: bool, skip_bad: bool, progress: Progress = quietly
) -> ImportRun:
    file.read_ahead(lambda rows: progress(*Step.READING.at(rows, file.height)))
    drop_uploads(by.account_id)
    run = stage_file(file, full=full, skip_bad=skip_bad, by=by.actor, file_hash=hash_of(content), progress=progress)
    db.session.commit()
    return run


def _stage_before_eyes(file: HrFile, content: bytes, *, back: str, full: bool, skip_bad: bool) -> BaseResponse:
    """Compare a large file while the page shows progress, then lead to its preview."""
    reader = guard.reader()
    runs = url_for("intake.run", run_id=0).removesuffix("0")  # addresses are made within the request only

    def work(progress: Progress) -> str:
        telling = within(progress, 0, STAGED)
        try:
            run = _stage(file, content, by=reader, full=full, skip_bad=skip_bad, progress=telling)
        except UnreadableFile as error:
            raise BadInput(error.problem.sentence) from error
        return f"{runs}{run.id}"

    return shown_while_working(f"Reading {file.filename}", work, back=back)


def _begin_choosing(form: FileForm, file: HrFile, content: bytes) -> Any:
    """Keep the file and show its columns; refuse a file whose columns can't be read."""
    upload = keep_upload(file.filename, content, account_id=guard.reader().account_id)
    db.session.commit()
    asked: dict[str, Any] = {"full": form.full.data, "skip_bad": "y" if form.skip_bad.data else ""}
    if file.is_usable:
        return redirect(url_for("intake.columns", upload_id=upload.id, **asked), code=303)
    chosen = ColumnsForm(formdata=None)
    _offer(chosen, file)
    return _columns_page(chosen, file, upload, asked, [problem.sentence for problem in file.problems]), REFUSED


@blueprint.route("/people/import/columns/<int:upload_id>", methods=["GET", "POST"])
def columns(upload_id: int) -> Any:
    """Let the reader choose which column says what."""
    upload = upload_for(rights.keeping_people(guard.reader()), upload_id)
    asked: dict[str, Any] = {"full": request.args.get("full", WHOLE), "skip_bad": request.args.get("skip_bad", "")}
    form = ColumnsForm()
    saved = queries.mapping_named(request.args.get("saved", ""))
    columns_before, content, filename = (dict(saved.columns) if saved else None), upload.content, upload.filename
    # Nobody waits for the database while a file is read.
    db.session.rollback()
    file = open_file(content, filename, columns_before)
    _offer(form, file)
    if not form.validate_on_submit():
        problems = [problem.sentence for problem in file.problems] if saved else []
        return _columns_page(form, file, upload, asked, problems), REFUSED if request.method == "POST" else 200
    chosen = {field.value: form[f"column_{field.value}"].data for field in Field if form[f"column_{field.value}"].data}
    try:
        file = open_file(content, filename, chosen)
        if not file.is_usable:
            return _columns_page(form, file, upload, asked, [p.sentence for p in file.problems]), REFUSED
        if len(content) <= LARGE:
            file.read_ahead()
        if form.name.data:
            save_mapping(form.name.data, chosen, by=guard.reader().actor)
        how = {"full": asked["full"] == WHOLE, "skip_bad": bool(asked["skip_bad"])}
        if len(content) > LARGE:
            db.session.commit()
            return _stage_before_eyes(file, content, back=request.full_path, **how)
        run = _stage(file, content, by=guard.reader(), **how)
    except UnreadableFile as error:
        db.session.rollback()
        return _columns_page(form, file, upload, asked, [error.problem.sentence]), REFUSED
    except BadInput as error:
        db.session.rollback()
        form.take(error)
        return _columns_page(form, file, upload, asked, []), REFUSED
    return redirect(url_for("intake.run", run_id=run.id), code=303)


def _offer(form: ColumnsForm, file: HrFile) -> None:
    """Offer the headers for each field, with the ones that were recognised already chosen."""
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
