"""The picture of a network: a column for each group, a box for each stakeholder, and a line for each relation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

WIDTH, TOP, ROW, BOX_HEIGHT, LINE = 1184, 30, 44, 32, 13.5
#: Every other column stands half a row lower, so that a level line passes between its boxes.
PHASES = 2
#: More boxes than these in one column make another one beside it.
MOST_ROWS = 30
#: The share of a column that its boxes take; the rest is room for lines.
BOX_SHARE = 0.7
LETTER_WIDTH = 6.2
HEAD = Markup(
    '<defs><marker id="n-head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
    'markerUnits="userSpaceOnUse" orient="auto"><path class="n-head" d="M0 .5 8 4 0 7.500z"/></marker></defs>'
)


@dataclass(frozen=True)
class Box:
    """A stakeholder in the picture."""

    label: str
    is_middle: bool = False


@dataclass(frozen=True)
class _Spot:
    column: int
    x: float
    y: float
    width: float


def drawing(
    columns: Sequence[tuple[str, Sequence[int]]], boxes: Mapping[int, Box], lines: Sequence[tuple[int, int, str]]
) -> Markup:
    """Return the picture: columns with their title and keys, and lines from key to key with the kind that styles them."""
    split = [(title if not part else "", keys) for title, every in columns for part, keys in _parts(every)]
    if not split:
        return Markup("")
    room = WIDTH / len(split)
    longest = max(len(keys) for _, keys in split)
    spots = {
        key: _Spot(
            number,
            number * room + 1,
            TOP + (row * min(2.0, longest / len(keys)) + number % PHASES / PHASES) * ROW,
            room * BOX_SHARE,
        )
        for number, (_, keys) in enumerate(split)
        for row, key in enumerate(keys)
    }
    bottom = max(spot.y for spot in spots.values()) + BOX_HEIGHT + 6
    heads = Markup("").join(
        Markup('<text class="t-strong" x="{:.0f}" y="16">{}</text>').format(number * room + 1, _cut(title, room - 8))
        for number, (title, _) in enumerate(split)
        if title
    )
    drawn = Markup("").join(
        Markup('<path class="n-line n-{}" marker-end="url(#n-head)" d="{}"/>').format(kind, _way(spots[a], spots[b]))
        for a, b, kind in lines
        if a in spots and b in spots
    )
    words = f"{len(spots)} stakeholders in {len(columns)} groups, and {len(lines)} relations between them; the table below says each"
    return Markup(
        '<svg class="chart network" viewBox="0 0 {} {:.0f}" role="img" aria-label="{}">{}{}{}{}</svg>'
    ).format(WIDTH, bottom, words, HEAD, heads, drawn, _boxes(spots, boxes))


def _parts(keys: Sequence[int]) -> list[tuple[int, Sequence[int]]]:
    return [(number, keys[start : start + MOST_ROWS]) for number, start in enumerate(range(0, len(keys), MOST_ROWS))]


def _boxes(spots: Mapping[int, _Spot], boxes: Mapping[int, Box]) -> Markup:
    return Markup("").join(
        Markup('<rect class="n-box{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}" rx="3"/>{}').format(
            " n-middle" if boxes[key].is_middle else "",
            spot.x,
            spot.y,
            spot.width,
            BOX_HEIGHT,
            _label(boxes[key].label, spot),
        )
        for key, spot in spots.items()
    )


def _label(label: str, spot: _Spot) -> Markup:
    """Return a label in one line in the middle of its box, or in two."""
    most = max(4, int((spot.width - 10) / LETTER_WIDTH))
    first, *rest = wrap(label, most) or [""]
    lines = [first, _cut(" ".join(rest), spot.width - 10)] if rest else [first]
    top = spot.y + BOX_HEIGHT / 2 + 4 - LINE / 2 * (len(lines) - 1)
    return Markup("").join(
        Markup('<text class="t-ink" x="{:.1f}" y="{:.1f}">{}</text>').format(spot.x + 6, top + LINE * number, line)
        for number, line in enumerate(lines)
    )


def _cut(label: str, width: float) -> str:
    most = max(4, int(width / LETTER_WIDTH))
    return label if len(label) <= most else f"{label[: most - 1].rstrip()}…"


def _way(a: _Spot, b: _Spot) -> str:
    """Return the path of a line: across the room between two columns, or in an arc beside its own."""
    ya, yb = a.y + BOX_HEIGHT / 2, b.y + BOX_HEIGHT / 2
    if a.column == b.column:
        right = a.x + a.width
        out = right + min(60, 16 + abs(yb - ya) * 0.12)
        return f"M{right:.1f} {ya:.1f}C{out:.1f} {ya:.1f} {out:.1f} {yb:.1f} {right + 1:.1f} {yb:.1f}"
    xa, xb = (a.x + a.width, b.x) if a.column < b.column else (a.x, b.x + b.width)
    bend = (xb - xa) / 2
    return f"M{xa:.1f} {ya:.1f}C{xa + bend:.1f} {ya:.1f} {xb - bend:.1f} {yb:.1f} {xb:.1f} {yb:.1f}"
