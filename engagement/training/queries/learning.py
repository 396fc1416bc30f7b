"""What people have to learn and have learned, each module once, in the order to do it in."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import bindparam, select

from engagement import clock
from engagement.db import db
from engagement.people import queries as people
from engagement.people.rules import TrainingRole
from engagement.training.models import Assignment, Completion, Module
from engagement.training.queries.counts import Count
from engagement.training.queries.curricula import CurriculumLine, RoleCurriculum, curricula
from engagement.training.queries.history import History, Plans, histories_of, undecided_roles
from engagement.training.queries.standing import counting
from engagement.training.rules import ItemKind, LearningState
from engagement.training.waiting.queries import waits_of_people
from engagement.training.waiting.rules import Wait
from engagement.waves.models import Wave

ROLE_ORDER = list(TrainingRole)
# Read whenever somebody learns; building it each time would cost as much as reading.
_COUNTING = (
    select(Completion)
    .where(Completion.person_id.in_(bindparam("people", expanding=True)), counting())
    .order_by(Completion.completed_at, Completion.module_version, Completion.id)
)


@dataclass(frozen=True)
class LearningItem:
    """One module in a person's training, with their state.

    `wave` and `due_on` are None for a module of the person's role that no wave asks for. `is_needed` says whether it
    still has to be finished: it is required, or one of an open choice; `choices_left` is how many of that choice are
    still needed. `is_kept` says that it comes from a wave or role that the person left and whose training they keep.
    `is_recognised` says that it was finished before it was asked, and `recognised_in` is the other wave in which that
    was, None if not known. `wait` is the quiet period of another wave that holds it back or lately did. `may_be_renewed` says that they finished it on an earlier day, so that they can finish it
    once more.
    """

    module: Module
    kind: ItemKind
    role: TrainingRole
    position: int
    wave: Wave | None
    due_on: date | None
    completion: Completion | None
    after: Module | None
    is_needed: bool
    choices_left: int
    state: LearningState
    is_kept: bool = False
    is_recognised: bool = False
    assignment: Assignment | None = None
    may_be_renewed: bool = False
    recognised_in: Wave | None = None
    wait: Wait | None = None

    @property
    def minutes(self) -> int:
        return self.module.minutes

    @property
    def is_locked(self) -> bool:
        """Whether another module has to be finished first."""
        return self.after is not None and self.completion is None

    @property
    def has_own_day(self) -> bool:
        """Whether the person has another due day than their wave."""
        return self.assignment is not None and self.assignment.own_due_on is not None

    @property
    def is_optional(self) -> bool:
        """Whether it need not be finished: optional in its curriculum, or one of a choice already made."""
        return self.kind is ItemKind.OPTIONAL or not (self.is_needed or self.completed)

    @property
    def waits(self) -> bool:
        """Whether it asks nothing yet, because the person is left to settle with another wave."""
        return self.state is LearningState.WAITING

    @property
    def is_overdue(self) -> bool:
        """Whether it is still needed after its due day."""
        return self.state is LearningState.OVERDUE

    @property
    def completed(self) -> bool:
        """Whether it was finished (see `standing.counting`)."""
        return self.completion is not None

    @property
    def has_changed_since(self) -> bool:
        """Whether it was edited after this person finished it."""
        return self.completion is not None and self.completion.module_version < self.module.version


def learning_of(person_id: int, on: date | None = None) -> list[LearningItem]:
    """Return what a person's waves ask them to learn, each module once, by due day; `on` defaults to today."""
    return learning_of_people([person_id], on or clock.now().date())[person_id]


def next_of(items: Iterable[LearningItem]) -> LearningItem | None:
    """Return the first needed, unfinished item that can begin now; else the module that one of them waits for."""
    items = list(items)
    needed = [item for item in items if item.is_needed and not item.waits]
    waited_for = {item.after.id for item in needed if item.after is not None}
    first = (item for item in items if item.module.id in waited_for and not item.is_locked)
    return next((item for item in needed if not item.is_locked), None) or next(first, None)


def rest_of(items: Iterable[LearningItem]) -> Wait | None:
    """Return the quiet period that ends first of those for which something waits; None if nothing does."""
    waits = [item.wait for item in items if item.waits and item.wait is not None]
    return min(waits, key=lambda wait: wait.until_on or date.max, default=None)


def own_count(items: Iterable[LearningItem]) -> Count:
    """Return how many modules are asked of a person, without optional ones, and how many they finished.

    A choice counts as many modules as have to be finished, or as were finished if that is more.
    """
    items = list(items)
    done = sum(item.completed and not item.is_optional for item in items)
    required = sum(item.is_needed and item.kind is not ItemKind.CHOICE for item in items)
    choices = {item.role: item.choices_left for item in items if item.is_needed and item.kind is ItemKind.CHOICE}
    return Count(done + required + sum(choices.values()), done)


def minutes_left(items: Iterable[LearningItem]) -> int:
    """Return the minutes that these items still ask: required ones, and the shortest ones of each open choice."""
    total = 0
    choices: dict[TrainingRole, list[LearningItem]] = defaultdict(list)
    for item in items:
        if item.is_needed and item.kind is ItemKind.CHOICE:
            choices[item.role].append(item)
        elif item.is_needed:
            total += item.minutes
    for open_ones in choices.values():
        total += sum(sorted(item.minutes for item in open_ones)[: open_ones[0].choices_left])
    return total


def learning_item(person_id: int, module_id: int, on: date | None = None) -> LearningItem | None:
    """Return a module for one person: assigned, or in the curriculum of a role they have; None for others."""
    assigned = next((item for item in learning_of(person_id, on) if item.module.id == module_id), None)
    if assigned is not None:
        return assigned
    roles = dict.fromkeys([*people.roles_of([person_id]).get(person_id, []), *undecided_roles(person_id)])
    done = _completions([person_id]).get(person_id, {})
    plans = curricula()
    ways = [(line, role) for role in roles for line in plans[role].lines if line.module.id == module_id]
    items = [_item(line, role, None, done, 0, on or clock.now().date()) for line, role in ways]
    return min(items, key=lambda item: item.is_locked, default=None)


def learning_of_people(person_ids: Sequence[int], on: date) -> dict[int, list[LearningItem]]:
    """Return the learning of several people, in five queries for any number."""
    histories = histories_of(person_ids)
    done, waits = _completions(person_ids), waits_of_people(person_ids, on)
    plans = curricula()
    found: dict[int, list[LearningItem]] = {}
    for person_id, history in histories.items():
        finished = done.get(person_id, {})
        items = [
            _as_asked(item, assignment, is_kept, history, plans)
            for assignment, is_kept in history.asked()
            for item in _asked(
                assignment, plans[assignment.role], finished, waits.get((person_id, assignment.wave_id)), on
            )
        ]
        found[person_id] = _each_once(items)
    return found


def _as_asked(
    item: LearningItem,
    assignment: Assignment,
    is_kept: bool,
    history: History,
    plans: Plans,
) -> LearningItem:
    """Return an item marked as kept from before, or as finished before it was asked here."""
    completion = item.completion
    if completion is None or completion.completed_at >= assignment.assigned_at:
        return replace(item, is_kept=is_kept)
    wave = history.wave_of(completion, plans, assignment.wave_id)
    return replace(item, is_kept=is_kept, is_recognised=True, recognised_in=wave)


def _completions(person_ids: Sequence[int]) -> dict[int, dict[int, Completion]]:
    """Return each person's newest counting completion of each module."""
    found: dict[int, dict[int, Completion]] = defaultdict(dict)
    for row in db.session.scalars(_COUNTING, {"people": list(person_ids)}):
        found[row.person_id][row.module_id] = row
    return found


def _asked(
    assignment: Assignment, plan: RoleCurriculum, done: dict[int, Completion], wait: Wait | None, on: date
) -> list[LearningItem]:
    """Return the items of one assignment; of a closed wave only finished ones, because it asks nothing more."""
    chosen = sum(line.kind is ItemKind.CHOICE and line.module.id in done for line in plan.lines)
    left = max(0, plan.choices_needed - chosen)
    items = [_item(line, assignment.role, assignment, done, left, on, wait) for line in plan.lines]
    return items if assignment.wave.status.is_open else [item for item in items if item.completed]


def _item(
    line: CurriculumLine,
    role: TrainingRole,
    assignment: Assignment | None,
    done: dict[int, Completion],
    choices_left: int,
    on: date,
    wait: Wait | None = None,
) -> LearningItem:
    completion = done.get(line.module.id)
    after = line.after if line.after is not None and line.after.id not in done else None
    is_asked = line.kind is ItemKind.REQUIRED or (line.kind is ItemKind.CHOICE and choices_left > 0)
    is_needed = assignment is not None and completion is None and is_asked
    due = assignment.due_on if assignment and assignment.wave.status.keeps_days else None
    if assignment is None or assignment.own_due_on is not None or not is_needed:
        wait = None
    due = wait.due_on(due) if wait is not None and due is not None else due
    if completion is not None:
        state = LearningState.DONE
    elif wait is not None and wait.until_on is not None:
        state = LearningState.WAITING
    elif is_needed and due is not None and on > due:
        state = LearningState.OVERDUE
    elif after is not None:
        state = LearningState.LOCKED
    else:
        state = LearningState.OPEN if is_needed else LearningState.OPTIONAL
    return LearningItem(
        module=line.module,
        kind=line.kind,
        role=role,
        position=line.item.position,
        wave=assignment.wave if assignment else None,
        due_on=due,
        completion=completion,
        after=after,
        is_needed=is_needed,
        choices_left=choices_left,
        state=state,
        assignment=assignment,
        wait=wait,
        may_be_renewed=completion is not None and completion.completed_on < on,
    )


def _each_once(items: list[LearningItem]) -> list[LearningItem]:
    """Return each module once, for the wave and role that ask for it most, in the order to do them in."""

    def urgency(item: LearningItem) -> tuple[bool, bool, date, int, int]:
        due = item.due_on or date.max
        return not (item.is_needed or item.completed), item.is_locked, due, ROLE_ORDER.index(item.role), item.position

    best: dict[int, LearningItem] = {}
    for item in sorted(items, key=urgency):
        best.setdefault(item.module.id, item)
    return sorted(best.values(), key=lambda item: (item.due_on or date.max, ROLE_ORDER.index(item.role), item.position))
