"""Workflows that nobody may stop, or somebody no longer, where that matters soon."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engagement.attention.rules import NEAR_DAYS
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.queries import Lapse, oversight_lapses
from engagement.waves.models import Wave


@dataclass(frozen=True)
class OversightLapsed:
    """What is wrong with who may stop one workflow."""

    workflow: Workflow
    lapses: Sequence[Lapse]


def oversight_lapsed(
    waves: Sequence[Wave], on: date, of_waves: Mapping[int, Sequence[Workflow]]
) -> list[OversightLapsed]:
    """Return the workflows, by name, that are in use or go live within 60 days in one of these waves and have a lapse on a day.

    A roster that nobody began is none; its page says so. `of_waves` are the workflows of each wave. At most one query.
    """
    near = on + timedelta(days=NEAR_DAYS)
    soon = [wave.id for wave in waves if wave.status.is_open and (wave.status.is_live or wave.go_live_on <= near)]
    workflows = {workflow.id: workflow for wave_id in soon for workflow in of_waves.get(wave_id, ())}
    if not workflows:
        return []
    wrong: dict[int, list[Lapse]] = defaultdict(list)
    for lapse in oversight_lapses(workflows, on):
        if lapse.overseer is not None:
            wrong[lapse.workflow_id].append(lapse)
    lapsed = [OversightLapsed(workflows[key], lapses) for key, lapses in wrong.items()]
    return sorted(lapsed, key=lambda each: (each.workflow.name.casefold(), each.workflow.id))
