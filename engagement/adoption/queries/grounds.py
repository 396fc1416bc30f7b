"""What the counts of waves are made of: their people with days of use and training, and what was told of teams."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Subquery, and_, case, false, func, or_, select, union

from engagement import clock
from engagement.adoption.models import TeamUsage, UsageSpan, UsageUpload
from engagement.adoption.queries.spans import spans_where
from engagement.adoption.rules.counting import Learner, Member, TeamRow
from engagement.adoption.rules.spans import Span, joined
from engagement.db import db
from engagement.people.models import Department, Person
from engagement.people.queries import department_successors
from engagement.stakeholders.champions.queries import is_champion_on
from engagement.stakeholders.models import Champion
from engagement.training.models import Assignment, Completion, Curriculum, CurriculumItem, Module
from engagement.training.queries.standing import belonging, counting, standing_of
from engagement.training.rules import CompletionSource, ItemKind
from engagement.training.tallies.queries import people_sums
from engagement.waves.models import Membership, Wave, WaveDepartment, WaveWorkflow
from engagement.waves.queries import member_counts, workflows_of_waves
from engagement.waves.rules import IN_USE
from engagement.waves.volunteers.queries import volunteers, volunteers_of_waves

_SIGNED_OFF = (CompletionSource.ATTENDANCE, CompletionSource.EVIDENCE, CompletionSource.IMPORT)


#: Another number lets the clock count every wave anew: for when other figures are counted than before.
_COUNTED = 4


@dataclass(frozen=True)
class Ground:
    """What a wave's count rests on besides its people's use: another one as soon as it has to be counted anew."""

    wave: Wave
    workflow_ids: tuple[int, ...]
    members: int
    trained: int
    volunteer_ids: tuple[int, ...]

    @property
    def fingerprint(self) -> str:
        """A short text that is another one for another go-live, other workflows, other volunteers or other figures."""
        parts = (_COUNTED, self.wave.go_live_on, self.workflow_ids, self.volunteer_ids)
        return hashlib.sha256(" ".join(map(str, parts)).encode()).hexdigest()


def grounds_of(condition: ColumnElement[bool]) -> list[Ground]:
    """Return the grounds of the waves in use that meet a condition, in five statements."""
    waves = db.session.scalars(select(Wave).where(Wave.status.in_(IN_USE), condition).order_by(Wave.id)).all()
    ids = [wave.id for wave in waves]
    members, workflows = member_counts(ids), workflows_of_waves(ids)
    trained = {row.wave_id: row.finished for row in people_sums(ids)}
    willing = volunteers_of_waves(ids)
    return [
        Ground(
            wave,
            tuple(sorted(each.id for each in workflows[wave.id])),
            members[wave.id],
            int(trained.get(wave.id, 0)),
            tuple(willing[wave.id]),
        )
        for wave in waves
    ]


def with_workflows(workflow_ids: Iterable[int]) -> ColumnElement[bool]:
    """Return the condition on `Wave` that one of these workflows goes live with it."""
    return Wave.id.in_(select(WaveWorkflow.wave_id).where(WaveWorkflow.workflow_id.in_(list(workflow_ids))))


def told_until(programme_id: int) -> dict[int, date]:
    """Return the last day of which anything was told, by workflow of a programme."""
    until: dict[int, date] = {}
    uploads = select(UsageUpload.told).where(
        UsageUpload.programme_id == programme_id, UsageUpload.taken_back_at.is_(None)
    )
    for told in db.session.scalars(uploads):
        for key, each in told.items():
            day = date.fromisoformat(each["last"])
            until[int(key)] = max(until.get(int(key), day), day)
    return until


class People:
    """The people of a wave, with their training, and their days of use of each of its workflows."""

    def __init__(self, ground: Ground) -> None:
        wave_id = ground.wave.id
        here = select(Membership.person_id).where(Membership.wave_id == wave_id, Membership.ended_at.is_(None))
        self._spans: dict[int, dict[int, Span]] = defaultdict(dict)
        of_these = (UsageSpan.workflow_id.in_(ground.workflow_ids), UsageSpan.person_id.in_(here))
        for (workflow_id, person_id), span in spans_where(*of_these).items():
            self._spans[person_id][workflow_id] = span
        learners, friendly = _learners(wave_id), friendly_users(ground.wave)
        self._members = {
            person_id: Member(department_id, joined_at.date(), None, learners.get(person_id), person_id in friendly)
            for person_id, department_id, joined_at in db.session.execute(
                select(Membership.person_id, Person.department_id, Membership.joined_at)
                .join(Person, Person.id == Membership.person_id)
                .where(Membership.wave_id == wave_id, Membership.ended_at.is_(None))
            )
        }

    def of(self, workflow_id: int | None) -> Iterable[Member]:
        """Return the people with their use of one workflow, or of any of the wave's."""
        for person_id, member in self._members.items():
            found = self._spans.get(person_id, {})
            span = _together(found.values()) if workflow_id is None else found.get(workflow_id)
            yield member._replace(span=span)


def friendly_users(wave: Wave) -> set[int]:
    """Return the champions of a wave's programme, its own volunteers, and who was in a wave of it that went live earlier."""
    same = Wave.programme_id == wave.programme_id
    champions = (
        select(Champion.person_id)
        .join(Wave, Wave.id == Champion.wave_id)
        .where(same, is_champion_on(clock.now().date()))
    )
    pilots = (
        select(Membership.person_id)
        .join(Wave, Wave.id == Membership.wave_id)
        .where(same, Wave.id != wave.id, Wave.status.in_(IN_USE), Wave.go_live_on < wave.go_live_on)
    )
    return set(db.session.scalars(union(champions, volunteers(wave.id), pilots)))


def _together(spans: Iterable[Span]) -> Span | None:
    whole: Span | None = None
    for span in spans:
        whole = joined(whole, span)
    return whole


def _learners(wave_id: int) -> dict[int, Learner]:
    """Return the training of a wave's people: who has something to do, and of those who finished it, since when."""
    here = (belonging(), Assignment.wave_id == wave_id)
    standing = standing_of(*here)
    asked = (
        select(standing.c.person_id, func.min(standing.c.is_finished))
        .where(standing.c.asked > 0)
        .group_by(standing.c.person_id)
    )
    firsts = _ranked_firsts(*here)
    counts = or_(firsts.c.kind == ItemKind.REQUIRED, firsts.c.place <= firsts.c.choices_needed)
    finished = {
        person_id: (day, bool(by_quiz), bool(signed_off))
        for person_id, day, by_quiz, signed_off in db.session.execute(
            select(
                firsts.c.person_id,
                func.max(firsts.c.first_on),
                func.max(firsts.c.by_quiz),
                func.max(firsts.c.signed_off),
            )
            .where(counts)
            .group_by(firsts.c.person_id)
        )
    }
    return {
        person_id: Learner(*finished[person_id]) if is_finished and person_id in finished else Learner(None)
        for person_id, is_finished in db.session.execute(asked)
    }


def _ranked_firsts(*scope: ColumnElement[bool]) -> Subquery:
    """Return, by assignment and module, the day on which it was first finished, and its place among those of its kind."""
    completed = (
        select(
            Assignment.id.label("assignment_id"),
            Assignment.person_id,
            Curriculum.choices_needed,
            CurriculumItem.kind,
            CurriculumItem.module_id,
            func.min(Completion.completed_on).label("first_on"),
            func.max(case((Completion.source == CompletionSource.QUIZ, 1), else_=0)).label("by_quiz"),
            func.max(case((Completion.source.in_(_SIGNED_OFF), 1), else_=0)).label("signed_off"),
        )
        .join(Curriculum, Curriculum.role == Assignment.role)
        .join(CurriculumItem, CurriculumItem.curriculum_id == Curriculum.id)
        .join(Module, and_(Module.id == CurriculumItem.module_id, Module.withdrawn_at.is_(None)))
        .join(
            Completion,
            and_(Completion.person_id == Assignment.person_id, Completion.module_id == CurriculumItem.module_id),
        )
        .where(*scope, Assignment.withdrawn_at.is_(None), counting())
        .group_by(
            Assignment.id,
            Assignment.person_id,
            Curriculum.choices_needed,
            CurriculumItem.kind,
            CurriculumItem.module_id,
        )
        .subquery()
    )
    place = func.row_number().over(
        partition_by=(completed.c.assignment_id, completed.c.kind),
        order_by=(completed.c.first_on, completed.c.module_id),
    )
    return select(*completed.c, place.label("place")).subquery()


def team_rows(ground: Ground) -> Mapping[int, Sequence[TeamRow]]:
    """Return what was told of teams inside a wave's departments, by workflow; a merged department counts as its successor."""
    wave_lineages = tuple(
        db.session.scalars(
            select(Department.lineage)
            .join(WaveDepartment, WaveDepartment.department_id == Department.id)
            .where(WaveDepartment.wave_id == ground.wave.id)
        )
    )
    found: dict[int, list[TeamRow]] = defaultdict(list)
    successors = department_successors()
    columns = (
        TeamUsage.workflow_id,
        Department,
        TeamUsage.used_on,
        TeamUsage.uses,
        TeamUsage.people,
        TeamUsage.upload_id,
    )
    told = select(*columns).join(Department, Department.id == TeamUsage.department_id)
    where = (TeamUsage.workflow_id.in_(ground.workflow_ids), TeamUsage.is_superseded == false())
    for workflow_id, department, day, uses, people, upload_id in db.session.execute(told.where(*where)):
        standing = db.session.get(Department, successors[department.id]) if department.id in successors else department
        lineage = standing.lineage if standing else department.lineage
        if lineage.startswith(wave_lineages):
            found[workflow_id].append(TeamRow(lineage, day, uses, people, upload_id))
    if not found:
        return found
    sizes = _sizes_of({row.lineage for rows in found.values() for row in rows}, ground.wave.id)
    return {key: [row._replace(members=sizes[row.lineage]) for row in rows] for key, rows in found.items()}


def _sizes_of(lineages: Iterable[str], wave_id: int) -> dict[str, int]:
    """Return how many people of a wave are in each of these teams with everything below it, in one statement."""
    here = (Membership.wave_id == wave_id, Membership.ended_at.is_(None))
    counted = (
        select(Department.lineage, func.count())
        .join(Person, Person.department_id == Department.id)
        .join(Membership, Membership.person_id == Person.id)
        .where(*here)
        .group_by(Department.lineage)
    )
    people = db.session.execute(counted).all()
    return {each: sum(number for lineage, number in people if lineage.startswith(each)) for each in lineages}
