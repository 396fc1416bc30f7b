"""The report on resistance in a programme, as a page and as files: by source, wave, department and month, and what was tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup

from engagement import charts, clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.parts.files import both_files, list_file
from engagement.pages.reports import blueprint
from engagement.people.organisation.rules import Organisation
from engagement.reports.queries.reading import report_for
from engagement.reports.queries.resistance import Asked, ResistanceReport, resistance_report
from engagement.reports.rules.document import HEADER, rows
from engagement.reports.rules.figures import Figure, SubjectKind, by_subject
from engagement.reports.rules.measures import Measure
from engagement.reports.rules.months import written_month
from engagement.resistance.rules import ANSWER_WITHIN_WORKING_DAYS
from engagement.waves.scopes import reaches_wave
from engagement.words import month_words

#: Parts of the work that leaders and people see differently on the page; the rest is in the files.
MOST_GROUPS = 12


def _report(programme_id: int) -> ResistanceReport:
    """Return the report for the reader and the months that the address names."""
    settings, reader = guard.settings(), guard.reader()
    programme = report_for(reader, programme_id)
    asked = Asked(**_months())
    on, floor = clock.today(settings.timezone), settings.anonymity_floor
    return resistance_report(programme, on, reader, floor, Organisation.of(settings), asked)


def _months() -> dict[str, str]:
    """Return the months that the address names."""
    return {name: request.args.get(name, "") for name in ("until", "since")}


@dataclass(frozen=True)
class _Choice:
    """A month that can be asked for."""

    written: str
    name: str


@blueprint.get("/reports/programmes/<int:programme_id>/resistance")
def resistance(programme_id: int) -> str:
    """Show who objects to what, how it moves, how long answers take, and what was tried."""
    report, planning = _report(programme_id), rights.planning(guard.reader())
    asked: dict[str, Any] = {name: month for name, month in _months().items() if month}
    document, figures = report.document, report.document.figures
    waves = by_subject(figures, SubjectKind.WAVE)
    overseeing = rights.overseeing(guard.reader())
    return render_template(
        "reports/resistance.html",
        opens_wave={str(each.wave.id) for each in report.gaps if reaches_wave(overseeing, each.wave)},
        report=report,
        document=document,
        Measure=Measure,
        choices=[_Choice(written_month(end.on), month_words(end.on)) for end in reversed(report.choices)],
        until=written_month(report.months[-1].on) if report.months else "",
        since=written_month(report.before.on) if report.before else "",
        sources=by_subject(figures, SubjectKind.SOURCE),
        whole=by_subject(figures, SubjectKind.PROGRAMME).get(str(programme_id), {}),
        months=by_subject(figures, SubjectKind.MONTH),
        waves={key: of for key, of in waves.items() if Measure.CAME_OPEN in of} if report.tells_waves else {},
        apart={key: of[Measure.SEEN_APART] for key, of in waves.items() if Measure.SEEN_APART in of},
        groups=list(by_subject(figures, SubjectKind.GROUP).values()),
        most_groups=MOST_GROUPS,
        departments=by_subject(figures, SubjectKind.DEPARTMENT),
        responses=list(by_subject(figures, SubjectKind.RESPONSE).values()),
        picture=_picture(figures),
        promised_days=ANSWER_WITHIN_WORKING_DAYS,
        opens_concerns=planning.everything,
        opens_log=planning.holds_places,
        files=both_files(".resistance_file", programme_id=programme_id, **asked),
    )


def _picture(figures: Sequence[Figure]) -> Markup:
    months = by_subject(figures, SubjectKind.MONTH)
    open_ones = [(of[Measure.OPEN].as_of, of[Measure.OPEN].value) for of in months.values()]
    values = [
        (charts.MONTHS[on.month - 1], None if value is None else int(value))
        for on, value in open_ones
        if on is not None
    ]
    return charts.columns(values, what="Concerns that waited for an answer at the end of each month")


@blueprint.get("/reports/programmes/<int:programme_id>/resistance.<any(csv, xlsx):kind>")
def resistance_file(programme_id: int, kind: str) -> Response:
    """Give every figure of the report as a file."""
    document = _report(programme_id).document
    return list_file(kind, HEADER, rows(document), f"resistance {document.name}", "Resistance")
