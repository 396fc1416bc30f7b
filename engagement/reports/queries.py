"""What a sponsor decides from: one programme in figures, with the decisions that it needs. No objector is named here."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from engagement import clock
from engagement.communications.models import Communication, Occurrence
from engagement.communications.subjects import subjects_shown
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.queries import OwnershipGap, ownership_gaps
from engagement.reports.rules import NEAR_DAYS, Decision, by_urgency, is_training_behind
from engagement.resistance.figures.queries import ConcernSummary, nothing_shown, summary_for_report
from engagement.training.queries import Count, progress_of_waves
from engagement.waves.models import Wave
from engagement.waves.queries import member_counts, waves_of, workflows_of_waves
from engagement.waves.rules import WaveStatus
from engagement.words import days_away, listed, short_day_words

RECENT_MESSAGES = 4
_BEFORE_GO_LIVE = (WaveStatus.PLANNED, WaveStatus.READY)


@dataclass(frozen=True)
class WaveLine:
    """One wave: how many people are in it, and how many of those who were asked to learn have finished."""

    wave: Wave
    people: int
    trained: Count


@dataclass(frozen=True)
class Reach:
    """A message that went out: to how many it was to go, and how many mail servers took it."""

    name: str
    queued_at: datetime
    recipients: int
    sent: int


@dataclass(frozen=True)
class ProgrammeReport:
    """A programme as of one instant; groups of objectors under `concerns.floor` are hidden already."""

    programme: Programme
    as_of: datetime
    decisions: Sequence[Decision]
    waves: Sequence[WaveLine]
    concerns: ConcernSummary
    messages: Sequence[Reach]

    @property
    def people(self) -> int:
        """How many memberships all waves have together, as the table sums them."""
        return sum(line.people for line in self.waves)

    @property
    def next_wave(self) -> WaveLine | None:
        """The wave that goes live next, None when none is ahead."""
        ahead = [line for line in self.waves if line.wave.status in _BEFORE_GO_LIVE]
        return min(ahead, key=lambda line: (line.wave.go_live_on, line.wave.number), default=None)


def programmes_reported(condition: ColumnElement[bool]) -> list[Programme]:
    """Return the programmes that meet the condition, the open ones first, by name."""
    return list(
        db.session.scalars(
            select(Programme).where(condition).order_by(Programme.closed_at.is_not(None), Programme.name)
        )
    )


def programme_report(
    programme: Programme, on: date, floor: int, *, keeps_concerns_back: bool = False
) -> ProgrammeReport:
    """Return the report of a programme for day `on`, in a number of queries that does not grow with people or waves.

    `keeps_concerns_back` leaves objections out, for who reads a part of them.
    """
    waves = waves_of(programme.id)
    ids = [wave.id for wave in waves]
    people = member_counts(ids)
    progress = progress_of_waves(programme.id)
    lines = [WaveLine(wave, people[wave.id], progress[wave.id].people) for wave in waves]
    concerns = (
        nothing_shown(floor, is_kept_back=True) if keeps_concerns_back else summary_for_report(programme.id, floor)
    )
    decisions = [
        *ownership_needed(waves, on),
        *_wave_decisions(lines, on),
        *_concern_decisions(concerns),
    ]
    return ProgrammeReport(
        programme=programme,
        as_of=clock.now(),
        decisions=by_urgency(decisions),
        waves=lines,
        concerns=concerns,
        messages=recent_reach(programme.id),
    )


def ownership_needed(waves: Sequence[Wave], on: date) -> list[Decision]:
    """Return what has to be decided about the ownership of the workflows in these waves, one for each workflow.

    A part that somebody held before counts at any time, one that nobody ever held when the workflow is in use or goes live
    within 60 days of `on`. Three queries.
    """
    workflows = workflows_of_waves([wave.id for wave in waves])
    gaps = ownership_gaps({wave.programme_id for wave in waves})
    of_workflow: dict[int, list[OwnershipGap]] = defaultdict(list)
    for gap in _urgent_gaps(gaps, waves, workflows, on):
        of_workflow[gap.workflow.id].append(gap)
    nearest, in_use = _next_go_live(waves, workflows), _in_use(waves, workflows)
    return [
        _ownership_decision(found, nearest.get(workflow_id), workflow_id in in_use)
        for workflow_id, found in of_workflow.items()
    ]


def _next_go_live(waves: Sequence[Wave], workflows: Mapping[int, Sequence[Workflow]]) -> dict[int, Wave]:
    """Return for each workflow the first of its waves that is not closed or cancelled."""
    first: dict[int, Wave] = {}
    for wave in sorted(waves, key=lambda wave: wave.go_live_on):
        if wave.status.is_open:
            for workflow in workflows.get(wave.id, ()):
                first.setdefault(workflow.id, wave)
    return first


def _in_use(waves: Sequence[Wave], workflows: Mapping[int, Sequence[Workflow]]) -> set[int]:
    not_yet = (*_BEFORE_GO_LIVE, WaveStatus.CANCELLED)
    return {workflow.id for wave in waves if wave.status not in not_yet for workflow in workflows.get(wave.id, ())}


def _urgent_gaps(
    gaps: Sequence[OwnershipGap], waves: Sequence[Wave], workflows: Mapping[int, Sequence[Workflow]], on: date
) -> list[OwnershipGap]:
    nearest = _next_go_live(waves, workflows)
    in_use = _in_use(waves, workflows)

    def is_urgent(gap: OwnershipGap) -> bool:
        wave = nearest.get(gap.workflow.id)
        is_near = wave is not None and wave.go_live_on <= on + timedelta(days=NEAR_DAYS)
        return gap.last_holder is not None or gap.workflow.id in in_use or is_near

    return [gap for gap in gaps if is_urgent(gap)]


def _ownership_decision(gaps: Sequence[OwnershipGap], wave: Wave | None, is_in_use: bool) -> Decision:
    workflow = gaps[0].workflow
    parts = listed(f"{'an' if gap.part.word[0] in 'AEIOU' else 'a'} {gap.part.word.lower()}" for gap in gaps)
    reasons = [
        f"{gap.part.word} vacant since {short_day_words(gap.vacant_since, with_year=False)}, last held by {gap.last_holder}."
        for gap in gaps
        if gap.vacant_since and gap.last_holder
    ]
    if any(gap.last_holder is None for gap in gaps):
        reasons.append("Nobody was named yet." if not reasons else "The rest was never named.")
    is_ahead = wave is not None and wave.status in _BEFORE_GO_LIVE
    if wave is not None and is_ahead:
        reasons.append(f"It goes live with wave {wave.number} on {short_day_words(wave.go_live_on, with_year=False)}.")
    elif is_in_use:
        reasons.append(f"It is in use since wave {wave.number}." if wave is not None else "It is in use.")
    return Decision(
        title=f"Name {parts} for {workflow.name}",
        reason=" ".join(reasons),
        by_on=wave.go_live_on if wave is not None and is_ahead else None,
        wave_id=wave.id if wave is not None else None,
        workflow_id=workflow.id,
    )


def _wave_decisions(lines: Sequence[WaveLine], on: date) -> list[Decision]:
    decisions = []
    for line in lines:
        wave, trained = line.wave, line.trained
        if wave.status not in _BEFORE_GO_LIVE:
            continue
        day = short_day_words(wave.go_live_on, with_year=False)
        due = wave.training_due_on
        figures = f"{trained.finished:,} of {trained.assigned:,} people have finished their training"
        if wave.go_live_on < on:
            title = f"Set a new day for wave {wave.number}, {wave.name},"
            reason = f"It was to go live on {day} and has not. {figures}."
        elif is_training_behind(due, on, trained.finished, trained.assigned):
            title = f"Decide whether wave {wave.number}, {wave.name}, keeps {day}"
            reason = f"{figures}, which is due by {short_day_words(due, with_year=False)}. It goes live {days_away(wave.go_live_on, on)}."
        else:
            continue
        decisions.append(Decision(title, reason, by_on=max(due, on), wave_id=wave.id))
    return decisions


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


def recent_reach(programme_id: int, limit: int = RECENT_MESSAGES) -> list[Reach]:
    """Return the last messages of a programme that went out, the newest first, in at most four queries."""
    occurrences = db.session.scalars(
        select(Occurrence)
        .join(Communication)
        .where(Communication.programme_id == programme_id, Occurrence.mailing_id.is_not(None))
        .options(joinedload(Occurrence.communication))
        .order_by(Occurrence.queued_at.desc(), Occurrence.id.desc())
        .limit(limit)
    ).all()
    counted = {
        mailing_id: (recipients, sent)
        for mailing_id, recipients, sent in db.session.execute(
            select(Delivery.mailing_id, func.count(), func.count().filter(Delivery.state == DeliveryState.SENT))
            .where(Delivery.mailing_id.in_([o.mailing_id for o in occurrences]))
            .group_by(Delivery.mailing_id)
        )
    }
    subjects = subjects_shown(occurrences)
    return [
        Reach(subjects[o.id], o.queued_at or o.sends_at, *counted.get(o.mailing_id or 0, (0, 0))) for o in occurrences
    ]
