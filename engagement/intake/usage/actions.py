"""Keeping a file of use until its columns are settled and its preview was seen, and writing what was seen."""

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from engagement import clock
from engagement.adoption.actions.uploads import take_file
from engagement.adoption.models import UsageMapping, UsageUpload
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.intake.actions.files import drop_file, hash_of, keep_upload
from engagement.intake.models import KeptUpload
from engagement.intake.rules import Progress, UploadKind, quietly
from engagement.intake.usage.queries.comparing import read_rows
from engagement.intake.usage.queries.reading import UsageFile, rows_in
from engagement.intake.usage.rules import Layout, guessed, layout_of, mapping_problem
from engagement.programmes.models import Programme
from engagement.programmes.queries import workflows_of
from engagement.words import plural


def keep_usage(filename: str, data: bytes, programme_id: int, *, account_id: int) -> KeptUpload:
    """Read a file and keep its cells for a day, in the place of an earlier one; nothing of it is written.

    Its columns are read as those of the last such file of the programme, else by their headers. Raises UnreadableFile for a
    file that can't be read as a whole.
    """
    header, rows = rows_in(data)
    workflow_ids = [workflow.id for workflow in workflows_of([programme_id])]
    layout = _remembered(programme_id, header, workflow_ids) or guessed(header, workflow_ids)
    file = UsageFile(programme_id, hash_of(data), header, rows, layout, not mapping_problem(layout))
    return keep_upload(filename, file.kept(), account_id=account_id, kind=UploadKind.USAGE)


def _remembered(programme_id: int, header: list[str], workflow_ids: list[int]) -> Layout | None:
    saved = _saved(programme_id, header)
    layout = Layout.read(saved.columns) if saved else None
    meant = {*layout.activity.values(), *([layout.workflow_id] if layout.workflow_id else [])} if layout else set()
    return layout if meant <= set(workflow_ids) else None


def _saved(programme_id: int, header: list[str] | tuple[str, ...]) -> UsageMapping | None:
    same = (UsageMapping.programme_id == programme_id, UsageMapping.header == layout_of(header))
    return db.session.scalar(select(UsageMapping).where(*same))


def settle_columns(kept: KeptUpload, layout: Layout, *, by: Actor) -> None:
    """Say how the columns of a kept file are read, and remember it for files with the same header. Raises BadInput."""
    if problem := mapping_problem(layout):
        raise BadInput(problem)
    file = UsageFile.read(kept.content)
    kept.content = replace(file, layout=layout, is_settled=True).kept()
    saved = _saved(file.programme_id, list(file.header))
    if saved is None:
        saved = UsageMapping(programme_id=file.programme_id, header=layout_of(file.header))
        db.session.add(saved)
    saved.columns, saved.saved_at, saved.saved_by_id = layout.kept(), clock.now(), by.account_id
    db.session.flush()


def apply_usage(
    kept: KeptUpload, programme: Programme, seen: str, *, today: date, by: Actor, progress: Progress = quietly
) -> UsageUpload | None:
    """Write what somebody saw in the preview, whose fingerprint is `seen`, and delete the file; refused rows are left out.

    Returns None, and writes nothing, if the file would now do something else.
    """
    progress("Comparing the rows", 0.02)
    file = UsageFile.read(kept.content)
    read = read_rows(file.programme_id, file.layout, file.rows, today)
    if read.fingerprint != seen or read.month_first or not read.taken:
        return None
    number = len(read.brought.people)

    def written(rows: int) -> None:
        progress(f"Writing {plural(number, 'number', 'numbers')}", 0.25 + 0.5 * rows / max(1, number))

    upload = take_file(programme, kept.filename, file.file_hash, read.brought, by=by, written=written)
    drop_file(kept)
    return upload
