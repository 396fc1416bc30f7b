"""Where marks and names stand: nothing covers anything, and everybody is somewhere, for any crowd."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.pages.stakeholders.spots import (
    CELL,
    NARROW,
    SIDE,
    WIDE,
    arranged,
    dot_of,
    groups_of,
    named,
    written_width,
    x_of,
    y_of,
)

crowds = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=220)


def dots_of(crowd):
    return groups_of(dot_of(number, number, power, interest) for number, (power, interest) in enumerate(crowd, 1))


def half(mark, sizes):
    return sizes.pill if mark.is_count else sizes.radius


@pytest.mark.parametrize("sizes", [WIDE, NARROW])
@given(crowd=crowds)
def test_no_mark_covers_another_and_nobody_is_lost(sizes, crowd):
    marks = arranged(dots_of(crowd), sizes)
    assert sorted(dot.number for mark in marks for dot in mark.group.dots) == list(range(1, len(crowd) + 1))
    for a, b in combinations(marks, 2):
        if a.is_count or b.is_count:
            apart = abs(a.x - b.x) >= half(a, sizes) + half(b, sizes) or abs(a.y - b.y) >= 2 * sizes.radius
        else:
            apart = (a.x - b.x) ** 2 + (a.y - b.y) ** 2 >= (2 * sizes.radius) ** 2
        assert apart, (a, b)
    for mark in marks:
        assert {dot.cell for dot in mark.group.dots} == {mark.cell}
        for dot in mark.group.dots:
            assert max(abs(mark.x - x_of(dot.interest)), abs(mark.y - y_of(dot.influence))) <= CELL


@given(crowd=crowds, names=st.lists(st.text("abÄ漢 ", min_size=1, max_size=40), min_size=220, max_size=220))
def test_no_name_covers_a_mark_or_a_name(crowd, names):
    marks = arranged(dots_of(crowd), WIDE)
    found = named(marks, dict(enumerate(names, 1)), WIDE)
    boxes = []
    for name in found.values():
        width = written_width(name.text, WIDE.letters)
        left = {"start": name.x, "end": name.x - width, "middle": name.x - width / 2}[name.anchor]
        boxes.append((left, name.y - WIDE.letters, left + width, name.y))
    taken = [(m.x - half(m, WIDE), m.y - WIDE.radius, m.x + half(m, WIDE), m.y + WIDE.radius) for m in marks]
    for n, box in enumerate(boxes):
        assert x_of(0) <= box[0]
        assert box[2] <= x_of(0) + SIDE
        for other in (*taken, *boxes[:n]):
            assert not (box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3])


def test_few_dots_stand_exactly_where_they_were_judged():
    marks = arranged(dots_of([(86, 86), (69, 20), (0, 0), (100, 100)]), WIDE)
    assert [(mark.x, mark.y) for mark in marks] == [
        (x_of(x), y_of(y)) for y, x in ((86, 86), (69, 20), (0, 0), (100, 100))
    ]
