"""The report on resistance in a programme: the figures at the ends of months, and those of spans of months. It names nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from engagement.accounts.scopes.reader import Reader
from engagement.people.organisation.rules import Organisation
from engagement.programmes.models import Programme
from engagement.reports.queries.gaps import gap_figures, gap_words, gaps_for
from engagement.reports.queries.reading import document_of, keeps_concerns_back
from engagement.reports.rules.comparing import Change, changes
from engagement.reports.rules.document import Document
from engagement.reports.rules.figures import NOT_SHOWN, Figure, Subject, SubjectKind, figure_of, share_of
from engagement.reports.rules.measures import Measure
from engagement.reports.rules.months import months_asked, written_month
from engagement.resistance.periods.queries import Group, MonthEnd, Span, month_ends, spans_of
from engagement.resistance.periods.rules import TIMES_FLOOR, Dimension, Told, end_of
from engagement.resistance.rules import ANSWER_WITHIN_WORKING_DAYS, Source
from engagement.waves.impacts.queries.gaps import WaveGaps
from engagement.waves.queries import waves_of
from engagement.words import month_words, number_word, plural, short_day_words

#: The months of the trend, as far back as a year ago.
TREND_MONTHS = 13
KINDS = {Dimension.WAVE: SubjectKind.WAVE, Dimension.DEPARTMENT: SubjectKind.DEPARTMENT}


@dataclass(frozen=True)
class Asked:
    """The months that a reader asks for, as addresses write them; "" for the newest, and for the month before it."""

    until: str = ""
    since: str = ""


@dataclass(frozen=True)
class ResistanceReport:
    """Resistance in a programme for a reader: the newest of `months` ends the period, and `before` is what it is compared with.

    `choices` are all months that can be asked for. `spans` are the newest span that was over then, and the one before it. These are empty
    for who reads a part of the concerns themselves, and before the first night. `gaps` are those between people and who leads or sponsors.
    """

    programme: Programme
    document: Document
    floor: int
    is_kept_back: bool
    gaps: Sequence[WaveGaps] = ()
    choices: Sequence[MonthEnd] = ()
    months: Sequence[MonthEnd] = ()
    before: MonthEnd | None = None
    spans: Sequence[Span] = ()

    @property
    def gap_words(self) -> str:
        """Where people see it otherwise than leaders or sponsors, in a sentence; "" where no gap is known."""
        return gap_words(self.gaps)

    @property
    def judged(self) -> int:
        """How many groups can be compared."""
        return sum(each.judged for each in self.gaps)

    @property
    def least_people(self) -> int:
        """From how many people on months are told of by wave and department."""
        return TIMES_FLOOR * self.floor

    @property
    def tells_waves(self) -> bool:
        """Whether any wave of the newest span is shown."""
        return bool(self.spans) and any(map(_is_shown, self.spans[0].groups[Dimension.WAVE]))

    @property
    def small_departments(self) -> int:
        """How many departments are not told apart."""
        if not self.spans:
            return 0
        return sum(not _is_shown(group) for group in self.spans[0].groups[Dimension.DEPARTMENT])


def resistance_report(
    programme: Programme, on: date, reader: Reader, floor: int, organisation: Organisation, asked: Asked = Asked()
) -> ResistanceReport:
    """Return the report on a programme that the reader may read, on a day. Raises BadInput for months of which nothing can be told."""
    is_kept_back = keeps_concerns_back(reader, programme.id)
    ends = [] if is_kept_back else month_ends(programme.id, floor)
    gaps = gaps_for(waves_of(programme.id), reader, floor)
    seen_apart = list(gap_figures(gaps, on, floor))
    document = document_of(programme, reader, organisation, _nothing_words(is_kept_back), seen_apart)
    if not ends:
        return ResistanceReport(programme, document, floor, is_kept_back, gaps)
    began = min(programme.made_at.astimezone(ZoneInfo(reader.timezone)).date(), ends[0].on)
    last_on, first_on = months_asked(began, [end.on for end in ends], asked.until, asked.since)
    now = next(end for end in ends if end.on == last_on)
    before = next((end for end in ends if end.on == first_on), None)
    months = [end for end in ends if end.on <= last_on][-TREND_MONTHS:]
    spans = spans_of(programme.id, floor, last_on)
    made = _Figures(programme, floor)
    compared = _compared(made, now, before, spans)
    document = replace(
        document,
        lede=_lede(now, before, floor),
        figures=[*made.of_end(now), *made.of_months(months), *(made.of_span(spans[0]) if spans else ()), *seen_apart],
        changes={change.now.key: change for change in compared},
        compared_with=before.on if before else None,
        period_words=_period_words(before),
    )
    return ResistanceReport(programme, document, floor, is_kept_back, gaps, ends, months, before, spans)


def _compared(made: "_Figures", now: MonthEnd, before: MonthEnd | None, spans: Sequence[Span]) -> list[Change]:
    """Compare the end of the period with an earlier one, and the last span with the one before it, if they are as long."""
    found = changes(made.of_end(now), made.of_end(before)) if before else []
    if len(spans) == 2 and spans[0].months == spans[1].months:
        found += changes(made.of_span(spans[0]), made.of_span(spans[1]))
    return [change for change in found if change.before is not None]


@dataclass(frozen=True)
class _Figures:
    """What makes the figures of a programme, none about a group of under `floor` people."""

    programme: Programme
    floor: int

    def of_end(self, end: MonthEnd) -> Iterator[Figure]:
        """The figures at the end of a period, by source and of all together."""
        for source in Source:
            of = Subject(SubjectKind.SOURCE, source.value, source.word)
            yield self._said(Measure.OPEN, of, end.open.groups[source], end.on)
            yield self._said(Measure.ANSWERED, of, end.answered.groups[source], end.on)
        yield from self._whole(end, Subject(SubjectKind.PROGRAMME, str(self.programme.id), "All sources"))

    def of_months(self, months: Sequence[MonthEnd]) -> Iterator[Figure]:
        """The figures of all sources together at the end of each month."""
        for end in months:
            yield from self._whole(end, Subject(SubjectKind.MONTH, written_month(end.on), month_name(end.on)))

    def of_span(self, span: Span) -> Iterator[Figure]:
        """The figures of a span of months; of departments, those that are shown."""
        on = span.last_on
        for dimension, groups in span.groups.items():
            for group in groups:
                if dimension is Dimension.DEPARTMENT and not _is_shown(group):
                    continue
                of = Subject(KINDS[dimension], group.key, group.name)
                yield self._said(Measure.CAME_OPEN, of, group.open, on)
                yield self._said(Measure.CAME_ANSWERED, of, group.answered, on)
        whole = Subject(SubjectKind.PROGRAMME, str(self.programme.id), "All sources")
        yield self._told(Measure.IN_TIME, whole, span.in_time, on)
        for tried in span.tried:
            of = Subject(
                SubjectKind.RESPONSE, f"{tried.source.value}: {tried.title}", f"{tried.source.word}: {tried.title}"
            )
            yield self._said(Measure.TRIED, of, tried.answered.of, on)
            yield self._told(Measure.TRIED_ANSWERED, of, tried.answered, on)

    def _whole(self, end: MonthEnd, of: Subject) -> Iterator[Figure]:
        yield self._said(Measure.OPEN, of, end.open.total, end.on)
        yield self._said(Measure.ANSWERED, of, end.answered.total, end.on)
        yield self._said(Measure.MEDIAN, of, end.median_days, end.on)

    def _said(self, measure: Measure, of: Subject, value: float | None, on: date) -> Figure:
        return figure_of(measure, of, value, on, missing=NOT_SHOWN, groups_under=self.floor)

    def _told(self, measure: Measure, of: Subject, told: Told | None, on: date) -> Figure:
        words = NOT_SHOWN
        if told is not None and told.number is None:
            words = f"{'all, or all but a few,' if told.is_most else 'none, or only a few,'} of {told.of}"
        said = self._said(measure, of, None, on)
        if told is None or told.number is None:
            return replace(said, missing=words)
        exact = share_of(measure, of, told.number, told.of, on, words)
        return replace(exact, definition=said.definition, groups_under=self.floor)


def _is_shown(group: Group) -> bool:
    return group.open is not None or group.answered is not None


def month_name(on: date) -> str:
    """Name a month by its last counted day: it may still run."""
    return month_words(on) if on == end_of(on) else f"{month_words(on)}, until {short_day_words(on, with_year=False)}"


def _nothing_words(is_kept_back: bool) -> str:
    if is_kept_back:
        return "You read a part of these concerns yourself. Their figures are not shown to you, because the rest could be worked out."
    return "Concerns are counted at night; you read the first figures here tomorrow."


def _lede(now: MonthEnd, before: MonthEnd | None, floor: int) -> str:
    """Say how many wait and how long answers take, beside an earlier month."""
    on, open_now = short_day_words(now.on, with_year=False), now.open.total
    if open_now is None:
        waiting = f"How many concerns waited at the end of {on} is not shown: fewer than {number_word(floor)} people, or too close to it"
    else:
        waiting = f"At the end of {on} {plural(open_now, 'concern', 'concerns')} waited for an answer"
        if before is not None and before.open.total is not None:
            waiting += (
                f", {_moved(open_now - before.open.total)} at the end of {short_day_words(before.on, with_year=False)}"
            )
    promised = number_word(ANSWER_WITHIN_WORKING_DAYS)
    if now.median_days is None:
        return f"{waiting}. Too few answers to say how long they take; {promised} working days are promised."
    days = f"{now.median_days:g} working {'day' if now.median_days == 1 else 'days'}"
    return f"{waiting}. Half of the first answers took {days} or less; {promised} are promised."


def _moved(by: int) -> str:
    return "as many as" if not by else f"{abs(by):,} {'more' if by > 0 else 'fewer'} than"


def _period_words(before: MonthEnd | None) -> str:
    if before is None:
        return "There is no earlier month to compare with."
    return f"Compared with the end of {short_day_words(before.on)}."
