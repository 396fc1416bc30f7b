"""Pages of old training: what people had not finished when they moved. Decided for a whole move together, or one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, Select
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts.scopes import rights
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import Asked
from engagement.pages.training import blueprint
from engagement.people.models import Department
from engagement.training.actions import leftovers as actions
from engagement.training.models import Leftover
from engagement.training.queries import leftovers as queries
from engagement.training.queries.leftovers import LeftoverLine, LeftoverState, Move
from engagement.training.rules import DAYS_TO_DECIDE, LeftoverCause, LeftoverDecision
from engagement.training.scopes import old_training_within
from engagement.words import plural

HEADER = (
    "Name,E-mail,From,To,Why,Wave,Role,Modules finished,Modules asked,Minutes left,Due on,Asked about on,Decide by,"
    "Decision,Decided by,Decided on"
).split(",")
CAUSES = {LeftoverCause.DEPARTMENT: "Moved", LeftoverCause.ROLE: "Role ended"}


def moved(what: Move | Leftover) -> str:
    """Say in a few words what happened: "Operations/Claims → Underwriting", "No longer Builder, Finance"."""
    if what.cause is LeftoverCause.ROLE:
        role = what.role if isinstance(what, Move) else what.assignment.role
        return f"No longer {role.word}" + (f", {what.to_department.path}" if what.to_department else "")
    return f"{_path(what.from_department) or 'No department'} → {_path(what.to_department) or 'no department'}"


@dataclass(frozen=True)
class _List:
    """What a list of old training shows: a state, and a move (None for all)."""

    state: LeftoverState
    moves: Sequence[Move]
    move: Move | None

    @property
    def rows(self) -> Select[Leftover]:
        """The SELECT of its rows, for people whom the reader sees by name."""
        seen = old_training_within(rights.reading_old_training(guard.reader()))
        return queries.leftovers_listed(self.state, seen, self.move.is_theirs if self.move else None)

    @property
    def arguments(self) -> dict[str, Any]:
        """The query of an address that shows the same list."""
        asked = {"state": "" if self.state is LeftoverState.OPEN else self.state.value}
        return {name: text for name, text in (asked | {"move": self.move.key if self.move else ""}).items() if text}


def _asked_list() -> _List:
    state = request.args.get("state")
    found = queries.moves(old_training_within(rights.reading_old_training(guard.reader())))
    shown = LeftoverState(state) if state in list(LeftoverState) else LeftoverState.OPEN
    return _List(shown, found, _named(found, request.args.get("move")) if shown is LeftoverState.OPEN else None)


def _named(found: Sequence[Move], key: str | None) -> Move | None:
    return next((move for move in found if move.key == key), None)


@blueprint.get("/training/leftovers")
def leftovers() -> str:
    """List what waits for a decision, by move and one by one; or what was decided."""
    reader = guard.reader()
    guard.allow_anything(rights.reading_old_training(reader))
    shown = _asked_list()
    asked = Asked()
    for name, value in shown.arguments.items():
        asked.carry(name, value)
    page = asked.page(count_of(shown.rows))
    # A reader of everything may also head a department; they decide only for its people.
    decided = old_training_within(rights.training(reader))
    theirs = {move.key: move for move in queries.moves(decided)}
    lines = queries.leftover_lines(shown.rows.limit(page.size).offset(page.offset))
    return render_template(
        "training/leftovers.html",
        shown=shown,
        moves=[(move, theirs.get(move.key)) for move in shown.moves],
        decides=queries.leftovers_among([line.leftover.id for line in lines], decided),
        open_choices=sum(move.people for move in shown.moves),
        days=DAYS_TO_DECIDE,
        lines=lines,
        page=page,
        states=list(LeftoverState),
        may_see_training=rights.reading(reader).holds_places,
        moved=moved,
        files=asked.files("training.leftovers_file"),
    )


@blueprint.get("/training/leftovers.<any(csv, xlsx):kind>")
def leftovers_file(kind: str) -> Response:
    """Send the list as a file, with the state and the move that the page shows."""
    guard.allow_anything(rights.reading_old_training(guard.reader()))
    rows = [_cells(line) for line in queries.leftover_lines(_asked_list().rows)]
    return list_file(kind, HEADER, rows, "old-training", "Old training")


def _cells(line: LeftoverLine) -> list[Any]:
    row = line.leftover
    return [
        row.person.name,
        row.person.email,
        _path(row.from_department),
        _path(row.to_department),
        CAUSES[row.cause],
        row.assignment.wave.title,
        row.assignment.role.word,
        line.done,
        line.asked,
        line.minutes_left,
        row.assignment.due_on,
        row.asked_at,
        row.decide_by,
        row.decision.word if row.decision else "",
        row.decided_by,
        row.decided_at,
    ]


def _path(department: Department | None) -> str:
    return department.path if department else ""


@blueprint.post("/training/leftovers/decisions")
def decide_leftovers() -> BaseResponse:
    """Decide for everybody of one move whom the page showed."""
    training = rights.training(guard.reader())
    guard.allow_anything(training)
    decision, decided = asked_decision(), old_training_within(training)
    move = _named(queries.moves(decided), request.form.get("move"))
    if move is None:
        raise RuleBroken("Nobody of this move waits for a decision any more. Look at the list again.")
    seen = request.form.get("newest", move.newest_id, type=int)
    number = _decide(replace(move, newest_id=min(seen, move.newest_id)).is_theirs & decided, decision)
    say_decided(decision, plural(number, "person", "people"))
    return redirect(url_for("training.leftovers"), 303)


def asked_decision() -> LeftoverDecision:
    """Return the decision that a form sends; raises BadInput for any other text."""
    try:
        return LeftoverDecision(request.form.get("decision", ""))
    except ValueError:
        raise BadInput("Choose one: keep it, or let it go.") from None


def _decide(which: ColumnElement[bool], decision: LeftoverDecision) -> int:
    number = actions.decide_leftovers(which, decision, by=guard.reader().actor)
    db.session.commit()
    return number


def say_decided(decision: LeftoverDecision, whose: str) -> None:
    """Say on the next page what a decision means."""
    if decision is LeftoverDecision.KEEP:
        notify(f"Kept: the old training of {whose}", "It stays asked, with its day. It can be taken back.")
    else:
        notify(f"Let go: the old training of {whose}", "What was finished stays on record. It can be taken back.")


def _theirs(leftover_id: int) -> Leftover:
    """Return old training about which the reader decides; raises NotFound for any other."""
    return queries.leftover_for(rights.training(guard.reader()), leftover_id)


@blueprint.post("/training/leftovers/<int:leftover_id>/decision")
def decide_leftover(leftover_id: int) -> BaseResponse:
    """Decide about the old training of one person."""
    row, decision = _theirs(leftover_id), asked_decision()
    name = row.person.name
    if not _decide(Leftover.id == row.id, decision):
        raise RuleBroken("This was decided already. Look at the list again.")
    say_decided(decision, name)
    return _back()


@blueprint.post("/training/leftovers/<int:leftover_id>/taking-back")
def take_back_decision(leftover_id: int) -> BaseResponse:
    """Take a decision back, so that the question is open again."""
    row = _theirs(leftover_id)
    actions.take_back_decision(row, by=guard.reader().actor)
    db.session.commit()
    notify(f"Taken back for {row.person.name}", f"The question is open again, for {DAYS_TO_DECIDE} days.")
    return _back()


def _back() -> BaseResponse:
    """Lead back to the list with the same filters."""
    kept: dict[str, Any] = {name: text for name in ("state", "move") if (text := request.form.get(name, "")[:200])}
    return redirect(url_for("training.leftovers", **kept), 303)
