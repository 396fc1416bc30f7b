"""An HR file brought in from the shell: one call that reads, compares, says what it found and, unless asked not to, applies."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.intake import actions, applying, queries
from engagement.intake.consequences import training_left_by
from engagement.intake.models import CHANGES, ImportRun
from engagement.intake.progress import Progress, Step, quietly
from engagement.intake.reading import open_file
from engagement.intake.rules import ChangeKind, missing, needs_confirmation
from engagement.intake.sign_ins.queries import sign_ins_touched, why_not_all_leave
from engagement.words import plural


@dataclass(frozen=True)
class Preview:
    """What a file does to the directory, in plain values that outlive a rollback.

    `counts` has a number for each `ChangeKind`, and rows, bad_rows, warnings, active; `problems` are pairs of severity and
    sentence, the first of `problems_total`. `training_left` counts unfinished assignments that become questions.
    `ends_all_administration` says why a file that would leave no administrator with a sign-in can't be applied; `sign_ins`
    are sentences on sign-ins with rights that it touches.
    """

    run_id: int
    counts: dict[str, int]
    problems: list[tuple[str, str]]
    problems_total: int
    new_departments: list[str]
    asks_about_leavers: bool
    is_blocked: bool
    is_applied: bool
    training_left: int
    ends_all_administration: str = ""
    sign_ins: tuple[str, ...] = ()


def import_file(
    path: Path,
    *,
    dry_run: bool = False,
    saved_mapping: str | None = None,
    full: bool = True,
    skip_bad: bool = False,
    confirm_leavers: bool = False,
    by: Actor,
    progress: Progress = quietly,
) -> Preview:
    """Read, compare and apply a file in the present transaction, which the caller commits or, after a dry run, rolls back.

    Nothing is applied where `is_blocked` or unconfirmed leavers stand against it, or where the directory changes between
    comparing and applying; see `Preview.is_applied`. Raises BadInput for a path or saved mapping that is not there,
    UnreadableFile for a file that cannot be read.
    """
    run = _staged(path, saved_mapping, full, skip_bad, by, progress)
    no_administrator, touched = "", tuple(sign_ins_touched(run))
    asks = needs_confirmation(run.count(ChangeKind.LEFT), run.count("active"))
    if not dry_run and not run.is_blocked and (confirm_leavers or not asks):
        actions.apply_run(run, confirm_leavers=confirm_leavers, by=by, progress=progress)
        training_left = actions.settle_after_import().asked if run.is_applied and run.touched else 0
    else:
        training_left = 0 if run.is_blocked else training_left_by(run).assignments
        no_administrator = why_not_all_leave(applying.leavers_of(run))
    return Preview(
        run.id,
        dict(run.counts),
        [(problem["severity"], problem["sentence"]) for problem in run.problems],
        run.problems_total,
        list(run.new_departments),
        asks,
        run.is_blocked,
        run.is_applied,
        training_left,
        no_administrator,
        touched,
    )


def _staged(
    path: Path, saved_mapping: str | None, full: bool, skip_bad: bool, by: Actor, progress: Progress
) -> ImportRun:
    mapping = None
    if saved_mapping is not None:
        kept = queries.mapping_named(saved_mapping)
        if kept is None:
            names = ", ".join(found.name for found in queries.saved_mappings()) or "none"
            raise BadInput(f"There is no saved mapping “{saved_mapping}”. Saved mappings: {names}.")
        mapping = dict(kept.columns)
        # Only this was read until now; nobody waits for the database while the file is read.
        db.session.rollback()
    try:
        file = open_file(path, path.name, mapping)
        file.read_ahead(lambda rows: progress(*Step.READING.at(rows, file.height)))
        file_hash = actions.hash_of(path)
    except OSError as error:
        raise BadInput(f"{path} can’t be read: {error.strerror or error}.") from error
    return actions.stage_file(file, full=full, skip_bad=skip_bad, by=by, file_hash=file_hash, progress=progress)


def import_people(
    path: Path,
    *,
    dry_run: bool,
    saved_mapping: str | None,
    full: bool,
    skip_bad: bool,
    confirm_leavers: bool,
    by: Actor,
    say: Callable[[str], None],
    progress: Progress = quietly,
) -> Preview:
    """`import_file` with what it found said line by line; raises RuleBroken where the file was not applied or, after a dry
    run, would not be.

    After a dry run, or when it raises, everything is rolled back. The caller commits otherwise.
    """
    preview = import_file(
        path,
        dry_run=dry_run,
        saved_mapping=saved_mapping,
        full=full,
        skip_bad=skip_bad,
        confirm_leavers=confirm_leavers,
        by=by,
        progress=progress,
    )
    for line in _lines(preview):
        say(line)
    if preview.is_applied:
        touched = any(preview.counts[kind] for kind in CHANGES)
        say("Applied." if touched else "The directory says so already. Nothing changed.")
        return preview
    db.session.rollback()
    why_not = _why_not(preview, confirm_leavers)
    if not dry_run:
        raise RuleBroken(f"Nothing was imported: {why_not or CHANGED_MEANWHILE}")
    if why_not:
        say("Nothing has changed.")
        raise RuleBroken(f"Without --dry-run this would be refused: {why_not}")
    say("Nothing has changed. This is what would.")
    return preview


CHANGED_MEANWHILE = "somebody changed the directory while the file was compared with it. Give it once more."


def _why_not(preview: Preview, confirm_leavers: bool) -> str:
    """Why a file as it was compared can't be applied, and what to do; "" where it can."""
    if preview.is_blocked:
        return (
            f"{plural(preview.counts['bad_rows'], 'row has', 'rows have')} errors. "
            "Correct the file, or import the good rows with --skip-bad."
        )
    if preview.asks_about_leavers and not confirm_leavers:
        return (
            f"{missing(preview.counts['left'], preview.counts['active'])} "
            "If it does list everybody, use --confirm-leavers; if not, --partial."
        )
    return preview.ends_all_administration


def _lines(preview: Preview) -> list[str]:
    counts = preview.counts
    changed = counts["changed"] + counts["moved"]
    moved = f" ({counts['moved']:,} to another department)" if counts["moved"] else ""
    lines = [
        f"{plural(counts['rows'], 'row', 'rows')} read",
        f"{counts['new']:,} new",
        f"{changed:,} changed{moved}",
        f"{counts['unchanged']:,} unchanged",
        f"{counts['returned']:,} returned",
        f"{counts['left']:,} left",
        f"{counts['bad_rows']:,} rejected",
    ]
    if preview.training_left:
        questions = plural(preview.training_left, "unfinished training assignment", "unfinished training assignments")
        lines.append(f"{questions} to be asked about")
    lines += [f"New department: {path}" for path in preview.new_departments]
    lines += preview.sign_ins
    lines += [sentence for _, sentence in preview.problems]
    if preview.problems_total > len(preview.problems):
        more = plural(preview.problems_total - len(preview.problems), "more problem", "more problems")
        lines.append(f"And {more}.")
    return lines
