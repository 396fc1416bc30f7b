"""The sponsor's sheet of a programme as a page: the answer, decisions, waves, value, promises, objections, messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template
from markupsafe import Markup

from engagement import charts, clock
from engagement.accounts.scopes import rights
from engagement.pages.frame import guard
from engagement.pages.frame.formats import short_day
from engagement.pages.parts.deciding import PLACES
from engagement.pages.reports import blueprint
from engagement.pages.reports.deciding import decisions_shown, gate_ways
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.programmes.scopes import reaches_programme
from engagement.reports.queries.programme import WaveLine
from engagement.reports.queries.reading import report_for
from engagement.reports.queries.sheet import MOST_STEPS, Sheet, sheet_of
from engagement.reports.rules.comparing import NOT_SHOWN_THEN
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import Figure, SubjectKind, by_subject
from engagement.reports.rules.measures import Measure
from engagement.reports.rules.wave_words import WaveWords, objected_when, untold_words, words_of_wave
from engagement.resistance.figures.queries import ConcernSummary
from engagement.stakeholders.leadership.queries import Roadmap
from engagement.stakeholders.leadership.scopes import may_settle
from engagement.waves.scopes import reaches_wave
from engagement.words import number_word

MOST_DECISIONS = 5
#: With more rows than these, waves and all, the page is printed in smaller letters, and in still smaller ones.
ROOMY_ROWS, MANY_ROWS = 9, 13


@dataclass(frozen=True)
class SourceRow:
    """A source in the table: its figures, its trend as a drawing, and of how many weeks that shows a number."""

    source: str
    figures: dict[Measure, Figure]
    spark: Markup
    weeks: int


def sheet_for(programme_id: int) -> Sheet:
    """Return the sheet of a programme for the reader; raises NotFound or BeyondReach."""
    settings, reader = guard.settings(), guard.reader()
    programme = report_for(reader, programme_id)
    on = clock.today(settings.timezone)
    return sheet_of(programme, on, reader, settings.anonymity_floor, Organisation.of(settings))


def may_freeze(programme: Programme) -> bool:
    """Return whether the reader freezes reports: who plans the programme, and its sponsors."""
    return reaches_programme(rights.naming_holders(guard.reader()), programme)


@blueprint.get("/reports/programmes/<int:programme_id>")
def programme(programme_id: int) -> str:
    """Show the sheet: whether it is on track, decisions, then waves and the rest, with definitions at the foot."""
    sheet, reader = sheet_for(programme_id), guard.reader()
    report, document = sheet.report, sheet.document
    reading, overseeing = rights.reading(reader), rights.overseeing(reader)
    figures = document.figures
    waves = by_subject(figures, SubjectKind.WAVE)
    sources = _source_rows(figures, report.concerns)
    return render_template(
        "reports/programme.html",
        report=report,
        document=document,
        decisions=decisions_shown(report, report.decisions[:MOST_DECISIONS]),
        more_decisions=decisions_shown(report, report.decisions[MOST_DECISIONS:]),
        views=sheet.views,
        places=PLACES,
        gates=gate_ways(report),
        Measure=Measure,
        waves=waves,
        metrics=by_subject(figures, SubjectKind.METRIC),
        sponsors=by_subject(figures, SubjectKind.SPONSOR),
        whole=by_subject(figures, SubjectKind.PROGRAMME).get(str(programme_id), {}),
        messages=by_subject(figures, SubjectKind.MESSAGE),
        sources=sources,
        not_shown_then=NOT_SHOWN_THEN,
        untold=untold_words(document, (figure for row in sources for figure in row.figures.values())),
        wave_words={line.wave.id: _words(document, waves, line) for line in report.waves},
        objected_when=objected_when(document),
        roadmaps=_own_first(report.leadership),
        most_steps=MOST_STEPS,
        finishes=_finishes(report.leadership),
        hidden_words=_hidden_words(report.concerns),
        opens_wave={line.wave.id for line in report.waves if reaches_wave(overseeing, line.wave)},
        opens_training={line.wave.id for line in report.waves if reaches_wave(reading, line.wave)},
        opens_programme=reaches_programme(overseeing, report.programme),
        opens_concerns=reaches_programme(rights.planning(reader), report.programme),
        may_freeze=may_freeze(report.programme),
        rows=len(report.waves) + len(report.metrics) + len(report.decisions) + len(report.leadership),
        roomy_rows=ROOMY_ROWS,
        many_rows=MANY_ROWS,
        reader_name=reader.name,
        own_id=reader.person_id,
    )


def _words(document: Document, waves: Mapping[str, Mapping[Measure, Figure]], line: WaveLine) -> WaveWords:
    """Return what stands below the figures of a wave."""
    return words_of_wave(document, waves[str(line.wave.id)], short_day(line.wave.training_due_on))


def _finishes(roadmaps: Sequence[Roadmap]) -> set[int]:
    """Return the steps of which the reader says that they are done: who plans there, and the sponsor whose step it is."""
    maps, planning = rights.reading_maps(guard.reader()), rights.planning(guard.reader())
    steps = (shown for each in roadmaps for shown in each.steps if shown.standing.is_open)
    return {shown.step.id for shown in steps if may_settle(maps, planning, shown.line)}


def _own_first(roadmaps: Sequence[Roadmap]) -> list[Roadmap]:
    """Return what sponsors do, the reader's own promises first."""
    own = guard.reader().person_id
    return sorted(roadmaps, key=lambda each: each.person.id != own)


def _source_rows(figures: Sequence[Figure], concerns: ConcernSummary) -> list[SourceRow]:
    top = max((number for line in concerns.sources for number in line.trend if number is not None), default=0)
    sparks = {
        line.source.value: charts.sparkline(line.trend, top=top, source=line.source.value) for line in concerns.sources
    }
    weeks = {line.source.value: sum(number is not None for number in line.trend) for line in concerns.sources}
    found = by_subject(figures, SubjectKind.SOURCE)
    return [SourceRow(source, of, sparks[source], weeks[source]) for source, of in found.items()]


def _hidden_words(concerns: ConcernSummary) -> str:
    if concerns.as_of is None or not concerns.hidden_count:
        return ""
    return (
        f"“Not shown” means fewer than {number_word(concerns.floor)} people, or a figure from which so small a group could be "
        "worked out. What is hidden once in a week stays hidden until the week is over, so that comparing days shows nothing."
    )
