"""What figures rest on beyond their definitions, in lines for the foot of a report: a pure function."""

from collections.abc import Iterable

from engagement.reports.rules.figures import Figure, Subject


def counted_with(figures: Iterable[Figure]) -> list[str]:
    """Say which share is asked for of each measure, and with what a figure was counted, once where several rest on the same."""
    needs: dict[str, None] = {}
    bases: dict[tuple[Subject, str], str] = {}
    for figure in figures:
        if figure.need is not None:
            needs[f"{figure.name}: {figure.need}\N{NO-BREAK SPACE}% asked for."] = None
        if figure.basis:
            bases.setdefault((figure.of, figure.basis), figure.name)
    counted = (f"{name}, {of.name}: {'; '.join(basis.splitlines())}." for (of, basis), name in bases.items())
    return [*needs, *counted]
