"""Decisions about the unfinished training of people who moved: keep it, waive it, undo that, or let time decide."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, true, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.people.models import Person
from engagement.training.models import Assignment, Leftover
from engagement.training.queries.leftovers import is_open, leftovers
from engagement.training.rules import DAYS_TO_DECIDE, DEFAULT_DECISION, LeftoverDecision
from engagement.verbs import Verb
from engagement.waves.models import Wave

VERBS = {LeftoverDecision.KEEP: Verb.KEPT_OLD_TRAINING, LeftoverDecision.WAIVE: Verb.LET_OLD_TRAINING_GO}


def decide_leftovers(which: ColumnElement[bool], decision: LeftoverDecision, *, by: Actor) -> int:
    """Decide about every open leftover that meets a condition on `Leftover`, `Person`, `Assignment` and `Wave`.

    Kept assignments keep their due day; waived ones are withdrawn. Leftovers that are decided, ended, or of people who
    left don't change, so repeating it is harmless. Uses a few statements for all, with one audit entry for each.
    Returns how many were decided.
    """
    chosen = leftovers().where(which, is_open()).with_only_columns(Leftover.id)
    # If two people decide at the same moment, the second waits here and then finds nothing open.
    locked = chosen.order_by(Leftover.id).with_for_update(of=Leftover).subquery()
    number = int(db.session.scalar(select(func.count()).select_from(locked)) or 0)
    if not number:
        return 0
    _record(VERBS[decision], chosen, (None, decision), by)
    now = clock.now()
    if decision is LeftoverDecision.WAIVE:
        of_chosen = leftovers().where(which, is_open()).with_only_columns(Leftover.assignment_id)
        rows_changed(update(Assignment).where(Assignment.id.in_(of_chosen)).values(withdrawn_at=now))
    rows_changed(
        update(Leftover)
        .where(Leftover.id.in_(chosen))
        .values(decision=decision, decided_at=now, decided_by=by.name[:401], decided_by_id=by.account_id)
    )
    db.session.expire_all()
    return number


def overdue_leftovers(now: datetime) -> list[int]:
    """Return the ids of the leftovers that nobody decided within `DAYS_TO_DECIDE` days of being asked."""
    overdue = Leftover.asked_at <= now - timedelta(days=DAYS_TO_DECIDE)
    return list(db.session.scalars(leftovers().where(overdue, is_open()).with_only_columns(Leftover.id)))


def settle_leftovers(now: datetime, only: int | None = None) -> int:
    """Make the default decision for overdue leftovers, all or `only` the one with this id; return how many."""
    overdue = Leftover.asked_at <= now - timedelta(days=DAYS_TO_DECIDE)
    these = and_(overdue, true() if only is None else Leftover.id == only)
    return decide_leftovers(these, DEFAULT_DECISION, by=audit.CLOCK)


def take_back_decision(leftover: Leftover, *, by: Actor, for_oneself: bool = False) -> None:
    """Undo a decision: its row ends, and the question is asked again with the whole time to decide.

    `for_oneself` is set for the person whose training it is. Raises RuleBroken when nothing is decided, the person has
    left or the wave is over, and for somebody who would undo for themselves what others decided they keep.
    """
    if leftover.decision is None or leftover.ended_at is not None:
        raise RuleBroken("There is no decision to take back any more. Look at the list again.")
    if leftover.person.has_left or not leftover.assignment.wave.status.is_open:
        raise RuleBroken("The person has left or the wave is over, so this stays as it was decided.")
    if for_oneself and not is_own_to_take_back(leftover):
        raise RuleBroken(f"{leftover.decided_by} decided that you keep this training. Ask them to change it.")
    _record(Verb.TOOK_BACK_DECISION, _one(leftover), (leftover.decision, None), by)
    now = clock.now()
    leftover.ended_at = now
    db.session.flush()
    db.session.add(
        Leftover(
            assignment_id=leftover.assignment_id,
            person_id=leftover.person_id,
            cause=leftover.cause,
            from_department_id=leftover.from_department_id,
            to_department_id=leftover.to_department_id,
            asked_at=now,
        )
    )
    leftover.assignment.withdrawn_at = None
    db.session.flush()


def is_own_to_take_back(leftover: Leftover) -> bool:
    """Return whether the learner may undo the decision: their own one, or any that waived the training."""
    if leftover.decision is LeftoverDecision.WAIVE:
        return True
    author = leftover.decided_by_account
    return author is not None and author.person_id == leftover.person_id


def _one(leftover: Leftover) -> Select[int]:
    return leftovers().where(Leftover.id == leftover.id).with_only_columns(Leftover.id)


def _record(
    verb: Verb, chosen: Select[int], decision: tuple[LeftoverDecision | None, LeftoverDecision | None], by: Actor
) -> None:
    rows = leftovers().where(Leftover.id.in_(chosen)).order_by(Leftover.id)
    theirs = {"name": Person.name, "department_id": Person.department_id, "programme_id": Wave.programme_id}
    changes: dict[str, Any] = {"old training": decision}
    audit.record_each(verb, Assignment, rows, by=by, different=theirs, **changes)
