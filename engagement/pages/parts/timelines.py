"""The bars of waves over the months, which the start page and the timeline of all waves draw alike."""

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from engagement.charts import WaveSpan, waves_timeline
from engagement.waves.models import Wave
from engagement.waves.overlaps.queries import asking_of
from engagement.waves.overlaps.rules import Overlap


def timeline_of(waves: Sequence[Wave], today: date, found: Sequence[Overlap] = ()) -> Markup:
    """Return the chart of these waves, in their order: each begins with its first milestone. One query.

    `found` are overlaps to mark, of people whom another wave asks at the same time.
    """
    begins = [asking.begins_on for asking in asking_of(waves)]
    return waves_timeline([_span(*pair, found) for pair in zip(waves, begins, strict=True)], today)


def _span(wave: Wave, begins_on: date, found: Sequence[Overlap]) -> WaveSpan:
    shared = [(each.begins_on, each.ends_on) for each in found if wave.id in (each.first_id, each.second_id)]
    label = f"{wave.number} {wave.name}"
    return WaveSpan(label, begins_on, wave.go_live_on, wave.stabilises_until_on, wave.training_due_on, shared)
