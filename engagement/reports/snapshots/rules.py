"""When a period closes, and which figures are frozen: pure functions over plain values."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from engagement.reports.rules.figures import KEPT_BACK, NOT_SHOWN, Figure, SubjectKind

#: From this hour of the first day of a month on, the month before is closed: objections are counted by then.
CLOSES_FROM = time(6)
#: No name of a person and no subject of a message is frozen: neither is compared, and names have to be erasable.
NOT_FROZEN = (SubjectKind.SPONSOR, SubjectKind.MESSAGE)


def period_to_close(now: datetime) -> date | None:
    """Return the last day of the month that is to be closed at a local time; None in the night in which it ends."""
    first = now.date().replace(day=1)
    return None if now.date() == first and now.time() < CLOSES_FROM else first - timedelta(days=1)


def end_of_month(words: str) -> date | None:
    """Return the last day of a month written as 2026-03; None for anything else."""
    try:
        first = datetime.strptime(words, "%Y-%m").date()
    except ValueError:
        return None
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def frozen(figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures that are kept."""
    return [figure for figure in figures if figure.of.kind not in NOT_FROZEN]


def as_shown(figures: Iterable[Figure], floor: int, *, keeps_concerns_back: bool) -> list[Figure]:
    """Return frozen figures as a reader may see them now.

    What was counted with a lower floor than today's is hidden, and so are all objections from whoever reads a part of them.
    """

    def shown(figure: Figure) -> Figure:
        if not figure.groups_under:
            return figure
        if keeps_concerns_back and figure.measure.is_of_concerns:
            return figure.hidden(KEPT_BACK)
        return figure if figure.groups_under >= floor else figure.hidden(NOT_SHOWN)

    return [shown(figure) for figure in figures]
