"""The jobs of the timetable about gates: they open again when a criterion falls, and messages around the go-live are held."""

from engagement import clock
from engagement.communications.actions.sending import hold_message
from engagement.communications.models import Occurrence
from engagement.readiness.gate.actions.opening import reopen_gate
from engagement.readiness.gate.queries.watching import gates_fallen, messages_behind_gates
from engagement.readiness.gate.rules import held_words
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.waves.models import Wave


def reopen_gates(settings: Settings) -> str:
    """Open gates again whose criteria have fallen since they were decided; approvers are told once."""
    on = clock.today(settings.timezone)
    opened = one_by_one("reopen-gates", Wave, gates_fallen(on), lambda key: reopen_gate(key, on))
    held = hold_behind_gates(settings, "reopen-gates")
    return f"{sum(opened)} opened again, {held} messages held."


def hold_behind_gates(settings: Settings, line: str) -> int:
    """Hold approved messages around the go-live of waves whose gate is open again or says no-go; return how many."""
    on = clock.today(settings.timezone)
    behind = messages_behind_gates(on)
    held = one_by_one(
        line,
        Occurrence,
        list(behind),
        lambda key: hold_message(key, held_words(behind[key].wave.title, behind[key].state)),
    )
    return sum(held)
