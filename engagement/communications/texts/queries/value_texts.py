"""What the waves of a programme have brought so far, for a message: by wave, metric by metric, beside the plan."""

from collections.abc import Collection

from engagement.communications.models import Communication
from engagement.communications.texts.rules.merge_fields import VALUE
from engagement.communications.texts.rules.point_lists import Points
from engagement.content.frames import FIRST, frame_in
from engagement.value.queries.by_wave import value_of_programme
from engagement.value.queries.present import MetricShown
from engagement.words import day_words, whole_percent


def value_points(communication: Communication, language: str) -> list[Points]:
    """Return what each wave that went live has brought, as points in the words of a language; there is always one."""
    say = frame_in(language).say
    found = [
        Points(each.wave.title, [_words(metric, language) for metric in each.metrics] or [say("value_unmeasured")])
        for each in value_of_programme(communication.programme_id)
        if each.metrics or not each.others
    ]
    return found or [Points("", [say("value_none")])]


def value_constant(communication: Communication, names: Collection[str], language: str = FIRST) -> dict[str, str]:
    """Return the value of the field, if it is among these names."""
    return {VALUE: value_words(value_points(communication, language))} if VALUE in names else {}


def value_words(points: list[Points]) -> str:
    """Return the points in one line, for where they can't be a list."""
    return " ".join(f"{each.about}: {' '.join(each.said)}" if each.about else " ".join(each.said) for each in points)


def _words(shown: MetricShown, language: str) -> str:
    say, metric, way = frame_in(language).say, shown.metric, shown.way
    names = {"metric": f"{metric.workflow.name}, {metric.name}"}
    if shown.latest is None:
        return say("value_unread", **names)
    names |= {
        "value": metric.said(shown.latest.value),
        "day": day_words(shown.latest.measured_on, with_year=True, language=language),
    }
    before = shown.baseline.value if shown.baseline else None
    if way.done is None or way.planned is None or before is None or metric.target is None:
        return say("value_read", **names)
    compared = {"before": metric.said(before), "target": metric.said(metric.target)}
    told = {"done": str(whole_percent(way.done)), "planned": str(whole_percent(way.planned))}
    return say("value_planned", **names, **compared, **told)
