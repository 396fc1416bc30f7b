"""Pages that take numbers of use as a file: its columns, what it would write, writing it, dropping it."""

from functools import partial
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.adoption.queries.uploads import same_file
from engagement.db import db
from engagement.intake.actions import files
from engagement.intake.models import KeptUpload
from engagement.intake.rules import Progress
from engagement.intake.usage import actions
from engagement.intake.usage.queries.comparing import Read, read_rows
from engagement.intake.usage.queries.outside import people_outside
from engagement.intake.usage.queries.reading import UsageFile
from engagement.intake.usage.rules import EXPLAINED, Column
from engagement.intake.usage.scopes import usage_file_for
from engagement.pages.adoption import blueprint
from engagement.pages.adoption.forms import UsageForm, columns_form
from engagement.pages.frame import guard
from engagement.pages.frame.formats import today
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.long_work import shown_while_working
from engagement.pages.parts.previews import taken
from engagement.pages.parts.saving import REFUSED, Drawn, done, drawn, saving
from engagement.programmes.models import Programme
from engagement.programmes.queries import programmes, workflows_of
from engagement.programmes.scopes import programme_for, programmes_within
from engagement.words import listed, plural

#: Rows of which writing takes longer than about a second.
MANY = 8_000
#: What Microsoft writes in the place of addresses unless an administrator changes it.
CONCEALED = (
    "None of the rows names anybody who is here. If the file is an export of Microsoft 365, its names may be concealed: in its "
    "admin centre, under Settings, Org settings, Reports, an administrator can have them shown."
)


@blueprint.route("/adoption/import", methods=["GET", "POST"])
def take_file() -> Any:
    """Take numbers of use as a file and lead to its preview, or first to its columns."""
    planning = rights.planning(guard.reader())
    guard.allow_places(planning)
    form = UsageForm(programme=request.args.get("programme"))
    offered = programmes(programmes_within(planning))
    form.offer(offered)
    account_id = guard.reader().account_id
    if form.validate_on_submit():
        programme_id = programme_for(planning, int(form.programme.data)).id
        keep = partial(actions.keep_usage, programme_id=programme_id, account_id=account_id)
        if (file := taken(form, keep)) is not None:
            settled = UsageFile.read(file.content).is_settled
            return redirect(
                url_for("adoption.preview" if settled else "adoption.columns", usage_file_id=file.id), code=303
            )
    columns = [(column.value, words, example) for column, (words, example) in EXPLAINED.items()]
    page = render_template(
        "adoption/import.html", form=form, columns=columns, programmes=offered, may_plan=planning.everything
    )
    return page, REFUSED if form.errors else 200


def _file(usage_file_id: int) -> tuple[KeptUpload, UsageFile]:
    planning = rights.planning(guard.reader())
    kept = usage_file_for(planning, usage_file_id)
    file = UsageFile.read(kept.content)
    programme_for(planning, file.programme_id)
    return kept, file


@blueprint.route("/adoption/import/<int:usage_file_id>/columns", methods=["GET", "POST"])
def columns(usage_file_id: int) -> Drawn | BaseResponse:
    """Say what the columns of a file mean."""
    kept, file = _file(usage_file_id)
    form = columns_form(file, workflows_of([file.programme_id]))
    if form.validate_on_submit():
        with saving(form) as saved:
            actions.settle_columns(kept, form.layout(), by=guard.reader().actor)
        if saved:
            return saved.to("adoption.preview", usage_file_id=usage_file_id)
    fields: list[FlaskForm] = [form[f"column_{column.value}"] for column in Column]
    activity = [field for field in form if field.name.startswith("activity_")]
    return drawn(
        "adoption/columns.html",
        form,
        file=kept,
        header=file.header,
        rows=file.rows[:5],
        fields=fields,
        activity=activity,
    )


def _read(file: UsageFile) -> Read:
    return read_rows(file.programme_id, file.layout, file.rows, today())


@blueprint.get("/adoption/import/<int:usage_file_id>")
def preview(usage_file_id: int) -> str | BaseResponse:
    """Show what a file would write: how much of it can be used, and each row that can't."""
    kept, file = _file(usage_file_id)
    if not file.is_settled:
        return redirect(url_for("adoption.columns", usage_file_id=usage_file_id))
    read, same = _read(file), same_file(file.programme_id, file.file_hash)
    asked = Asked()
    lines, page = asked.part_of(read.refused)
    of_people = [row.day for row in read.brought.people] + [row.day for row in read.brought.teams]
    names = {workflow.id: workflow.name for workflow in workflows_of([file.programme_id])}
    told = read.brought.workflow_ids
    written = 0 if same else read.used
    nobody = not read.taken and all("Nobody in the directory" in each.problems[0] for each in read.refused)
    return render_template(
        "adoption/preview.html",
        file=kept,
        read=read,
        programme=programme_for(rights.planning(guard.reader()), file.programme_id),
        same=same,
        outside=people_outside(read.brought.people),
        is_anew=request.args.get("seen", read.fingerprint) != read.fingerprint,
        tally=[
            (f"{written:,}", "row to write" if written == 1 else "rows to write", ""),
            *([(f"{read.idle:,}", "without use", "")] if read.idle else []),
            (f"{len(read.refused):,}", "left out", "bad" if read.refused else ""),
        ],
        days=(min(of_people), max(of_people)) if of_people else None,
        workflows=listed(names[key] for key in sorted(told) if key in names),
        concealed=CONCEALED if nobody and read.refused else "",
        lines=lines,
        page=page,
    )


@blueprint.post("/adoption/import/<int:usage_file_id>/application")
def apply_file(usage_file_id: int) -> BaseResponse:
    """Write the numbers of a file, as they were previewed."""
    kept, file = _file(usage_file_id)
    reader, programme = guard.reader(), programme_for(rights.planning(guard.reader()), file.programme_id)
    if same_file(programme.id, file.file_hash) is not None:
        return redirect(url_for("adoption.preview", usage_file_id=usage_file_id), code=303)
    seen, on, again = (
        request.form.get("seen", ""),
        today(),
        url_for("adoption.preview", usage_file_id=usage_file_id, seen="before"),
    )
    if len(file.rows) > MANY:
        leads_to = url_for("adoption.programme", programme_id=programme.id)

        def work(progress: Progress) -> str:
            kept = db.session.get_one(KeptUpload, usage_file_id)
            programme = db.session.get_one(Programme, file.programme_id)
            upload = actions.apply_usage(kept, programme, seen, today=on, by=reader.actor, progress=progress)
            db.session.commit()
            return again if upload is None else leads_to

        return shown_while_working(f"Writing {kept.filename}", work, back=again)
    upload = actions.apply_usage(kept, programme, seen, today=on, by=reader.actor)
    if upload is None:
        db.session.rollback()
        return redirect(again, code=303)
    numbers = f"{plural(upload.rows, 'number is', 'numbers are')} written."
    says = numbers if upload.rows else "The file is written: nobody in it used it."
    more = "The figures are counted anew. If something was wrong, take the file back where the numbers come from."
    return done("adoption.programme", says, more, programme_id=programme.id)


@blueprint.post("/adoption/import/<int:usage_file_id>/discarding")
def drop_file(usage_file_id: int) -> BaseResponse:
    """Drop a file that was not applied."""
    kept, _ = _file(usage_file_id)
    files.drop_file(kept)
    return done("adoption.take_file", "The file was dropped.", "Nothing was written.")
