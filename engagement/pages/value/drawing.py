"""The picture of a metric: its readings over time as a line, with baseline, target and the days of go-live."""

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from engagement.value.queries.present import MetricShown
from engagement.value.rules import written
from engagement.words import brief_day_words, short_day_words

WIDTH, HEIGHT = 360, 220
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 30, 30


def drawing(shown: MetricShown, go_lives: Sequence[date]) -> Markup:
    """Return the picture, empty with fewer than two values to compare."""
    before = shown.baseline if shown.baseline and shown.baseline.value is not None else None
    points = [(row.measured_on, row.value) for row in shown.readings]
    if before is not None and before.measured_on is not None and before.value is not None:
        points = sorted([(before.measured_on, before.value), *points])
    if len(points) < 2:
        return Markup("")
    target = shown.metric.target
    low, high = _range([value for _, value in points] + ([target] if target is not None else []))
    days = [day for day, _ in points] + ([shown.metric.target_on] if shown.metric.target_on else [])
    first, last = min(days), max(max(days), min(days) + timedelta(days=1))

    def x(day: date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / (last - first).days

    def y(value: int) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (high - low)

    parts = [_axis(first, last)]
    parts += [_go_live(x(day)) for day in go_lives if first <= day <= last]
    if before is not None and before.value is not None:
        parts.append(_level(y(before.value), f"before: {written(before.value)}"))
    if target is not None:
        parts.append(_level(y(target), f"target: {written(target)}"))
    parts.append(
        Markup('<polyline class="c-line" points="{}"/>').format(
            " ".join(f"{x(day):.1f},{y(value):.1f}" for day, value in points)
        )
    )
    parts += [Markup('<circle class="c-point" cx="{:.1f}" cy="{:.1f}" r="4"/>').format(x(d), y(v)) for d, v in points]
    day, value = points[-1]
    anchor = "end" if x(day) > WIDTH / 2 else "start"
    parts.append(
        Markup('<text class="t-strong t-halo" text-anchor="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
            anchor, x(day), y(value) - 9, written(value)
        )
    )
    return Markup('<svg class="chart chart-small" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, _label(shown, points), Markup("").join(parts)
    )


def _range(values: Sequence[int]) -> tuple[int, int]:
    """Return the lowest and highest value of the picture: from zero, unless all that happens is far from it."""
    low, high = min(values), max(values)
    if low > 0 and high - low > low / 4:
        low = 0
    return (low, high) if low < high else (low - 1000, high + 1000)


def _level(at: float, words: str) -> Markup:
    line = Markup('<line class="c-level" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(LEFT, WIDTH - RIGHT, at, at)
    return line + Markup('<text class="t-halo" x="{}" y="{:.1f}">{}</text>').format(LEFT, at - 5, words)


def _go_live(at: float) -> Markup:
    line = Markup('<line class="c-today" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(
        at, TOP - 8, HEIGHT - BOTTOM
    )
    anchor = "end" if at > WIDTH - 70 else "start"
    return line + Markup('<text class="t-strong" text-anchor="{}" x="{:.1f}" y="14">go-live</text>').format(anchor, at)


def _axis(first: date, last: date) -> Markup:
    base = HEIGHT - BOTTOM
    line = Markup('<line class="c-grid" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT, WIDTH - RIGHT, base, base)
    texts = Markup('<text x="{}" y="{}">{}</text><text text-anchor="end" x="{}" y="{}">{}</text>').format(
        LEFT, base + 20, _day(first), WIDTH - RIGHT, base + 20, _day(last)
    )
    return line + texts


def _day(day: date) -> str:
    return f"{brief_day_words(day, with_weekday=False)} {day.year}"


def _label(shown: MetricShown, points: Sequence[tuple[date, int]]) -> str:
    (begun, old), (ended, new) = points[0], points[-1]
    metric = shown.metric
    way = f"from {metric.said(old)} on {short_day_words(begun)} to {metric.said(new)} on {short_day_words(ended)}"
    target = "" if metric.target is None else f"; target {metric.said(metric.target)}"
    return f"{metric.name}: {way}{target}"
