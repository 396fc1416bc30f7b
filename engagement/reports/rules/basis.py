"""What figures rest on beyond their definitions, in lines for the foot of a report: a pure function."""

from collections.abc import Iterable

from engagement.reports.rules.figures import Figure, Subject


def counted_with(figures: Iterable[Figure]) -> list[str]:
    """Say which share is asked for of each measure, and with what the numbers were counted, once for all that rest on the same."""
    needs: dict[str, None] = {}
    names: dict[tuple[Subject, str], str] = {}
    for figure in figures:
        if figure.need is not None:
            needs[f"{figure.name}: {figure.need}\N{NO-BREAK SPACE}% asked for."] = None
        if figure.basis and figure.value is not None:
            # What was planned of a way rests on the same as the way: the first figure names both.
            names.setdefault((figure.of, figure.basis), figure.name)
    about: dict[tuple[str, str], list[str]] = {}
    for (of, basis), name in names.items():
        about.setdefault((name, basis), []).append(of.name)
    counted = (f"{name}, {' and '.join(of)}: {'; '.join(basis.splitlines())}." for (name, basis), of in about.items())
    return [*needs, *counted]
