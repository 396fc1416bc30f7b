"""The groups of a wave with what each side says of them, and the same as a table of groups by parts of the work."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from engagement.pages.frame.formats import here_today
from engagement.people.models import Department
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.rules import StatementFor
from engagement.reach import found
from engagement.stakeholders.champions.queries import DepartmentCoverage, place_of, wave_coverage
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.queries import assessments_of, department_lineages, roles_of_members
from engagement.waves.impacts.rules import MOST_POINTS, Aspect, AspectSaid, Assessed, ImpactSide, differing, people_said
from engagement.waves.models import Wave
from engagement.words import listed

EVERYBODY = StatementFor.EVERYBODY


@dataclass(frozen=True)
class Group:
    """A department of a wave, or those there with one role: its people, and what each side says now.

    `together` is what its people said together, `alone` what each said alone.
    """

    coverage: DepartmentCoverage
    department: Department
    for_role: StatementFor
    people: int
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
        return [row for row in (self.leaders, self.together, self.alone) if row is not None]

    @property
    def leaders_said(self) -> Assessed | None:
        """The leaders' side."""
        return self.leaders.said if self.leaders else None

    @property
    def people_said(self) -> Assessed | None:
        """The people's side: what each said alone before what they said together."""
        return people_said(self.together.said if self.together else None, self.alone.said if self.alone else None)

    @property
    def sides(self) -> list[tuple[str, Assessed | None]]:
        """Both sides, each by its word."""
        return [("Leaders", self.leaders_said), ("People", self.people_said)]

    @property
    def points(self) -> int:
        """The most points that a side gives, -1 while nobody has judged it."""
        return max((said.total for _, said in self.sides if said), default=-1)

    @property
    def is_compared(self) -> bool:
        """Whether both sides judged some of the same aspects."""
        both = [set(said.judged) for _, said in self.sides if said]
        return len(both) == 2 and not both[0].isdisjoint(both[1])

    @property
    def differing(self) -> list[Aspect]:
        """The aspects that the two sides see differently."""
        return differing(self.leaders_said, self.people_said)

    @property
    def differing_words(self) -> str:
        """These aspects in words."""
        return listed([aspect.word.lower() for aspect in self.differing])


@dataclass(frozen=True)
class HeatCell:
    """The points of one aspect, None where nobody judged it, and whether the other side sees it differently."""

    aspect: Aspect
    score: int | None
    differs: bool = False


@dataclass(frozen=True)
class HeatLine:
    """What one side gives a group, aspect by aspect, and the sum of it; `total` is "" where it gave nothing."""

    side: str
    cells: list[HeatCell]
    total: str


def groups_of(wave: Wave) -> list[Group]:
    """Return the groups of a wave: departments with the most points first, each before its own groups by role.

    There are groups by role where people of a department have different roles, and where one was judged.
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
        for for_role in StatementFor:
            if for_role is EVERYBODY or for_role in own or for_role in judged:
                people = row.people if for_role is EVERYBODY else roles.get(TrainingRole(for_role.value), 0)
                said = [standing.get((row.department.id, for_role, side)) for side in ImpactSide]
                made.append(Group(row, row.department, for_role, people, *said))
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
    """Return both sides of a group as lines of the table, none while nobody has judged it."""
    if not group.rows:
        return []
    apart = set(group.differing)
    return [
        HeatLine(
            side,
            [HeatCell(each, (said or Assessed()).of(each).score, each in apart) for each in Aspect],
            f"{said.total} of {said.most}" if said and said.judged else "",
        )
        for side, said in group.sides
    ]


def heat_sums(groups: Sequence[Group]) -> list[HeatLine]:
    """Return, for both sides, the points of all groups together; an aspect that nobody judged has none."""
    lines = []
    for number, side in enumerate(("Leaders", "People")):
        all_said = [said for group in groups if (said := group.sides[number][1])]
        given = {each: [one for said in all_said if (one := said.of(each).score) is not None] for each in Aspect}
        cells = [HeatCell(each, sum(given[each]) if given[each] else None) for each in Aspect]
        points = [one for each in Aspect for one in given[each]]
        lines.append(HeatLine(side, cells, f"{sum(points)} of {MOST_POINTS * len(points)}" if points else ""))
    return lines


@dataclass(frozen=True)
class AspectLine:
    """One aspect as both sides see it; `alone` is how many said it each for themselves."""

    aspect: Aspect
    leaders: AspectSaid
    people: AspectSaid
    differs: bool

    @property
    def alone(self) -> int:
        """How many people said it each alone, 0 where the points are what they said together."""
        return sum(self.people.counts)


def lines_of(group: Group) -> list[AspectLine]:
    """Return the aspects of a group that anybody has judged, none while nobody has."""
    leaders, people, apart = group.leaders_said or Assessed(), group.people_said or Assessed(), group.differing
    return [AspectLine(each, leaders.of(each), people.of(each), each in apart) for each in Aspect] if group.rows else []
