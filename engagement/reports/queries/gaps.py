"""Where those who lead a group see what changes for it otherwise than its people: from the impact assessments of both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from engagement.people.queries import standing_department
from engagement.programmes.scope.rules import StatementFor
from engagement.reports.rules.figures import Figure, Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries import Assessments, assessments_of_waves
from engagement.waves.impacts.rules import Aspect, Assessed, ImpactSide, differing, people_said
from engagement.waves.models import Wave
from engagement.words import plural


@dataclass(frozen=True)
class Gap:
    """A part of the work of a group that its leaders and its people judge differently, with the points of both."""

    wave: Wave
    department_id: int
    for_role: StatementFor
    group: str
    aspect: Aspect
    leaders: int
    people: int

    @property
    def apart(self) -> int:
        """By how many points people expect more than their leaders."""
        return self.people - self.leaders


@dataclass(frozen=True)
class WaveGaps:
    """The groups of a wave that both sides judged, how many of them they see differently, and in what."""

    wave: Wave
    judged: int
    seen_apart: int
    gaps: Sequence[Gap]


def gaps_of(waves: Sequence[Wave], floor: int) -> list[WaveGaps]:
    """Return where leaders and people differ in each wave, in two statements; what fewer than `floor` people said is left out."""
    found = assessments_of_waves([wave.id for wave in waves]) if waves else {}
    return [_of_wave(wave, found[wave.id], floor) for wave in waves]


def _of_wave(wave: Wave, assessments: Assessments, floor: int) -> WaveGaps:
    judged, seen_apart = 0, 0
    gaps: list[Gap] = []
    for (department_id, for_role), leaders in _led(assessments):
        sides = [assessments.get((department_id, for_role, side)) for side in (ImpactSide.PEOPLE, ImpactSide.ANSWERS)]
        people = people_said(*(_enough(row, floor) for row in sides))
        said = leaders.said
        if people is None or not set(people.judged) & set(said.judged):
            continue
        apart = differing(said, people)
        place = standing_department(leaders.department).path
        group = place if for_role is StatementFor.EVERYBODY else f"{place}, {for_role.word.lower()}"
        points = [(aspect, said.of(aspect).score or 0, people.of(aspect).score or 0) for aspect in apart]
        gaps += [Gap(wave, department_id, for_role, group, *each) for each in points]
        judged, seen_apart = judged + 1, seen_apart + bool(apart)
    return WaveGaps(wave, judged, seen_apart, sorted(gaps, key=lambda gap: (-abs(gap.apart), gap.group)))


def _led(assessments: Assessments) -> list[tuple[tuple[int, StatementFor], ImpactAssessment]]:
    """Return the leaders' side of each group that has one."""
    return [
        ((department_id, for_role), row)
        for (department_id, for_role, side), row in assessments.items()
        if side is ImpactSide.LEADERS
    ]


def _enough(row: ImpactAssessment | None, floor: int) -> Assessed | None:
    """Return what people said, of each part of the work only if at least `floor` of them said it."""
    if row is None or (row.voices or 0) < floor:
        return None
    said = row.said
    return replace(
        said,
        aspects={aspect: each for aspect, each in said.aspects.items() if not each.counts or sum(each.counts) >= floor},
    )


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
