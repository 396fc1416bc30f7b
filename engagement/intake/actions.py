"""Changes by imports: staging a file, applying, dropping and undoing a run, keeping a mapping of columns."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy import func as sql

from engagement import audit, clock
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.intake import applying, comparing, heading, places, recording, undoing
from engagement.intake.clearing import clear_staging
from engagement.intake.fingerprint import directory_mark, fingerprint
from engagement.intake.first_load import checked_and_indexed_at_once
from engagement.intake.locking import lock_directory
from engagement.intake.matching import unknown_managers
from engagement.intake.models import (
    ImportChange,
    ImportRun,
    KeptUpload,
    SavedMapping,
)
from engagement.intake.progress import Progress, Step, quietly
from engagement.intake.reading import HrFile
from engagement.intake.rules import (
    UPLOAD_KEPT,
    ChangeKind,
    Field,
    Problem,
    RunStatus,
    UnreadableFile,
    lines_at_fault,
    missing,
    needs_confirmation,
)
from engagement.intake.staging import MOST_PROBLEMS, Staged, stage_rows
from engagement.intake.statistics import refresh_statistics
from engagement.people.models import Person, PersonRole
from engagement.training.actions.assigning import AssignmentCounts, settle_assignments
from engagement.verbs import Verb
from engagement.waves.actions import settle_memberships


def stage_file(
    file: HrFile, *, full: bool, skip_bad: bool, by: Actor, file_hash: str = "", progress: Progress = quietly
) -> ImportRun:
    """Write an opened file (see `open_file`) to the staging tables and compare it with the directory.

    Nothing in the directory changes. A run that the same person staged before and did not apply is dropped. Raises
    UnreadableFile where the columns are not known or the file breaks off.
    """
    if not file.is_usable:
        raise UnreadableFile(file.problems[0].kind, file.problems[0].sentence, file.problems[0].line)
    file.read_ahead(lambda rows: progress(*Step.READING.at(rows, file.height)))
    _drop_earlier(by)
    run = ImportRun(
        filename=file.filename[:255],
        file_kind=file.kind[:300],
        file_hash=file_hash,
        is_full=full,
        skips_bad=skip_bad,
        status=RunStatus.STAGED,
        started_by=by.name[:401],
        started_by_account_id=by.account_id,
        started_at=clock.now(),
        columns={field.value: header for field, header in file.header_names.items()},
        counts={},
        problems=[],
        new_departments=[],
    )
    db.session.add(run)
    db.session.flush()
    staged = stage_rows(run.id, file, progress)
    if fatal := next((problem for problem in file.problems if problem.is_fatal), None):
        raise UnreadableFile(fatal.kind, fatal.sentence, fatal.line)
    _compare(run, staged, progress)
    return run


def _compare(run: ImportRun, staged: Staged, progress: Progress) -> None:
    run.counts = {"rows": staged.rows, "unplaced": staged.unplaced}
    found = _held_against_directory(run)
    staged.note(found)
    unknown = unknown_managers(run)
    staged.note([problem for manager, problem in staged.absent_managers.items() if manager in unknown])
    staged.bad_rows += len(lines_at_fault(found))
    run.counts = run.counts | {"bad_rows": staged.bad_rows, "warnings": staged.warnings}
    run.problems = [_kept(problem) for problem in sorted(staged.problems, key=lambda p: p.line or 0)[:MOST_PROBLEMS]]
    run.problems_total = staged.problems_total
    progress(*Step.COMPARED.at(staged.rows))
    db.session.flush()


def _held_against_directory(run: ImportRun) -> list[Problem]:
    """Compare and remember what was compared with what; returns what is wrong with rows in sight of the directory."""
    run.directory_mark = directory_mark()  # first, so that whatever changes meanwhile makes it another one
    found = comparing.compare(run, run.count("unplaced"))
    run.fingerprint = fingerprint(run)
    return found


def _kept(problem: Problem) -> dict[str, Any]:
    """A problem as it is stored."""
    kept = asdict(problem) | {"kind": problem.kind.value, "severity": problem.severity.value}
    del kept["lines"]
    return kept


def _drop_earlier(by: Actor) -> None:
    mine = ImportRun.started_by_account_id == by.account_id if by.account_id else ImportRun.started_by == by.name[:401]
    for run in db.session.scalars(select(ImportRun).where(ImportRun.status == RunStatus.STAGED, mine)):
        discard_run(run, by=by)


def discard_run(run: ImportRun, *, by: Actor) -> None:
    """Drop a run that was not applied, with its staged rows. Raises RuleBroken for any other."""
    if not run.is_staged:
        raise RuleBroken(f"This import is {run.status.word.lower()} already.")
    run.status = RunStatus.DISCARDED
    clear_staging(run)
    audit.record(Verb.DISCARDED_IMPORT, run, by=by)


def apply_run(run: ImportRun, *, confirm_leavers: bool = False, by: Actor, progress: Progress = quietly) -> ImportRun:
    """Make the directory what a staged run says, all of it or nothing; who works in waves and training is left to
    `settle_after_import`.

    Where something changed since the preview, the comparison is made anew first. If by that the run would change anything
    else than was previewed, nothing is applied: the run returns still staged, for the caller to commit and to show what it
    would change now. Raises RuleBroken when the run is not staged any more, has rows with errors that were not to be
    skipped, or would let more than a tenth of the people leave without `confirm_leavers`.
    """
    lock_directory()
    db.session.refresh(run, with_for_update=True)
    _refuse_unless_ready(run)
    if not _is_as_previewed(run):
        db.session.flush()
        return run
    _refuse_unconfirmed(run, confirm_leavers)
    now = clock.now()
    audit.record(Verb.IMPORTED_PEOPLE, run, by=by, **_tally(run))
    if run.touched:
        with checked_and_indexed_at_once(run):
            _write_people(run, by, progress)
    run.status = RunStatus.APPLIED
    run.applied_at = now
    clear_staging(run)
    _note_last_entry(run)
    progress(*Step.APPLIED.at(run.touched))
    return run


def _note_last_entry(run: ImportRun) -> None:
    """Remember where in the audit the run ends, so that whatever is newer can be told from it."""
    db.session.flush()
    run.last_audit_id = db.session.scalar(select(sql.max(AuditEntry.id)))
    db.session.flush()
    db.session.expire_all()


def _write_people(run: ImportRun, by: Actor, progress: Progress) -> None:
    now = clock.now()
    applying.make_departments(run, by)
    applying.note_changes(run)
    applying.mark_leavers(run, now, by)
    applying.free_addresses(run)
    progress(*Step.PEOPLE.at(run.touched))
    applying.insert_new(run, now)
    applying.update_known(run, now, by)
    progress(*Step.ROLES.at(run.touched))
    applying.replace_roles(run, now)
    if run.touched > run.count("active") // 10:
        refresh_statistics(Person, PersonRole, ImportChange)
    db.session.expire_all()
    if comparing.has_managers(run):
        heading.settle_heads(run, by)
    progress(*Step.AUDIT.at(run.touched))
    recording.record_of_people(run, recording.VERBS, now, by)


def _refuse_unless_ready(run: ImportRun) -> None:
    if not run.is_staged:
        raise RuleBroken(f"This import is {run.status.word.lower()} already.")
    if run.is_blocked:
        number = run.count("bad_rows")
        rows = "One row has" if number == 1 else f"{number:,} rows have"
        raise RuleBroken(f"{rows} errors, so nothing was imported. Correct the file, or import the good rows only.")


def _refuse_unconfirmed(run: ImportRun, confirm_leavers: bool) -> None:
    leavers, active = run.count(ChangeKind.LEFT), run.count("active")
    if needs_confirmation(leavers, active) and not confirm_leavers:
        raise RuleBroken(f"{missing(leavers, active)} Confirm that it lists everybody, or import it as a part.")


def _is_as_previewed(run: ImportRun) -> bool:
    """Whether the run would still change what its preview showed, compared anew where the directory changed since."""
    if run.directory_mark == directory_mark():
        return True
    previewed = run.fingerprint
    # What was only pointed out is found each time.
    found = [problem for problem in _held_against_directory(run) if _kept(problem) not in run.problems]
    if found:
        run.counts = run.counts | {"bad_rows": run.count("bad_rows") + len(lines_at_fault(found))}
        run.problems = sorted([*run.problems, *map(_kept, found)], key=lambda p: p["line"] or 0)[:MOST_PROBLEMS]
        run.problems_total += len(found)
    return not found and run.fingerprint == previewed


def _tally(run: ImportRun) -> dict[str, tuple[Any, Any]]:
    return {kind.value: (None, run.count(kind)) for kind in ChangeKind if run.count(kind)}


def settle_after_import(undone: ImportRun | None = None) -> AssignmentCounts:
    """Let waves and training follow the directory: who comes in, who goes out, what they have to learn, or are asked about.

    After a run was `undone`, nobody whom it touched is asked about the training that it had brought them. Roles that follow
    from rules are left to the timetable.
    """
    settle_memberships()
    touched = select(ImportChange.person_id).where(ImportChange.run_id == undone.id) if undone else None
    return settle_assignments(clock.now(), unasked=touched)


def undo_run(run: ImportRun, *, by: Actor) -> None:
    """Put everybody whom an applied run touched back to what they were, and close departments it made that nobody uses.

    Who was in a department that was merged since comes into its successor (see `places.merged_since`). Raises RuleBroken
    when the run is not applied, or when something newer touched the same people.
    """
    lock_directory()
    db.session.refresh(run, with_for_update=True)
    if not run.is_applied:
        raise RuleBroken(f"This import is {run.status.word.lower()}; only an applied one can be undone.")
    undoing.refuse_if_newer(run)
    now = clock.now()
    undoing.restore_people(run, now, by)
    if comparing.has_managers(run):
        heading.settle_heads(run, by)
    undone = _tally(run) | {f"people of {old}": (old, new) for old, new in places.merged_since(run)}
    audit.record(Verb.UNDID_IMPORT, run, by=by, **undone)
    db.session.flush()
    recording.record_of_people(run, recording.UNDOING_VERBS, now, by)
    places.close_unused(run, by)
    run.status = RunStatus.UNDONE
    run.undone_at = now
    _note_last_entry(run)


def save_mapping(name: str, columns: Mapping[str, str], *, by: Actor) -> SavedMapping:
    """Keep columns (field → header) under a name, in place of what was kept under it. Raises BadInput for a bad name."""
    name = " ".join(name.split())
    if not name or len(name) > 100:
        raise BadInput("Give the mapping a name.", {"name": "Give it a name of at most 100 characters."})
    unknown = set(columns) - {field.value for field in Field}
    if unknown:
        raise BadInput(f"There is no field {sorted(unknown)[0]}.")
    mapping = db.session.scalar(select(SavedMapping).where(SavedMapping.name == name))
    if mapping is None:
        mapping = SavedMapping(name=name, columns={}, saved_by="", saved_at=clock.now())
        db.session.add(mapping)
    old = dict(mapping.columns)
    mapping.columns, mapping.saved_by, mapping.saved_at = dict(columns), by.name[:401], clock.now()
    audit.record(Verb.SAVED_COLUMN_MAPPING, mapping, by=by, columns=(old or None, dict(columns)))
    return mapping


def leave_out_bad_rows(run: ImportRun, *, by: Actor) -> None:
    """Let a staged run be applied without its rows with errors. Raises RuleBroken when it is not staged any more."""
    if not run.is_staged:
        raise RuleBroken(f"This import is {run.status.word.lower()} already.")
    run.skips_bad = True
    audit.record(Verb.LEFT_OUT_BAD_ROWS, run, by=by, rows=(None, run.count("bad_rows")))


def keep_upload(filename: str, content: bytes, *, account_id: int) -> KeptUpload:
    """Keep a file until its columns are chosen, in place of any other that this account left."""
    drop_uploads(account_id)
    upload = KeptUpload(account_id=account_id, filename=filename[:255], content=content, kept_at=clock.now())
    db.session.add(upload)
    db.session.flush()
    return upload


def drop_uploads(account_id: int) -> None:
    """Delete what this account left while choosing columns."""
    rows_changed(delete(KeptUpload).where(KeptUpload.account_id == account_id))


def drop_old_uploads(now: datetime) -> int:
    """Delete the files whose columns nobody chose within a day of `now` (UTC); returns how many."""
    return rows_changed(delete(KeptUpload).where(KeptUpload.kept_at < now - UPLOAD_KEPT))


def hash_of(data: bytes | Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    with data.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
