"""Where the people of a group see what changes otherwise than who leads or sponsors, and which sponsors have not spoken."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload

from engagement.db import db
from engagement.people.models import Department
from engagement.people.queries import standing_department
from engagement.programmes.models import Programme
from engagement.programmes.scope.rules import StatementFor
from engagement.reach import Reach
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.standing import Assessments, GroupKey, assessments_of_waves
from engagement.waves.impacts.rules import ABOVE, Aspect, Assessed, ImpactSide, Sides, people_said
from engagement.waves.impacts.scopes import keeps_people_back
from engagement.waves.models import Wave
from engagement.waves.queries import ByWave, standing_departments_of_waves
from engagement.waves.rules import WaveStatus


@dataclass(frozen=True)
class Gap:
    """A part of the work of a group that its people judge otherwise than who leads or sponsors, with the points of each.

    `above` are those who see it otherwise, `judged` the points of all above who judged it, from the top down.
    """

    wave: Wave
    department_id: int
    for_role: StatementFor
    group: str
    aspect: Aspect
    above: Sequence[ImpactSide]
    judged: Mapping[ImpactSide, int]
    people: int

    @property
    def apart(self) -> int:
        """How many points the people are away from who is furthest from them."""
        return max(abs(self.people - self.judged[side]) for side in self.above)

    @property
    def words(self) -> str:
        """Whose view differs, and by how much: "Claims, pay and grade: sponsors expect 1, its people 4 of 5 points"."""
        said = [
            f"{side.word.lower()} {'expect ' if not place else ''}{self.judged[side]}"
            for place, side in enumerate(self.above)
        ]
        return f"{self.group}, {self.aspect.word.lower()}: {', '.join(said)}, its people {self.people} of 5 points"


@dataclass(frozen=True)
class WaveGaps:
    """The groups of a wave that can be compared, how many their people see differently, and in what; the widest gap first.

    A group can be compared once its people and a side above them judged the same part of its work. `compared` are the sides
    of which that is so anywhere. `unsaid` are its departments of which others have spoken, and no present sponsor has.
    """

    wave: Wave
    judged: int
    seen_apart: int
    gaps: Sequence[Gap]
    compared: Sequence[ImpactSide] = ()
    unsaid: Sequence[Department] = ()

    @property
    def seen_alike(self) -> int:
        """In how many of the groups no part of the work is judged differently."""
        return self.judged - self.seen_apart

    @property
    def widest(self) -> list[Gap]:
        """The widest gap of each group, the widest of all first."""
        found: dict[GroupKey, Gap] = {}
        for gap in self.gaps:
            found.setdefault((gap.department_id, gap.for_role), gap)
        return list(found.values())


def gaps_of(waves: Sequence[Wave], floor: int = 0, departments: ByWave | None = None) -> list[WaveGaps]:
    """Return where people differ from who leads or sponsors in each wave; what fewer than `floor` said is left out.

    Without a floor everything counts that is kept: of people nothing is kept that too few said. It takes one statement, and a
    second one if `departments` of these waves or more (see `departments_of_waves`) are not there already.
    """
    if not waves:
        return []
    ids = [wave.id for wave in waves]
    found, chosen = assessments_of_waves(ids), standing_departments_of_waves(ids, departments)
    return [_of_wave(wave, found[wave.id], chosen[wave.id], floor) for wave in waves]


def as_read(found: Sequence[WaveGaps], planning: Reach, sponsoring: Reach) -> list[WaveGaps]:
    """Return gaps as a reader may read them: a sponsor who is asked how they see it reads no points of these departments before.

    How many groups are seen alike stays the same for everybody.
    """
    return [
        replace(each, gaps=[gap for gap in each.gaps if gap.department_id not in {row.id for row in each.unsaid}])
        if keeps_people_back(planning, sponsoring, each.wave)
        else each
        for each in found
    ]


def _of_wave(wave: Wave, assessments: Assessments, departments: Sequence[Department], floor: int) -> WaveGaps:
    judged, seen_apart = 0, 0
    gaps: list[Gap] = []
    compared: set[ImpactSide] = set()
    for key, rows in _by_group(assessments).items():
        sides = sides_of(rows, floor)
        if not sides.compared:
            continue
        found = list(_gaps_in(wave, key, rows, sides))
        gaps += found
        compared |= set(sides.compared)
        judged, seen_apart = judged + 1, seen_apart + bool(found)
    ordered = sorted(gaps, key=lambda gap: (-gap.apart, gap.group))
    sides_compared = [side for side in ABOVE if side in compared]
    return WaveGaps(wave, judged, seen_apart, ordered, sides_compared, unsaid_of(wave, assessments, departments))


def _by_group(assessments: Assessments) -> dict[GroupKey, dict[ImpactSide, ImpactAssessment]]:
    groups: dict[GroupKey, dict[ImpactSide, ImpactAssessment]] = defaultdict(dict)
    for (department_id, for_role, side), row in assessments.items():
        groups[department_id, for_role][side] = row
    return groups


def sides_of(rows: Mapping[ImpactSide, ImpactAssessment], floor: int = 0) -> Sides:
    """Return what each side of a group says, of its people each part of the work only if at least `floor` of them said it."""
    sponsors, leaders = (rows[side].said if side in rows else None for side in ABOVE)
    people = [_enough(rows.get(side), floor) for side in (ImpactSide.PEOPLE, ImpactSide.ANSWERS)]
    return Sides(sponsors, leaders, people_said(*people))


def _gaps_in(wave: Wave, key: GroupKey, rows: Mapping[ImpactSide, ImpactAssessment], sides: Sides) -> Iterator[Gap]:
    department_id, for_role = key
    place = standing_department(next(iter(rows.values())).department).path
    group = place if for_role is StatementFor.EVERYBODY else f"{place}, {for_role.word.lower()}"
    for aspect, above in sides.apart.items():
        given = {side: said.of(aspect).score for side in ABOVE if (said := sides.of(side))}
        points = {side: score for side, score in given.items() if score is not None}
        people = sides.people.of(aspect).score if sides.people else None
        yield Gap(wave, department_id, for_role, group, aspect, above, points, people or 0)


def unsaid_of(wave: Wave, assessments: Assessments, departments: Sequence[Department]) -> list[Department]:
    """Return those of a wave's departments of which leaders or people have spoken, and no sponsor whom the wave has now."""
    spoken = {department_id for department_id, _, side in assessments if side is not ImpactSide.SPONSORS}
    return [row for row in departments if row.id in spoken and not is_said_by_sponsor(wave, assessments, row.id)]


def is_said_by_sponsor(wave: Wave, assessments: Assessments, department_id: int) -> bool:
    """Return whether somebody who is here and sponsors the wave has said how they see what changes for a department."""
    row = assessments.get((department_id, StatementFor.EVERYBODY, ImpactSide.SPONSORS))
    # The person was read with the assessment; the wave's sponsors would have to be read first.
    if row is None or row.sponsor is None or row.sponsor.has_left:
        return False
    return row.sponsor_id in wave.sponsor_ids


def is_asked(wave: Wave, person_id: int | None) -> bool:
    """Return whether a sponsor's view of a wave is asked of somebody first: while it is ahead in an open programme."""
    if not wave.status.is_ahead or wave.programme.closed_at is not None or person_id not in wave.sponsor_ids:
        return False
    return wave.asked_sponsor is not None and wave.asked_sponsor.id == person_id


def waves_asking(person_id: int) -> list[Wave]:
    """Return the waves whose sponsor's view is asked of somebody first (see `is_asked`), by day of go-live."""
    named = or_(Wave.sponsor_id == person_id, Programme.sponsor_id == person_id)
    ahead = Wave.status.in_([status for status in WaveStatus if status.is_ahead])
    rows = (
        select(Wave)
        .join(Wave.programme)
        .where(named, ahead, Programme.closed_at.is_(None))
        .options(joinedload(Wave.sponsor), contains_eager(Wave.programme).joinedload(Programme.sponsor))
        .order_by(Wave.go_live_on, Wave.id)
    )
    return [wave for wave in db.session.scalars(rows) if is_asked(wave, person_id)]


def _enough(row: ImpactAssessment | None, floor: int) -> Assessed | None:
    """Return what people said, of each part of the work only if at least `floor` of them said it."""
    if row is None or (row.voices or 0) < floor:
        return None
    said = row.said
    return replace(
        said,
        aspects={aspect: each for aspect, each in said.aspects.items() if not each.counts or sum(each.counts) >= floor},
    )
