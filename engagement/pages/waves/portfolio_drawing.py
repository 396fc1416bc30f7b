"""The grid of a portfolio as inline SVG: value upwards, complexity to the right, one numbered mark for each workflow.

Risk shows in the look and size of a mark, not in its colour alone. Those that share a spot stand beside each other in it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from engagement.programmes.portfolio.rules import HIGH, LEAST, MOST, RiskBand
from engagement.programmes.rules import PortfolioClass

WIDTH, HEIGHT = 400, 410
LEFT, TOP, CELL = 44, 24, 70
STEPS = MOST - LEAST + 1
SIDE = CELL * STEPS
RIGHT, BOTTOM = LEFT + SIDE, TOP + SIDE
#: Marks in one spot; with more, the last one says how many others there are.
MOST_IN_A_SPOT = 9
#: Room for one mark.
APART = 22
RADIUS = {RiskBand.LOW: 8.5, RiskBand.MIDDLE: 9.5, RiskBand.HIGH: 10.5, RiskBand.UNKNOWN: 8.5}


@dataclass(frozen=True)
class Spot:
    """A workflow on the grid: its number in the table, its ratings, and what a pointer over it reads."""

    number: int
    value: int
    complexity: int
    band: RiskBand
    words: str


def grid(spots: Sequence[Spot], label: str) -> Markup:
    """Return the grid; the table beside it says the same."""
    marks = Markup("").join(_marks(spots))
    return Markup('<svg class="chart pf" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>').format(
        WIDTH, HEIGHT, label, _ground(), marks
    )


def legend_mark(band: RiskBand) -> Markup:
    """Return a mark for the legend of the page."""
    return Markup('<svg class="icon pf-icon" viewBox="0 0 22 22" aria-hidden="true" focusable="false">{}</svg>').format(
        _circle(band, 11, 11)
    )


def _ground() -> Markup:
    edge_x, edge_y = LEFT + CELL * (HIGH - LEAST), BOTTOM - CELL * (HIGH - LEAST)
    parts = Markup(
        '<rect class="pi-field" x="{0}" y="{1}" width="{2}" height="{2}"/>'
        '<rect class="pi-key" x="{0}" y="{1}" width="{3}" height="{4}"/>'
    ).format(LEFT, TOP, SIDE, edge_x - LEFT, edge_y - TOP)
    for step in range(1, STEPS):
        parts += Markup('<path class="c-grid" d="M{0} {1}V{2}M{3} {4}H{5}"/>').format(
            LEFT + CELL * step, TOP, BOTTOM, LEFT, TOP + CELL * step, RIGHT
        )
    parts += Markup('<path class="pf-edge" d="M{0} {1}V{2}M{3} {4}H{5}"/>').format(
        edge_x, TOP, BOTTOM, LEFT, edge_y, RIGHT
    )
    for rating in range(LEAST, MOST + 1):
        middle = CELL * (rating - LEAST) + CELL // 2
        parts += Markup(
            '<text x="{}" y="{}" text-anchor="middle">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(LEFT + middle, BOTTOM + 14, rating, LEFT - 6, BOTTOM - middle + 4, rating)
    # Outside the field, where no mark can come to lie over a word.
    for portfolio_class, y, anchor in (
        (PortfolioClass.QUICK_WIN, TOP - 8, "start"),
        (PortfolioClass.STRATEGIC_BET, TOP - 8, "end"),
        (PortfolioClass.OPTIMISATION_PLAY, BOTTOM + 28, "start"),
        (PortfolioClass.COMPLEX_CHALLENGE, BOTTOM + 28, "end"),
    ):
        parts += _corner(portfolio_class, y, anchor)
    return parts + Markup(
        '<text class="t-strong" x="{}" y="{}" text-anchor="middle">Complexity →</text>'
        '<text class="t-strong" transform="translate({} {}) rotate(-90)" text-anchor="middle">Value →</text>'
    ).format(LEFT + SIDE // 2, BOTTOM + 28, LEFT - 26, TOP + SIDE // 2)


def _corner(portfolio_class: PortfolioClass, y: int, anchor: str) -> Markup:
    x = LEFT + 4 if anchor == "start" else RIGHT - 4
    return Markup('<text class="t-strong" x="{}" y="{}" text-anchor="{}">{}</text>').format(
        x, y, anchor, portfolio_class.word
    )


def _marks(spots: Sequence[Spot]) -> Iterator[Markup]:
    shared: dict[tuple[int, int], list[Spot]] = defaultdict(list)
    for spot in spots:
        shared[spot.complexity, spot.value].append(spot)
    for (complexity, value), here in sorted(shared.items()):
        centre_x = LEFT + CELL * (complexity - LEAST) + CELL / 2
        centre_y = BOTTOM - CELL * (value - LEAST) - CELL / 2
        shown = here if len(here) <= MOST_IN_A_SPOT else here[: MOST_IN_A_SPOT - 1]
        number = len(shown) + (len(here) > len(shown))
        across = 1 if number == 1 else 2 if number <= 4 else 3
        down = -(-number // across)
        places = [
            (centre_x + APART * (n % across - (across - 1) / 2), centre_y + APART * (n // across - (down - 1) / 2))
            for n in range(number)
        ]
        for spot, (x, y) in zip(shown, places, strict=False):
            yield _mark(spot, x, y)
        if len(here) > len(shown):
            yield Markup('<text class="pf-more" x="{:.1f}" y="{:.1f}" text-anchor="middle">+{}</text>').format(
                places[-1][0], places[-1][1] + 4, len(here) - len(shown)
            )


def _mark(spot: Spot, x: float, y: float) -> Markup:
    text = Markup('<text class="pf-n pf-n-{}" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>').format(
        spot.band.value, x, y + 4, spot.number
    )
    return Markup("<g><title>{}</title>{}{}</g>").format(spot.words, _circle(spot.band, x, y), text)


def _circle(band: RiskBand, x: float, y: float) -> Markup:
    radius = RADIUS[band]
    made = Markup('<circle class="pf-dot pf-dot-{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(band.value, x, y, radius)
    if band is RiskBand.MIDDLE:
        made += Markup('<circle class="pf-inner" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format(x, y, radius - 2.5)
    return made
