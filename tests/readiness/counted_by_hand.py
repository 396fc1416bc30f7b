"""Each criterion of a wave counted again in the plainest way, row by row, to compare with."""

from collections.abc import Callable, Iterable
from typing import Any

from readiness.random_programme import ON
from sqlalchemy import select

from engagement.communications.models import Occurrence
from engagement.communications.rules import CommunicationKind
from engagement.consultations.models import Consultation, Position
from engagement.consultations.rules import PositionKind
from engagement.db import db
from engagement.mail.models import Acknowledgement, Delivery, Mailing
from engagement.mail.rules import DeliveryState
from engagement.notices.models import Notice, WorkerEffect
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Ownership, Workflow
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.rules import OwnershipPart
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.rules import StatementFor, applying
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.tallies.queries.sums import Friendly
from engagement.resistance.models import Concern
from engagement.resistance.rules import Severity
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepState
from engagement.stakeholders.models import Champion
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem
from engagement.training.queries.counts import Count
from engagement.training.rules import ItemKind
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.value.models import MetricBaseline, ValueMetric
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import Aspect, ImpactSide
from engagement.waves.models import Membership, Wave, WaveDepartment, WaveWorkflow
from engagement.waves.rules import WaveStatus

_K, _S = CriterionKind, CriterionState


def _rows(table: Any) -> list[Any]:
    return list(db.session.scalars(select(table)))


def by_hand(wave: Wave) -> dict[CriterionKind, tuple[int | None, int | None, CriterionState]]:
    """Return met, total and state of each counted criterion with its usual need, counted row by row."""
    found = {kind: _figure(kind, *count(wave)) for kind, count in _COUNTS.items()}
    unsaid = _S.MET if _members(wave) else _S.UNKNOWN
    found[_K.CONCERNS] = (None, None, _S.SHORT if _severe(wave) else unsaid)
    if not _members(wave):
        found[_K.ALIKE] = (None, None, _S.UNKNOWN)
    return found


def _figure(
    kind: CriterionKind, met: int | None, total: int | None, is_short: bool = False, empty: CriterionState = _S.UNKNOWN
) -> tuple[int | None, int | None, CriterionState]:
    if not total or met is None:
        return None, None, _S.SHORT if is_short else empty
    return met, total, _S.SHORT if is_short or met / total * 100 < (kind.usual_need or 100) else _S.MET


def _members(wave: Wave) -> set[int]:
    return {row.person_id for row in _rows(Membership) if row.wave_id == wave.id and row.ended_at is None}


def learners_by_hand(wave: Wave) -> dict[int, dict[TrainingRole, bool]]:
    """Return who has something to learn, in which role, and whether that is finished."""
    asked = {each.role: set() for each in _rows(Curriculum)}
    for item in _rows(CurriculumItem):
        if item.kind is not ItemKind.OPTIONAL and item.module.withdrawn_at is None:
            asked[item.curriculum.role].add(item.module_id)
    done = {(row.person_id, row.module_id) for row in _rows(Completion)}
    found: dict[int, dict[TrainingRole, bool]] = {}
    for row in _rows(Assignment):
        if row.wave_id == wave.id and asked[row.role]:
            finished = all((row.person_id, module) in done for module in asked[row.role])
            found.setdefault(row.person_id, {})[row.role] = finished
    return found


def _training_of(wave: Wave) -> tuple[Any, ...]:
    learners = learners_by_hand(wave)
    roles: dict[TrainingRole, list[bool]] = {}
    for each in learners.values():
        for role, finished in each.items():
            roles.setdefault(role, []).append(finished)
    is_short = any(sum(role) / len(role) < 0.95 for role in roles.values())
    return sum(all(each.values()) for each in learners.values()), len(learners), is_short


def _others_of(wave: Wave) -> tuple[Any, ...]:
    finished = {person for person, each in learners_by_hand(wave).items() if all(each.values())}
    return len(finished.difference(*_friends_of(wave))), len(finished)


def _friends_of(wave: Wave) -> tuple[set[int], set[int], set[int]]:
    champions = {row.person_id for row in _rows(Champion) if row.until_on is None or row.until_on > ON}
    here = {
        row.person_id
        for row in _rows(Membership)
        if row.wave_id == wave.id and row.ended_at is None and row.volunteered
    }
    pilots = {
        row.person_id
        for row in _rows(Membership)
        if row.wave_id != wave.id and row.wave.status is WaveStatus.LIVE and row.wave.go_live_on < wave.go_live_on
    }
    return champions, here - champions, pilots - champions - here


def friendly_by_hand(wave: Wave) -> Friendly:
    """Return how far champions are with their training, volunteers who are none, and pilot users who are neither."""
    learners = learners_by_hand(wave)
    found = ([all(learners[key].values()) for key in each & learners.keys()] for each in _friends_of(wave))
    return Friendly(*(Count(len(each), sum(each)) for each in found))


def _support_of(wave: Wave) -> tuple[Any, ...]:
    needed = (len(_members(wave)) + 79) // 80
    trained = sum(each.get(TrainingRole.SUPPORT, False) for each in learners_by_hand(wave).values())
    return min(trained, needed), needed


def _briefings(wave: Wave) -> list[Mailing]:
    return [
        row.mailing
        for row in _rows(Occurrence)
        if row.mailing
        and row.communication.wave_id == wave.id
        and row.communication.kind is CommunicationKind.DEPARTMENT_BRIEFING
    ]


def _sent(mailings: Iterable[Mailing], members: set[int]) -> dict[int, list[Mailing]]:
    ids = {row.id: row for row in mailings}
    found: dict[int, list[Mailing]] = {}
    for row in _rows(Delivery):
        if row.mailing_id in ids and row.person_id in members and row.state is DeliveryState.SENT:
            found.setdefault(row.person_id, []).append(ids[row.mailing_id])
    return found


def _confirmed_of(wave: Wave) -> tuple[Any, ...]:
    acks = {(row.person_id, row.mailing_id) for row in _rows(Acknowledgement)}
    asked = {
        person: [each for each in mailings if each.asks_confirmation]
        for person, mailings in _sent(_briefings(wave), _members(wave)).items()
    }
    asked = {person: mailings for person, mailings in asked.items() if mailings}
    done = [person for person, mailings in asked.items() if all((person, each.id) in acks for each in mailings)]
    return len(done), len(asked)


def _statements_of(wave: Wave) -> tuple[Any, ...]:
    right = {(row.person_id, row.statement_id) for row in _rows(ScopeAnswer) if row.is_right}
    published: dict[int, dict[StatementFor, ScopeStatement]] = {}
    for row in sorted(_rows(ScopeStatement), key=lambda each: each.number):
        published.setdefault(row.workflow_id, {})[row.role] = row
    asked = done = 0
    for person in _members(wave):
        roles = {row.role for row in _rows(PersonRole) if row.person_id == person}
        theirs = [
            some[each].id
            for workflow, some in published.items()
            if workflow in {each.id for each in _flows(wave)}
            for each in applying(some, roles)
        ]
        asked += bool(theirs)
        done += bool(theirs) and all((person, each) in right for each in theirs)
    return done, asked


def _flows(wave: Wave) -> list[Workflow]:
    kept = [row.workflow for row in _rows(WaveWorkflow) if row.wave_id == wave.id]
    return [row for row in kept if row.retired_at is None]


def _flows_with(is_right: Callable[[Workflow], bool]) -> Callable[[Wave], tuple[Any, ...]]:
    return lambda wave: (sum(map(is_right, _flows(wave))), len(_flows(wave)))


def _is_owned(workflow: Workflow) -> bool:
    return {row.part for row in _rows(Ownership) if row.workflow_id == workflow.id} == set(OwnershipPart)


def _is_stopped(workflow: Workflow) -> bool:
    rows = [row for row in _rows(Overseer) if row.workflow_id == workflow.id]
    return bool(rows) and all(
        row.authority and (row.certificate_until is None or row.certificate_until >= ON) for row in rows
    )


def _is_measured(workflow: Workflow) -> bool:
    metrics = [row.id for row in _rows(ValueMetric) if row.workflow_id == workflow.id]
    return bool(metrics) and {row.metric_id for row in _rows(MetricBaseline)} >= set(metrics)


def _notice_of(wave: Wave) -> tuple[Any, ...]:
    affecting = {row.workflow_id for row in _rows(WorkerEffect) if row.ended_at is None} & {
        each.id for each in _flows(wave)
    }
    notices = {row.workflow_id: row.mailing for row in sorted(_rows(Notice), key=lambda each: each.number)}
    if not affecting:
        return None, None
    if not affecting <= set(notices):
        return None, None, True
    members = _members(wave)
    told = members.intersection(*(_sent([notices[each]], members) for each in affecting))
    return len(told), len(members), told < members


def _severe(wave: Wave) -> bool:
    return any(
        row.wave_id == wave.id and row.severity is Severity.SEVERE and row.status.is_open and row.left_out is None
        for row in _rows(Concern)
    )


def _steps_of(wave: Wave) -> tuple[Any, ...]:
    due = [
        row.state is StepState.DONE
        for row in _rows(StepLine)
        if row.step.wave_id in (wave.id, None)
        and (row.state is StepState.DONE or (row.state is StepState.PLANNED and row.due_on < ON))
    ]
    return sum(due), len(due)


def _champions_of(wave: Wave) -> tuple[Any, ...]:
    places = {row.department_id for row in _rows(WaveDepartment) if row.wave_id == wave.id}
    needed = met = 0
    people = {row.id: row for row in _rows(Person)}
    here = [row for row in _rows(Champion) if row.wave_id == wave.id and (row.until_on is None or row.until_on > ON)]
    for place in [*places, None]:
        inside = [1 for key in _members(wave) if _place(people[key].department_id, places) == place]
        wanted = (len(inside) + 24) // 25
        needed += wanted
        met += min(wanted, sum(_place(row.department_id, places) == place for row in here))
    return met, needed


def _place(department_id: int, places: set[int]) -> int | None:
    return department_id if department_id in places else None


def _bodies_of(wave: Wave) -> tuple[Any, ...]:
    rows = [row for row in _rows(Consultation) if row.wave_id == wave.id]
    required = [row for row in rows if row.is_required]
    given = {row.consultation_id: row.kind for row in _rows(Position)}
    good = [row for row in required if row.id in given and given[row.id] is not PositionKind.OBJECTS]
    empty = _S.NOT_NEEDED if rows and not required else _S.UNKNOWN
    return len(good), len(required), len(good) < len(required), empty


def _alike_of(wave: Wave) -> tuple[Any, ...]:
    """No side is random here twice over: of each department, what either side said last is compared point by point."""
    points: dict[tuple[int, ImpactSide], dict[Aspect, int]] = {}
    for row in _rows(ImpactAssessment):
        if row.wave_id == wave.id and row.superseded_at is None:
            points[row.department_id, row.side] = {each.aspect: each.score for each in row.aspects}
    apart = []
    for department_id in {department_id for department_id, _ in points}:
        people = points.get((department_id, ImpactSide.PEOPLE), {})
        above = [points.get((department_id, side), {}) for side in (ImpactSide.SPONSORS, ImpactSide.LEADERS)]
        distances = [abs(said[each] - people[each]) for said in above for each in said.keys() & people.keys()]
        if distances:
            apart.append(max(distances) > 1)
    return apart.count(False), len(apart)


_COUNTS: dict[CriterionKind, Callable[[Wave], tuple[Any, ...]]] = {
    _K.TRAINING: _training_of,
    _K.BRIEFED: lambda wave: (len(_sent(_briefings(wave), _members(wave))), len(_members(wave))),
    _K.CONFIRMED: _confirmed_of,
    _K.STATEMENTS: _statements_of,
    _K.OWNERSHIP: _flows_with(_is_owned),
    _K.OVERSIGHT: _flows_with(_is_stopped),
    _K.CONSULTATION: _bodies_of,
    _K.NOTICE: _notice_of,
    _K.BASELINE: _flows_with(_is_measured),
    _K.SUPPORT: _support_of,
    _K.STEPS: _steps_of,
    _K.CHAMPIONS: _champions_of,
    _K.ALIKE: _alike_of,
    _K.OTHERS: _others_of,
}
