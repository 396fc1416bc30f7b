"""Charts as inline SVG: plain functions from values to markup, coloured by classes of the stylesheet.

Each has `role="img"` and a label that says what it shows; the page has the same content beside it as a table or list.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from textwrap import wrap

from markupsafe import Markup

from engagement.words import month_words, percent_text

#: Source of resistance → the CSS class of its colour.
SOURCE_CLASSES = {
    "job_security": "src-job",
    "loss_of_control": "src-control",
    "change_fatigue": "src-fatigue",
    "quality_scepticism": "src-quality",
    "other": "src-other",
}

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 112, 36, 3

COLUMNS_WIDTH, COLUMNS_BASE = 360, 150
WIDTH, LABEL_WIDTH, END_ROOM = 1184, 190, 84
TOP, ROW, MONTH_ROOM = 22, 34, 70
LABEL_LENGTH = 27
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Scale = Callable[[date], float]


@dataclass(frozen=True)
class WaveSpan:
    """A wave on the timeline: the days on which preparation, go-live and end of the quiet period come (None: not set).

    `shared` are spans, first and last day, in which another wave asks something of the same people.
    """

    label: str
    prepares_from: date
    go_live_on: date
    quiet_until: date | None
    trained_by: date | None = None
    shared: Sequence[tuple[date, date]] = ()


def bar(part: int, whole: int, *, need: float | None = None, label: str = "") -> Markup:
    """Return a bar from zero to `whole`, filled to `part`, with a mark at the required share `need` (0 to 1)."""
    filled = 100 * min(max(part / whole, 0), 1) if whole else 0
    words = label or f"{part:,} of {whole:,}" + (f", {percent_text(need)} needed" if need is not None else "")
    mark = Markup('<line class="bar-need" x1="{0:.1f}" x2="{0:.1f}" y1="0" y2="8"/>').format(need * 100) if need else ""
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="bar-track" width="100" height="8"/><rect class="bar-fill" width="{:.1f}" height="8"/>{}</svg>'
    ).format(words, filled, mark)


def sparkline(values: Sequence[int | None], *, top: int, source: str = "", unit: str = "") -> Markup:
    """Return a small trend that ends in a dot, on the scale from 0 to `top` that all trends of a table share.

    None, for a hidden or unknown number, leaves a gap; a number between two gaps is a small dot, and at the end there is
    none if the last number is not known. Without any number the result is empty.
    """
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    step = (SPARK_WIDTH - 2 * SPARK_EDGE - 2) / max(len(values) - 1, 1)
    height = SPARK_HEIGHT - 6
    points = [
        None if value is None else (SPARK_EDGE + n * step, SPARK_HEIGHT - 2 - height * value / max(top, 1))
        for n, value in enumerate(values)
    ]
    runs = _runs(points)
    lines = Markup("").join(
        Markup('<polyline class="{}" points="{}"/>').format("src-line" if source else "c-line", _points(run))
        for run in runs
        if len(run) > 1
    )
    dots = [(*run[0], 1.75) for run in runs[:-1] if len(run) == 1] + [(*point, 3.5) for point in runs[-1][-1:]]
    circles = Markup("").join(
        Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>').format("src-fill" if source else "c-point", *dot)
        for dot in dots
    )
    base = SPARK_HEIGHT - 1.5
    css = f"spark {SOURCE_CLASSES[source]}" if source else "spark"
    said = tendency(values, unit)
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="xMinYMid" role="img" aria-label="{}">'
        '<line class="c-grid" x1="0" x2="{}" y1="{}" y2="{}"/>{}{}</svg>'
    ).format(css, SPARK_WIDTH, SPARK_HEIGHT, said, SPARK_WIDTH, base, base, lines, circles)


def _points(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return runs


def tendency(values: Sequence[int | None], unit: str = "") -> str:
    """Say where numbers are going, of those that are known: "rising from 6 to 19"; "" where none is."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    first, last = known[0], known[-1]
    now, since = f"{last:,} {unit}".strip(), "" if values[-1] is not None else "; no number since then"
    if len(known) == 1:
        return f"{now}, with nothing before it to compare{since}"
    if first == last:
        return f"level at {now}{since}"
    return f"{'rising' if last > first else 'falling'} from {first:,} to {now}{since}"


def columns(values: Sequence[tuple[str, int | None]], *, what: str) -> Markup:
    """Return a column for each number, from zero, with the number above and its short name below; empty without any.

    None, for a hidden number, leaves a gap. `what` says what is drawn.
    """
    top = max((number for _, number in values if number is not None), default=0)
    if not any(number is not None for _, number in values):
        return Markup("")
    step = COLUMNS_WIDTH / max(len(values), 6)
    parts = [Markup('<line class="c-axis" x1="0" x2="{0}" y1="{1}" y2="{1}"/>').format(COLUMNS_WIDTH, COLUMNS_BASE)]
    for place, (name, number) in enumerate(values):
        middle = step * (place + 0.5)
        label = Markup('<text text-anchor="middle" x="{:.1f}" y="{}">{}</text>')
        parts.append(label.format(middle, COLUMNS_BASE + 17, name))
        if number is not None:
            height = (COLUMNS_BASE - 20) * number / max(top, 1)
            parts.append(
                Markup('<rect class="c-bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    middle - step * 0.3, COLUMNS_BASE - height, step * 0.6, height
                )
            )
            strong = Markup('<text class="t-strong" text-anchor="middle" x="{:.1f}" y="{:.1f}">{:,}</text>')
            parts.append(strong.format(middle, COLUMNS_BASE - height - 6, number))
    said = "; ".join(f"{name}: {'not shown' if number is None else format(number, ',')}" for name, number in values)
    return Markup('<svg class="chart chart-small" viewBox="0 0 {} {}" role="img" aria-label="{}: {}">{}</svg>').format(
        COLUMNS_WIDTH, COLUMNS_BASE + 24, what, said, Markup("").join(parts)
    )


def waves_timeline(waves: Sequence[WaveSpan], today: date) -> Markup:
    """Return the waves of a programme over its months, one row each, with a line for today; empty without waves.

    It is drawn for wide screens; below 992 px and on paper the list beside it is shown instead.
    """
    if not waves:
        return Markup("")
    first = min(wave.prepares_from for wave in waves).replace(day=1)
    last = max(wave.quiet_until or wave.go_live_on for wave in waves)
    last = max(_next_month(last), _next_month(_next_month(first)))
    scale = (WIDTH - LABEL_WIDTH - END_ROOM) / (last - first).days

    def x(day: date) -> float:
        return LABEL_WIDTH + (day - first).days * scale

    bottom = TOP + ROW * len(waves) + 8
    parts = [_months(first, last, bottom, scale)]
    parts += [_wave_bars(wave, TOP + ROW * n, x) for n, wave in enumerate(waves)]
    if first <= today <= last:
        parts.append(
            Markup('<line class="c-today" x1="{0:.1f}" x2="{0:.1f}" y1="20" y2="{1}"/>').format(x(today), bottom + 4)
            + Markup('<text class="t-strong" x="{:.1f}" y="{}">today</text>').format(x(today) + 5, bottom + 8)
        )
    parts += [_wave_words(wave, TOP + ROW * n, x) for n, wave in enumerate(waves)]
    label = f"Timeline of {len(waves)} waves, {month_words(first)} to {month_words(last - timedelta(days=1))}"
    return Markup('<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, bottom + 12, label, Markup("").join(parts)
    )


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _months(first: date, last: date, bottom: int, scale: float) -> Markup:
    """Return the grid: a line for each month, or for fewer of them if their names would not fit."""
    every = next(n for n in (1, 3, 6, 12, 24, 60, 120, 600) if n * 30 * scale >= MONTH_ROOM or n == 600)
    marks = Markup("")
    day = first
    while day < last:
        if (day.year * 12 + day.month - 1) % every == 0:
            at = LABEL_WIDTH + (day - first).days * scale
            name = MONTHS[day.month - 1] + (f" {day.year}" if day.month == 1 or day == first else "")
            marks += Markup('<line class="c-grid" x1="{0:.1f}" x2="{0:.1f}" y1="22" y2="{1}"/>').format(at, bottom)
            marks += Markup('<text x="{:.1f}" y="15">{}</text>').format(at + 5, name)
        day = _next_month(day)
    return marks


def _wave_bars(wave: WaveSpan, top: int, x: Scale) -> Markup:
    live = x(wave.go_live_on)
    prepares = min(x(wave.prepares_from), live)
    bars = Markup('<rect class="c-prep" x="{:.1f}" y="{}" width="{:.1f}" height="12"/>').format(
        prepares, top + 15, live - prepares
    )
    if wave.quiet_until and wave.quiet_until > wave.go_live_on:
        bars += Markup('<rect class="c-settle" x="{:.1f}" y="{}" width="{:.1f}" height="18"/>').format(
            live, top + 12, x(wave.quiet_until) - live
        )
    for begins, ends in wave.shared:
        bars += Markup('<line class="c-limit" x1="{0:.1f}" x2="{1:.1f}" y1="{2}" y2="{2}"/>').format(
            x(begins), max(x(ends), x(begins) + 2), top + 34
        )
    if wave.trained_by:
        bars += Markup('<line class="c-axis" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>').format(
            x(wave.trained_by), top + 10, top + 32
        )
    return bars + Markup('<rect class="c-live" x="{:.1f}" y="{}" width="4" height="26"/>').format(live - 2, top + 8)


def _wave_words(wave: WaveSpan, top: int, x: Scale) -> Markup:
    lines = _two_lines(wave.label)
    middle = top + 25 - 8 * (len(lines) - 1)
    name = Markup("").join(
        Markup('<text class="t-ink" x="0" y="{}">{}</text>').format(middle + 15 * n, line)
        for n, line in enumerate(lines)
    )
    after = x(max(wave.quiet_until or wave.go_live_on, wave.go_live_on)) + 7
    live = f"live {wave.go_live_on.day} {MONTHS[wave.go_live_on.month - 1]}"
    return name + Markup('<text class="t-strong t-halo" x="{:.1f}" y="{}">{}</text>').format(after, top + 25, live)


def _two_lines(label: str) -> list[str]:
    """Break a label between words into the one or two lines before its row; longer ones end in an ellipsis."""
    lines = wrap(label, LABEL_LENGTH, max_lines=2, placeholder="…")
    return lines or [label]
