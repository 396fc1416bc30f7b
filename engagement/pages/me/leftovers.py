"""The reader's own old training: what a move left unfinished, to keep or let go, and what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement.db import db
from engagement.errors import RuleBroken
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.me import blueprint
from engagement.pages.parts.saving import done
from engagement.pages.training.leftovers import asked_decision, say_decided
from engagement.training.actions import leftovers
from engagement.training.models import Leftover
from engagement.training.queries.leftovers import LeftoverLine, LeftoverState, leftover_among, leftovers_of
from engagement.training.rules import DAYS_TO_DECIDE, LeftoverCause


@dataclass(frozen=True)
class OwnMove:
    """What one move left unfinished, with a sentence on what happened."""

    sentence: str
    lines: Sequence[LeftoverLine]


@dataclass(frozen=True)
class OwnDecision:
    """A decision about old training: who decided, and whether its person may take it back."""

    leftover: Leftover
    words: str
    may_take_back: bool


@dataclass(frozen=True)
class OwnLeftovers:
    """Everything that moves left unfinished for one person."""

    moves: Sequence[OwnMove]
    decided: Sequence[OwnDecision]

    @property
    def open_ones(self) -> list[LeftoverLine]:
        """What waits for a decision."""
        return [line for move in self.moves for line in move.lines]


def own_leftovers(person_id: int) -> OwnLeftovers:
    """Return what moves left unfinished for a person, the oldest move first."""
    by_move: dict[str, list[LeftoverLine]] = {}
    for line in leftovers_of(person_id, LeftoverState.OPEN):
        by_move.setdefault(_what_happened(line.leftover), []).append(line)
    decided = [
        _decided(line.leftover)
        for state in (LeftoverState.KEPT, LeftoverState.WAIVED)
        for line in leftovers_of(person_id, state)
    ]
    return OwnLeftovers([OwnMove(sentence, lines) for sentence, lines in by_move.items()], decided)


def _what_happened(row: Leftover) -> str:
    if row.cause is LeftoverCause.ROLE:
        return f"You no longer have the training role {row.assignment.role.word}."
    if row.from_department is None:
        return f"You moved to {row.to_department.path if row.to_department else 'no department'}."
    if row.to_department is None:
        return f"You moved out of {row.from_department.path}."
    return f"You moved from {row.from_department.path} to {row.to_department.path}."


def _decided(row: Leftover) -> OwnDecision:
    assert row.decision is not None
    author = row.decided_by_account
    is_own = author is not None and author.person_id == row.person_id
    who = "you" if is_own else "the clock, because nobody had decided" if author is None else row.decided_by
    words = f"{row.decision.word} on {short_day(row.decided_at)}, decided by {who}."
    return OwnDecision(row, words, leftovers.is_own_to_take_back(row))


def _own(leftover_id: int) -> Leftover:
    person_id = guard.found(guard.reader().person_id)
    return guard.found(leftover_among(leftover_id, Leftover.person_id == person_id))


@blueprint.post("/me/training/leftovers/<int:leftover_id>/decision")
def decide_own(leftover_id: int) -> BaseResponse:
    """Keep the reader's own old training, or let it go."""
    row, decision = _own(leftover_id), asked_decision()
    wave = row.assignment.wave.title
    if not leftovers.decide_leftovers(Leftover.id == row.id, decision, by=guard.reader().actor):
        raise RuleBroken("This was decided already. Look at your training again.")
    db.session.commit()
    say_decided(decision, wave)
    return redirect(url_for("me.training"), 303)


@blueprint.post("/me/training/leftovers/<int:leftover_id>/taking-back")
def take_back_own(leftover_id: int) -> BaseResponse:
    """Take a decision about the reader's own old training back."""
    leftovers.take_back_decision(_own(leftover_id), by=guard.reader().actor, for_oneself=True)
    return done("me.training", "Taken back", f"The question is open again, for {DAYS_TO_DECIDE} days.")
