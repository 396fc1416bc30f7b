"""What is counted of the people of a wave: plain functions over their days of use and their training."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, timedelta
from typing import Any, NamedTuple

from engagement.adoption.rules.spans import Span, was_used_in, was_used_in_week, weeks_between
from engagement.adoption.rules.vocabulary import MOST_WEEKS, RECENT_DAYS


class Learner(NamedTuple):
    """What is known of somebody's training for a wave: since when it is finished, None if it is not, and how that is known."""

    trained_on: date | None
    by_quiz: bool = False
    signed_off: bool = False


class Member(NamedTuple):
    """Somebody in a wave: where they work, since when they are in it, their days of use, their training if any is asked.

    Friendly users are champions of the programme, volunteers of the wave, and people of a wave of it that went live earlier.
    """

    department_id: int | None
    joined_on: date
    span: Span | None
    learner: Learner | None = None
    is_friendly: bool = False


@dataclass(frozen=True)
class Days:
    """How many days something took: of `people`, the median, and the middle half; None for nobody."""

    people: int = 0
    median: int | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Counted:
    """The numbers of the people of a wave. Nothing here is ready to be shown: see `telling`.

    `used` are those who used it in the last 28 days to `as_of`; `ever` those of whom any use is known. Of the last 28 days and the 28 before: `retained` used it in both, `started`
    only in the later, `lapsed` only in the earlier. `weeks` counts who used it in each week from that of go-live on. `asked`
    have training to do, `trained` have finished it, of those `quizzed` passed a test and `signed_off` have a trainer's or a
    record's word; `trained_used` says how many of them used it in the last 28 days, `friendly_used` how many of the `friendly` ones. `groups` has people and users by department, 0 for none.
    """

    people: int = 0
    used: int = 0
    ever: int = 0
    retained: int = 0
    started: int = 0
    lapsed: int = 0
    asked: int = 0
    trained: int = 0
    quizzed: int = 0
    signed_off: int = 0
    trained_used: int = 0
    friendly: int = 0
    friendly_used: int = 0
    since_live: Days = field(default_factory=Days)
    since_trained: Days = field(default_factory=Days)
    weeks: Sequence[int] = ()
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def never(self) -> int:
        """Of how many no use is known."""
        return self.people - self.ever

    @property
    def other(self) -> int:
        """How many used it in neither of the two periods."""
        return self.people - self.retained - self.started - self.lapsed

    def kept(self) -> dict[str, Any]:
        """Return plain values to keep."""
        groups = [[key, *numbers] for key, numbers in sorted(self.groups.items())]
        return asdict(self) | {"groups": groups, "weeks": list(self.weeks)}

    @classmethod
    def read(cls, kept: dict[str, Any], groups_kept: Sequence[Sequence[int]] = ()) -> "Counted":
        """Return what was kept, with the groups if they are given; figures that are not counted any more are left out."""
        kept = {each.name: kept[each.name] for each in fields(cls) if each.name in kept}
        days = {name: Days(**kept[name]) for name in ("since_live", "since_trained")}
        groups = {key: (people, used) for key, people, used in groups_kept}
        return cls(**kept | days | {"groups": groups, "weeks": tuple(kept["weeks"])})


def count_people(members: Iterable[Member], go_live_on: date, as_of: date) -> Counted:
    """Count the people of a wave by what is known to the end of `as_of`."""
    tally = dict.fromkeys(
        "people used ever retained started lapsed asked trained quizzed signed_off trained_used friendly friendly_used".split(),
        0,
    )
    since_live: list[int] = []
    since_trained: list[int] = []
    weeks = [0] * weeks_counted(go_live_on, as_of)
    groups: dict[int, tuple[int, int]] = {}
    recent, before = _periods(as_of)
    for member in members:
        span = member.span
        now, then = (span is not None and was_used_in(span, *each) for each in (recent, before))
        tally["people"] += 1
        tally["used"] += now
        tally["ever"] += span is not None
        tally["retained"] += now and then
        tally["started"] += now and not then
        tally["lapsed"] += then and not now
        tally["friendly"] += member.is_friendly
        tally["friendly_used"] += member.is_friendly and now
        people, used = groups.get(member.department_id or 0, (0, 0))
        groups[member.department_id or 0] = (people + 1, used + now)
        if member.learner is not None:
            _count_learner(tally, member.learner, used=now)
        if span is not None:
            begins = max(go_live_on, member.joined_on)
            if span.first_on >= begins:
                since_live.append((span.first_on - begins).days)
            trained_on = member.learner.trained_on if member.learner else None
            if trained_on is not None and span.first_on >= trained_on:
                since_trained.append((span.first_on - trained_on).days)
            for number in range(len(weeks)):
                weeks[number] += was_used_in_week(span, go_live_on + timedelta(weeks=number))
    return Counted(
        **tally, since_live=days_of(since_live), since_trained=days_of(since_trained), weeks=tuple(weeks), groups=groups
    )


def _periods(as_of: date) -> tuple[tuple[date, date], tuple[date, date]]:
    """Return the last 28 days to a day, and the 28 days before, each from its first to its last day."""
    begins = as_of - timedelta(days=RECENT_DAYS - 1)
    return (begins, as_of), (begins - timedelta(days=RECENT_DAYS), begins - timedelta(days=1))


def weeks_counted(go_live_on: date, as_of: date) -> int:
    """Return how many calendar weeks there are from that of go-live to that of `as_of`, none before it."""
    return max(0, min(weeks_between(go_live_on, as_of) + 1, MOST_WEEKS))


def _count_learner(tally: dict[str, int], learner: Learner, *, used: bool) -> None:
    tally["asked"] += 1
    is_trained = learner.trained_on is not None
    tally["trained"] += is_trained
    tally["quizzed"] += is_trained and learner.by_quiz
    tally["signed_off"] += is_trained and learner.signed_off
    tally["trained_used"] += is_trained and used


def days_of(numbers: Sequence[int]) -> Days:
    """Return the median and the middle half of numbers of days, each as the nearest number that occurs."""
    if not numbers:
        return Days()
    ordered = sorted(numbers)

    def at(quarter: int) -> int:
        return ordered[-(-len(ordered) * quarter // 4) - 1]

    return Days(len(ordered), at(2), at(1), at(3))


class TeamRow(NamedTuple):
    """What was told of a team: its lineage, the day, uses and people, None where not told, and by which upload.

    `members` is how many people of the wave are in it now.
    """

    lineage: str
    day: date
    uses: int | None
    people: int | None
    upload_id: int = 0
    members: int = 0


@dataclass(frozen=True)
class TeamCounted:
    """What teams say of a wave: at least how many people used it in the last 28 days (None: not told), and by week since go-live.

    A day's number of people is the least that used it in any span around that day; those of teams without common members add up.
    `weeks` has the same of each week, with the uses and how many people of the wave are in those teams.
    """

    used: int | None = None
    teams: int = 0
    weeks: Sequence[tuple[int | None, int, int]] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything was told of a team."""
        return self.teams > 0 or any(people is not None or uses for people, uses, _ in self.weeks)

    def kept(self) -> dict[str, Any]:
        """Return plain values to keep."""
        return {"used": self.used, "teams": self.teams, "weeks": [list(each) for each in self.weeks]}

    @classmethod
    def read(cls, kept: dict[str, Any]) -> "TeamCounted":
        """Return what was kept; of what was counted earlier it is not known how many people are in the teams."""
        weeks = ((people, uses, sum(members)) for people, uses, *members in kept["weeks"])
        return cls(kept["used"], kept["teams"], tuple(weeks))


def count_teams(rows: Sequence[TeamRow], go_live_on: date, as_of: date) -> TeamCounted:
    """Count what teams told."""
    weeks = []
    for number in range(weeks_counted(go_live_on, as_of)):
        those = _outermost([row for row in rows if weeks_between(go_live_on, row.day) == number])
        members = sum({row.lineage: row.members for row in those if row.uses is not None}.values())
        weeks.append((_at_least(those), sum(row.uses or 0 for row in those), members))
    begins, _ = _periods(as_of)[0]
    recent = _outermost([row for row in rows if begins <= row.day <= as_of])
    return TeamCounted(_at_least(recent), len({row.lineage for row in recent}), tuple(weeks))


def _outermost(rows: Sequence[TeamRow]) -> list[TeamRow]:
    """Return the rows without those of a team inside another one of which something is told too: it counts in that one."""
    lineages = {row.lineage for row in rows}
    outer = {each for each in lineages if not any(each != other and each.startswith(other) for other in lineages)}
    return [row for row in rows if row.lineage in outer]


def _at_least(rows: Sequence[TeamRow]) -> int | None:
    """Return the least number of different people who used it: of each team the most on one day, added up."""
    most: dict[str, int] = {}
    for row in rows:
        if row.people is not None:
            most[row.lineage] = max(most.get(row.lineage, 0), row.people)
    return sum(most.values()) if most else None
