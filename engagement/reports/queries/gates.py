"""What the gate of a wave tells a sponsor: whether it stops the wave, what it waits for though passed, and which conditions are late."""

from collections.abc import Sequence
from datetime import date

from engagement.attention.queries.waves import is_close
from engagement.readiness.gate.models import GateCondition
from engagement.readiness.gate.rules import GateState
from engagement.readiness.queries.verdicts import Verdict
from engagement.reports.rules.decisions import WaveState
from engagement.vocabulary import State
from engagement.waves.models import Wave
from engagement.words import plural, short_day_words

#: Gates that stop a wave, however far ahead its go-live is.
STOPPED = (GateState.REOPENED, GateState.SHUT)


def wave_state(wave: Wave, people: int, ready: Verdict | None, on: date) -> State:
    """Return how a wave stands for who decides about it: its status, unless its gate, its criteria or its lack of people say otherwise.

    Criteria of a wave far ahead are still to be met, and who passed its gate knew which were not; what others have a right to stays.
    """
    if ready is None or not wave.status.is_ahead:
        return wave.status
    gate = ready.gate
    if gate.state in STOPPED:
        return gate.state
    is_held = bool(ready.rights_left) or not gate.state.lets_through
    is_short = not people or (is_held and bool(ready.tally.short))
    is_unready = (is_short and is_close(wave, on)) or gate.lapsed is not None
    return WaveState.NOT_READY if is_unready else wave.status


def late_words(late: Sequence[GateCondition], on: date) -> str:
    """Say as a clause that conditions of a go are late, those that wait longest first; "" for none."""
    if not late:
        return ""
    first = late[0].due_on
    since = short_day_words(first, with_year=first.year != on.year)
    begun = "" if all(row.due_on == first for row in late) else "the first "
    return f"{plural(len(late), 'condition', 'conditions')} of its go should have been met, {begun}by {since}"
