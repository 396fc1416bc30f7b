"""Where people see what changes for them otherwise than who leads or sponsors, from the impact assessments of all three."""

from collections.abc import Iterator, Sequence
from datetime import date

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.reports.rules.figures import Figure, Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure
from engagement.waves.impacts.queries.gaps import Gap, WaveGaps, as_read, gaps_of
from engagement.waves.impacts.rules import ABOVE, ImpactSide
from engagement.waves.models import Wave
from engagement.waves.queries import ByWave
from engagement.words import listed, plural

_SAYS = {ImpactSide.SPONSORS: Measure.SPONSORS_SAY, ImpactSide.LEADERS: Measure.LEADERS_SAY}
_WHOM = {ImpactSide.SPONSORS: "the sponsors", ImpactSide.LEADERS: "those who lead them"}


def gap_figures(found: Sequence[WaveGaps], on: date, floor: int) -> Iterator[Figure]:
    """Return the figures: of each wave with a group that can be compared, then of each part of the work seen differently."""
    for each in (each for each in found if each.judged):
        of = Subject(SubjectKind.WAVE, str(each.wave.id), each.wave.title)
        yield share_of(Measure.SEEN_APART, of, each.seen_apart, each.judged, on, "")
    for gap in sorted((gap for each in found for gap in each.gaps), key=lambda gap: -gap.apart):
        yield from _of_gap(gap, on, floor)


def _of_gap(gap: Gap, on: date, floor: int) -> Iterator[Figure]:
    key = f"{gap.wave.id}/{gap.department_id}/{gap.for_role}/{gap.aspect}"
    of = Subject(SubjectKind.GROUP, key, f"{gap.wave.title}, {gap.group}: {gap.aspect.word}")
    for side in ABOVE:
        yield figure_of(_SAYS[side], of, gap.judged.get(side), on, unit="of 5 points", missing="not said")
    yield figure_of(Measure.PEOPLE_SAY, of, gap.people, on, unit="of 5 points", groups_under=floor)


def gaps_for(waves: Sequence[Wave], reader: Reader, floor: int, departments: ByWave | None = None) -> list[WaveGaps]:
    """Return the gaps of these waves as a reader may read them (see `gaps_of` and `as_read`)."""
    return as_read(gaps_of(waves, floor, departments), rights.planning(reader), rights.sponsoring(reader))


def gap_words(found: Sequence[WaveGaps]) -> str:
    """Say in a sentence whose view differs from the people's, and where most; "" where no gap is known."""
    gaps = [gap for each in found for gap in each.gaps]
    judged, apart = sum(each.judged for each in found), sum(each.seen_apart for each in found)
    if not apart:
        return ""
    if not gaps:
        return (
            f"In {apart} of {plural(judged, 'group', 'groups')} that can be compared, people see what changes for them otherwise. "
            "In which parts is shown to you once you have said how you see it."
        )
    above = {side for gap in gaps for side in gap.above}
    whom = listed([_WHOM[side] for side in ABOVE if side in above], "or")
    most = max(gaps, key=lambda gap: gap.apart)
    return (
        f"In {apart} of {plural(judged, 'group', 'groups')} that can be compared, people see what changes for them otherwise than {whom}. "
        f"Furthest apart: {most.words}."
    )
