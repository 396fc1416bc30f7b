"""How ready waves are: a count of their criteria and one sentence, for pages and reports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from engagement.readiness.criteria.queries.counting import Read
from engagement.readiness.criteria.queries.standing import Standing, WaveStanding, standings_of
from engagement.readiness.criteria.rules import CriterionKind, CriterionState, Tally
from engagement.readiness.gate.models import GateOverride
from engagement.readiness.gate.queries.present import Gate, gates_of
from engagement.readiness.gate.rules import GateState, fallen_words
from engagement.stakeholders.leadership.models import StepLine
from engagement.waves.models import Wave
from engagement.words import count, listed


@dataclass(frozen=True)
class Verdict:
    """How ready one wave is on one day: how many criteria are met, short and not known, which ones are short, and how its gate stands."""

    standing: WaveStanding
    gate: Gate
    on: date

    @property
    def tally(self) -> Tally:
        """How many criteria stand where; `total` leaves out what is not needed here."""
        return self.standing.tally

    @property
    def short(self) -> list[Standing]:
        """The criteria that are not met."""
        return [each for each in self.standing.criteria if each.state is CriterionState.SHORT]

    @property
    def rights_left(self) -> list[Standing]:
        """What others have a right to first and is not met, but for what somebody knew who went past the gate."""
        return [each for each in self.short if is_right_left(each, self.gate.override)]

    @property
    def waits_words(self) -> str:
        """What a wave ahead waits for although its gate lets it through, in a sentence; "" for nothing."""
        is_let = self.gate.wave.status.is_ahead and self.gate.state.lets_through
        if not is_let or not self.rights_left:
            return ""
        return f"But it waits for {listed(f'“{each.title}”' for each in self.rights_left)}: that is for others to give, and no go waives it."

    @cached_property
    def fallen_words(self) -> str:
        """What has fallen since the gate was decided, so that it opens again within minutes, in a sentence; "" for nothing."""
        found = self.gate.fallen(self.standing, self.on)
        return fallen_words(found) if found else ""

    @property
    def is_pilot_evidence(self) -> bool:
        """Whether too few besides friendly users have finished training, so that little is known of everybody else."""
        return any(each.kind is CriterionKind.OTHERS for each in self.short)

    @property
    def recovered_words(self) -> str:
        """Which of the criteria that opened the gate again are met now; "" if none is, or it is not open again."""
        if self.gate.state is not GateState.REOPENED or self.gate.reopening is None:
            return ""
        named = [each for each in self.standing.criteria if f"“{each.title}”" in self.gate.reopening.reason]
        back = [each for each in named if each.state is CriterionState.MET]
        if not back:
            return ""
        return f"Met again since: {listed(_met_words(each) for each in back)}."

    @property
    def tone(self) -> str:
        """How a page colours it: bad while something is not met, warn while something is not known, else ok."""
        tally = self.tally
        return "bad" if tally.short else "ok" if tally.met and not tally.unknown else "warn"

    @property
    def sentence(self) -> str:
        """How ready it is, in one sentence."""
        return self.tally.words


def is_right_left(each: Standing, override: GateOverride | None) -> bool:
    """Return whether others have a right to it first that is not met.

    Who goes past the gate goes past what was open then; what others object to later is something else.
    """
    return each.is_right_open and (override is None or (each.since is not None and each.since > override.at))


def _met_words(each: Standing) -> str:
    numbers = "" if each.met is None or each.total is None else f", {count(each.met)} of {count(each.total)}"
    return f"“{each.title}”{numbers}"


def verdicts(
    waves: Sequence[Wave],
    on: date,
    read: Read | None = None,
    steps: Sequence[StepLine] | None = None,
    *,
    floor: int,
) -> dict[int, Verdict]:
    """Return how ready each of these waves is on a day, `floor` as in `standings_of`; statements don't grow with waves or people."""
    gates, standing = gates_of(waves, on), standings_of(waves, on, read, steps, floor=floor)
    return {wave.id: Verdict(standing[wave.id], gates[wave.id], on) for wave in waves}


def verdict(wave: Wave, on: date, *, floor: int) -> Verdict:
    """Return how ready one wave is on a day."""
    return verdicts([wave], on, floor=floor)[wave.id]
