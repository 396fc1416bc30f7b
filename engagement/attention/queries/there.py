"""What exists at all of the things that are seldom open, in one statement: no more is asked of what nobody has."""

from functools import cache

from sqlalchemy import ColumnElement, Executable, exists, or_, select

from engagement.attention.rules import Reason
from engagement.consultations.models import Consultation
from engagement.db import db
from engagement.mail.bounces.models import Suppression
from engagement.people.models import Department, Person
from engagement.programmes.models import Workflow
from engagement.readiness.criteria.models import Criterion
from engagement.readiness.criteria.rules import CriterionKind
from engagement.readiness.gate.models import GateCondition, GateDecision, GateOverride, GateReopening
from engagement.readiness.gate.rules import Choice
from engagement.set_aside import SetAside
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.leadership.models import StepLine
from engagement.stakeholders.leadership.rules import StepState
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.training.models import Leftover
from engagement.value.models import ValueMetric
from engagement.waves.impacts.models import ImpactAssessment
from engagement.waves.impacts.rules import ImpactSide


def reasons_there() -> set[Reason]:
    """Return the reasons for which there may be something, for whomever it needs; of others of `_conditions` there is nothing."""
    found = db.session.execute(_statement()).one()
    return {reason for reason, is_there in zip(_conditions(), found, strict=True) if is_there}


# Making a long statement anew costs more than running it.
@cache
def _statement() -> Executable:
    return select(*_conditions().values())


@cache
def _conditions() -> dict[Reason, ColumnElement[bool]]:
    """Return for each of these reasons the condition that something of its kind is open, whoever may see it."""
    return {
        Reason.REOPENED: or_(
            exists().where(GateReopening.id.is_not(None)),
            exists().where(GateDecision.choice == Choice.NO_GO, GateDecision.ended_at.is_(None)),
            exists().where(GateOverride.id.is_not(None)),
        ),
        Reason.CONDITION: exists().where(GateCondition.settled_at.is_(None)),
        Reason.JUDGE: exists().where(Criterion.kind == CriterionKind.OWN),
        Reason.SET_ASIDE: exists().where(SetAside.id.is_not(None)),
        Reason.PROMISE: exists().where(Commitment.closed_at.is_(None)),
        Reason.NO_NEXT_STEP: exists().where(StakeholderPlace.ended_at.is_(None)),
        Reason.CONTACT: exists().where(StakeholderPlace.ended_at.is_(None)),
        Reason.STAKEHOLDER_GONE: or_(
            exists().where(Stakeholder.person_id == Person.id, Person.left_at.is_not(None)),
            exists().where(Stakeholder.department_id == Department.id, Department.closed_at.is_not(None)),
        ),
        Reason.CONSULTATION: exists().where(Consultation.id.is_not(None)),
        Reason.READING_DUE: exists().where(ValueMetric.ended_at.is_(None)),
        Reason.MAIL_IN: exists().where(MailIn.handled_at.is_(None)),
        Reason.OLD_TRAINING: exists().where(Leftover.decided_at.is_(None), Leftover.ended_at.is_(None)),
        Reason.OWN_STEP: exists().where(StepLine.state == StepState.PLANNED, StepLine.superseded_at.is_(None)),
        Reason.SPONSORS_VIEW: exists().where(
            ImpactAssessment.side != ImpactSide.SPONSORS, ImpactAssessment.superseded_at.is_(None)
        ),
        Reason.REVIEW: exists().where(Workflow.review_on.is_not(None)),
        Reason.LEAVERS: exists().where(Person.left_at.is_not(None), Person.erased_at.is_(None)),
        Reason.BOUNCING: exists().where(Suppression.lifted_at.is_(None)),
    }
