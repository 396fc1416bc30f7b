"""Judging a relationship, and forgetting judgements of people without a post."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.health.models import HealthJudgement
from engagement.stakeholders.health.queries import judgement_of
from engagement.stakeholders.health.rules import LONGEST_REASON
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.standings.queries.posts import is_labelled
from engagement.stakeholders.standings.rules import MOST, NOT_LABELLED
from engagement.verbs import Verb


def judge_health(stakeholder: Stakeholder, figure: int | None, reason: str, *, on: date, by: Actor) -> None:
    """Judge how the relationship with a stakeholder stands, in tenths, with a reason; earlier judgements stay.

    Raises BadInput without a figure or a reason, and for a person without a post. The audit gets neither.
    """
    reason = reason.strip()
    problems = {}
    if figure is None or not 0 <= figure <= MOST:
        problems["figure"] = "Write a number from 0 to 10, with one decimal at most."
    if not reason:
        problems["reason"] = "Say why. One sentence is enough."
    if len(reason) > LONGEST_REASON:
        problems["reason"] = f"Shorten this to {LONGEST_REASON:,} characters; it has {len(reason):,}."
    if not is_labelled(stakeholder, on):
        problems["figure"] = NOT_LABELLED
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    old = judgement_of(stakeholder.id)
    if old is not None:
        old.superseded_at = clock.now()
        db.session.flush()
    db.session.add(
        HealthJudgement(
            stakeholder_id=stakeholder.id, figure=figure, reason=reason, said_at=clock.now(), said_by_id=by.account_id
        )
    )
    audit.record(Verb.JUDGED_HEALTH, told_of(stakeholder), by=by)
    db.session.flush()


def forget_judgements(stakeholder_id: int, on: date) -> bool:
    """Delete every judgement of a relationship with a person who holds no post on a day; whether there was one."""
    stakeholder = db.session.get_one(Stakeholder, stakeholder_id)
    if is_labelled(stakeholder, on):
        return False
    if not rows_changed(delete(HealthJudgement).where(HealthJudgement.stakeholder_id == stakeholder_id)):
        return False
    audit.record(Verb.FORGOT_LABELS, told_of(stakeholder), by=audit.CLOCK)
    db.session.flush()
    return True


def hand_over_judgements(goes_id: int, stays_id: int) -> None:
    """Give judgements of one who was merged to the one who stays, unless they were judged themselves."""
    if judgement_of(stays_id) is None:
        moving = update(HealthJudgement).where(HealthJudgement.stakeholder_id == goes_id)
        rows_changed(moving.values(stakeholder_id=stays_id))


def empty_judgements(stakeholder_ids: Sequence[int]) -> None:
    """Delete every judgement of these relationships."""
    rows_changed(delete(HealthJudgement).where(HealthJudgement.stakeholder_id.in_(stakeholder_ids)))
