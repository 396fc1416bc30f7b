"""Reads of sponsors' steps: lists, who may be asked for one, what waits for a sponsor, and what was missed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlalchemy.orm import joinedload

from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import SHOWN_DAYS_BEFORE, StepStanding, StepState, Tally, standing_on
from engagement.stakeholders.leadership.scopes import steps_within
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from engagement.waves.tallies.queries import WAVES

_SHUT = (WaveStatus.CLOSED, WaveStatus.CANCELLED)


@dataclass(frozen=True)
class StepShown:
    """A step with what holds of it, as it stands on a day."""

    line: StepLine
    standing: StepStanding

    @property
    def step(self) -> LeadershipStep:
        return self.line.step

    @property
    def title(self) -> str:
        """The step in a line: "Visit a team: Letters, Manchester"."""
        return f"{self.line.kind.word}: {self.line.where}" if self.line.where else self.line.kind.word

    @property
    def is_sponsor(self) -> bool:
        """Whether whose step it is still sponsors the wave or its programme, and is here."""
        wave, programme = self.step.wave, self.step.programme
        posts = {programme.sponsor_id, wave.sponsor_id if wave is not None else None}
        return self.line.person_id in posts and not self.line.person.has_left

    @property
    def needs_planner(self) -> bool:
        """Whether who plans has to look at it: it was missed, or nobody will do it any more."""
        return self.standing is StepStanding.MISSED or (self.standing.is_open and not self.is_sponsor)


@dataclass(frozen=True)
class Roadmap:
    """The steps of one sponsor in one programme, by day."""

    person: Person
    programme: Programme
    steps: Sequence[StepShown]

    @property
    def tally(self) -> Tally:
        return Tally.of(shown.standing for shown in self.steps)

    @property
    def missed(self) -> list[StepShown]:
        return [shown for shown in self.steps if shown.standing is StepStanding.MISSED]

    @property
    def ahead(self) -> list[StepShown]:
        """What is still to come, today's included."""
        return [s for s in self.steps if s.standing.is_open and s.standing is not StepStanding.MISSED]


@dataclass(frozen=True)
class StepFilters:
    """What a list of steps is narrowed by; None doesn't filter."""

    programme_id: int | None = None
    wave_id: int | None = None
    person_id: int | None = None
    standing: StepStanding | None = None


# Making a statement anew costs more than running it.
@cache
def _present() -> Select[StepLine]:
    return (
        select(StepLine)
        .join(LeadershipStep, LeadershipStep.id == StepLine.step_id)
        .join(Programme, Programme.id == LeadershipStep.programme_id)
        .outerjoin(Wave, Wave.id == LeadershipStep.wave_id)
        .where(StepLine.superseded_at.is_(None))
        .options(
            joinedload(StepLine.person),
            joinedload(StepLine.said_by),
            joinedload(StepLine.step).joinedload(LeadershipStep.programme),
            joinedload(StepLine.step).joinedload(LeadershipStep.wave),
        )
        .order_by(StepLine.due_on, StepLine.step_id)
    )


def _waits() -> ColumnElement[bool]:
    """Return the condition that a step still has to be done, in a programme and wave that are not over."""
    is_open = and_(Programme.closed_at.is_(None), or_(Wave.id.is_(None), Wave.status.not_in(_SHUT)))
    return and_(StepLine.state == StepState.PLANNED, is_open)


def _stands(standing: StepStanding, on: date) -> ColumnElement[bool]:
    if not standing.is_open:
        return StepLine.state == StepState(standing.value)
    days = {
        StepStanding.TODAY: StepLine.due_on == on,
        StepStanding.MISSED: StepLine.due_on < on,
        StepStanding.COMING: StepLine.due_on > on,
    }
    return and_(StepLine.state == StepState.PLANNED, days[standing])


#: What `steps_listed` can be put in order by.
COLUMNS: dict[str, Any] = {"day": StepLine.due_on}


def steps_listed(within: ColumnElement[bool], filters: StepFilters, on: date) -> Select[StepLine]:
    """Return a SELECT of what holds of the steps `within` reach that pass the filters, by day."""
    asked = [
        *([LeadershipStep.programme_id == filters.programme_id] if filters.programme_id else []),
        *([LeadershipStep.wave_id == filters.wave_id] if filters.wave_id else []),
        *([StepLine.person_id == filters.person_id] if filters.person_id else []),
        *([_stands(filters.standing, on)] if filters.standing else []),
    ]
    return _present().where(within, *asked)


def shown_on(lines: Select[StepLine], on: date, **given: int) -> list[StepShown]:
    """Return steps as they stand on a day, in the order of the statement; `given` are the values of its parameters."""
    return [StepShown(line, standing_on(on, line.state, line.due_on)) for line in db.session.scalars(lines, given)]


def roadmaps(within: ColumnElement[bool], on: date) -> list[Roadmap]:
    """Return the roadmap of each sponsor in each programme `within` reach, by name; in one query."""
    return _by_sponsor(shown_on(_present().where(within), on))


def _by_sponsor(steps: Iterable[StepShown]) -> list[Roadmap]:
    found: dict[tuple[int, int], list[StepShown]] = defaultdict(list)
    for shown in steps:
        found[shown.step.programme_id, shown.line.person_id].append(shown)
    maps = [Roadmap(steps[0].line.person, steps[0].step.programme, steps) for steps in found.values()]
    return sorted(maps, key=lambda each: (each.programme.name, each.person.sorted_by, each.person.id))


def roadmaps_of(programme_id: int, on: date) -> list[Roadmap]:
    """Return the roadmap of each sponsor of one programme and its waves."""
    return _by_sponsor(shown_on(_of_programme(), on, programme=programme_id))


@cache
def _of_programme() -> Select[StepLine]:
    return _present().where(LeadershipStep.programme_id == bindparam("programme"))


def steps_there(wave_ids: Iterable[int], programme_ids: Iterable[int]) -> Sequence[StepLine]:
    """Return what holds of the steps for these waves, and for these programmes as a whole; in one query."""
    return db.session.scalars(_there(), {"waves": list(wave_ids), "programmes": list(programme_ids)}).all()


@cache
def _there() -> Select[StepLine]:
    here = LeadershipStep.programme_id.in_(bindparam("programmes", expanding=True))
    there = or_(LeadershipStep.wave_id.in_(WAVES), LeadershipStep.wave_id.is_(None))
    rows = select(StepLine).join(LeadershipStep).where(here, there, StepLine.superseded_at.is_(None))
    return rows.options(joinedload(StepLine.step))


def lines_of(step_id: int) -> list[StepLine]:
    """Return all that was ever said of a step, the newest first."""
    return list(
        db.session.scalars(
            select(StepLine)
            .where(StepLine.step_id == step_id)
            .options(joinedload(StepLine.said_by), joinedload(StepLine.person))
            .order_by(StepLine.id.desc())
        )
    )


def steps_waiting_for(maps: Reach, on: date) -> list[StepShown]:
    """Return what waits for a reader as a sponsor: missed, and of the coming days; nothing for who is no sponsor."""
    if maps.person_id is None:
        return []
    soon = StepLine.due_on <= on + timedelta(days=SHOWN_DAYS_BEFORE)
    return shown_on(_present().where(steps_within(maps), StepLine.person_id == maps.person_id, _waits(), soon), on)


def steps_for_planners(planning: Reach, on: date) -> list[StepShown]:
    """Return what a planner has to look at: steps that were missed, or whose sponsor is none any more."""
    if not planning.holds_places:
        return []
    shown = shown_on(_present().where(steps_within(planning), _waits()), on)
    return [each for each in shown if each.needs_planner]
