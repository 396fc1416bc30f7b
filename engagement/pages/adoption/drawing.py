"""The picture of how many people of each wave use what went live, by weeks since go-live, so that waves can be compared."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from markupsafe import Markup

from engagement.words import percent_text, plural

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 50, 66, 14, 30
#: Labels at the ends of lines are at least so far apart.
APART = 14
Scale = Callable[[float], float]


class Curve(NamedTuple):
    """A line: its label, and the share of each week from that of go-live on, 0 to 1."""

    label: str
    shares: Sequence[float]


def drawing(curves: Sequence[Curve]) -> Markup:
    """Return the picture, empty without two weeks of any wave."""
    drawn = [curve for curve in curves if len(curve.shares) > 1]
    if not drawn:
        return Markup("")
    last = max(len(curve.shares) for curve in drawn) - 1

    def x(week: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * week / last

    def y(share: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    parts = [_grid(y, last, x(last))]
    for curve in drawn:
        points = " ".join(f"{x(week):.1f},{y(share):.1f}" for week, share in enumerate(curve.shares))
        parts.append(Markup('<polyline class="c-line" points="{}"/>').format(points))
        end = Markup('<circle class="c-point" cx="{:.1f}" cy="{:.1f}" r="3.5"/>')
        parts.append(end.format(x(len(curve.shares) - 1), y(curve.shares[-1])))
    for (curve, _), at in zip(_by_height(drawn, y), _labelled(drawn, y), strict=True):
        parts.append(
            Markup('<text class="t-strong t-halo" x="{:.1f}" y="{:.1f}">{}</text>').format(
                x(len(curve.shares) - 1) + 7, at + 4, curve.label
            )
        )
    said = "; ".join(
        f"{c.label}: {percent_text(c.shares[-1])} after {plural(len(c.shares) - 1, 'week', 'weeks')}" for c in drawn
    )
    return Markup('<svg class="chart chart-small" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, f"Share of people who used it, by week since go-live. {said}", Markup("").join(parts)
    )


def _by_height(curves: Sequence[Curve], y: Scale) -> list[tuple[Curve, float]]:
    return sorted(((curve, y(curve.shares[-1])) for curve in curves), key=lambda each: each[1])


def _labelled(curves: Sequence[Curve], y: Scale) -> list[float]:
    """Return the height of each label from the top down, moved apart."""
    placed: list[float] = []
    for _, at in _by_height(curves, y):
        placed.append(max(at, placed[-1] + APART) if placed else at)
    return placed


def _grid(y: Scale, last: int, right: float) -> Markup:
    marks = Markup("")
    for share in (0, 0.5, 1):
        marks += Markup('<line class="c-grid" x1="{}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(
            LEFT, right, y(share), y(share)
        )
        label = percent_text(share)
        marks += Markup('<text text-anchor="end" x="{}" y="{:.1f}">{}</text>').format(LEFT - 6, y(share) + 4, label)
    base = HEIGHT - BOTTOM + 20
    weeks = Markup('<text x="{}" y="{}">go-live</text><text text-anchor="end" x="{:.1f}" y="{}">week {}</text>')
    return marks + weeks.format(LEFT, base, right, base, last)
