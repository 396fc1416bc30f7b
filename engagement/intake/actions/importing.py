"""An HR file imported from the shell in one call: read, compared, reported and, unless it is a dry run, applied."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.intake.actions.files import hash_of
from engagement.intake.actions.runs import apply_run, settle_after_import, stage_file
from engagement.intake.comparing.queries.consequences import training_left_by
from engagement.intake.comparing.queries.sign_ins import leavers_of, sign_ins_touched, why_not_all_leave
from engagement.intake.models import ImportRun
from engagement.intake.queries import mapping_named, saved_mappings
from engagement.intake.reading.queries.files import open_file
from engagement.intake.reading.rules.columns import headers_in_words
from engagement.intake.rules import ChangeKind, Progress, Step, missing, needs_confirmation, quietly
from engagement.words import plural

CHANGED_MEANWHILE = "somebody changed the directory while the file was compared with it. Give it once more."


@dataclass(frozen=True)
class Asked:
    """The options besides the file: `dry_run` changes nothing, `full` says that the file lists everybody."""

    dry_run: bool = False
    saved_mapping: str | None = None
    full: bool = True
    skip_bad: bool = False
    confirm_leavers: bool = False


def import_people(
    path: Path, asked: Asked, *, by: Actor, say: Callable[[str], None], progress: Progress = quietly
) -> None:
    """Read, compare and apply a file in the present transaction, reporting each step to `say`.

    The caller commits, or rolls back after a dry run or an error. Raises BadInput for a path or saved mapping that
    doesn't exist, UnreadableFile for a file that can't be read, and RuleBroken when the file was not applied or, in a
    dry run, would not be.
    """
    run = _staged(path, asked, by, progress)
    why_not, touched = _why_not(run, asked), sign_ins_touched(run)
    if asked.dry_run or why_not:
        training_left = 0 if run.is_blocked else training_left_by(run).assignments
        why_not = why_not or why_not_all_leave(leavers_of(run))
    else:
        apply_run(run, confirm_leavers=asked.confirm_leavers, by=by, progress=progress)
        training_left = settle_after_import().asked if run.is_applied and run.touched else 0
    for line in _lines(run, training_left, touched):
        say(line)
    if run.is_applied:
        say("Applied." if run.touched else "The directory says so already. Nothing changed.")
        return
    db.session.rollback()
    if not asked.dry_run:
        raise RuleBroken(f"Nothing was imported: {why_not or CHANGED_MEANWHILE}")
    if why_not:
        say("Nothing has changed.")
        raise RuleBroken(f"Without --dry-run this would be refused: {why_not}")
    say("Nothing has changed. This is what would.")


def _staged(path: Path, asked: Asked, by: Actor, progress: Progress) -> ImportRun:
    mapping = None
    if asked.saved_mapping is not None:
        kept = mapping_named(asked.saved_mapping)
        if kept is None:
            names = ", ".join(found.name for found in saved_mappings()) or "none"
            raise BadInput(f"There is no saved mapping “{asked.saved_mapping}”. Saved mappings: {names}.")
        mapping = dict(kept.columns)
        # Ends the short read so far, so that no transaction is open while the file is read.
        db.session.rollback()
    try:
        file = open_file(path, path.name, mapping)
        file.read_ahead(lambda rows: progress(*Step.READING.at(rows, file.height)))
        file_hash = hash_of(path)
    except OSError as error:
        raise BadInput(f"{path} can’t be read: {error.strerror or error}.") from error
    return stage_file(file, full=asked.full, skip_bad=asked.skip_bad, by=by, file_hash=file_hash, progress=progress)


def _why_not(run: ImportRun, asked: Asked) -> str:
    """Say why a compared file can't be applied, and what to do; "" when it can."""
    if run.is_blocked:
        return (
            f"{plural(run.count('bad_rows'), 'row has', 'rows have')} errors. "
            "Correct the file, or import the good rows with --skip-bad."
        )
    leavers, active = run.count(ChangeKind.LEFT), run.count("active")
    if needs_confirmation(leavers, active) and not asked.confirm_leavers:
        return f"{missing(leavers, active)} If it does list everybody, use --confirm-leavers; if not, --partial."
    return ""


def _lines(run: ImportRun, training_left: int, sign_ins: list[str]) -> list[str]:
    counts = run.counts
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
    if training_left:
        questions = plural(training_left, "unfinished training assignment", "unfinished training assignments")
        lines.append(f"{questions} to be asked about")
    lines += [f"New department: {path}" for path in run.new_departments]
    if run.unread:
        lines.append(f"Columns that are not read: {headers_in_words(run.unread)}")
    lines += sign_ins
    lines += [problem["sentence"] for problem in run.problems]
    if run.problems_total > len(run.problems):
        more = plural(run.problems_total - len(run.problems), "more problem", "more problems")
        lines.append(f"And {more}.")
    return lines
