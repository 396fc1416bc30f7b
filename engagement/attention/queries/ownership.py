"""Vacant parts of a workflow's ownership that need somebody soon."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engagement.attention.rules import NEAR_DAYS, OWNED_DAYS_BEFORE
from engagement.programmes.models import Workflow
from engagement.programmes.queries import OwnershipGap, ownership_gaps
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.words import listed, short_day_words


@dataclass(frozen=True)
class Vacancy:
    """The vacant ownership of one workflow; `wave` is its first wave that is not over."""

    workflow: Workflow
    gaps: Sequence[OwnershipGap]
    wave: Wave | None
    is_in_use: bool

    @property
    def goes_live_on(self) -> date | None:
        """The day of its go-live; None if it is in use, or nothing is planned."""
        return self.wave.go_live_on if self.wave is not None and self.wave.status.is_ahead else None

    @property
    def by_on(self) -> date | None:
        """The day by which somebody has to be named, with time left to look at it before it goes live."""
        return self.goes_live_on - timedelta(days=OWNED_DAYS_BEFORE) if self.goes_live_on else None

    @property
    def since_on(self) -> date | None:
        """The first day on which a part became vacant, None if nobody ever held one."""
        return min((gap.vacant_since for gap in self.gaps if gap.vacant_since), default=None)

    @property
    def title(self) -> str:
        """The task in words."""
        return f"Name {parts_to_name(self.gaps)} for {self.workflow.name}"

    @property
    def why(self) -> str:
        """Since when it is vacant, and what depends on it."""
        reasons = [
            f"{gap.part.word} vacant since {short_day_words(gap.vacant_since, with_year=False)}, last held by {gap.last_holder}."
            for gap in self.gaps
            if gap.vacant_since and gap.last_holder
        ]
        if any(gap.last_holder is None for gap in self.gaps):
            reasons.append("Nobody was named yet." if not reasons else "The rest was never named.")
        if self.wave is not None and self.goes_live_on:
            day = short_day_words(self.goes_live_on, with_year=False)
            reasons.append(f"It goes live with wave {self.wave.number} on {day}.")
        elif self.is_in_use:
            reasons.append(f"It is in use since wave {self.wave.number}." if self.wave else "It is in use.")
        return " ".join(reasons)


def parts_to_name(gaps: Sequence[OwnershipGap]) -> str:
    """Return the vacant parts of ownership in words: "an owner and a change approver"."""
    return listed(f"{'an' if gap.part.word[0] in 'AEIOU' else 'a'} {gap.part.word.lower()}" for gap in gaps)


def vacancies(
    waves: Sequence[Wave],
    on: date,
    workflows: Mapping[int, Sequence[Workflow]],
    gaps: Sequence[OwnershipGap] | None = None,
) -> list[Vacancy]:
    """Return, by workflow of these waves, the ownership for which somebody has to be named.

    A part that somebody held before always counts; one that nobody ever held counts when the workflow is in use or goes
    live within 60 days of `on`. `workflows` are those of each wave; `gaps`, those of their programmes, are given if they are read already.
    """
    if not waves:
        return []
    nearest, in_use = _next_go_live(waves, workflows), _in_use(waves, workflows)
    near = on + timedelta(days=NEAR_DAYS)
    of_workflow: dict[int, list[OwnershipGap]] = defaultdict(list)
    for gap in ownership_gaps({wave.programme_id for wave in waves}) if gaps is None else gaps:
        wave = nearest.get(gap.workflow.id)
        is_near = wave is not None and wave.go_live_on <= near
        if gap.last_holder is not None or gap.workflow.id in in_use or is_near:
            of_workflow[gap.workflow.id].append(gap)
    return [Vacancy(some[0].workflow, some, nearest.get(key), key in in_use) for key, some in of_workflow.items()]


def _next_go_live(waves: Sequence[Wave], workflows: Mapping[int, Sequence[Workflow]]) -> dict[int, Wave]:
    """Return each workflow's first wave that is neither closed nor cancelled."""
    first: dict[int, Wave] = {}
    for wave in sorted(waves, key=lambda wave: wave.go_live_on):
        if wave.status.is_open:
            for workflow in workflows.get(wave.id, ()):
                first.setdefault(workflow.id, wave)
    return first


def _in_use(waves: Sequence[Wave], workflows: Mapping[int, Sequence[Workflow]]) -> set[int]:
    began = [wave for wave in waves if wave.status.is_live or wave.status is WaveStatus.CLOSED]
    return {workflow.id for wave in began for workflow in workflows.get(wave.id, ())}
