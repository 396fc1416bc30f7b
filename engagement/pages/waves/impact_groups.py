"""The groups of a wave with what each side says of them, and the same as a table of groups by parts of the work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engagement.pages.frame.formats import here_today
from engagement.people.models import Department
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor
from engagement.reach import found
from engagement.stakeholders.champions.queries import DepartmentCoverage, place_of, wave_coverage
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries.gaps import is_said_by_sponsor, sides_of
from engagement.waves.impacts.queries.standing import assessments_of, department_lineages, roles_of_members
from engagement.waves.impacts.rules import ABOVE, MOST_POINTS, Aspect, AspectSaid, Assessed, ImpactSide, Sides
from engagement.waves.models import Wave
from engagement.words import listed

EVERYBODY = StatementFor.EVERYBODY
NOT_SAID, KEPT_BACK = "not said yet", "shown once you have said how you see it"


@dataclass(frozen=True)
class Group:
    """A department of a wave, or those there with one role: its people, and what each side says now.

    `together` is what its people said together, `alone` what each said alone; both are None where `is_kept_back` from a
    sponsor who has not said yet how they see it.
    """

    coverage: DepartmentCoverage
    department: Department
    for_role: StatementFor
    people: int
    is_kept_back: bool
    sponsors: ImpactAssessment | None
    leaders: ImpactAssessment | None
    together: ImpactAssessment | None
    alone: ImpactAssessment | None

    @property
    def name(self) -> str:
        """The department's path, and for which of its people."""
        return self.department.path if self.is_whole else f"{self.department.path}, {self.for_role.word.lower()}"

    @property
    def is_whole(self) -> bool:
        """Whether it is everybody in the department."""
        return self.for_role is EVERYBODY

    @property
    def address(self) -> dict[str, object]:
        """The values of its address within a wave."""
        return {"department_id": self.department.id} | ({} if self.is_whole else {"role": self.for_role.value})

    @property
    def rows(self) -> list[ImpactAssessment]:
        """The assessments that there are."""
        return [row for row in (self.sponsors, self.leaders, self.together, self.alone) if row is not None]

    @cached_property
    def sides(self) -> Sides:
        """What each side says of it."""
        return sides_of({row.side: row for row in self.rows})

    @property
    def each_said(self) -> list[tuple[str, Assessed | None, str]]:
        """Each side by its word with what it says, and why there is nothing where that is so."""
        unsaid = {
            "Sponsors": NOT_SAID if self.is_whole else "asked for whole departments",
            "People": KEPT_BACK if self.is_kept_back else NOT_SAID,
        }
        return [(word, said, unsaid.get(word, NOT_SAID)) for word, said in self.sides.named]

    @property
    def points(self) -> int:
        """The most points that a side gives, -1 while nobody has judged it."""
        return max((said.total for _, said in self.sides.named if said), default=-1)


@dataclass(frozen=True)
class HeatCell:
    """The points of one aspect, None where nobody judged it, and whether the people see it otherwise than those above them."""

    aspect: Aspect
    score: int | None
    differs: bool = False


@dataclass(frozen=True)
class HeatLine:
    """What one side gives a group, aspect by aspect, and the sum of it; `total` is "" where it gave nothing.

    `unsaid` is why, where the side has not spoken at all.
    """

    side: str
    cells: list[HeatCell]
    total: str
    unsaid: str = ""


def groups_of(wave: Wave, *, keeps_back: bool = False) -> list[Group]:
    """Return the groups of a wave: departments with the most points first, each before its own groups by role.

    There are groups by role where people of a department have different roles, and where one was judged. `keeps_back` leaves
    out what the people of a department say until one of the wave's sponsors has said how they see it.
    """
    standing = assessments_of(wave.id)
    covered = wave_coverage(wave.id, here_today())
    places = [row.department for row in covered.rows if row.department is not None]
    by_role = _by_role(wave, places)
    made = []
    for row in covered.rows:
        if row.department is None:
            continue
        roles = by_role[row.department.id]
        own = [StatementFor(role) for role in TrainingRole if role in roles and len(roles) > 1]
        judged = {for_role for department_id, for_role, _ in standing if department_id == row.department.id}
        is_kept_back = keeps_back and not is_said_by_sponsor(wave, standing, row.department.id)
        for for_role in StatementFor:
            if for_role is EVERYBODY or for_role in own or for_role in judged:
                people = row.people if for_role is EVERYBODY else roles.get(TrainingRole(for_role.value), 0)
                shown = ABOVE if is_kept_back else ImpactSide
                said = {side: standing.get((row.department.id, for_role, side)) for side in shown}
                sides = [said.get(side) for side in ImpactSide]
                made.append(Group(row, row.department, for_role, people, is_kept_back, *sides))
    most = {row.id: max(group.points for group in made if group.department is row) for row in places}
    return sorted(made, key=lambda group: -most[group.department.id])


def _by_role(wave: Wave, places: Sequence[Department]) -> dict[int, dict[TrainingRole | None, int]]:
    """Return how many people of each of these departments, with all below it, have each role; None for no role."""
    counted = roles_of_members(wave.id)
    lineages = department_lineages({key for key, _ in counted if key is not None})
    found: dict[int, dict[TrainingRole | None, int]] = defaultdict(lambda: defaultdict(int))
    for (department_id, role), number in counted.items():
        place = place_of(lineages[department_id], places) if department_id is not None else None
        if place is not None:
            found[place.id][role] += number
    return found


def group_among(groups: Sequence[Group], department_id: int, for_role: StatementFor) -> Group:
    """Return one of a wave's groups; raises NotFound where it is none."""
    wanted = (department_id, for_role)
    return found(next((each for each in groups if (each.department.id, each.for_role) == wanted), None))


def heat_of(group: Group) -> list[HeatLine]:
    """Return each side of a group as a line of the table, none while nobody has judged it."""
    if not group.rows:
        return []
    apart = group.sides.apart
    lines = []
    for word, said, unsaid in group.each_said:
        if said is None and word == "Sponsors" and not group.is_whole:
            continue
        # The people's cell is framed for whoever sees it otherwise, each of the others for itself.
        cells = [
            HeatCell(each, said.of(each).score, any(word in ("People", side.word) for side in apart.get(each, ())))
            for each in Aspect
            if said is not None
        ]
        total = f"{said.total} of {said.most}" if said and said.judged else ""
        lines.append(HeatLine(word, cells, total, "" if said else unsaid))
    return lines


def heat_sums(groups: Sequence[Group]) -> list[HeatLine]:
    """Return, for each side that has spoken, the points of all groups together; an aspect that nobody judged has none."""
    lines = []
    for number, word in enumerate(word for word, _ in groups[0].sides.named):
        all_said = [said for group in groups if (said := group.sides.named[number][1])]
        given = {each: [one for said in all_said if (one := said.of(each).score) is not None] for each in Aspect}
        cells = [HeatCell(each, sum(given[each]) if given[each] else None) for each in Aspect]
        points = [one for each in Aspect for one in given[each]]
        if points or word != "Sponsors":
            lines.append(HeatLine(word, cells, f"{sum(points)} of {MOST_POINTS * len(points)}" if points else ""))
    return lines


@dataclass(frozen=True)
class AspectLine:
    """One aspect as each side sees it; `apart` are those who see it otherwise than the people."""

    aspect: Aspect
    sponsors: AspectSaid
    leaders: AspectSaid
    people: AspectSaid
    apart: Sequence[ImpactSide]

    @property
    def alone(self) -> int:
        """How many people said it each alone, 0 where the points are what they said together."""
        return sum(self.people.counts)

    @property
    def apart_words(self) -> str:
        """Whose view differs from the people's, "" for nobody's."""
        return f"{listed([side.word.lower() for side in self.apart]).capitalize()} differ" if self.apart else ""


def lines_of(group: Group) -> list[AspectLine]:
    """Return the aspects of a group that anybody has judged, none while nobody has."""
    if not group.rows:
        return []
    apart = group.sides.apart
    sponsors, leaders, people = (said or Assessed() for _, said in group.sides.named)
    return [
        AspectLine(each, sponsors.of(each), leaders.of(each), people.of(each), apart.get(each, ())) for each in Aspect
    ]
