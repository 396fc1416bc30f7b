"""Nobody's use follows from all that is told of a wave together: told views are compared with every wave that gives the same one."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import combinations_with_replacement, product
from typing import NamedTuple

import pytest

from engagement.adoption.rules.counting import Counted
from engagement.adoption.rules.hiding import Shown, Telling, shown_together
from engagement.adoption.rules.telling import Told

LIVE = date(2026, 1, 5)
#: The window of 28 days begins with the Monday of the sixth week: four weeks are inside the period before.
AS_OF = LIVE + timedelta(days=5 * 7 + 27)
BEFORE_WEEK, RECENT_WEEK = 3, 6
Group = tuple[int, int]
"""How many people are in a group, and in the smallest group that is known and has it."""


class Kind(NamedTuple):
    """People of one kind: which workflows they used in the last 28 days, and when the first one, and how they stand."""

    now: tuple[bool, ...] = (False,)
    then: bool = False
    ever: bool = False
    in_before_week: bool = False
    in_recent_week: tuple[bool, ...] = (False,)
    trained: int = 2
    is_friendly: bool = False
    department: int = 0


def told(people: Sequence[Kind], floor: int, parts: int = 1) -> list[Shown]:
    keys = [None] if parts == 1 else [None, *range(parts)]
    return shown_together([Telling(counted(people, key), LIVE, AS_OF) for key in keys], floor)


def counted(people: Sequence[Kind], key: int | None) -> Counted:
    def now(kind: Kind) -> bool:
        return any(kind.now) if key is None else kind.now[key]

    def recent(kind: Kind) -> bool:
        return any(kind.in_recent_week) if key is None else kind.in_recent_week[key]

    weeks = [0] * 9
    weeks[BEFORE_WEEK] = sum(kind.in_before_week for kind in people)
    weeks[RECENT_WEEK] = sum(map(recent, people))
    groups = Counter(kind.department for kind in people)
    return Counted(
        people=len(people),
        used=sum(map(now, people)),
        ever=sum(now(kind) or kind.then or kind.ever for kind in people),
        retained=sum(now(kind) and kind.then for kind in people),
        started=sum(now(kind) and not kind.then for kind in people),
        lapsed=sum(kind.then and not now(kind) for kind in people),
        asked=sum(kind.trained > 0 for kind in people),
        trained=sum(kind.trained == 2 for kind in people),
        trained_used=sum(kind.trained == 2 and now(kind) for kind in people),
        friendly=sum(kind.is_friendly for kind in people),
        friendly_used=sum(kind.is_friendly and now(kind) for kind in people),
        weeks=weeks,
        groups={
            group: (number, sum(kind.department == group and now(kind) for kind in people))
            for group, number in sorted(groups.items())
        },
    )


def view(shown: Iterable[Shown]) -> tuple[object, ...]:
    """Return all that page and file tell, as texts and numbers."""
    return tuple(
        (
            _cell(each.used),
            each.never and _cell(each.never),
            (each.retained, each.started, each.lapsed, each.other),
            tuple(map(_cell, each.weeks)),
            each.trained and tuple(map(_cell, each.trained)),
            each.friendly and tuple(map(_cell, each.friendly)),
            tuple(cell and _cell(cell) for cell in each.departments.values()),
        )
        for each in shown
    )


def _cell(cell: Told) -> tuple[str, int]:
    return cell.number_words, cell.whole


def holds(
    waves: Iterable[Sequence[Kind]],
    groups: Callable[[Sequence[Kind]], Iterator[Group]],
    floor: int,
    parts: int = 1,
) -> int:
    """Assert that of all waves with the same view, no small group has the same number in each; return how many views there are."""
    found: dict[object, list[set[Group]]] = defaultdict(list)
    for people in waves:
        shown = told(people, floor, parts)
        # What readers know anyway: how many stand how.
        known = tuple(sorted(Counter((k.trained, k.is_friendly, k.department) for k in people).items()))
        sets = found[view(shown), known]
        for number, group in enumerate(groups(people)):
            if len(sets) <= number:
                sets.append(set())
            sets[number].add(group)
    for seen, sets in found.items():
        for number, values in enumerate(sets):
            part, whole = next(iter(values))
            if len(values) == 1 and whole > floor:
                assert not 0 < part < floor, (seen, number, part)
                assert not 0 < whole - part < floor, (seen, number, part)
    return len(found)


def over_time() -> list[Kind]:
    """Every way in which somebody can have used one workflow over time, with one week inside of either period."""
    return [
        Kind((now,), then, now or then or ever, before, (recent,))
        for now in (False, True)
        for then in (False, True)
        for ever in ({True} if now or then else {False, True})
        for before in ({False, True} if then else {False})
        for recent in ({False, True} if now else {False})
    ]


def groups_over_time(people: Sequence[Kind]) -> Iterator[Group]:
    def number(is_in: Callable[[Kind], bool]) -> int:
        return sum(map(is_in, people))

    whole = len(people)
    used, ever = number(lambda k: k.now[0]), number(lambda k: k.ever)
    yield used, whole
    yield ever, whole
    yield ever - used, whole - used
    yield number(lambda k: k.now[0] and k.then), used
    yield number(lambda k: k.then and not k.now[0]), whole - used
    yield number(lambda k: k.ever and not k.then and not k.now[0]), whole
    yield number(lambda k: k.then), whole
    yield number(lambda k: k.in_before_week), whole
    yield number(lambda k: k.in_recent_week[0]), used
    yield number(lambda k: k.then and not k.in_before_week), whole


def test_a_figure_beside_another_tells_of_nobody_over_time() -> None:
    kinds = over_time()
    for size in range(5, 8):
        assert holds(combinations_with_replacement(kinds, size), groups_over_time, 2) > 20


def groups_of_kinds(people: Sequence[Kind]) -> Iterator[Group]:
    used = sum(kind.now[0] for kind in people)
    yield used, len(people)
    for is_in in (
        lambda kind: kind.trained == 2,
        lambda kind: kind.trained < 2,
        lambda kind: kind.is_friendly,
        lambda kind: not kind.is_friendly,
        *(lambda kind, n=n: kind.department == n for n in range(3)),
    ):
        here = [kind for kind in people if is_in(kind)]
        yield sum(kind.now[0] for kind in here), len(here)


def test_groups_beside_the_whole_tell_of_nobody() -> None:
    kinds = [Kind((now,), ever=now, trained=trained) for now in (False, True) for trained in range(3)]
    friends = [Kind((now,), ever=now, is_friendly=friendly) for now in (False, True) for friendly in (False, True)]
    places = [Kind((now,), ever=now, department=n) for now in (False, True) for n in range(3)]
    for those, size in ((kinds, 9), (friends, 9), (places, 9), (places, 11)):
        assert holds(combinations_with_replacement(those, size), groups_of_kinds, 2) > 20


def groups_of_workflows(people: Sequence[Kind]) -> Iterator[Group]:
    parts = range(len(people[0].now))
    yield from groups_of_kinds([kind._replace(now=(any(kind.now),)) for kind in people])
    anybody = sum(any(kind.now) for kind in people)
    for key in parts:
        yield sum(kind.now[key] for kind in people), anybody
        yield sum(kind.now == tuple(each == key for each in parts) for kind in people), anybody
    yield sum(sum(kind.now) > 1 for kind in people), anybody


@pytest.mark.parametrize("parts", [2, 3])
def test_a_workflow_beside_all_tells_of_nobody(parts: int) -> None:
    none, *patterns = product((False, True), repeat=parts)
    kinds = [Kind(now, ever=True, in_recent_week=none) for now in patterns]
    idle = [Kind(none, in_recent_week=none)] * 3
    waves = ([*idle, *users] for users in combinations_with_replacement(kinds, 12))
    assert holds(waves, groups_of_workflows, 3, parts) > 10


def every_kind() -> list[Kind]:
    """Return everybody who can be in a wave with two workflows, as far as readers know."""
    nows = list(product((False, True), repeat=2))
    return [
        Kind(now, then, ever, before, recent, *rest)
        for now, then, ever, before, recent in product(nows, *[(False, True)] * 3, nows)
        if (ever or not (any(now) or then)) and (then or not before)
        if all(used or not in_week for used, in_week in zip(now, recent, strict=True))
        for rest in product(range(3), (False, True), range(3))
    ]


EVERY_KIND = every_kind()
Sum = dict[frozenset[Kind], int]
"""Groups of kinds, and how many people are in each."""


def told_groups(people: Sequence[Kind], floor: int) -> Sum:
    """Return what is told of a wave as the groups that it is told of."""
    groups: Sum = {frozenset(EVERY_KIND): len(people)}
    first, *others = told(people, floor, 2)

    def note(number: int | None, is_in: Callable[[Kind], bool]) -> None:
        if number is not None:
            assert sum(map(is_in, people)) == number
            groups[frozenset(filter(is_in, EVERY_KIND))] = number

    note(first.used.exact, lambda k: any(k.now))
    note(first.never and first.never.exact, lambda k: not k.ever)
    note(first.retained, lambda k: any(k.now) and k.then)
    note(first.started, lambda k: any(k.now) and not k.then)
    note(first.lapsed, lambda k: k.then and not any(k.now))
    note(first.other, lambda k: not k.then and not any(k.now))
    note(first.weeks[BEFORE_WEEK].exact, lambda k: k.in_before_week)
    note(first.weeks[RECENT_WEEK].exact, lambda k: any(k.in_recent_week))
    for key, each in enumerate(others):
        note(each.used.exact, lambda k, key=key: k.now[key])
        note(each.weeks[RECENT_WEEK].exact, lambda k, key=key: k.in_recent_week[key])
        for side, cell in zip((True, False), each.trained or (), strict=False):
            note(cell.exact, lambda k, key=key, side=side: k.now[key] and (k.trained == 2) is side)
    for is_in, cells in ((lambda k: k.trained == 2, first.trained), (lambda k: k.is_friendly, first.friendly)):
        for side, cell in zip((True, False), cells or (), strict=False):
            note(cell.exact, lambda k, is_in=is_in, side=side: any(k.now) and is_in(k) is side)
    for department, cell in first.departments.items():
        note(cell and cell.exact, lambda k, department=department: any(k.now) and k.department == department)
    return groups


def following(groups: Sum, times: int) -> Sum:
    """Return the groups with all that follow: what a group leaves of one around it, and overlaps of two of which the union is known."""
    found = dict(groups)
    for _ in range(times):
        for (one, many), (other, fewer) in product(list(found.items()), repeat=2):
            if other < one:
                found[one - other] = many - fewer
            elif one | other in found and one & other:
                found[one & other] = many + fewer - found[one | other]
    return found


def a_wave(chance: random.Random) -> list[Kind]:
    """Make a wave of random people, in which few are as likely to have something in common as many."""
    kinds = [kind for kind in EVERY_KIND if kind.department < 2 or chance.random() < 0.1]
    return [kind for kind in chance.sample(kinds, 25) for _ in range(chance.choice((1, 2, 3, 5, 8, 20)))]


def test_no_sum_or_difference_of_told_numbers_is_a_small_group() -> None:
    chance, floor, exact = random.Random(5), 5, 0
    for _ in range(40):
        groups = told_groups(a_wave(chance), floor)
        exact += len(groups)
        for group, number in following(groups, 2).items():
            assert number == 0 or number >= floor, (number, len(group))
    assert exact > 40 * 8


def alone(**numbers: int) -> Shown:
    return shown_together([Telling(Counted(**numbers), LIVE, AS_OF)], 5)[0]


def test_three_and_two_people_are_not_what_others_leave() -> None:
    """Of 312 people 240 used it and 237 went on; of 292 people 198 used it, and 191 of those with training to do."""
    shown = alone(people=312, used=240, ever=270, retained=237, started=3, lapsed=28)
    assert (shown.used.exact, shown.never and shown.never.exact) == (240, 42)
    assert (shown.retained, shown.started, shown.lapsed, shown.other) == (None, None, None, None)
    shown = alone(people=312, used=240, ever=270, retained=200, started=40, lapsed=30)
    assert (shown.retained, shown.started, shown.lapsed, shown.other) == (200, 40, 30, 42)
    shown = alone(people=292, used=198, ever=198, asked=283, trained=205, trained_used=181)
    assert (shown.never and shown.never.words) == "more than 89 of 292"
    assert shown.trained
    assert [cell.of_people for cell in shown.trained] == ["181 of 205 people", "17 of 87 people"]
    assert alone(people=292, used=198, ever=250, asked=283, trained=280, trained_used=181).trained is None
