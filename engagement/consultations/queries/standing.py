"""How consultations stand: the newest position, and whether the workflows changed since it was given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import joinedload

from engagement.consultations.models import BodyAnswer, BodyQuestion, Consultation, Position
from engagement.consultations.rules import NEAR, Stand, outdated_by, stand_of
from engagement.db import db
from engagement.programmes.models import Workflow
from engagement.programmes.portfolio.models import WorkflowVersion
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves
from engagement.words import days_away, plural, short_day_words


@dataclass(frozen=True)
class Shown:
    """A consultation with its position, why that no longer covers the wave, and how many questions wait.

    `since` is when its position was given, or the workflows last changed after that; None without a position.
    """

    consultation: Consultation
    position: Position | None
    changed: Sequence[str] = ()
    since: datetime | None = None
    unanswered: int = 0

    @property
    def stand(self) -> Stand:
        """How it stands."""
        return stand_of(self.position.kind if self.position else None, is_outdated=bool(self.changed))

    @property
    def blocks(self) -> bool:
        """Whether the wave has to wait for it, unless somebody goes on all the same."""
        return self.consultation.is_required and (self.stand.is_open or self.stand is Stand.OBJECTS)

    @property
    def since_words(self) -> str:
        """Why it is open again; "" if it is not."""
        return " ".join(self.changed)

    def deadline_words(self, on: date) -> str:
        """Until when a position is asked for."""
        deadline = self.consultation.deadline_on
        if deadline is None:
            return "no deadline"
        return f"{short_day_words(deadline)}, {days_away(deadline, on)}"

    def is_pressing(self, on: date) -> bool:
        """Whether the deadline of an open consultation is near or past."""
        deadline = self.consultation.deadline_on
        return self.stand.is_open and deadline is not None and deadline - on <= NEAR

    def why_it_needs_somebody(self, on: date) -> str:
        """Return what has to be done about it, in sentences; "" if nothing has."""
        said = []
        if self.unanswered:
            said.append(f"{plural(self.unanswered, 'question has', 'questions have')} no answer.")
        if self.stand is Stand.AGAIN:
            said.append(f"{self.since_words} So it is open again.")
        if self.is_pressing(on):
            said.append(f"The deadline is {self.deadline_words(on)}.")
        return " ".join(said)


def shown_where(condition: ColumnElement[bool]) -> list[Shown]:
    """Return how the consultations that meet a condition on `Consultation` and `Wave` stand, by wave and body; in five queries."""
    rows = db.session.scalars(
        select(Consultation)
        .join(Wave)
        .where(condition)
        .options(joinedload(Consultation.body), joinedload(Consultation.wave).joinedload(Wave.programme))
        .order_by(Wave.go_live_on, Wave.id, Consultation.id)
    ).all()
    return shown_of(rows)


def shown_of_wave(wave_id: int) -> list[Shown]:
    """Return how the consultations of a wave stand."""
    return shown_where(Consultation.wave_id == wave_id)


def shown_of(rows: Sequence[Consultation]) -> list[Shown]:
    """Return how these consultations stand, in the given order."""
    if not rows:
        return []
    ids = [row.id for row in rows]
    newest = select(func.max(Position.id)).where(Position.consultation_id.in_(ids)).group_by(Position.consultation_id)
    positions = {
        row.consultation_id: row
        for row in db.session.scalars(
            select(Position).where(Position.id.in_(newest)).options(joinedload(Position.said_by))
        )
    }
    workflows = workflows_of_waves({row.wave_id for row in rows})
    versions = newest_versions({each.id for some in workflows.values() for each in some})
    waiting = _unanswered(ids)
    return [
        _shown(row, positions.get(row.id), workflows.get(row.wave_id, []), versions, waiting.get(row.id, 0))
        for row in rows
    ]


def _shown(
    row: Consultation,
    position: Position | None,
    workflows: Sequence[Workflow],
    versions: Mapping[int, WorkflowVersion],
    waiting: int,
) -> Shown:
    if position is None:
        return Shown(row, None, unanswered=waiting)
    now = {workflow.id: _number(versions, workflow) for workflow in workflows}
    changed = outdated_by(position.covers, now)
    words = [_changed_words(each, position, versions.get(each.id)) for each in workflows if each.id in changed]
    times = [versions[key].said_at for key in changed if key in versions]
    return Shown(row, position, words, max([position.said_at, *times]), waiting)


def _changed_words(workflow: Workflow, position: Position, version: WorkflowVersion | None) -> str:
    if version is None or str(workflow.id) not in position.covers:
        return f"{workflow.name} came to the wave after the position."
    what = f": {version.changes.rstrip('.')}" if version.changes else ""
    return f"{workflow.name} has version {version.number}{what}."


def _number(versions: Mapping[int, WorkflowVersion], workflow: Workflow) -> int:
    return versions[workflow.id].number if workflow.id in versions else 1


def newest_versions(workflow_ids: Iterable[int]) -> dict[int, WorkflowVersion]:
    """Return the newest version of each workflow, announced ones included."""
    asked = list(workflow_ids)
    newest = (
        select(func.max(WorkflowVersion.id))
        .where(WorkflowVersion.workflow_id.in_(asked))
        .group_by(WorkflowVersion.workflow_id)
    )
    rows = db.session.scalars(select(WorkflowVersion).where(WorkflowVersion.id.in_(newest)))
    return {row.workflow_id: row for row in rows}


def covered_now(wave_id: int) -> dict[str, int]:
    """Return the version of each workflow of a wave, as a position given now covers them."""
    workflows = workflows_of_waves([wave_id]).get(wave_id, [])
    versions = newest_versions([workflow.id for workflow in workflows])
    return {str(workflow.id): _number(versions, workflow) for workflow in workflows}


def _unanswered(ids: Sequence[int]) -> dict[int, int]:
    answered = exists().where(BodyAnswer.question_id == BodyQuestion.id)
    counted = db.session.execute(
        select(BodyQuestion.consultation_id, func.count())
        .where(BodyQuestion.consultation_id.in_(ids), ~answered)
        .group_by(BodyQuestion.consultation_id)
    )
    return dict(counted.all())
