"""Decides what is told of a wave's use, of all its figures together: what is hidden must not follow from what stands beside it.

The most important figure is told first, and each further one only if every group that follows from it by adding and subtracting
has its floor, too. Readers know who is in a wave, in a department, trained or a friendly user: how many those are is not hidden.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from engagement.adoption.rules.counting import Counted
from engagement.adoption.rules.spans import monday_of
from engagement.adoption.rules.telling import Told, groups_told
from engagement.adoption.rules.vocabulary import RECENT_DAYS

Pair = tuple[Told, Told]
"""A group and everybody else in the wave."""


@dataclass(frozen=True)
class Shown:
    """What may be told of the use of one workflow, or of all of a wave's together; None where a figure is hidden as a whole.

    `retained`, `started`, `lapsed` and `other` are those of `Counted`.
    """

    used: Told
    weeks: Sequence[Told]
    trained: Pair | None
    friendly: Pair | None
    never: Told | None = None
    retained: int | None = None
    started: int | None = None
    lapsed: int | None = None
    other: int | None = None
    departments: Mapping[int, Told | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Telling:
    """The numbers of one workflow, or of all together, and the first and last day of the weeks and periods that they are of."""

    count: Counted
    go_live_on: date
    as_of: date

    def monday(self, number: int) -> date:
        """Return the first day of a week since go-live."""
        return monday_of(self.go_live_on) + timedelta(weeks=number)

    def begins(self, periods: int) -> date:
        """Return the first day of the last so many times 28 days."""
        return self.as_of - timedelta(days=periods * RECENT_DAYS - 1)


def shown_together(tellings: Sequence[Telling], floor: int) -> list[Shown]:
    """Return what may be told of the first, which the sheet tells too, and of each of the workflows that it holds together.

    Of these, the people who used it are told, the weeks, and the trained people: how many of all who use anything use this one
    follows, and how many use only others. So what else is known of each is left out.
    """
    if not tellings:
        return []
    first = _shown_alone(tellings[0], floor)
    others = [_shown_beside(each, first, floor) for each in tellings[1:]]
    if others:
        others = _without_few_of_both(first, others)
    return [first, *others]


def _shown_alone(telling: Telling, floor: int) -> Shown:
    """Return what may be told of all workflows together.

    People are those who used it in the last 28 days and the others; the one are those who went on or began, the others those who
    stopped, who used it long ago, or never. Each of these groups that is told, and the rest of its own side, has its floor. So
    each sum has, and so has each of them with a group of another kind (trained, friendly, departments), where both sides have.
    """
    count = telling.count
    used = Told(count.used, count.people, floor)
    never = Told(count.never, count.people, floor, count.people - count.used if used.is_exact else None)
    alone = Shown(
        used=used,
        never=never,
        weeks=(),
        # How many of those with training to do have not finished it is a figure beside it.
        trained=_pair(count.trained_used, count.trained, count, floor)
        if Told(count.trained, count.asked, floor).is_exact
        else None,
        friendly=_pair(count.friendly_used, count.friendly, count, floor),
        departments=groups_told({key: (used, people) for key, (people, used) in count.groups.items()}, floor),
    )
    if used.is_exact and min(count.retained, count.started) >= floor:
        alone = replace(alone, retained=count.retained, started=count.started)
    long_ago = count.other - count.never
    is_few = never.is_exact and 0 < long_ago < floor
    if used.is_exact and min(count.lapsed, count.other) >= floor and not is_few:
        alone = replace(alone, lapsed=count.lapsed, other=count.other)
    return replace(alone, weeks=[Told(n, count.people, floor, most) for n, most in _weeks_within(telling, alone)])


def _pair(used: int, people: int, count: Counted, floor: int) -> Pair | None:
    """Return what may be told of a group and of everybody else: both, or neither."""
    pair = Told(used, people, floor), Told(count.used - used, count.people - people, floor)
    return pair if all(each.is_exact for each in pair) else None


def _weeks_within(telling: Telling, told: Shown) -> Iterable[tuple[int, int]]:
    """Yield how many used it in each week, and the smallest number told of people whom all of these are among.

    Where that number is hidden, its least possible one takes its place, so that a week never says more of it.
    """
    count, used, never = telling.count, told.used, told.never
    ever = count.people
    if never and never.is_exact:
        ever = count.ever
    elif never and used.is_exact and (never.is_small or never.part >= never.floor):
        ever = count.used
    for number, people in enumerate(count.weeks):
        monday = telling.monday(number)
        if not used.is_exact or monday < telling.begins(2):
            yield people, ever
        elif monday >= telling.begins(1):
            yield people, count.used
        elif monday + timedelta(days=6) < telling.begins(1):
            yield people, (count.used if told.retained is None else told.retained) + (told.lapsed or 0)
        else:
            yield people, count.used + (told.lapsed or 0)


def _shown_beside(telling: Telling, first: Shown, floor: int) -> Shown:
    """Return what may be told of one of several workflows beside all together, of whom those who use this one are a part."""
    count = telling.count
    if first.used.is_exact and first.used.part < 4 * floor:
        # Of so few, even bounds would say too much beside each other.
        hidden = Told(count.used, count.people, floor, within=0)
        return Shown(used=hidden, weeks=[hidden] * len(count.weeks), trained=None, friendly=None)
    used = Told(count.used, count.people, floor, _exact_or(first.used, count.people))
    weeks = []
    for number, people in enumerate(count.weeks):
        among = [each.around for each in first.weeks[number : number + 1]]
        among += [_exact_or(each, each.around) for each in first.weeks[number : number + 1]]
        if telling.monday(number) >= telling.begins(1):
            among += [_exact_or(each, count.people) for each in (first.used, used)]
        weeks.append(Told(people, count.people, floor, min(among, default=count.people)))
    pair = None
    if first.trained and used.is_exact:
        groups = (count.trained_used, count.used - count.trained_used)
        these = [Told(part, whole.whole, floor, whole.part) for part, whole in zip(groups, first.trained, strict=True)]
        pair = (these[0], these[1]) if all(each.is_exact for each in these) else None
    return Shown(used=used, weeks=weeks, trained=pair, friendly=None)


def _exact_or(told: Told, otherwise: int) -> int:
    return told.part if told.is_exact else otherwise


def _without_few_of_both(first: Shown, others: Sequence[Shown]) -> list[Shown]:
    """Return the workflows without numbers from which follows that only a few people use more than one of them.

    It is the last one's number that is hidden, whatever the numbers are.
    """
    *before, last = others
    if _tells_of_few(first.used, [each.used for each in others]):
        hidden = replace(last, used=_hidden(last.used), weeks=[_hidden(each) for each in last.weeks], trained=None)
        return [*before, hidden]
    weeks = list(last.weeks)
    for number, cells in enumerate(zip(first.weeks, *(each.weeks for each in others), strict=False)):
        if _tells_of_few(cells[0], cells[1:]):
            weeks[number] = _hidden(weeks[number])
    last = replace(last, weeks=weeks)
    if len(others) > 2 and not all(each.used.is_exact for each in others):
        return [replace(each, trained=None) for each in (*before, last)]
    pairs = [each.trained for each in (first, *others) if each.trained]
    if len(pairs) > len(others) and any(_tells_of_few(whole, parts) for whole, *parts in zip(*pairs, strict=True)):
        last = replace(last, trained=None)
    return [*before, last]


def _tells_of_few(together: Told, parts: Sequence[Told]) -> bool:
    """Return whether few people are in several of parts that may overlap.

    That nobody is in both of two may be told: each of both is then what the other one leaves. Of three it is not, because one that
    is hidden would follow from the other two; there the largest number counts that a hidden one can have.
    """
    if len(parts) > 2:
        return sum(each.most for each in parts) - together.part < together.floor
    return 0 < sum(each.part for each in parts) - together.part < together.floor


def _hidden(told: Told) -> Told:
    return replace(told, within=0)
