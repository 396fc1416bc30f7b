"""Progress of first setup: each step is done when the data shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Executable, exists, func, or_, select

from engagement.accounts.models import Grant
from engagement.accounts.rules import Role
from engagement.attention.setup.models import SkippedSetup
from engagement.attention.setup.rules import SetupStep
from engagement.communications.models import Communication, Occurrence
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState
from engagement.people.models import Person
from engagement.programmes.models import Programme, Workflow
from engagement.programmes.queries import ownership_gaps
from engagement.programmes.scope.models import ScopeStatement
from engagement.training.models import CurriculumItem
from engagement.waves.models import Membership


@dataclass(frozen=True)
class StepState:
    """The state of one step; `skipped_by` names who skipped it, None if nobody did."""

    step: SetupStep
    is_done: bool
    skipped_by: str | None

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.is_done or self.skipped_by is not None


def setup_states() -> Sequence[StepState]:
    """Return the state of each step, in order; empty, after one query, once a briefing was sent or skipped."""
    without = exists().where(SkippedSetup.step == SetupStep.BRIEFING)
    if db.session.scalar(select(or_(exists().where(Occurrence.mailing_id.is_not(None)), without))):
        return []
    skipped = dict(db.session.execute(select(SkippedSetup.step, SkippedSetup.by)).all())
    found = db.session.execute(_statement()).one()
    done = {step for step, is_there in zip(_there(), found, strict=True) if is_there}
    if SetupStep.WORKFLOW in done and not _some_workflow_is_owned():
        done.remove(SetupStep.WORKFLOW)
    return [StepState(step, step in done, skipped.get(step)) for step in SetupStep]


# Making a long statement anew costs more than running it.
@cache
def _statement() -> Executable:
    return select(*_there().values())


@cache
def _there() -> dict[SetupStep, ColumnElement[bool]]:
    """Return for each step before the first briefing the condition that its result exists."""
    return {
        SetupStep.MAIL: exists().where(Delivery.state == DeliveryState.SENT),
        SetupStep.PEOPLE: exists().where(Person.left_at.is_(None)),
        SetupStep.PROGRAMME: exists().where(Programme.id.is_not(None)),
        SetupStep.WORKFLOW: exists().where(ScopeStatement.system_does != ""),
        SetupStep.WAVE: exists().where(Membership.ended_at.is_(None)),
        SetupStep.TRAINING: exists().where(CurriculumItem.id.is_not(None)),
        SetupStep.COLLEAGUE: _plan_two(),
        SetupStep.COMMUNICATIONS: exists().where(Communication.ended_at.is_(None)),
    }


def _plan_two() -> ColumnElement[bool]:
    planners = select(func.count(Grant.account_id.distinct())).where(
        Grant.role == Role.CHANGE_MANAGER, Grant.withdrawn_at.is_(None)
    )
    return planners.scalar_subquery() > 1


def _some_workflow_is_owned() -> bool:
    with_words = select(ScopeStatement.workflow_id).where(ScopeStatement.system_does != "")
    described = db.session.scalars(select(Workflow).where(Workflow.id.in_(with_words))).all()
    vacant = {gap.workflow.id for gap in ownership_gaps({workflow.programme_id for workflow in described})}
    return any(workflow.id not in vacant for workflow in described)
