"""Counts every criterion that the service can count, for many waves at once: a fixed number of statements for any number."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from engagement.consultations.models import Consultation
from engagement.consultations.queries.standing import Shown, shown_where
from engagement.people.queries import Places, places_of
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Workflow
from engagement.programmes.queries import Holding, holdings
from engagement.readiness.criteria.queries.there import There
from engagement.readiness.criteria.queries.workflows import counted_of_bodies, counted_of_workflows
from engagement.readiness.criteria.rules import PEOPLE_FOR_ONE_SUPPORTER, Counted, CriterionKind, Part, supported
from engagement.readiness.tallies.queries.sums import Friendly, ReachedSum, sums_of
from engagement.stakeholders.champions.queries import PostSum, WaveCoverage, counted_coverages
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.queries import steps_there
from engagement.stakeholders.leadership.rules import StepState
from engagement.training.queries.counts import Count, parts_told
from engagement.training.queries.progress import WaveProgress, progress_from
from engagement.waves.impacts.queries.gaps import WaveGaps, gaps_of
from engagement.waves.models import Wave
from engagement.waves.queries import ByWave, departments_of_waves, workflows_of_waves
from engagement.waves.tallies.queries import MemberSum
from engagement.words import short_day_words

#: Nothing about people is met, or known, where there are none.
NOBODY = "Nobody is in it yet."
Found = Mapping[CriterionKind, Counted]
_K = CriterionKind


@dataclass(frozen=True)
class WaveCounts:
    """What was counted for a wave: each criterion, how far friendly users and everybody are with their training, and what some of it rests on.

    That is its coverage by champions and the bodies that are asked about it.
    """

    counted: Found
    friendly: Friendly
    trained: Count
    coverage: WaveCoverage
    bodies: Sequence[Shown]


@dataclass(frozen=True)
class Read:
    """What pages and criteria of waves rest on: their members, training, champions, workflows with who holds them, and departments."""

    sums: Sequence[MemberSum]
    trained: Mapping[int, WaveProgress]
    reached: Mapping[int, ReachedSum]
    posts: Sequence[PostSum]
    friendly: Mapping[int, Friendly]
    workflows: Mapping[int, Sequence[Workflow]]
    held: Mapping[int, Sequence[Holding]]
    departments: ByWave
    places: Places

    @cached_property
    def people(self) -> Mapping[int, int]:
        """How many people are in each wave now."""
        found: dict[int, int] = defaultdict(int)
        for row in self.sums:
            found[row.wave_id] += row.members
        return found

    def coverages(self, wave_ids: Sequence[int]) -> dict[int, WaveCoverage]:
        """Return how well champions cover each of these waves, without the champions themselves."""
        return counted_coverages(wave_ids, self.sums, self.posts, self.departments, self.places)


def read_of(
    wave_ids: Sequence[int], held: Mapping[int, Sequence[Holding]] | None = None, *, by_department: bool = False
) -> Read:
    """Read that of these waves, in five queries, training `by_department` only if asked for.

    `held`, of their workflows or more, is given if it is there already.
    """
    sums = sums_of(wave_ids, by_department=by_department)
    places = places_of(row.department_id for rows in (sums.members, sums.learning) for row in rows)
    trained = progress_from(wave_ids, sums.learning, places if by_department else None)
    workflows = workflows_of_waves(wave_ids)
    if held is None:
        every = {workflow.id for some in workflows.values() for workflow in some}
        held = holdings(list(every)) if every else {}
    departments = departments_of_waves(wave_ids)
    return Read(sums.members, trained, sums.reached, sums.posts, sums.friendly, workflows, held, departments, places)


def counts_of(
    waves: Sequence[Wave],
    on: date,
    there: There,
    rates: Mapping[int, int],
    read: Read | None = None,
    steps: Sequence[StepLine] | None = None,
    *,
    floor: int | None = None,
) -> dict[int, WaveCounts]:
    """Return what is counted for each of these waves on a day, champions today in the organisation's zone; `there` says what they have at all.

    `rates` say for how many people a wave needs one for support, where that is not the usual number. `read` and `steps`, those of sponsors there, are given if they are there already, of these waves or more. Which
    roles are told in numbers depends on `floor` (see `parts_told`); without it none is.
    """
    ids = [wave.id for wave in waves]
    read = read or read_of(ids)
    trained, people = read.trained, read.people
    reached = {key: read.reached.get(key, ReachedSum(key)) for key in ids}
    told = {key: Count(people[key], reached[key].told) for key in ids}
    of_people = _of_people(ids, people, trained, read.friendly, reached, rates, floor)
    of_workflows = counted_of_workflows(ids, read.workflows, read.held, told, on)
    of_steps = _steps(waves, on, steps_there(ids, {wave.programme_id for wave in waves}) if steps is None else steps)
    covered = read.coverages(ids)
    assessed = [wave for wave in waves if wave.id in there.assessed]
    seen = {each.wave.id: each for each in gaps_of(assessed, departments=read.departments)}
    bodies: dict[int, list[Shown]] = defaultdict(list)
    for shown in shown_where(Consultation.wave_id.in_(there.consulted)) if there.consulted else ():
        bodies[shown.consultation.wave_id].append(shown)
    return {
        wave.id: WaveCounts(
            {
                **of_people[wave.id],
                **of_workflows[wave.id],
                _K.CONCERNS: _concerns(wave.id in there.severe, people[wave.id]),
                _K.STEPS: of_steps[wave.id],
                _K.CHAMPIONS: _champions(covered[wave.id]),
                _K.ALIKE: _alike(seen.get(wave.id), people[wave.id]),
                _K.CONSULTATION: counted_of_bodies(bodies[wave.id]),
            },
            read.friendly.get(wave.id, Friendly()),
            trained[wave.id].people,
            covered[wave.id],
            bodies[wave.id],
        )
        for wave in waves
    }


def _of_people(
    ids: Sequence[int],
    people: Mapping[int, int],
    trained: Mapping[int, WaveProgress],
    friendly: Mapping[int, Friendly],
    reached: Mapping[int, ReachedSum],
    rates: Mapping[int, int],
    floor: int | None,
) -> dict[int, Found]:
    return {
        key: {
            _K.TRAINING: _training(trained[key], people[key], floor),
            _K.BRIEFED: _briefed(reached[key].briefed, people[key]),
            _K.CONFIRMED: _confirmed(Count(reached[key].to_confirm, reached[key].confirmed), people[key]),
            _K.STATEMENTS: _statements(Count(reached[key].to_understand, reached[key].understood), people[key]),
            _K.SUPPORT: _support(trained[key], people[key], rates.get(key, PEOPLE_FOR_ONE_SUPPORTER)),
            _K.OTHERS: _others(trained[key], friendly.get(key, Friendly())),
        }
        for key in ids
    }


def _training(progress: WaveProgress, people: int, floor: int | None) -> Counted:
    if not progress.assigned:
        return Counted(unknown="Nobody has training to do yet." if people else NOBODY)
    told = {} if floor is None else parts_told(progress.roles, progress.assigned, floor)
    parts = [
        Part(role.word, each.finished, each.assigned, is_told=told.get(role) is not None)
        for role, each in progress.roles.items()
    ]
    return Counted(progress.finished, progress.assigned, parts=parts)


def _briefed(sent: int, people: int) -> Counted:
    if not people:
        return Counted(unknown=NOBODY)
    return Counted(sent, people)


def _confirmed(asked: Count, people: int) -> Counted:
    if not asked.assigned:
        why = "Nobody was sent a briefing yet that asks for confirmation."
        return Counted(unknown=why if people else NOBODY)
    return Counted(asked.finished, asked.assigned)


def _statements(asked: Count, people: int) -> Counted:
    if not asked.assigned:
        return Counted(unknown="No statement is published yet for anybody in it." if people else NOBODY)
    return Counted(asked.finished, asked.assigned)


def _support(progress: WaveProgress, people: int, rate: int) -> Counted:
    if not people:
        return Counted(unknown=NOBODY, rate=rate)
    return supported(progress.roles.get(TrainingRole.SUPPORT, Count()).finished, people, rate)


def _others(progress: WaveProgress, friendly: Friendly) -> Counted:
    if not progress.finished:
        return Counted(unknown="Nobody has finished training yet.")
    return Counted(progress.finished - friendly.together.finished, progress.finished)


def _concerns(is_open: bool, people: int) -> Counted:
    # Never a number: with so few, readers could tell who said what, and when.
    if is_open:
        return Counted(is_short=True, lacking=["At least one severe concern has no answer yet."])
    if not people:
        return Counted(unknown=NOBODY)
    return Counted(lacking=["Every severe concern that is known here has its answer."])


def _steps(waves: Sequence[Wave], on: date, lines: Sequence[StepLine]) -> dict[int, Counted]:
    asked = sorted(
        (line for line in lines if line.state is not StepState.LEFT_OUT), key=lambda line: (line.due_on, line.step_id)
    )
    return {wave.id: _steps_of(list(_of_wave(wave, asked)), on) for wave in waves}


def _of_wave(wave: Wave, lines: Sequence[StepLine]) -> Iterator[StepLine]:
    for line in lines:
        if line.step.wave_id == wave.id or (line.step.wave_id is None and line.step.programme_id == wave.programme_id):
            yield line


def _steps_of(lines: Sequence[StepLine], on: date) -> Counted:
    if not lines:
        return Counted(unknown="Nobody has planned what a sponsor does.")
    due = [line for line in lines if line.state is StepState.DONE or line.due_on < on]
    if not due:
        return Counted(unknown=f"The first step is due on {short_day_words(lines[0].due_on)}.")
    missed = [line for line in due if line.state is not StepState.DONE]
    # Without names: whoever weighs a wave need not be among those who read whose step it is.
    lacking = [f"One was to be done by {short_day_words(line.due_on, with_year=False)}." for line in missed]
    return Counted(len(due) - len(missed), len(due), lacking=lacking, key=(missed or due)[0].step_id)


def _champions(coverage: WaveCoverage) -> Counted:
    if not coverage.needed:
        return Counted(unknown=NOBODY)
    lacking = [f"{row.name}: {row.number} of {row.needed}." for row in coverage.gaps]
    return Counted(coverage.needed - coverage.missing, coverage.needed, lacking=lacking)


def _alike(found: WaveGaps | None, people: int) -> Counted:
    if not people:
        return Counted(unknown=NOBODY)
    if found is None or not found.judged:
        return Counted(unknown="No group was judged yet by its people and by those who lead or sponsor it.")
    return Counted(found.seen_alike, found.judged, lacking=[f"{gap.words}." for gap in found.widest])
