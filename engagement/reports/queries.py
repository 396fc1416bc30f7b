"""The sponsor's report: one programme in figures, with the decisions that it needs. It names no objector."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from engagement import clock
from engagement.attention.queries.ownership import Vacancy, vacancies
from engagement.attention.queries.waves import WaveTraining, is_close, untrained_waves
from engagement.attention.rules import Reason, is_training_in_doubt
from engagement.communications.models import Communication
from engagement.communications.queries.reached import Reached, messages_out
from engagement.programmes.models import Programme
from engagement.reports.rules import Decision, by_urgency
from engagement.resistance.figures.queries import ConcernSummary, nothing_shown, summary_for_report
from engagement.stakeholders.leadership.queries import Roadmap, roadmaps_of
from engagement.training.queries.counts import Count
from engagement.training.queries.progress import progress_of_waves
from engagement.waves.models import GoLiveMove, Wave
from engagement.waves.queries import member_counts, moves_of_waves, waves_of, workflows_of_waves
from engagement.words import days_away, short_day_words

RECENT_MESSAGES = 4


@dataclass(frozen=True)
class WaveLine:
    """One wave: how many people it has, and how many of those who were asked to learn have finished."""

    wave: Wave
    people: int
    trained: Count
    move: GoLiveMove | None = None

    @property
    def is_in_doubt(self) -> bool:
        """Whether its training may not be in time."""
        return is_training_in_doubt(self.trained.finished, self.trained.assigned, is_live=self.wave.status.is_live)


@dataclass(frozen=True)
class ProgrammeReport:
    """A programme at one instant; groups of objectors under `concerns.floor` are hidden already.

    `close` are the waves that are live, or so near their go-live that their people need training to do.
    """

    programme: Programme
    as_of: datetime
    decisions: Sequence[Decision]
    waves: Sequence[WaveLine]
    close: Sequence[WaveLine]
    concerns: ConcernSummary
    messages: Sequence[Reached]
    leadership: Sequence[Roadmap] = ()

    @property
    def people(self) -> int:
        """How many memberships all waves have together, as the table adds them."""
        return sum(line.people for line in self.waves)

    @property
    def next_wave(self) -> WaveLine | None:
        """The wave with the next go-live, None if none is ahead."""
        ahead = [line for line in self.waves if line.wave.status.is_ahead]
        return min(ahead, key=lambda line: (line.wave.go_live_on, line.wave.number), default=None)

    @property
    def in_doubt(self) -> list[WaveLine]:
        """The waves, live or imminent, whose training may not be in time."""
        return [line for line in self.close if line.is_in_doubt]


def programme_report(
    programme: Programme, on: date, floor: int, *, keeps_concerns_back: bool = False
) -> ProgrammeReport:
    """Return the report of a programme for day `on`, in a fixed number of queries.

    `keeps_concerns_back` leaves objections out, for readers who read some of them.
    """
    waves = waves_of(programme.id)
    ids = [wave.id for wave in waves]
    people = member_counts(ids)
    progress = progress_of_waves(programme.id)
    moves = moves_of_waves(ids)
    lines = [
        WaveLine(wave, people[wave.id], progress[wave.id].people, next(iter(moves.get(wave.id, ())), None))
        for wave in waves
    ]
    concerns = (
        nothing_shown(floor, is_kept_back=True) if keeps_concerns_back else summary_for_report(programme.id, floor)
    )
    untrained = untrained_waves(waves, on, people, {line.wave.id: line.trained for line in lines})
    decisions = [
        *(_ownership_decision(vacancy, on) for vacancy in vacancies(waves, on, workflows_of_waves(ids))),
        *(_wave_decision(found, on) for found in untrained if found.is_pressing(on)),
        *_concern_decisions(concerns),
    ]
    return ProgrammeReport(
        programme=programme,
        as_of=clock.now(),
        decisions=by_urgency(decisions),
        waves=lines,
        close=[line for line in lines if is_close(line.wave, on)],
        concerns=concerns,
        messages=messages_out(Communication.programme_id == programme.id, RECENT_MESSAGES),
        leadership=roadmaps_of(programme.id, on),
    )


def _ownership_decision(vacancy: Vacancy, on: date) -> Decision:
    return Decision(
        vacancy.title,
        vacancy.why,
        by_on=max(vacancy.by_on, on) if vacancy.by_on else None,
        wave_id=vacancy.wave.id if vacancy.wave is not None else None,
        workflow_id=vacancy.workflow.id,
    )


def _wave_decision(found: WaveTraining, on: date) -> Decision:
    wave, due = found.wave, found.due_on
    by = short_day_words(due, with_year=False)
    named = f"wave {wave.number}, {wave.name},"
    day = short_day_words(wave.go_live_on, with_year=False)
    if found.reason is Reason.GO_LIVE_PASSED:
        title, reason = f"Set a new day for {named}", f"It was to go live on {day} and has not. {found.figures}."
    elif found.reason is Reason.NONE_TRAINED:
        title, reason = f"Decide how {named} goes on", f"It is live since {day}. {found.figures}."
    else:
        title = f"Decide whether {named} keeps {day}"
        when = days_away(wave.go_live_on, on)
        reason = f"{found.figures}, which is due by {by}. It goes live {when}."
        if found.reason is Reason.NO_TRAINING:
            reason = f"{found.figures}. It would be due by {by}, and the wave goes live {when}."
    return Decision(title, reason, by_on=max(due, on), wave_id=wave.id)


def _concern_decisions(concerns: ConcernSummary) -> list[Decision]:
    if not concerns.is_late:
        return []
    return [
        Decision(
            title="Give somebody the time to answer concerns that have waited too long",
            reason="Their senders have waited longer than was promised: read within one working day, answered within five.",
            is_about_concerns=True,
        )
    ]
