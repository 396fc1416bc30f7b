"""Pages of an import after its file was read: what the file would do or did; applying, dropping and undoing it."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.attention.queries.holding import held_by_leavers
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake import queries
from engagement.intake.actions import runs as actions
from engagement.intake.applying.queries import merged_since, of_kind, sign_ins_affected, sign_ins_undone
from engagement.intake.comparing.queries.consequences import training_left_by
from engagement.intake.comparing.queries.sign_ins import sign_ins_touched
from engagement.intake.models import ImportRun
from engagement.intake.reading.rules.columns import headers_in_words
from engagement.intake.reading.rules.problems import ProblemKind, Severity
from engagement.intake.rules import STAGED, ChangeKind, Progress, needs_confirmation, quietly, within
from engagement.intake.scopes import run_for
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.intake import blueprint
from engagement.pages.parts.lists import Asked
from engagement.pages.parts.long_work import shown_while_working
from engagement.pages.parts.saving import done
from engagement.training.rules import DAYS_TO_DECIDE
from engagement.words import plural

MANY = 4_000
"""People whom applying or undoing an import may touch before it takes longer than about a second."""


@blueprint.get("/people/import/runs")
def runs() -> str:
    """List all imports, the newest first."""
    guard.allow_all(rights.keeping_people(guard.reader()))
    listed, page = Asked().shown(queries.runs())
    return render_template("intake/runs.html", runs=listed, page=page)


HEADINGS = {
    ChangeKind.NEW: "New",
    ChangeKind.CHANGED: "Changed",
    ChangeKind.MOVED: "Moved to another department",
    ChangeKind.RETURNED: "Back again",
    ChangeKind.LEFT: "Left",
}
DEPARTMENTS = "departments"
SIGN_INS = "sign-ins"
_WHOSE = frozenset(
    {
        ProblemKind.DUPLICATE_EMAIL,
        ProblemKind.DUPLICATE_EMPLOYEE_ID,
        ProblemKind.ADDRESS_TAKEN,
        ProblemKind.NUMBER_OF_LEAVER,
        ProblemKind.NUMBER_OF_OTHER,
        ProblemKind.NUMBER_HELD,
        ProblemKind.ADDRESS_HELD,
    }
)
_REPORTING = frozenset({ProblemKind.UNKNOWN_MANAGER, ProblemKind.OWN_MANAGER, ProblemKind.MANAGER_CYCLE})
_KEPT = frozenset({ProblemKind.KEPT_BY_HAND, ProblemKind.ABOUT_LEAVERS})
#: The lists of problems, with headings and contents.
PROBLEMS = {
    "addresses": ("Addresses and numbers of others", _WHOSE),
    "managers": ("Managers who are not clear", _REPORTING),
    "kept": ("Left as it is here", _KEPT),
    "problems": ("Problems in single rows", frozenset(ProblemKind) - _WHOSE - _REPORTING - _KEPT),
}


@blueprint.get("/people/import/<int:run_id>")
def run(run_id: int) -> str:
    """Show what a file would do, or what it did."""
    found = run_for(rights.keeping_people(guard.reader()), run_id)
    parts = _parts(found)
    part = request.args.get("show", "")
    shown = part if part in {known for known, _, _ in parts} else (parts[0][0] if parts else "")
    asked = Asked()
    asked.carry("show", shown)
    page = asked.page(next((number for known, _, number in parts if known == shown), 0))
    return render_template(
        "intake/run.html",
        run=found,
        is_anew="anew" in request.args,
        unread=headers_in_words(found.unread) if found.unread else "",
        tally=_tally(found),
        parts=[(url_for("intake.run", run_id=run_id, show=p), words, n, p == shown) for p, words, n in parts],
        shows_problems=shown in PROBLEMS,
        shows_words=shown in (DEPARTMENTS, SIGN_INS),
        shows_lines=found.is_staged and shown != ChangeKind.LEFT,
        shows_changes=shown not in (ChangeKind.NEW, ChangeKind.LEFT),
        heading=next((words for part, words, _ in parts if part == shown), ""),
        page=page,
        rows=_rows(found, shown, page.offset, page.size),
        asks_about_leavers=needs_confirmation(found.count(ChangeKind.LEFT), found.count("active")),
        leavers=found.count(ChangeKind.LEFT),
        active=found.count("active"),
        bad_rows=found.count("bad_rows"),
        training_left=training_left_by(found),
        still_hold=held_by_leavers(of_kind(found, ChangeKind.LEFT)) if found.is_applied else None,
        days_to_decide=DAYS_TO_DECIDE,
        undoing_ends=sign_ins_undone(found),
        merged_since=[] if found.is_staged else merged_since(found),
    )


def _parts(found: ImportRun) -> list[tuple[str, str, int]]:
    """Return the lists of this run, those that ask for a decision first."""
    if found.status.value in ("discarded",):
        return []
    kinds = (ChangeKind.LEFT, ChangeKind.MOVED, ChangeKind.CHANGED, ChangeKind.RETURNED, ChangeKind.NEW)
    parts = [(kind.value, HEADINGS[kind], found.count(kind)) for kind in kinds if found.count(kind)]
    problems = [(part, heading, len(_problems(found, part))) for part, (heading, _) in PROBLEMS.items()]
    asking = [part for part in problems if part[2]]
    parts = [*asking, *parts] if found.is_blocked else [*parts, *asking]
    if touched := _sign_ins(found):
        parts.insert(0, (SIGN_INS, "Sign-ins with a role, a post or a password", len(touched)))
    if found.new_departments:
        parts.append((DEPARTMENTS, "New departments", len(found.new_departments)))
    return parts


def _sign_ins(found: ImportRun) -> list[str]:
    """Return what a run would do, or did, to sign-ins with rights."""
    return sign_ins_touched(found) if found.is_staged else sign_ins_affected(found)


def _problems(found: ImportRun, part: str) -> list[dict[str, Any]]:
    _, kinds = PROBLEMS[part]
    return [problem for problem in found.problems if problem["kind"] in kinds]


def _rows(found: ImportRun, shown: str, offset: int, size: int) -> list[Any]:
    if shown in PROBLEMS:
        return [
            (p["line"], p["sentence"], p["severity"] == Severity.ERROR.value)
            for p in _problems(found, shown)[offset : offset + size]
        ]
    if shown == SIGN_INS:
        return _sign_ins(found)[offset : offset + size]
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
    found = run_for(rights.keeping_people(guard.reader()), run_id)
    touched, confirmed, by = found.touched, "confirm_leavers" in request.form, guard.reader().actor
    anew = url_for("intake.run", run_id=run_id, anew=1)

    def work(progress: Progress) -> str | None:
        run = db.session.get_one(ImportRun, run_id)
        actions.apply_run(run, confirm_leavers=confirmed, by=by, progress=within(progress, STAGED, 1))
        if run.is_staged:
            return anew
        actions.settle_after_import()
        return None

    changed = f"{plural(touched, 'person', 'people')} changed. You can undo this import below."
    notice = ("The directory is up to date.", changed)
    return _done(run_id, "Bringing the directory up to date", touched, work, notice)


@blueprint.post("/people/import/<int:run_id>/leaving-out")
def leave_out(run_id: int) -> BaseResponse:
    """Leave out the rows with errors."""
    found = run_for(rights.keeping_people(guard.reader()), run_id)
    try:
        actions.leave_out_bad_rows(found, by=guard.reader().actor)
    except RuleBroken as error:
        return _refused(run_id, error)
    db.session.commit()
    return redirect(url_for("intake.run", run_id=run_id), code=303)


@blueprint.post("/people/import/<int:run_id>/discarding")
def discard(run_id: int) -> BaseResponse:
    """Drop a file that was not applied."""
    found = run_for(rights.keeping_people(guard.reader()), run_id)
    try:
        actions.discard_run(found, by=guard.reader().actor)
    except RuleBroken as error:
        return _refused(run_id, error)
    return done("intake.index", "The file was dropped.", "Nothing in the directory has changed.")


@blueprint.post("/people/import/<int:run_id>/undoing")
def undo(run_id: int) -> BaseResponse:
    """Undo an import: everybody is as before."""
    found = run_for(rights.keeping_people(guard.reader()), run_id)
    by = guard.reader().actor

    def work(progress: Progress) -> str | None:
        progress("Putting everybody back", 0)
        run = db.session.get_one(ImportRun, run_id)
        actions.undo_run(run, by=by)
        progress("Letting waves and training follow", 0.8)
        actions.settle_after_import(undone=run)
        return None

    touched = " ".join(sign_ins_undone(found))
    undone = f"Everybody is as before; people who were new count as having left. {touched}".strip()
    notice = ("The import was undone.", undone)
    return _done(run_id, "Undoing the import", found.touched, work, notice)


def _done(
    run_id: int, heading: str, touched: int, work: Callable[[Progress], str | None], notice: tuple[str, str]
) -> BaseResponse:
    """Do and commit the work and lead to the run; work on many people shows its progress on a page.

    If the work can't be done as planned, it returns another address to go to, and the notice is not shown.
    """
    url = url_for("intake.run", run_id=run_id)

    def whole(progress: Progress) -> str:
        instead = work(progress)
        db.session.commit()
        return instead or url

    if touched > MANY:
        return shown_while_working(heading, whole, back=url)
    try:
        leads_to = whole(quietly)
    except RuleBroken as error:
        return _refused(run_id, error)
    if leads_to == url:
        notify(*notice)
    return redirect(leads_to, code=303)


def _refused(run_id: int, error: RuleBroken) -> BaseResponse:
    db.session.rollback()
    notify("Nothing has changed.", error.sentence, tone="bad")
    return redirect(url_for("intake.run", run_id=run_id), code=303)
