"""Where the marks of the power/interest map stand: near ones join into a count, and names never cover one another."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot
from typing import NamedTuple

from engagement.stakeholders.standings.rules import CELLS, Level, cell_of

SIDE, LEFT, TOP = 334.0, 30.0, 28.0
#: Those who stand too near each other are counted by square.
CELL = SIDE / CELLS
#: With more of them, whoever shares a square is counted, so that the map stays calm.
MANY = 150
LONGEST_NAME = 28
BETWEEN = 1.0


@dataclass(frozen=True)
class Sizes:
    """How large marks are drawn, in units of the map, which is 334 wide and high."""

    radius: float
    pill: float
    letters: float


WIDE = Sizes(radius=8.5, pill=15.5, letters=8.5)
NARROW = Sizes(radius=11.0, pill=15.5, letters=13.0)


class Dot(NamedTuple):
    """Somebody with a place: their number in the table, how their dot looks (a level, or "" for none), and their square."""

    number: int
    stakeholder_id: int
    influence: int
    interest: int
    look: str
    cell: int


def dot_of(number: int, stakeholder_id: int, influence: int, interest: int, look: str = "") -> Dot:
    """Return a dot in its square."""
    return Dot(number, stakeholder_id, influence, interest, look, cell_of(influence, interest))


class Group(NamedTuple):
    """Those in one square: how many, how many of them against, and their dots. Of a large map only who is alone has a dot."""

    cell: int
    number: int
    against: int
    dots: Sequence[Dot]


def groups_of(dots: Iterable[Dot]) -> list[Group]:
    """Return the dots by square."""
    near: dict[int, list[Dot]] = defaultdict(list)
    for dot in dots:
        near[dot.cell].append(dot)
    return [_group(cell, inside) for cell, inside in near.items()]


def _group(cell: int, dots: Sequence[Dot]) -> Group:
    return Group(cell, len(dots), sum(dot.look == Level.RESISTANT for dot in dots), dots)


@dataclass
class Mark:
    """A dot, or a count of those in one square."""

    group: Group
    x: float
    y: float
    is_kept_in: bool = field(default=False)

    @property
    def cell(self) -> int:
        """Its square."""
        return self.group.cell

    @property
    def is_count(self) -> bool:
        """Whether several are drawn as one."""
        return self.group.number > 1

    @property
    def dot(self) -> Dot:
        """Who stands there alone."""
        return self.group.dots[0]


@dataclass(frozen=True)
class Name:
    """A name beside its dot; `anchor` says to which side of x it is written."""

    text: str
    x: float
    y: float
    anchor: str


Box = tuple[float, float, float, float]


def x_of(interest: float) -> float:
    """Return where an interest in tenths stands."""
    return LEFT + interest * SIDE / 100


def y_of(influence: float) -> float:
    """Return where a power in tenths stands."""
    return TOP + (100 - influence) * SIDE / 100


def arranged(groups: Sequence[Group], sizes: Sizes) -> list[Mark]:
    """Return the marks of a map, none of which covers another.

    Those of one square who would cover each other become a count. A dot that would cover a mark of the next square is drawn
    just inside its own.
    """
    are_many = sum(group.number for group in groups) > MANY
    cells: dict[int, list[Mark]] = {}
    for group in groups:
        if are_many and group.number > 1:
            cells[group.cell] = [_in_the_middle(group)]
        else:
            marks = [_alone(dot) for dot in group.dots]
            cells[group.cell] = [_counted(group, sizes)] if _any_cover(marks, sizes) else marks
    # Counts in the middle of their squares cover nobody; whoever stands alone beside one may.
    is_settled = are_many and all(group.number > 1 for group in groups)
    while not is_settled and _settled_once(cells, sizes):
        pass
    return sorted((mark for marks in cells.values() for mark in marks), key=_place)


def _place(mark: Mark) -> tuple[int, int]:
    """Return the place of a mark among all: by number, and counts without dots by their square, from the top."""
    return (mark.group.dots[0].number, 0) if mark.group.dots else (0, -mark.cell)


def _alone(dot: Dot) -> Mark:
    return Mark(_group(dot.cell, (dot,)), x_of(dot.interest), y_of(dot.influence))


def _any_cover(marks: Sequence[Mark], sizes: Sizes) -> bool:
    return any(_cover(a, b, sizes) for n, a in enumerate(marks) for b in marks[:n])


def _cover(a: Mark, b: Mark, sizes: Sizes) -> bool:
    if a.is_count or b.is_count:
        return (
            abs(a.x - b.x) < _half(a, sizes) + _half(b, sizes) + BETWEEN / 2
            and abs(a.y - b.y) < 2 * sizes.radius + BETWEEN / 2
        )
    return hypot(a.x - b.x, a.y - b.y) < 2 * sizes.radius + BETWEEN


def _half(mark: Mark, sizes: Sizes) -> float:
    return sizes.pill if mark.is_count else sizes.radius


def _counted(group: Group, sizes: Sizes) -> Mark:
    interest, power = (sum(dot.interest for dot in group.dots), sum(dot.influence for dot in group.dots))
    return _kept_in(Mark(group, x_of(interest / group.number), y_of(power / group.number)), sizes)


def _in_the_middle(group: Group) -> Mark:
    power, interest = divmod(group.cell, CELLS)
    return Mark(group, x_of(10 * interest + 5), y_of(10 * power + 5))


def _kept_in(mark: Mark, sizes: Sizes) -> Mark:
    """Return the mark inside its square, with half the room that marks keep between them."""
    left, top = x_of(mark.cell % CELLS * 10), y_of((mark.cell // CELLS + 1) * 10)
    wide, high = _half(mark, sizes) + BETWEEN / 2, sizes.radius + BETWEEN / 2
    mark.x = min(max(mark.x, left + wide), left + CELL - wide)
    mark.y = min(max(mark.y, top + high), top + CELL - high)
    mark.is_kept_in = True
    return mark


def _settled_once(cells: dict[int, list[Mark]], sizes: Sizes) -> bool:
    """Part the marks that cover each other, and return whether there were any. Each is moved once, so this comes to an end."""
    moved = False
    for cell in list(cells):
        near = [mark for other in _around(cell) for mark in cells.get(other, ())]
        for mark in cells[cell]:
            for other in near:
                if other is mark or (mark.is_kept_in and other.is_kept_in):
                    continue
                if _cover(mark, other, sizes):
                    moved |= not (mark.is_kept_in and other.is_kept_in)
                    _kept_in(mark, sizes)
                    _kept_in(other, sizes)
        if _any_cover(cells[cell], sizes):
            inside = [dot for mark in cells[cell] for dot in mark.group.dots]
            cells[cell] = [_counted(_group(cell, inside), sizes)]
            moved = True
    return moved


def _around(cell: int) -> Iterator[int]:
    power, interest = divmod(cell, CELLS)
    for up in (-1, 0, 1):
        for right in (-1, 0, 1):
            if 0 <= power + up < CELLS and 0 <= interest + right < CELLS:
                yield (power + up) * CELLS + interest + right


def named(
    marks: Iterable[Mark], names: Mapping[int, str], sizes: Sizes, trails: Iterable[tuple[float, float]] = ()
) -> dict[int, Name]:
    """Return the names that find room beside their dots, by stakeholder; they cover no point of `trails` either."""
    drawn = list(marks)
    boxes = [_box_of(mark, sizes) for mark in drawn]
    boxes += [(x - 2, y - 2, x + 2, y + 2) for x, y in trails]
    found: dict[int, Name] = {}
    for mark in drawn:
        if mark.is_count or mark.dot.stakeholder_id not in names:
            continue
        text = _shortened(names[mark.dot.stakeholder_id])
        for name, box in _ways_to_write(mark, text, sizes):
            if _is_on_the_map(box) and not any(_overlap(box, other) for other in boxes):
                found[mark.dot.stakeholder_id] = name
                boxes.append(box)
                break
    return found


def _box_of(mark: Mark, sizes: Sizes) -> Box:
    wide = _half(mark, sizes)
    return (mark.x - wide, mark.y - sizes.radius, mark.x + wide, mark.y + sizes.radius)


def _ways_to_write(mark: Mark, text: str, sizes: Sizes) -> Iterator[tuple[Name, Box]]:
    width, high, gap = written_width(text, sizes.letters), sizes.letters, sizes.radius + 3
    base = mark.y + 0.35 * high
    for direction in (1, -1):
        x = mark.x + direction * gap
        yield (
            Name(text, x, base, "start" if direction > 0 else "end"),
            (min(x, x + direction * width), base - high, max(x, x + direction * width), base + 0.3 * high),
        )
    for y in (mark.y + gap + 0.7 * high, mark.y - gap):
        yield Name(text, mark.x, y, "middle"), (mark.x - width / 2, y - high, mark.x + width / 2, y + 0.3 * high)


def _is_on_the_map(box: Box) -> bool:
    return box[0] > LEFT and box[2] < LEFT + SIDE and box[1] > TOP and box[3] < TOP + SIDE


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"


def written_width(text: str, letters: float) -> float:
    """Return about how wide a text becomes, rather too much than too little."""
    return letters * sum(1.05 if unicodedata.east_asian_width(letter) in "WF" else 0.6 for letter in text)
