"""What the waves of a programme are worth: what is measured of the workflows that each brought into use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engagement.programmes.models import Workflow
from engagement.value.queries.present import MetricShown, metrics_shown
from engagement.waves.models import Wave
from engagement.waves.queries import waves_of, workflows_of_waves
from engagement.waves.rules import WaveStatus


@dataclass(frozen=True)
class WaveValue:
    """A wave that is or was live, with the metrics of the workflows that it was the first to bring into use.

    `others` says that it has further workflows, which came with an earlier wave.
    """

    wave: Wave
    metrics: Sequence[MetricShown] = field(default=())
    others: bool = False

    @property
    def compared(self) -> list[bool]:
        """For each metric that can be compared with a plan, whether it has come as far, or further."""
        return [way for each in self.metrics if (way := each.way.is_as_planned) is not None]


def values_by_wave(
    waves: Sequence[Wave], workflows: Mapping[int, Sequence[Workflow]], shown: Mapping[int, Sequence[MetricShown]]
) -> list[WaveValue]:
    """Return what each wave that went live is worth, in the order given; a workflow counts with the first of its waves."""
    began = [wave for wave in waves if _has_begun(wave)]
    first: dict[int, int] = {}
    for wave in sorted(began, key=lambda each: (each.go_live_on, each.id)):
        for workflow in workflows.get(wave.id, ()):
            first.setdefault(workflow.id, wave.id)
    found = []
    for wave in began:
        own = [each.id for each in workflows.get(wave.id, ()) if first[each.id] == wave.id]
        metrics = [metric for workflow_id in own for metric in shown.get(workflow_id, ())]
        found.append(WaveValue(wave, metrics, others=len(own) < len(workflows.get(wave.id, ()))))
    return found


def _has_begun(wave: Wave) -> bool:
    return wave.status.is_live or wave.status is WaveStatus.CLOSED


def value_of_programme(programme_id: int) -> list[WaveValue]:
    """Return what each wave of a programme that went live is worth, in their order."""
    waves = [wave for wave in waves_of(programme_id) if _has_begun(wave)]
    workflows = workflows_of_waves([wave.id for wave in waves])
    return values_by_wave(waves, workflows, metrics_shown({each.id for rows in workflows.values() for each in rows}))
