"""The power/interest map as a picture: inline for the page, coloured by classes, or as a file that stands alone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import hypot

from markupsafe import Markup, escape

from engagement.pages.stakeholders.spots import (
    LEFT,
    MANY,
    NARROW,
    SIDE,
    TOP,
    WIDE,
    Mark,
    Name,
    Sizes,
    named,
    x_of,
    y_of,
)
from engagement.stakeholders.standings.rules import HIGH, Level, Quadrant, written
from engagement.words import plural

WIDTH, HEIGHT = 376.0, 390.0
RIGHT, BOTTOM = LEFT + SIDE, TOP + SIDE
#: How dots look, with the words of the legend. The thick ring, the dashes and the double ring tell without colour.
LOOKS = {
    Level.RESISTANT.value: "Against it today (thick ring)",
    Level.UNAWARE.value: "Doesn’t know of it yet (dashes)",
    Level.NEUTRAL.value: "Neutral",
    Level.SUPPORTIVE.value: "For it (double ring)",
    Level.LEADING.value: "Leads it (filled)",
    "": "Not said, or not kept (pale)",
}
#: The picture as a file has no stylesheet: what each class means there, in the colours of paper.
_AS_FILE = {
    "pi-field": 'fill="#f4f6f5"',
    "pi-key": 'fill="#e4f0f3"',
    "pi-cross": 'stroke="#ffffff" stroke-width="2"',
    "pi-quad": 'fill="#4a5660" font-size="9" font-weight="600"',
    "pi-axis": 'fill="#18222b" font-size="8.5" font-weight="600"',
    "pi-end": 'fill="#4a5660" font-size="8.5"',
    "pi-title": 'fill="#18222b" font-size="13" font-weight="700"',
    "pi-dot": 'fill="#ffffff" stroke="#18222b" stroke-width="1.25"',
    "pi-dot pi-dot-": 'fill="#ffffff" stroke="#7d8890" stroke-width="1.25"',
    "pi-dot pi-dot-unaware": 'fill="#ffffff" stroke="#18222b" stroke-width="1.25" stroke-dasharray="2.5 2"',
    "pi-dot pi-dot-resistant": 'fill="#ffffff" stroke="#a31d18" stroke-width="2.75"',
    "pi-dot pi-dot-neutral": 'fill="#ffffff" stroke="#18222b" stroke-width="1.25"',
    "pi-dot pi-dot-supportive": 'fill="#ffffff" stroke="#1c6537" stroke-width="1.25"',
    "pi-dot pi-dot-leading": 'fill="#1c6537" stroke="#1c6537" stroke-width="1.25"',
    "pi-inner": 'fill="none" stroke="#1c6537" stroke-width="1"',
    "pi-n": 'fill="#18222b" font-size="8.5" font-weight="700" text-anchor="middle"',
    "pi-n pi-n-leading": 'fill="#ffffff" font-size="8.5" font-weight="700" text-anchor="middle"',
    "pi-many": 'fill="#18222b"',
    "pi-many pi-many-against": 'fill="#18222b" stroke="#a31d18" stroke-width="2.75"',
    **{
        f"pi-heat pi-heat-{n}{against}": f'fill="{fill}"{ring}'
        for n, fill in ((1, "#e6eff0"), (2, "#c3dade"), (3, "#8fbcc5"))
        for against, ring in (("", ""), (" pi-many-against", ' stroke="#a31d18" stroke-width="2"'))
    },
    "pi-many-n": 'fill="#ffffff" font-size="8.5" font-weight="700" text-anchor="middle"',
    "pi-name": 'fill="#18222b" font-size="8.5" stroke="#f4f6f5" stroke-width="2.5" paint-order="stroke"',
    "pi-trail": 'fill="none" stroke="#5f6a73" stroke-dasharray="2 2"',
    "pi-tip": 'fill="#5f6a73"',
}
#: Characters that XML cannot hold.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Picture:
    """What a map shows. `links` lead from a stakeholder further, `count_links` from a square; `former` are earlier places.

    With `movable`, dots say what a script needs to move them.
    """

    names: Mapping[int, str] = field(default_factory=dict)
    links: Mapping[int, str] = field(default_factory=dict)
    count_links: Mapping[int, str] = field(default_factory=dict)
    former: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    movable: frozenset[int] = frozenset()
    label: str = "Power and interest"


def wide_map(picture: Picture, marks: Sequence[Mark]) -> Markup:
    """Return the map with names and links, for a window with room and a pointer."""
    return Markup(
        '<svg class="chart pi only-wide" viewBox="0 0 {:g} {:g}" role="group" aria-label="{}" data-side="{:g}">{}{}</svg>'
    ).format(WIDTH, HEIGHT, picture.label, SIDE, _ground(WIDE), _marks(picture, marks, WIDE))


def narrow_map(picture: Picture, marks: Sequence[Mark]) -> Markup:
    """Return the map with numbers alone, for a phone and for paper; the list beside it says whose they are."""
    inside = _ground(NARROW) + _marks(Picture(former=picture.former), marks, NARROW)
    return Markup('<svg class="chart pi pi-narrow only-narrow" viewBox="0 0 {:g} {:g}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, picture.label, inside
    )  # fmt: skip


def map_file(picture: Picture, marks: Sequence[Mark], title: str, lines: Sequence[str]) -> str:
    """Return the map as an SVG file that needs nothing else: title above, legend and further lines below."""
    bare = Picture(picture.names, former=picture.former)
    inside = _ground(WIDE) + _marks(bare, marks, WIDE)
    below = _legend()
    for n, line in enumerate(lines):
        below += Markup('<text class="pi-end" x="{:g}" y="{:g}">{}</text>').format(
            LEFT, HEIGHT + 8 + 16 * len(LOOKS) + 14 * n, line
        )
    height = HEIGHT + 34 + 16 * len(LOOKS) + 14 * len(lines)
    made = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -26 {0:g} {1:g}" width="{2:g}" height="{3:g}" role="img"'
        ' font-family="Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif"><title>{4}</title>'
        '<rect x="0" y="-26" width="{0:g}" height="{1:g}" fill="#ffffff"/><text class="pi-title" x="{5:g}" y="-10">{4}</text>{6}{7}</svg>'
    ).format(WIDTH, height, 2 * WIDTH, 2 * height, title, LEFT, inside, below)
    plain = re.sub(r'class="([^"]*)"', lambda found: _AS_FILE[found[1]], str(made))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _NOT_IN_XML.sub("", plain)


def _legend() -> Markup:
    parts = Markup("")
    for n, (look, words) in enumerate(LOOKS.items()):
        y = HEIGHT + 4 + 16 * n
        parts += _circle(look, LEFT + 6, y, 5) + Markup('<text class="pi-end" x="{:g}" y="{:g}">{}</text>').format(
            LEFT + 16, y + 3, words
        )
    return parts


@cache
def legend_dot(look: str) -> Markup:
    """Return a dot for the legend of the page."""
    return Markup('<svg class="icon pi-icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">{}</svg>').format(
        _circle(look, 10, 10, 8)
    )


# The same under every map.
@cache
def _ground(sizes: Sizes) -> Markup:
    """Return the field: the quarter to work with, the cross, and around it the names of quarters and axes.

    They stand outside, where no dot covers them.
    """
    x, y = x_of(HIGH), y_of(HIGH)
    above, below = TOP - sizes.radius - 2, BOTTOM + sizes.radius + 2 + 0.8 * sizes.letters
    parts = Markup(
        '<rect class="pi-field" x="{0:g}" y="{1:g}" width="{2:g}" height="{2:g}"/>'
        '<rect class="pi-key" x="{3:g}" y="{1:g}" width="{4:g}" height="{4:g}"/>'
        '<path class="pi-cross" d="M{3:g} {1:g}V{5:g}M{0:g} {6:g}H{7:g}"/>'
    ).format(LEFT, TOP, SIDE, x, SIDE / 2, BOTTOM, y, RIGHT)
    for quadrant, high, is_right in (
        (Quadrant.KEEP_SATISFIED, above, False),
        (Quadrant.WORK_CLOSELY, above, True),
        (Quadrant.KEEP_AN_EYE, below, False),
        (Quadrant.KEEP_INFORMED, below, True),
    ):
        parts += Markup('<text class="pi-quad" x="{:g}" y="{:g}" text-anchor="{}">{}</text>').format(
            RIGHT if is_right else LEFT, high, "end" if is_right else "start", quadrant.word
        )
    return parts + Markup(
        '<text class="pi-axis" x="{:g}" y="{:g}" text-anchor="middle">Interest →</text>'
        '<text class="pi-axis" transform="translate({:g} {:g}) rotate(-90)" text-anchor="middle">Power →</text>'
    ).format(x, below, LEFT - sizes.radius - 3, y)


def _marks(picture: Picture, marks: Sequence[Mark], sizes: Sizes) -> Markup:
    """Return all that stands on the field. It is put together as plain text, in which names and addresses are escaped."""
    alone = {mark.dot.stakeholder_id: mark for mark in marks if not mark.is_count}
    ways = [(former, alone[key]) for key, former in picture.former.items() if key in alone]
    trails = [_trail(former, mark, sizes) for former, mark in ways]
    names = named(marks, picture.names, sizes, [point for way in ways for point in _points(*way)])
    counts = [mark.group.number for mark in marks if mark.is_count]
    most = max(counts) if sum(counts) > MANY else 0
    drawn = [
        _count(picture, mark, sizes, most) if mark.is_count else _dot(picture, mark, names, sizes) for mark in marks
    ]
    return Markup("".join([*trails, *drawn]))  # noqa: S704  _dot and _count escape what people wrote


def _points(former: tuple[int, int], mark: Mark) -> list[tuple[float, float]]:
    """Return points on the way from a former place to the dot, near enough that no name fits between two."""
    x, y = x_of(former[1]), y_of(former[0])
    steps = int(hypot(mark.x - x, mark.y - y) // 6)
    return [(x + (mark.x - x) * n / (steps + 1), y + (mark.y - y) * n / (steps + 1)) for n in range(steps + 1)]


def _trail(former: tuple[int, int], mark: Mark, sizes: Sizes) -> str:
    """Return the way from a former place (power, interest) to the dot, with a tip at its end."""
    x, y = x_of(former[1]), y_of(former[0])
    far = hypot(mark.x - x, mark.y - y)
    ring = f'<circle class="pi-trail" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
    if far < sizes.radius + 6:
        return ring
    dx, dy = (mark.x - x) / far, (mark.y - y) / far
    end = far - sizes.radius - 1
    back_x, back_y = x + dx * (end - 6), y + dy * (end - 6)
    line = f"M{x + 3 * dx:.1f} {y + 3 * dy:.1f}L{back_x:.1f} {back_y:.1f}"
    sides = ((back_x + n * dy, back_y - n * dx) for n in (-2.5, 2.5))
    tip = f"M{x + dx * end:.1f} {y + dy * end:.1f}" + "".join(f"L{side_x:.1f} {side_y:.1f}" for side_x, side_y in sides)
    return f'{ring}<path class="pi-trail" d="{line}"/><path class="pi-tip" d="{tip}Z"/>'


def _circle(look: str, x: float, y: float, radius: float) -> Markup:
    made = f'<circle class="pi-dot pi-dot-{look}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"/>'
    if look == Level.SUPPORTIVE:
        made += f'<circle class="pi-inner" cx="{x:.1f}" cy="{y:.1f}" r="{radius - 2:g}"/>'
    return Markup(made)  # noqa: S704  numbers and levels alone


def _dot(picture: Picture, mark: Mark, names: Mapping[int, Name], sizes: Sizes) -> str:
    dot = mark.dot
    key = dot.stakeholder_id
    cls = "pi-n pi-n-leading" if dot.look == Level.LEADING else "pi-n"
    inside = str(_circle(dot.look, mark.x, mark.y, sizes.radius))
    inside += f'<text class="{cls}" x="{mark.x:.1f}" y="{mark.y + 0.36 * sizes.letters:.1f}">{dot.number}</text>'
    if (name := names.get(key)) is not None:
        inside += f'<text class="pi-name" x="{name.x:.1f}" y="{name.y:.1f}" text-anchor="{name.anchor}">{escape(name.text)}</text>'
    url, title = picture.links.get(key), escape(picture.names.get(key, ""))
    if not url:
        return inside
    place = f' data-power="{dot.influence}" data-interest="{dot.interest}" data-name="{title}"'
    level = f", {Level(dot.look).word.lower()}" if dot.look else ""
    words = f"{dot.number} {title}: power {written(dot.influence)}, interest {written(dot.interest)}{level}"
    moves = place if key in picture.movable else ""
    return f'<a class="pi-link" href="{escape(url)}" aria-label="{words}"{moves}>{inside}</a>'


def _count(picture: Picture, mark: Mark, sizes: Sizes, most: int) -> str:
    """Return a count: a dark sign among dots, or a square that is darker with more, where nearly all are counts."""
    number, is_crowded = mark.group.number, most > 0
    look = f"pi-heat pi-heat-{-(-3 * number // most)}" if is_crowded else "pi-many"
    if mark.group.against:
        look += " pi-many-against"
    words = f"{number:,} here" if sizes is WIDE and not is_crowded else f"{number:,}"
    inside = (
        f'<rect class="{look}" x="{mark.x - sizes.pill:.1f}" y="{mark.y - sizes.radius:.1f}" width="{2 * sizes.pill:g}" '
        f'height="{2 * sizes.radius:g}" rx="3"/><text class="{"pi-n" if is_crowded else "pi-many-n"}" x="{mark.x:.1f}" '
        f'y="{mark.y + 0.36 * sizes.letters:.1f}">{words}</text>'
    )
    url = picture.count_links.get(mark.cell)
    if not url:
        return inside
    label = f"{plural(number, 'person or group', 'people and groups')} here: {cell_words(mark.cell)}"
    return f'<a class="pi-link" href="{escape(url)}" aria-label="{label}">{inside}</a>'


def cell_words(cell: int) -> str:
    """Say which square of the map it is."""
    power, interest = divmod(cell, 10)
    return f"power {_span(power)}, interest {_span(interest)}"


def _span(part: int) -> str:
    return f"{part}.0 to {'10' if part == 9 else f'{part}.9'}"
