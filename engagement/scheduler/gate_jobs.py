"""The jobs of the timetable about gates: they open again when a criterion falls, who decides is asked, and messages are held."""

from engagement import clock
from engagement.communications.actions.sending import hold_message
from engagement.communications.models import Occurrence
from engagement.people.organisation.rules import Organisation
from engagement.readiness.gate.actions import writing
from engagement.readiness.gate.actions.opening import end_lapsed, reopen_gate
from engagement.readiness.gate.models import GateOverride
from engagement.readiness.gate.queries.watching import (
    approvers_to_ask,
    gates_fallen,
    messages_behind_gates,
    overrides_run_out,
)
from engagement.readiness.gate.rules import held_words
from engagement.readiness.letters.actions import is_at_work
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.waves.models import Wave
from engagement.words import plural


def watch_gates(settings: Settings) -> str:
    """Open gates again, hold messages behind gates, say where a gate stands again, and write to who has to decide."""
    return f"{reopen_gates(settings)} {tell_of_lapses(settings)} {ask_approvers(settings)}"


def reopen_gates(settings: Settings) -> str:
    """Open gates again whose criteria have fallen since they were decided; approvers are told once."""
    on = clock.today(settings.timezone)
    opened = one_by_one("reopen-gates", Wave, gates_fallen(on), lambda key: reopen_gate(key, on))
    held = hold_behind_gates(settings, "reopen-gates")
    return f"{sum(opened)} opened again, {plural(held, 'message', 'messages')} held."


def tell_of_lapses(settings: Settings) -> str:
    """Write that a gate stands again whose leave to go on without it ran out, in the organisation's working hours."""
    on, organisation = clock.today(settings.timezone), Organisation.of(settings)
    ids = overrides_run_out(on) if is_at_work(None, organisation) else []
    ended = one_by_one("reopen-gates", GateOverride, ids, lambda key: end_lapsed(key, on))
    return f"{sum(ended)} stand again."


def ask_approvers(settings: Settings) -> str:
    """Write to who has not decided near a go-live, once for its day."""
    on, organisation = clock.today(settings.timezone), Organisation.of(settings)
    asked = one_by_one(
        "reopen-gates", Wave, list(approvers_to_ask(on)), lambda key: writing.ask_approvers(key, on, organisation)
    )
    return f"{plural(sum(asked), 'letter', 'letters')} queued."


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
