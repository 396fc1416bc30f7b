"""Changes by imports: staging a file, applying, dropping and undoing a run."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, delete, select, true
from sqlalchemy import func as sql
from sqlalchemy.exc import IntegrityError

from engagement import audit, clock
from engagement.accounts.addresses.actions import tie_to_directory
from engagement.audit import Actor, AuditEntry
from engagement.db import db, note_growth, rows_changed
from engagement.errors import RuleBroken
from engagement.intake.applying.actions import people, undoing
from engagement.intake.applying.actions.departments import close_unused
from engagement.intake.applying.actions.heads import settle_heads
from engagement.intake.applying.actions.recording import UNDOING_VERBS, VERBS, record_of_people
from engagement.intake.applying.queries import merged_since
from engagement.intake.comparing.actions.comparison import compare
from engagement.intake.comparing.actions.matching import unknown_managers
from engagement.intake.comparing.actions.staging import MOST_PROBLEMS, Staged, stage_rows
from engagement.intake.comparing.queries.desired import has_managers
from engagement.intake.comparing.queries.fingerprint import directory_mark, fingerprint
from engagement.intake.models import CHANGES, ImportChange, ImportRun, StagedMatch, StagedPerson, StagedReference
from engagement.intake.reading.queries.files import HrFile
from engagement.intake.reading.rules.problems import Problem, UnreadableFile, lines_at_fault
from engagement.intake.rules import ChangeKind, Progress, RunStatus, Step, missing, needs_confirmation, quietly
from engagement.people.models import Person, PersonRole
from engagement.training.actions.assigning import AssignmentCounts, settle_assignments
from engagement.verbs import Verb
from engagement.waves.actions import settle_memberships

#: The number of the PostgreSQL advisory lock that an import holds while it changes the directory.
ONE_IMPORT = 7_041_300
CHANGED_AT_ONCE = "Somebody changed the directory at the same moment. Nothing was imported. Import the file once more."


def stage_file(
    file: HrFile, *, full: bool, skip_bad: bool, by: Actor, file_hash: str = "", progress: Progress = quietly
) -> ImportRun:
    """Write an opened file (see `open_file`) to the staging tables and compare it with the directory.

    Nothing in the directory changes. The person's earlier run is dropped if it is still staged. Raises UnreadableFile
    when the columns are not known or the file breaks off.
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
        unread=file.unread_headers,
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
    """Compare a run with the directory, remember which state of it, and return the problems found."""
    run.directory_mark = directory_mark()  # first, so that a change during the comparison gives another mark
    found = compare(run, run.count("unplaced"))
    run.fingerprint = fingerprint(run)
    return found


def _kept(problem: Problem) -> dict[str, Any]:
    """Return a problem as it is stored."""
    kept = asdict(problem) | {"kind": problem.kind.value, "severity": problem.severity.value}
    del kept["lines"]
    return kept


def _drop_earlier(by: Actor) -> None:
    mine = ImportRun.started_by_account_id == by.account_id if by.account_id else ImportRun.started_by == by.name[:401]
    for run in db.session.scalars(select(ImportRun).where(ImportRun.status == RunStatus.STAGED, mine)):
        discard_run(run, by=by)


def discard_run(run: ImportRun, *, by: Actor) -> None:
    """Drop a staged run with its rows. Raises RuleBroken in any other state."""
    if not run.is_staged:
        raise RuleBroken(f"This import is {run.status.word.lower()} already.")
    run.status = RunStatus.DISCARDED
    _clear_staging(run)
    audit.record(Verb.DISCARDED_IMPORT, run, by=by)


def apply_run(run: ImportRun, *, confirm_leavers: bool = False, by: Actor, progress: Progress = quietly) -> ImportRun:
    """Change the directory as a staged run says, all of it or nothing; `settle_after_import` does waves and training.

    If something changed since the preview, the run is compared again. If it would then do anything other than the
    preview showed, nothing is applied: the run is returned still staged, for the caller to commit and to show the new
    preview. Raises RuleBroken when the run is no longer staged, has rows with errors that are not skipped, or would
    remove more than a tenth of the people without `confirm_leavers`.
    """
    matched = (StagedMatch.run_id == run.id, StagedMatch.kind.in_(CHANGES))
    _claim(run, select(StagedMatch.person_id).where(*matched))
    _refuse_unless_ready(run)
    if not _is_as_previewed(run):
        db.session.flush()
        return run
    _refuse_unconfirmed(run, confirm_leavers)
    now = clock.now()
    audit.record(Verb.IMPORTED_PEOPLE, run, by=by, **_tally(run))
    if run.touched:
        try:
            _write_people(run, by, progress)
        except IntegrityError as error:
            raise RuleBroken(CHANGED_AT_ONCE) from error
    run.status = RunStatus.APPLIED
    run.applied_at = now
    _clear_staging(run)
    _note_last_entry(run)
    progress(*Step.APPLIED.at(run.touched))
    return run


def _claim(run: ImportRun, people_of_run: Select[int]) -> None:
    """Lock out other imports, and changes of people by anybody else, until the transaction ends.

    SQLite allows one writer only, so it needs no lock.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(sql.pg_advisory_xact_lock(ONE_IMPORT)))
        claimed = select(Person.id).where(Person.id.in_(people_of_run)).order_by(Person.id)
        db.session.execute(claimed.with_for_update(key_share=True))
    db.session.refresh(run, with_for_update=True)


def _clear_staging(run: ImportRun) -> None:
    for table in (StagedPerson, StagedMatch, StagedReference):
        rows_changed(delete(table).where(table.run_id == run.id))


def _note_last_entry(run: ImportRun) -> None:
    """Remember the run's last entry in the audit log, so that newer changes can be recognised."""
    db.session.flush()
    run.last_audit_id = db.session.scalar(select(sql.max(AuditEntry.id)))
    db.session.flush()
    db.session.expire_all()


def _write_people(run: ImportRun, by: Actor, progress: Progress) -> None:
    now = clock.now()
    people.make_departments(run, by)
    people.note_changes(run)
    people.mark_leavers(run, now, by)
    people.free_addresses(run)
    progress(*Step.PEOPLE.at(run.touched))
    people.add_new(run, now)
    people.update_known(run, now, by)
    progress(*Step.ROLES.at(run.touched))
    people.replace_roles(run, now)
    for table in (Person, PersonRole, ImportChange):
        note_growth(table, run.touched)
    db.session.expire_all()
    tie_to_directory(true(), by=by)
    if has_managers(run):
        settle_heads(run, by)
    progress(*Step.AUDIT.at(run.touched))
    record_of_people(run, VERBS, now, by)


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
    """Return whether the run still does what its preview showed; compares again if the directory changed."""
    if run.directory_mark == directory_mark():
        return True
    previewed = run.fingerprint
    # Warnings are found anew at each comparison.
    found = [problem for problem in _held_against_directory(run) if _kept(problem) not in run.problems]
    if found:
        run.counts = run.counts | {"bad_rows": run.count("bad_rows") + len(lines_at_fault(found))}
        run.problems = sorted([*run.problems, *map(_kept, found)], key=lambda p: p["line"] or 0)[:MOST_PROBLEMS]
        run.problems_total += len(found)
    return not found and run.fingerprint == previewed


def _tally(run: ImportRun) -> dict[str, tuple[Any, Any]]:
    return {kind.value: (None, run.count(kind)) for kind in ChangeKind if run.count(kind)}


def settle_after_import(undone: ImportRun | None = None) -> AssignmentCounts:
    """Let waves and training follow the directory: who joins, who leaves, and what they have to learn.

    After a run was `undone`, nobody it touched is asked about the training that it had brought them. Roles that follow
    from rules are left to the scheduler.
    """
    settle_memberships(by=audit.DIRECTORY)
    touched = select(ImportChange.person_id).where(ImportChange.run_id == undone.id) if undone else None
    return settle_assignments(clock.now(), unasked=touched)


def undo_run(run: ImportRun, *, by: Actor) -> None:
    """Restore everybody whom an applied run changed, and close departments that it made and nobody uses.

    People from a department that was merged since go to its successor (see `merged_since`). Raises RuleBroken when the
    run is not applied, or when the same people were changed since.
    """
    _claim(run, select(ImportChange.person_id).where(ImportChange.run_id == run.id))
    if not run.is_applied:
        raise RuleBroken(f"This import is {run.status.word.lower()}; only an applied one can be undone.")
    undoing.refuse_if_newer(run)
    now = clock.now()
    undoing.restore_people(run, now, by)
    if has_managers(run):
        settle_heads(run, by)
    undone = _tally(run) | {f"people of {old}": (old, new) for old, new in merged_since(run)}
    audit.record(Verb.UNDID_IMPORT, run, by=by, **undone)
    db.session.flush()
    record_of_people(run, UNDOING_VERBS, now, by)
    close_unused(run, by)
    run.status = RunStatus.UNDONE
    run.undone_at = now
    _note_last_entry(run)


def leave_out_bad_rows(run: ImportRun, *, by: Actor) -> None:
    """Let a staged run be applied without its rows with errors. Raises RuleBroken in any other state."""
    if not run.is_staged:
        raise RuleBroken(f"This import is {run.status.word.lower()} already.")
    run.skips_bad = True
    audit.record(Verb.LEFT_OUT_BAD_ROWS, run, by=by, rows=(None, run.count("bad_rows")))
