"""Where those who lead a group see what changes for it otherwise than its people: from the impact assessments of both."""

from collections.abc import Iterator, Sequence
from datetime import date

from engagement.reports.rules.figures import Figure, Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure
from engagement.waves.impacts.queries import WaveGaps
from engagement.words import plural


def gap_figures(found: Sequence[WaveGaps], on: date, floor: int) -> Iterator[Figure]:
    """Return the figures: of each wave with a group that both sides judged, then of each part of the work seen differently."""
    for each in (each for each in found if each.judged):
        of = Subject(SubjectKind.WAVE, str(each.wave.id), each.wave.title)
        yield share_of(Measure.SEEN_APART, of, each.seen_apart, each.judged, on, "")
    for gap in sorted((gap for each in found for gap in each.gaps), key=lambda gap: -abs(gap.apart)):
        key = f"{gap.wave.id}/{gap.department_id}/{gap.for_role}/{gap.aspect}"
        of = Subject(SubjectKind.GROUP, key, f"{gap.wave.title}, {gap.group}: {gap.aspect.word}")
        yield figure_of(Measure.LEADERS_SAY, of, gap.leaders, on, unit="of 5 points")
        yield figure_of(Measure.PEOPLE_SAY, of, gap.people, on, unit="of 5 points", groups_under=floor)


def gap_words(found: Sequence[WaveGaps]) -> str:
    """Say in a sentence where both sides differ; "" where no gap is known."""
    gaps = [gap for each in found for gap in each.gaps]
    if not gaps:
        return ""
    judged, apart = sum(each.judged for each in found), sum(each.seen_apart for each in found)
    most = max(gaps, key=lambda gap: abs(gap.apart))
    more = "more" if most.apart > 0 else "less"
    return (
        f"In {apart} of {plural(judged, 'group', 'groups')} that both have judged, people see what changes for them otherwise than those who lead "
        f"them: {most.group} expects {more} change in “{most.aspect.word.lower()}”, {most.people} of 5 points against {most.leaders}."
    )
