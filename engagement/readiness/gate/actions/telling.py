"""Letters about conditions: to who is to meet one, once it is certain, and to who was, once it is asked no more."""

from engagement import clock
from engagement.readiness.gate.actions.writing import CONDITION, DROPPED
from engagement.readiness.gate.models import GateCondition, GateDecision
from engagement.readiness.gate.queries.history import conditions_of
from engagement.readiness.gate.queries.present import Gate
from engagement.readiness.letters.actions import Words, day_in_letter, write


def tell_of_conditions(gate: Gate, former: GateDecision | None) -> None:
    """Write to who is to meet a condition of this gate and was not told, and to who was told of one that went with a former decision.

    Until who has the last word says go nobody is told: they may still say no-go, and who asked for it may decide anew.
    """
    told = _tell_of_new(gate) if gate.has_last_word else set()
    for row in conditions_of(former.id) if former is not None else ():
        if row.is_open and row.told_at is not None and not _is_own(row) and row.owner_id not in told:
            _write(DROPPED, row)


def _tell_of_new(gate: Gate) -> set[int]:
    """Write to who was not told yet; return the ids of these people."""
    told = set()
    for row in gate.open_conditions:
        if row.told_at is None and not _is_own(row) and not row.owner.has_left:
            row.told_at = clock.now()
            _write(CONDITION, row)
            told.add(row.owner_id)
    return told


def _is_own(row: GateCondition) -> bool:
    return row.owner_id == row.decision.approver_id


def _write(words: Words, row: GateCondition) -> None:
    values = {"approver": row.decision.approver.name, "due": day_in_letter(row.due_on)}
    write(words, row.decision.wave, [row.owner], f"/conditions/{row.id}", **values)
