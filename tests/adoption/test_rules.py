"""The pure rules of adoption against counts by hand: spans, counts of people and teams, what may be told, intervals."""

import random
from datetime import date, timedelta
from itertools import combinations, product

import pytest

from engagement.adoption.rules.counting import (
    Counted,
    Learner,
    Member,
    TeamCounted,
    TeamRow,
    count_people,
    count_teams,
    days_of,
)
from engagement.adoption.rules.intervals import newcombe, wilson
from engagement.adoption.rules.spans import Span, joined, kept_before, span_of, was_used_in, was_used_in_week
from engagement.adoption.rules.telling import Told, groups_told
from engagement.adoption.rules.vocabulary import day_problem, earliest_kept

AS_OF = date(2026, 4, 14)
LIVE = date(2026, 2, 4)


def some_days(chance: random.Random, most: int = 30) -> set[date]:
    back = chance.choice((10, 60, 300))
    return {AS_OF - timedelta(days=chance.randrange(back)) for _ in range(chance.randrange(most))}


def test_a_span_says_of_every_week_and_recent_day_what_the_days_say() -> None:
    chance = random.Random(14)
    for _ in range(300):
        days, others = some_days(chance), some_days(chance)
        span = span_of(days)
        assert joined(span, span_of(others)) == span_of(days | others)
        if span is None:
            continue
        assert (span.first_on, span.last_on) == (min(days), max(days))
        for week in range(-2, 46):
            monday = AS_OF - timedelta(days=AS_OF.weekday() + 7 * week)
            assert was_used_in_week(span, monday + timedelta(days=3)) is any(0 <= (d - monday).days < 7 for d in days)
        for begins, ends in ((27, 0), (55, 28), (3, 1)):
            window = AS_OF - timedelta(days=begins), AS_OF - timedelta(days=ends)
            assert was_used_in(span, *window) is any(window[0] <= day <= window[1] for day in days)
        monday = AS_OF - timedelta(days=AS_OF.weekday() + 7 * chance.randrange(40))
        later = span_of(day for day in days if day >= monday)
        again = joined(kept_before(span, monday), later)
        assert again is not None
        assert (again.first_on, again.weeks) == (span.first_on, span.weeks)
        assert again == span or later is None
    assert span_of([]) is None


def by_hand(people: list[tuple[Member, set[date]]]) -> dict[str, object]:
    """Count from the days themselves, one person after the other."""
    recent = {AS_OF - timedelta(days=n) for n in range(28)}
    before = {AS_OF - timedelta(days=n) for n in range(28, 56)}
    now = [bool(days & recent) for _, days in people]
    then = [bool(days & before) for _, days in people]
    learners = [(m.learner, used) for (m, _), used in zip(people, now, strict=True) if m.learner]
    monday = LIVE - timedelta(days=LIVE.weekday())
    weeks = [
        sum(any(0 <= (d - monday).days - 7 * n < 7 for d in days) for _, days in people)
        for n in range((AS_OF - monday).days // 7 + 1)
    ]
    starts = [(min(days) - max(LIVE, m.joined_on)).days for m, days in people if days]
    trained = [m.learner.trained_on if m.learner else None for m, _ in people]
    waited = [(min(d) - t).days for (_, d), t in zip(people, trained, strict=True) if d and t and min(d) >= t]
    return {
        "people": len(people),
        "used": sum(now),
        "ever": sum(bool(days) for _, days in people),
        "retained": sum(a and b for a, b in zip(now, then, strict=True)),
        "started": sum(a and not b for a, b in zip(now, then, strict=True)),
        "lapsed": sum(b and not a for a, b in zip(now, then, strict=True)),
        "asked": len(learners),
        "trained": sum(each.trained_on is not None for each, _ in learners),
        "quizzed": sum(each.trained_on is not None and each.by_quiz for each, _ in learners),
        "signed_off": sum(each.trained_on is not None and each.signed_off for each, _ in learners),
        "friendly": sum(m.is_friendly for m, _ in people),
        "friendly_used": sum(m.is_friendly and used for (m, _), used in zip(people, now, strict=True)),
        "trained_used": sum(used for each, used in learners if each.trained_on),
        "weeks": weeks,
        "lived": sorted(number for number in starts if number >= 0),
        "waited": sorted(waited),
        "groups": {
            group: (
                sum((m.department_id or 0) == group for m, _ in people),
                sum(used for (m, _), used in zip(people, now, strict=True) if (m.department_id or 0) == group),
            )
            for group in {m.department_id or 0 for m, _ in people}
        },
    }


@pytest.mark.parametrize("seed", range(40))
def test_every_number_of_a_wave_is_what_counting_by_hand_gives(seed: int) -> None:
    chance = random.Random(seed)
    people = []
    for _ in range(chance.choice((0, 1, 7, 40))):
        days = some_days(chance, chance.choice((1, 3, 20)))
        trained_on = chance.choice((None, AS_OF - timedelta(days=chance.randrange(120))))
        learner = chance.choice((None, Learner(trained_on, chance.random() < 0.5, chance.random() < 0.3)))
        joined_on = LIVE + timedelta(days=chance.randrange(-60, 40))
        people.append(
            (Member(chance.choice((None, 1, 2)), joined_on, span_of(days), learner, chance.random() < 0.2), days)
        )
    counted = count_people((member for member, _ in people), LIVE, AS_OF)
    hand = by_hand(people)
    for name, numbers in (("since_live", hand.pop("lived")), ("since_trained", hand.pop("waited"))):
        assert getattr(counted, name) == days_of(numbers)
    assert {name: getattr(counted, name) for name in hand} == hand | {"weeks": tuple(hand["weeks"])}
    assert counted.other + counted.retained + counted.started + counted.lapsed == counted.people
    kept = counted.kept()
    assert Counted.read({k: v for k, v in kept.items() if k != "groups"}, kept["groups"]) == counted


def test_days_are_told_as_numbers_that_occur() -> None:
    assert (days_of([]).median, days_of([4]).low, days_of([4]).high) == (None, 4, 4)
    found = days_of([9, 0, 3, 1])
    assert (found.people, found.low, found.median, found.high) == (4, 0, 1, 3)
    assert count_people([], AS_OF + timedelta(days=30), AS_OF).weeks == ()


def test_teams_say_at_least_how_many_and_one_inside_another_counts_once() -> None:
    def row(lineage: str, back: int, uses: int | None, people: int | None) -> TeamRow:
        return TeamRow(
            lineage, AS_OF - timedelta(days=back), uses, people, members={"/1/": 12, "/1/7/": 5, "/2/": 1}[lineage]
        )

    rows = [
        row("/1/", 1, 10, 4),
        row("/1/", 2, 20, 6),
        row("/1/7/", 1, 5, 5),
        row("/2/", 3, 7, None),
        row("/2/", 40, 1, 9),
    ]
    found = count_teams(rows, AS_OF - timedelta(days=7), AS_OF)
    assert (found.used, found.teams, found.weeks) == (6, 2, ((6, 27, 13), (4, 10, 12)))
    assert TeamCounted.read(found.kept()) == found
    assert TeamCounted.read({"used": None, "teams": 1, "weeks": [[6, 27]]}).weeks == ((6, 27, 0),)
    assert found.is_known
    assert count_teams([], LIVE, AS_OF).used is None
    assert not count_teams([], LIVE, AS_OF).is_known


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "nobody to count"),
        (2, 4, "not shown: five people or fewer"),
        (5, 5, "not shown: five people or fewer"),
        (0, 40, "fewer than five of 40"),
        (4, 40, "fewer than five of 40"),
        (5, 40, "12 %, 5 of 40"),
        (35, 40, "88 %, 35 of 40"),
        (36, 40, "more than 35 of 40"),
        (40, 40, "more than 35 of 40"),
    ],
)
def test_a_number_is_told_as_far_as_it_names_nobody(part: int, whole: int, words: str) -> None:
    told = Told(part, whole, 5)
    assert told.words == words
    assert (told.exact is None) is ("not" in words or "than" in words or "nobody" in words)


def test_no_hidden_group_follows_from_the_total() -> None:
    """Every group of people that somebody could be told about by subtracting has its floor on both sides."""
    floor = 3
    sizes = (1, 3, 6, 8)
    for wholes in combinations(sizes, 3):
        for parts in product(*(range(whole + 1) for whole in wholes)):
            cells = {n: (part, whole) for n, (part, whole) in enumerate(zip(parts, wholes, strict=True))}
            told = groups_told(cells, floor)
            for group, each in told.items():
                assert each is None or (each.part, each.whole) == cells[group]
                assert each is None or floor <= each.part <= each.whole - floor
            hidden = [cells[group] for group, each in told.items() if each is None]
            if len(hidden) == len(cells) or not hidden:
                continue
            part, whole = (sum(numbers) for numbers in zip(*hidden, strict=True))
            assert len(hidden) >= 2
            assert floor <= part <= whole - floor


def test_intervals_are_those_of_the_sources() -> None:
    """Newcombe 1998, table II, 56/70 against 48/80; Wilson for 81 of 263, table I of his paper on single proportions."""
    assert [round(number, 4) for number in newcombe((56, 70), (48, 80))] == [0.2, 0.0524, 0.3339]
    assert [round(number, 4) for number in wilson(81, 263)] == [0.308, 0.2553, 0.3662]
    assert [round(number, 4) for number in newcombe((9, 10), (3, 10))] == [0.6, 0.1705, 0.809]
    assert wilson(0, 5).low == 0.0
    assert wilson(5, 5).high == 1.0


def test_a_day_of_use_has_come_and_is_still_kept() -> None:
    assert day_problem(AS_OF, AS_OF) == ""
    assert "has not come" in day_problem(AS_OF + timedelta(days=1), AS_OF)
    assert "400 days ago" in day_problem(earliest_kept(AS_OF) - timedelta(days=1), AS_OF)
    assert day_problem(earliest_kept(AS_OF), AS_OF) == ""
    assert isinstance(span_of([AS_OF]), Span)
