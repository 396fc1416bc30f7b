"""Who is asked to confirm which scope statement, and who has: for one reader, and counted by wave."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true, union_all
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from engagement.db import db
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import Current, current_statements, statements_for
from engagement.programmes.scope.rules import StatementFor
from engagement.training.scope_answers.models import ScopeAnswer
from engagement.waves.models import Membership, Wave, WaveWorkflow
from engagement.waves.queries import waves_of_person, workflows_of_waves
from engagement.waves.rules import WaveStatus

#: Waves whose people are asked.
OPEN = [status for status in WaveStatus if status.is_open]


@dataclass(frozen=True)
class OwnStatement:
    """A statement that somebody reads, and when they confirmed it; `had` is the number of an earlier version that they confirmed."""

    statement: ScopeStatement
    confirmed_at: datetime | None
    had: int | None

    @property
    def is_open(self) -> bool:
        """Whether they still have to confirm it."""
        return self.confirmed_at is None


def own_statements(person_id: int, workflow_ids: Iterable[int]) -> dict[int, list[OwnStatement]]:
    """Return the statements of these workflows that a person reads, by workflow; at most three queries."""
    current = current_statements(workflow_ids)
    if not current:
        return {}
    roles = set(db.session.scalars(select(PersonRole.role).where(PersonRole.person_id == person_id)))
    confirmed = _confirmed(person_id, current)
    return {
        workflow_id: [_own(statement, confirmed) for statement in statements_for(current, workflow_id, roles)]
        for workflow_id in current
    }


def _confirmed(person_id: int, current: Current) -> list[tuple[ScopeStatement, datetime]]:
    """Return the versions of these workflows' statements that a person confirmed, and when."""
    rows = db.session.execute(
        select(ScopeStatement, ScopeAnswer.at)
        .join(ScopeAnswer, ScopeAnswer.statement_id == ScopeStatement.id)
        .where(ScopeAnswer.person_id == person_id, ScopeAnswer.is_right, ScopeStatement.workflow_id.in_(list(current)))
        .order_by(ScopeStatement.number)
    )
    return [(statement, at) for statement, at in rows]


def _own(statement: ScopeStatement, confirmed: Sequence[tuple[ScopeStatement, datetime]]) -> OwnStatement:
    own_at = next((at for each, at in confirmed if each.id == statement.id), None)
    earlier = [
        each.number
        for each, _ in confirmed
        if (each.workflow_id, each.role) == (statement.workflow_id, statement.role) and each.number < statement.number
    ]
    return OwnStatement(statement, own_at, max(earlier, default=None))


def own_statement(person_id: int, statement_id: int) -> tuple[OwnStatement, Wave] | None:
    """Return a statement that a person is asked to confirm or did confirm, with the open wave that brings it; None for any other."""
    waves = [wave for wave in waves_of_person(person_id) if wave.status.is_open]
    brings: dict[int, Wave] = {}
    for wave_id, workflows in workflows_of_waves([wave.id for wave in waves]).items():
        wave = next(wave for wave in waves if wave.id == wave_id)
        for workflow in workflows:
            brings.setdefault(workflow.id, wave)
    for workflow_id, statements in own_statements(person_id, brings).items():
        for own in statements:
            if own.statement.id == statement_id:
                return own, brings[workflow_id]
    return None


def last_answer(person_id: int, statement_id: int) -> ScopeAnswer | None:
    """Return a person's newest answer to a statement, None if they gave none."""
    return db.session.scalar(
        select(ScopeAnswer)
        .where(ScopeAnswer.person_id == person_id, ScopeAnswer.statement_id == statement_id)
        .order_by(ScopeAnswer.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Confirmed:
    """How many people of a wave are asked to confirm a statement, and how many have."""

    statement: ScopeStatement
    wave: Wave
    asked: int
    confirmed: int


def confirmed_of(current: Current) -> dict[int, list[Confirmed]]:
    """Return how many have confirmed each statement that holds, by workflow, and by wave in order; in two statements."""
    asked = [(each, published) for published in current.values() for each in published.values()]
    if not asked:
        return {}
    rows = db.session.execute(union_all(*(_counted(*each) for each in asked))).all()
    waves = {
        wave.id: wave for wave in db.session.scalars(select(Wave).where(Wave.id.in_({row.wave_id for row in rows})))
    }
    by_statement = {(row.statement_id, row.wave_id): row for row in rows}
    found: dict[int, list[Confirmed]] = defaultdict(list)
    for wave in sorted(waves.values(), key=lambda wave: (wave.number, wave.id)):
        for statement, _ in asked:
            if row := by_statement.get((statement.id, wave.id)):
                found[statement.workflow_id].append(Confirmed(statement, wave, row.asked, row.confirmed))
    return found


def confirmed_by_wave(published: Mapping[StatementFor, ScopeStatement]) -> list[Confirmed]:
    """Return the same of one workflow's statements."""
    return [each for found in confirmed_of({0: published}).values() for each in found]


def _counted(statement: ScopeStatement, published: Mapping[StatementFor, ScopeStatement]) -> Select[int, int, int, int]:
    return (
        select(
            literal(statement.id).label("statement_id"),
            Membership.wave_id,
            func.count(Membership.id).label("asked"),
            func.count(ScopeAnswer.id).label("confirmed"),
        )
        .select_from(Membership)
        .outerjoin(ScopeAnswer, _confirms(statement, Membership.person_id))
        .where(*_asks(statement), _is_for(statement.role, published, Membership.person_id))
        .group_by(Membership.wave_id)
    )


def readers_of(
    statement: ScopeStatement, published: Mapping[StatementFor, ScopeStatement], *, has_confirmed: bool | None = None
) -> Any:
    """Return a SELECT of who is asked to confirm a statement, by name, and when they did; or only those who have, or have not."""
    asked = (
        select(Person, ScopeAnswer.at)
        .outerjoin(ScopeAnswer, _confirms(statement, Person.id))
        .where(Person.id.in_(select(Membership.person_id).where(*_asks(statement))))
        .where(_is_for(statement.role, published, Person.id))
        .options(joinedload(Person.department))
        .order_by(Person.sorted_by, Person.id)
    )
    if has_confirmed is None:
        return asked
    return asked.where(ScopeAnswer.id.is_not(None) if has_confirmed else ScopeAnswer.id.is_(None))


def _confirms(statement: ScopeStatement, person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return and_(ScopeAnswer.person_id == person_id, ScopeAnswer.statement_id == statement.id, ScopeAnswer.is_right)


def _asks(statement: ScopeStatement) -> list[ColumnElement[bool]]:
    """Return the conditions on `Membership` that its wave asks people to confirm a statement."""
    waves = (
        select(WaveWorkflow.wave_id)
        .join(Wave, Wave.id == WaveWorkflow.wave_id)
        .where(WaveWorkflow.workflow_id == statement.workflow_id, Wave.status.in_(OPEN))
    )
    return [Membership.ended_at.is_(None), Membership.wave_id.in_(waves)]


def _is_for(
    role: StatementFor, published: Iterable[StatementFor], person_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Return the condition that a statement is for somebody; `scope.rules.applying` is the same rule for one person."""
    has = exists().where(PersonRole.person_id == person_id)
    if role is not StatementFor.EVERYBODY:
        return has.where(PersonRole.role == TrainingRole(role.value))
    own = [TrainingRole(each.value) for each in published if each is not StatementFor.EVERYBODY]
    # Without this, the roles of everybody would be looked up for nothing.
    return or_(~has, has.where(PersonRole.role.not_in(own))) if own else true()
