"""Two reports of a programme side by side, as a page and as files: two frozen ones, or a frozen one and that of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from engagement import clock
from engagement.errors import NotFound, RuleBroken
from engagement.pages.frame import guard
from engagement.pages.parts.files import both_files, list_file
from engagement.pages.reports import blueprint
from engagement.pages.reports.sheet import sheet_for
from engagement.pages.reports.snapshots import kept_report, report_title
from engagement.reports.queries.reading import keeps_concerns_back, report_for
from engagement.reports.rules.comparing import Change, changes
from engagement.reports.rules.days import of_days, own_day_words
from engagement.reports.rules.figures import Figure
from engagement.reports.snapshots import queries
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.snapshots.rules import frozen

HEADER = (
    "part",
    "of",
    "figure",
    "earlier",
    "earlier as of",
    "later",
    "later as of",
    "difference",
    "how it is counted",
    "how it was counted earlier, if in another way",
)


def _figures(snapshot: ReportSnapshot) -> list[Figure]:
    is_kept_back = keeps_concerns_back(guard.reader(), snapshot.programme_id)
    return queries.figures_in(snapshot, guard.settings().anonymity_floor, keeps_concerns_back=is_kept_back)


def _earlier(programme_id: int) -> ReportSnapshot:
    """Return the report that the address names, or the newest that is kept."""
    if "earlier" in request.args:
        return kept_report(request.args.get("earlier", 0, type=int))
    kept = queries.snapshots_of(programme_id)
    if not kept:
        raise NotFound("No report is kept yet that this one could be compared with.")
    return kept[0]


@dataclass(frozen=True)
class Column:
    """A report of a comparison: its title, the day of its figures and the end of the month that it closes, and its figures."""

    title: str
    on: date
    ends_on: date
    figures: Sequence[Figure]

    @property
    def of_days(self) -> str:
        """Of which days it is, in words."""
        return of_days(self.figures, self.on)

    def day_words(self, figure: Figure | None) -> str:
        """Say the day of a figure where that is not the report's."""
        return own_day_words(figure, self.on, self.ends_on) if figure is not None else ""


@dataclass(frozen=True)
class Comparison:
    """Two reports of a programme, `later` None for that of this moment: what changed, and what is not counted any more.

    `is_turned` if the address names the later one as the earlier.
    """

    earlier: ReportSnapshot
    later: ReportSnapshot | None
    before: Column
    now: Column
    changes: list[Change]
    gone: list[Figure]
    is_turned: bool = False

    @property
    def told(self) -> list[Change]:
        """Changes of figures that at least one of the reports knows; a page of the others says nothing."""
        return [change for change in self.changes if not change.is_silent]

    @property
    def told_gone(self) -> list[Figure]:
        """The figures that are not counted any more and that the earlier report knew."""
        return [figure for figure in self.gone if figure.value is not None]

    @property
    def silent(self) -> int:
        """How many figures neither report knows."""
        return len(self.changes) + len(self.gone) - len(self.told) - len(self.told_gone)


def _comparison(programme_id: int) -> Comparison:
    """Return the two reports that the address names, the earlier first. Raises RuleBroken for one with itself."""
    earlier = _earlier(programme_id)
    later = kept_report(request.args.get("later", 0, type=int)) if request.args.get("later") else None
    if earlier.programme_id != programme_id or (later is not None and later.programme_id != programme_id):
        raise NotFound("This report is of another programme. Two reports of one programme can be compared.")
    if later is earlier:
        raise RuleBroken(
            "This is one and the same report, so there is nothing to compare. Choose two, or one and “Now”."
        )
    is_turned = later is not None and (later.frozen_at, later.id) < (earlier.frozen_at, earlier.id)
    if later is not None and is_turned:
        earlier, later = later, earlier
    before, now = _column(earlier), _column(later) if later is not None else _present(programme_id)
    keys = {figure.key for figure in now.figures}
    gone = [figure for figure in before.figures if figure.key not in keys]
    return Comparison(earlier, later, before, now, changes(now.figures, before.figures), gone, is_turned)


def _column(snapshot: ReportSnapshot) -> Column:
    return Column(report_title(snapshot), snapshot.on, snapshot.day, _figures(snapshot))


def _present(programme_id: int) -> Column:
    on = clock.today(guard.settings().timezone)
    return Column("Now", on, on, frozen(sheet_for(programme_id).document.figures))


@blueprint.get("/reports/programmes/<int:programme_id>/comparison")
def comparison(programme_id: int) -> str:
    """Show two reports side by side, with the difference of each figure or why they cannot be compared."""
    programme = report_for(guard.reader(), programme_id)
    both = _comparison(programme_id)
    return render_template(
        "reports/comparison.html",
        programme=programme,
        both=both,
        snapshots=queries.snapshots_of(programme_id),
        files=both_files(
            ".comparison_file",
            programme_id=programme_id,
            earlier=both.earlier.id,
            later=both.later.id if both.later else None,
        ),
    )


@blueprint.get("/reports/programmes/<int:programme_id>/comparison.<any(csv, xlsx):kind>")
def comparison_file(programme_id: int, kind: str) -> Response:
    """Give two reports side by side as a file."""
    programme = report_for(guard.reader(), programme_id)
    both = _comparison(programme_id)
    rows = [
        (
            change.now.measure.part.word,
            change.now.of.name,
            change.now.name,
            *_cells(change.before, "not counted"),
            *_cells(change.now, ""),
            change.difference_words,
            change.now.counted_as,
            change.before.counted_as if change.before and change.before.counted_as != change.now.counted_as else "",
        )
        for change in both.changes
    ]
    rows += [
        (
            each.measure.part.word,
            each.of.name,
            each.name,
            *_cells(each, ""),
            *_cells(None, "not counted any more"),
            "",
            "",
            each.counted_as,
        )
        for each in both.gone
    ]
    return list_file(kind, HEADER, rows, f"comparison {programme.name}", "Comparison")


def _cells(figure: Figure | None, missing: str) -> tuple[str, date | str]:
    """Return a figure and its day; without a figure, the words `missing`."""
    return (missing, "") if figure is None else (figure.words, figure.as_of or "")
