"""The figures of a programme's report, from what was read of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from engagement.adoption.queries.uptake import Uptake
from engagement.adoption.rules.vocabulary import RECENT_DAYS
from engagement.attention.rules import TRAINED_WHEN_DUE
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.queries.verdicts import Verdict
from engagement.reports.queries.programme import ProgrammeReport, WaveLine
from engagement.reports.rules.figures import (
    KEPT_BACK,
    NO_BASELINE,
    NOT_LIVE,
    NOT_SHOWN,
    WENT_LIVE,
    Figure,
    Subject,
    SubjectKind,
    figure_of,
    share_of,
)
from engagement.reports.rules.measures import Measure
from engagement.reports.rules.pace import Pace
from engagement.resistance.periods.queries import WavesSpan
from engagement.stakeholders.leadership.rules import Tally
from engagement.value.queries.by_wave import WaveValue
from engagement.value.queries.present import MetricShown
from engagement.value.rules import NOTHING_BEFORE
from engagement.words import month_words, short_day_words

#: Stands beside how ready a wave is while its criterion on that is not met.
PILOT_EVIDENCE = "Pilot evidence only: too few besides friendly users finished training"


def figures_of(report: ProgrammeReport) -> list[Figure]:
    """Return every figure of a report, in the order in which they stand on the sheet."""
    in_use = {
        metric.metric.id: f"In use since wave {worth.wave.number}. "
        for worth in report.worth.values()
        for metric in worth.metrics
    }
    return [
        *(figure for line in report.waves for figure in _of_wave(line, report)),
        *(
            figure
            for metric in report.metrics
            for figure in _of_metric(metric, in_use.get(metric.metric.id, ""), report.on)
        ),
        *_of_sponsors(report),
        *_of_objections(report),
        *(
            share_of(
                Measure.DELIVERED,
                Subject(SubjectKind.MESSAGE, str(message.occurrence.id), message.subject),
                message.sent,
                message.recipients,
                report.on,
                "nobody",
            )
            for message in report.messages
        ),
    ]


def _of_wave(line: WaveLine, report: ProgrammeReport) -> Iterator[Figure]:
    """Return the figures of a wave; what it has none of yet, or no longer, is words, so that no place stays empty."""
    on, status = report.on, line.wave.status
    of = Subject(SubjectKind.WAVE, str(line.wave.id), line.wave.title)
    people = "nobody is in it yet"
    yield figure_of(Measure.PEOPLE, of, line.people or None, on, missing=people)
    asked, finished = line.trained.assigned, line.trained.finished
    trained = share_of(Measure.TRAINED, of, finished, asked, on, "nothing assigned yet" if line.people else people)
    modules = "\n".join(line.modules)
    yield replace(trained, need=round(100 * TRAINED_WHEN_DUE), basis=modules)
    if status.is_ahead and asked:
        yield from _of_pace(line.pace, of, modules)
    if line.ready is not None:
        tally = line.ready.tally
        ready = share_of(Measure.READY, of, tally.met, tally.total, on, "no criterion is asked for")
        note = PILOT_EVIDENCE if line.ready.is_pilot_evidence else ""
        yield replace(ready, basis=_asked_for(line.ready), note=note)
    else:
        yield figure_of(Measure.READY, of, None, on, missing=WENT_LIVE if status.is_in_use else status.word.lower())
    if line.use is not None and not status.is_ahead:
        yield replace(_in_use(line.use, of, report), basis="\n".join(f"“{name}”" for name in line.workflows))
    else:
        yield figure_of(Measure.USED, of, None, on, missing=NOT_LIVE)
    worth = report.worth.get(line.wave.id)
    if worth is not None:
        compared = worth.compared
        share = share_of(Measure.WORTH, of, sum(compared), len(compared), on, _worth_missing(worth))
        plans = {_plan(metric) for metric in worth.metrics if metric.way.is_as_planned is not None}
        yield replace(share, basis="\n".join(sorted(plans)))
    else:
        missing = NOT_LIVE if status.is_ahead else status.word.lower()
        yield figure_of(Measure.WORTH, of, None, on, missing=missing)
    if report.objected is not None:
        yield from _objected(report.objected, of, line.wave.id, report.concerns.floor)
    standings = [
        shown.standing for each in report.leadership for shown in each.steps if shown.step.wave_id == line.wave.id
    ]
    if standings:
        kept = Tally.of(standings)
        yield _steps(Measure.WAVE_STEPS, of, kept, kept.total, on)


def _objected(span: WavesSpan, of: Subject, wave_id: int, floor: int) -> Iterator[Figure]:
    """How many objected to a wave in the last months that are told apart."""
    months = month_words(span.last_on)
    if (span.first_on.year, span.first_on.month) != (span.last_on.year, span.last_on.month):
        months = f"{month_words(span.first_on, with_year=span.first_on.year != span.last_on.year)} to {months}"
    note = f"Of what came in during {months}, as it stood then"
    is_there = wave_id in span.waves
    numbers = span.waves.get(wave_id, (None, None))
    for measure, number in zip((Measure.WAVE_OPEN, Measure.WAVE_ANSWERED), numbers, strict=True):
        missing = NOT_SHOWN if is_there else "not planned"
        figure = figure_of(measure, of, number, span.last_on, missing=missing, groups_under=floor, note=note)
        yield replace(figure, basis=f"what came in during {months}")


def _asked_for(ready: Verdict) -> str:
    """Name the criteria that are asked for, each with what it needs, in an order that stays."""
    asked = [each for each in ready.standing.criteria if each.state is not CriterionState.NOT_NEEDED]
    order = list(CriterionKind)
    return "\n".join(
        f"“{' '.join(each.title.split())}”{'' if each.need is None else f', {each.need} %'}{'' if each.rate is None else f', one for {each.rate}'}"
        for each in sorted(asked, key=lambda each: (order.index(each.kind), each.criterion_id or 0))
    )


def _plan(metric: MetricShown) -> str:
    return f"the way from {metric.baseline_words} to {metric.target_words}"


def _worth_missing(worth: WaveValue) -> str:
    if worth.metrics:
        return "not known yet"
    return "counted with an earlier wave" if worth.others else "nothing is measured"


def _in_use(use: Uptake, of: Subject, report: ProgrammeReport) -> Figure:
    """How many use it; a number that may not be told exactly is words."""
    floor, on = report.concerns.floor, use.as_of or report.on
    until = f"In the {RECENT_DAYS} days to {short_day_words(use.as_of, with_year=False)}" if use.as_of else ""
    said = figure_of(Measure.USED, of, None, on, missing=use.sentence.rstrip("."), groups_under=floor, note=until)
    if use.used is None or use.should is None or use.is_at_least:
        return said
    exact = share_of(Measure.USED, of, use.used, use.should, on, said.missing)
    return replace(exact, definition=said.definition, groups_under=floor, note=until)


def _of_pace(pace: Pace, of: Subject, modules: str) -> Iterator[Figure]:
    """Where training should be, and where it will be with these modules; nothing of either once the wave is live."""
    expected = pace.expected
    value = None if expected is None else round(100 * expected, 1)
    yield figure_of(Measure.TRAINED_EXPECTED, of, value, pace.on, missing=f"not known: {pace.no_expectation}")
    forecast = pace.forecast
    missing = f"not known: {pace.no_forecast}"
    if forecast is None:
        yield figure_of(Measure.TRAINED_FORECAST, of, None, pace.on, missing=missing)
    else:
        share = share_of(Measure.TRAINED_FORECAST, of, forecast, pace.asked, pace.on, missing)
        yield replace(share, basis=modules)


def _of_metric(shown: MetricShown, since: str, on: date) -> Iterator[Figure]:
    metric, latest = shown.metric, shown.latest
    of = Subject(SubjectKind.METRIC, str(metric.id), f"{metric.workflow.name}: {metric.name}")
    read_on = latest.measured_on if latest else on
    yield figure_of(
        Measure.VALUE,
        of,
        latest.value / 1000 if latest else None,
        read_on,
        missing="nothing read yet",
        unit=metric.unit,
        note=f"{since}Before: {shown.baseline_words}. Plan: {shown.target_words}.",
    )
    way = shown.way
    missing = NO_BASELINE if way.why_not == NOTHING_BEFORE else f"not known: {way.why_not}"
    done = figure_of(Measure.VALUE_WAY, of, way.done, read_on, missing=missing)
    planned = figure_of(Measure.VALUE_WAY_EXPECTED, of, way.planned, read_on, missing=f"not known: {way.why_no_plan}")
    yield from (replace(each, basis=_plan(shown)) for each in (done, planned))


def _of_sponsors(report: ProgrammeReport) -> Iterator[Figure]:
    """All steps together, and those of each sponsor; nothing where no step is planned."""
    if not report.leadership:
        return
    tallies = [each.tally for each in report.leadership]
    done, total = sum(tally.done for tally in tallies), sum(tally.total for tally in tallies)
    programme = Subject(SubjectKind.PROGRAMME, str(report.programme.id), "All sponsors")
    yield _steps(Measure.STEPS, programme, Tally(done, sum(tally.missed for tally in tallies), 0), total, report.on)
    for each, tally in zip(report.leadership, tallies, strict=True):
        sponsor = Subject(SubjectKind.SPONSOR, str(each.person.id), each.person.name)
        yield _steps(Measure.STEPS, sponsor, tally, tally.total, report.on)


def _steps(measure: Measure, of: Subject, tally: Tally, total: int, on: date) -> Figure:
    figure = share_of(measure, of, tally.done, total, on, "no step planned")
    return replace(figure, note=f"{tally.missed} missed" if tally.missed else "")


def _of_objections(report: ProgrammeReport) -> Iterator[Figure]:
    concerns = report.concerns
    missing = KEPT_BACK if concerns.is_kept_back else NOT_SHOWN if concerns.as_of else "not counted yet"

    def said(measure: Measure, of: Subject, value: float | None) -> Figure:
        return figure_of(measure, of, value, concerns.as_of, missing=missing, groups_under=concerns.floor)

    for line in concerns.sources:
        of = Subject(SubjectKind.SOURCE, line.source.value, line.source.word)
        yield said(Measure.OPEN, of, line.open)
        yield said(Measure.ANSWERED, of, line.answered)
    every = Subject(SubjectKind.PROGRAMME, str(report.programme.id), "All sources")
    yield said(Measure.OPEN, every, concerns.open)
    yield said(Measure.ANSWERED, every, concerns.answered)
    yield said(Measure.MEDIAN, every, concerns.median_days)
