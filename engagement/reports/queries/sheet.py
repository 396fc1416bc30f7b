"""The sponsor's sheet for one reader: the report, how it stands, and the document that every format draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import ViewWaiting
from engagement.charts import tendency
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.reports.queries.figures import figures_of
from engagement.reports.queries.gaps import gap_words, gaps_for
from engagement.reports.queries.programme import ProgrammeReport, WaveLine, programme_report
from engagement.reports.queries.reading import keeps_concerns_back
from engagement.reports.queries.standing import calm_of, lede_of, standing_of
from engagement.reports.rules.comparing import changes
from engagement.reports.rules.decisions import DECISION_NEEDED, Standing
from engagement.reports.rules.document import Document, Trend
from engagement.reports.snapshots.models import ReportSnapshot
from engagement.reports.snapshots.queries import figures_in, last_closed
from engagement.reports.snapshots.rules import frozen
from engagement.resistance.figures.queries import ConcernSummary
from engagement.stakeholders.leadership.queries import Roadmap
from engagement.waves.impacts.queries.gaps import WaveGaps, is_asked
from engagement.words import day_words, month_words, number_word, short_day_words

#: Of each sponsor, what was missed and what comes next; the rest is on the page of steps.
MOST_STEPS = 2


@dataclass(frozen=True)
class Sheet:
    """A programme for a reader: what was read of it, whether it is on track, and the document of it.

    `views` are the waves of which the reader is asked, as a sponsor, how they see what changes.
    """

    report: ProgrammeReport
    standing: Standing
    document: Document
    views: Sequence[ViewWaiting] = ()


def sheet_of(
    programme: Programme,
    on: date,
    reader: Reader,
    floor: int,
    organisation: Organisation,
    *,
    closed_by: date | None = None,
) -> Sheet:
    """Return the sheet of a programme that the reader may read, as it stands on a day.

    Figures are compared with the last month that was closed, with `closed_by` with the last one that had ended by then.
    """
    report = programme_report(programme, on, floor, keeps_concerns_back=keeps_concerns_back(reader, programme.id))
    standing = standing_of(report)
    figures = figures_of(report)
    newest = last_closed(programme.id)
    closed = (last_closed(programme.id, closed_by) or newest) if closed_by else newest
    gaps = gaps_for([line.wave for line in report.waves], reader, floor, report.departments)
    document = Document(
        name=programme.name,
        organisation=organisation.name,
        reader=reader.name,
        as_of=report.as_of,
        moment=_moment(report.as_of, reader.timezone),
        lede=lede_of(report, standing),
        calm=calm_of(report, standing),
        decisions=report.decisions,
        decided=report.decided,
        figures=figures,
        facts={line.wave.title: _fact(line, on) for line in report.waves},
        concerns_words=" ".join(filter(None, (_concerns_words(report.concerns, on), gap_words(gaps)))),
        compared_with=closed.day if closed else None,
        period_words=_period_words(closed, newest, on),
        changes={}
        if closed is None
        else {
            change.now.key: change
            for change in changes(
                frozen(figures),
                figures_in(closed, floor, keeps_concerns_back=report.concerns.is_kept_back),
                closed.days,
            )
        },
        on=on,
        promises=_promises(report.leadership, reader.person_id),
        trends=_trends(report.concerns),
        groups_under=floor,
    )
    return Sheet(report, standing, document, _views(gaps, reader.person_id))


def _views(gaps: Sequence[WaveGaps], person_id: int | None) -> list[ViewWaiting]:
    """Return, from what was read already, the waves ahead of which somebody is asked first for a sponsor's view."""
    return [ViewWaiting(each.wave, each.unsaid) for each in gaps if each.unsaid and is_asked(each.wave, person_id)]


def _promises(leadership: Sequence[Roadmap], person_id: int | None) -> str:
    """Say what a sponsor does in person: how far they are, what was missed, and what comes next; "" for others."""
    own = next((each for each in leadership if each.person.id == person_id), None)
    if own is None or not own.tally.total:
        return ""
    steps = [
        f"{short_day_words(shown.line.due_on, with_year=False)}, {shown.title} ({shown.standing.word.lower()})"
        for shown in (*own.missed[:MOST_STEPS], *own.ahead[:MOST_STEPS])
    ]
    return f"{own.tally.words}. {'; '.join(steps)}{'.' if steps else ''}".strip()


def _trends(concerns: ConcernSummary) -> dict[str, Trend]:
    """Return how many objections of each source waited at the end of each week; nothing where nothing may be told."""
    if concerns.as_of is None or concerns.is_kept_back:
        return {}
    return {line.source.value: Trend(line.trend, tendency(line.trend)) for line in concerns.sources}


def _period_words(closed: ReportSnapshot | None, newest: ReportSnapshot | None, on: date) -> str:
    """Say what figures are compared with: the last month that was closed or an earlier one, or the day on which it was closed late."""
    if closed is None or newest is None:
        return "A month is closed on the first morning of the next one; from then on each figure is compared with it."
    day = short_day_words(closed.day, with_year=closed.day.year != on.year)
    if closed.is_late and closed.closes_on is not None:
        month = month_words(closed.closes_on, with_year=closed.closes_on.year != on.year)
        return f"Compared with {day}: {month} was closed late, on that day, so its end is not known."
    if closed is not newest and newest.closes_on is not None:
        month = month_words(newest.closes_on, with_year=newest.closes_on.year != on.year)
        return f"Compared with {day}; {month} was closed too recently to show a change."
    return f"Compared with {day}, the last closed month; each month is closed on the first morning of the next one."


def _moment(instant: datetime, timezone: str) -> str:
    """Return the time of the figures with its year, because paper is read later."""
    local = instant.astimezone(ZoneInfo(timezone))
    return f"{day_words(local.date(), with_year=True)}, {local:%H:%M}"


def _fact(line: WaveLine, on: date) -> str:
    wave = line.wave
    day = short_day_words(wave.go_live_on, with_year=wave.go_live_on.year != on.year)
    moved = f", moved from {short_day_words(line.move.from_on, with_year=False)}" if line.move else ""
    return f"{line.state.word}, go-live {day}{moved}"


def stood_lines(report: ProgrammeReport) -> list[str]:
    """Say how each wave stands, and which decisions are needed or made, in lines that are kept: without names of people."""
    waves = [f"{line.wave.title}: {_fact(line, report.on)}" for line in report.waves]
    needed = [
        f"{DECISION_NEEDED}: {each.title}{f' by {day_words(each.by_on, with_year=True)}' if each.by_on else ''}"
        for each in report.decisions
    ]
    return [*waves, *needed, *(f"Decided: {each.title}: {each.stands}" for each in report.decided)]


def _concerns_words(concerns: ConcernSummary, on: date) -> str:
    if concerns.is_kept_back:
        return "You read a part of these concerns yourself. Their figures are not shown to you, because the rest could be worked out."
    if concerns.as_of is None:
        return "Objections are counted at night; you read the first figures here tomorrow."
    day = day_words(concerns.as_of, with_year=concerns.as_of.year != on.year)
    return f"As of the end of {day}. Counted at night; a figure moves when things of {number_word(concerns.floor)} people or more have changed in it."
