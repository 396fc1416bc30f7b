"""The vocabulary of the gate, and pure rules: when it is passed, and what has fallen since it was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from engagement.readiness.criteria.rules import CriterionState
from engagement.vocabulary import State
from engagement.words import listed

LONGEST_TEXT = 2_000
MOST_CONDITIONS = 3
#: A condition of a go-live is due at most so long after it; a later day is mostly a slip in the year.
LONGEST_CONDITION = timedelta(days=180)
#: A gate that is gone past may stay so for this many days at most.
LONGEST_OVERRIDE = timedelta(days=60)
#: A decision waits for its approvers from this many days before go-live: a week before the day by which it is due.
ASKED_DAYS_BEFORE = 14
#: Messages of a wave from this many days before its go-live on are held while its gate is open again or says no-go.
HELD_DAYS_BEFORE = 7
#: Who joins a wave late is sent its notices by themselves; only in the last days before go-live does one who is missing open the gate.
NOTICE_DAYS = 3


class Choice(State):
    """What an approver decides."""

    GO = "go", "Go", "ok"
    CONDITIONS = "conditions", "Go, with conditions", "warn"
    NO_GO = "no_go", "No-go", "bad"

    @property
    def is_go(self) -> bool:
        return self is not Choice.NO_GO


class GateState(State):
    """How a gate stands."""

    UNDECIDED = "undecided", "Not decided", "open"
    PASSED = "passed", "Passed", "ok"
    SHUT = "shut", "No-go", "bad"
    REOPENED = "reopened", "Open again", "bad"
    OVERRIDDEN = "overridden", "Gone past", "warn", "bang"

    @property
    def lets_through(self) -> bool:
        """Whether the wave may go on."""
        return self in (GateState.PASSED, GateState.OVERRIDDEN)

    @property
    def holds_messages(self) -> bool:
        """Whether messages around the go-live wait: it opened again and was not passed since, or no-go says that the go-live is off."""
        return self in (GateState.REOPENED, GateState.SHUT)


def decide_by(go_live_on: date) -> date:
    """Return the day by which a go-live is to be decided: the first on which its messages may go out, or are held."""
    return go_live_on - timedelta(days=HELD_DAYS_BEFORE)


def state_of(
    decider: int | None, approvers: Sequence[int], said: Mapping[int, Choice], *, is_overridden: bool, is_reopened: bool
) -> GateState:
    """Return how a gate stands.

    It is passed when everybody who is named has decided and the one who decides says go; without such a one, when all say go. What
    others say against it is kept as dissent. One that opened again stays so, whoever has spoken since, until it is passed or shut.
    """
    if is_overridden:
        return GateState.OVERRIDDEN
    heard = {person: said[person] for person in approvers if person in said}
    if decider is not None:
        against = decider in heard and not heard[decider].is_go
    else:
        against = any(not choice.is_go for choice in heard.values())
    if against:
        return GateState.SHUT
    if approvers and len(heard) == len(set(approvers)):
        return GateState.PASSED
    return GateState.REOPENED if is_reopened else GateState.UNDECIDED


def rule_words(decider: str, others: Sequence[str]) -> str:
    """Say when the gate is passed, by names; `decider` is "" where nobody sponsors the wave."""
    if not decider and not others:
        return "Nobody can decide yet. Name who sponsors the wave, or an approver."
    if not decider:
        return f"It is passed when {listed(others)} {'says' if len(others) == 1 else 'all say'} go."
    if not others:
        return f"It is passed when {decider} says go."
    return (
        f"It is passed when {decider} says go and {listed(others)} {'was' if len(others) == 1 else 'were'} heard. "
        "Another view stays beside the decision."
    )


def held_words(wave: str, state: GateState) -> str:
    """Say why a message around the go-live of a wave is held, and what has to come first."""
    if state is GateState.SHUT:
        return f"The gate of {wave} says no-go. Move the go-live or decide at the gate first, then send this, move it or skip it."
    return f"The gate of {wave} is open again, so its go-live is in doubt. Decide at the gate first, then send this, move it or skip it."


def holds_words(wave: str, state: GateState, *, is_approved: bool) -> str:
    """Say what becomes of a message around the go-live of a wave whose gate holds messages."""
    stands = "says no-go" if state is GateState.SHUT else "is open again"
    if is_approved:
        then = "Once the gate is passed or the go-live is moved, somebody decides whether it still goes out."
        return f"The gate of {wave} {stands}, so it is held within minutes. {then}"
    return f"The gate of {wave} {stands}: approved before the gate is passed or the go-live is moved, it is held."


@dataclass(frozen=True)
class Seen:
    """A criterion as it stood at a moment; `is_counted` says that the service counts it, `before` where it stood before, None if unknown."""

    name: str
    title: str
    state: CriterionState
    is_counted: bool
    before: CriterionState | None = None


def fallen(then: Sequence[Seen], now: Sequence[Seen]) -> list[Seen]:
    """Return the counted criteria that are not met now and were not short when it was decided; new ones too."""
    before = {each.name: each.state for each in then}
    return [
        replace(each, before=before.get(each.name))
        for each in now
        if each.is_counted and each.state is CriterionState.SHORT and before.get(each.name) is not CriterionState.SHORT
    ]


def fallen_words(found: Sequence[Seen]) -> str:
    """Say what has fallen since the decision: what was met then, what was not known, and what was not asked for."""
    lost, learned, new = _by_before(found)
    parts = []
    if lost:
        parts.append(f"{_titles(lost)} {_be(lost)} no longer met")
    if learned:
        parts.append(
            f"{_titles(learned)} {'was' if len(learned) == 1 else 'were'} not known then and turned out not to be met"
        )
    if new:
        parts.append(f"{_titles(new)} {'was' if len(new) == 1 else 'were'} not asked for then and {_be(new)} not met")
    return f"{'; '.join(parts)}."


def again_words(wave: str, found: Sequence[Seen]) -> str:
    """Say in one sentence, before what has fallen is named, of what kind it is: lost since, or only known or asked for since."""
    lost, learned, new = _by_before(found)
    if lost:
        also = ", and more is not met that was not known or asked for then" if learned or new else ""
        return f"Something that was met when {wave} was decided is not met any more{also}."
    if learned:
        return f"Something that was not known when {wave} was decided turned out not to be met."
    return f"Something that was not asked for when {wave} was decided is asked for now, and not met."


def _by_before(found: Sequence[Seen]) -> tuple[list[Seen], list[Seen], list[Seen]]:
    """Part what has fallen by where it stood before: met, not known, not asked for."""
    lost = [each for each in found if each.before is CriterionState.MET]
    learned = [each for each in found if each.before is CriterionState.UNKNOWN]
    return lost, learned, [each for each in found if each not in lost and each not in learned]


def _titles(criteria: Sequence[Seen]) -> str:
    return listed(f"“{each.title}”" for each in criteria)


def _be(criteria: Sequence[Seen]) -> str:
    return "is" if len(criteria) == 1 else "are"
