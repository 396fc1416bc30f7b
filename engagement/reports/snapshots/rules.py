"""When a period closes, which figures are frozen, and what a frozen report says of itself: pure functions over plain values."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from engagement.reports.rules.days import are_kept_back, counted_on, of_days
from engagement.reports.rules.decisions import ABOUT_CONCERNS, DECISION_NEEDED
from engagement.reports.rules.figures import KEPT_BACK, NOT_SHOWN, Figure, SubjectKind
from engagement.words import day_words, number_word

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


def kept_words(
    figures: Sequence[Figure], on: date, moment: str, by: str, *, groups_under: int, floor: int, is_late: bool
) -> str:
    """Say when a report was frozen and by whom, of which days it is, and what it leaves out.

    `groups_under` is the floor with which it was counted, `floor` that of today.
    """
    said = [
        f"Frozen on {moment} by {by}.",
        "Its month was closed late, so how things stood at its end is not known." if is_late else "",
        f"Figures as of {of_days(figures, on)}, unless they name another day.",
        f"Groups under {number_word(groups_under)} were not shown.",
        f"What was counted so is hidden today, when groups under {number_word(floor)} are."
        if floor > groups_under
        else "",
        "Names of sponsors and subjects of messages are not kept.",
    ]
    return " ".join(filter(None, said))


def objections_words(figures: Sequence[Figure], on: date) -> str:
    """Say of which day the objections of a frozen report are, or why the reader sees none."""
    if are_kept_back(figures):
        return "You read a part of these concerns yourself. Their figures are not shown to you, because the rest could be worked out."
    day = counted_on(figures)
    if day is None:
        return "Objections were not counted yet."
    return f"As of the end of {day_words(day, with_year=day.year != on.year)}."


def sentence_words(sentence: str, *, keeps_concerns_back: bool) -> str:
    """Return how a frozen report stood; not to whoever reads a part of the concerns, because all of them had their part in it."""
    return "How it stood is not shown to you: objections had their part in it." if keeps_concerns_back else sentence


def stood_words(stood: str, figures: Iterable[Figure], *, keeps_concerns_back: bool = False) -> list[str]:
    """Return how waves and decisions stood, a line each; of a report that kept none, say so.

    What was to be decided about concerns is left out where they are kept back.
    """
    if stood:
        hidden = f"{DECISION_NEEDED}: {ABOUT_CONCERNS}"
        return [line for line in stood.splitlines() if not (keeps_concerns_back and line.startswith(hidden))]
    if any(figure.of.kind is SubjectKind.WAVE for figure in figures):
        return ["Not known: when this report was frozen, only its figures were kept."]
    return ["No wave was planned."]
