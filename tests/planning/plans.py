"""Short ways to re-plannings, and to all that they may touch."""

from datetime import UTC, date, datetime, time
from typing import Any

from factories import TESTER
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.communications.models import Approval, Communication, Occurrence
from engagement.communications.queries.approvals import acted_on
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.planning.actions.anchoring import Chain, plan_chain
from engagement.planning.actions.replanning import Move, replan
from engagement.planning.models import Replan
from engagement.planning.queries.moves import Seen, what_moves
from engagement.planning.rules import Replanning
from engagement.training.rules import ItemKind
from engagement.waves.milestones.models import Milestone
from engagement.waves.milestones.queries import milestones_of
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Wave
from tests.training.courses import make_curriculum, make_module

NOW = datetime(2026, 4, 14, 8, tzinfo=UTC)
SEEN = Seen(NOW, date(2026, 4, 14), "GB-ENG")
GO_LIVE, LATER = date(2026, 5, 12), date(2026, 5, 26)
WHY = "The test data are late."


def of_kind(wave: Wave, kind: MilestoneKind = MilestoneKind.GO_LIVE) -> Milestone:
    return next(row for row in milestones_of(wave.id) if row.kind is kind)


def chain(line: Communication, wave: Wave, *offsets: int) -> list[Occurrence]:
    return plan_chain(line, Chain(of_kind(wave), offsets, time(14)), by=TESTER)


def become(message: Occurrence, status: OccurrenceStatus, approver: Account) -> Occurrence:
    message.status = status
    if status is OccurrenceStatus.APPROVED:
        row = Approval(occurrence_id=message.id, text_version=1, approved_by=approver, approved_at=NOW)
        row.acted_on = acted_on(message)
        db.session.add(row)
    db.session.flush()
    return message


def apply(wave: Wave, milestone: Milestone, day: date, why: str = WHY) -> tuple[Replanning, Replan]:
    plan = what_moves(wave, milestone, day, SEEN)
    done = replan(wave, Move(plan, why, plan.seal), SEEN, by=TESTER)
    db.session.expire_all()
    return plan, done


def standing(wave: Wave) -> dict[str, Any]:
    """Return everything that re-planning may touch, as the database has it."""
    db.session.flush()
    db.session.expire_all()
    messages = db.session.scalars(select(Occurrence).order_by(Occurrence.id)).all()
    valid = select(Approval.occurrence_id).where(Approval.withdrawn_at.is_(None)).order_by(Approval.id)
    return {
        "milestones": [
            (m.id, m.falls_on, m.anchor_id, m.offset) for m in sorted(milestones_of(wave.id), key=lambda m: m.id)
        ],
        "wave": (wave.go_live_on, wave.training_due_on, wave.stabilises_until_on),
        "messages": [(m.id, m.sends_at, m.write_by, m.status, m.reason) for m in messages],
        "approved": db.session.scalars(valid).all(),
    }


def curriculum() -> None:
    make_curriculum(TrainingRole.USER, (make_module("a"), ItemKind.REQUIRED))
