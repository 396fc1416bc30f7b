"""Changes of standings: saying where somebody stands, and forgetting the labels of people without a post."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date

from sqlalchemy import select, update

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput, RuleBroken
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import lock_stakeholders, on_the_map
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import has_labels, is_labelled
from engagement.stakeholders.standings.queries.present import standing_of
from engagement.stakeholders.standings.rules import (
    LABELS,
    LONGEST_REASON,
    MOST,
    NOT_LABELLED,
    WHY,
    Level,
    Standing,
    replaces,
    told_standing,
)
from engagement.verbs import Verb

#: What is judged in tenths.
JUDGED = ("influence", "interest", "impact")


def say_standing(
    stakeholder: Stakeholder, said: Standing, reason: str = "", *, on: date, by: Actor
) -> StakeholderStanding | None:
    """Say where a stakeholder stands from now on; earlier rows stay. Return the new row, None if it says nothing new.

    `on` is the day on which a post has to be held. Raises BadInput for a judgement out of range, for levels or impact of a
    person without a post, without a reason when something changes that was said before, or for a reason that is too long;
    RuleBroken for a stakeholder who was taken off the map.
    """
    reason = reason.strip()
    if db.session.scalar(select(Stakeholder.id).where(Stakeholder.id == stakeholder.id, on_the_map())) is None:
        raise RuleBroken(f"{stakeholder.title} was taken off the map. Put them back first.")
    labelled, old = is_labelled(stakeholder, on), standing_of(stakeholder.id)
    _refuse(said, reason, labelled=labelled)
    was = old.said(with_labels=labelled) if old else Standing()
    if was == said:
        return None
    if not reason and replaces(was, said):
        raise BadInput(WHY, {"reason": WHY})
    at = clock.now()
    if old is not None:
        old.superseded_at = at
        db.session.flush()
    row = StakeholderStanding(
        stakeholder_id=stakeholder.id, reason=reason, said_at=at, said_by_id=by.account_id, **asdict(said)
    )
    db.session.add(row)
    db.session.flush()
    audit.record(Verb.SAID_STANDING, told_of(stakeholder), by=by, **told_standing(stakeholder.kind, was, said, reason))
    db.session.flush()
    return row


def say_wanted(levels: Mapping[int, Level], reason: str = "", *, on: date, by: Actor) -> int:
    """Say how engaged these stakeholders need to be, where nobody has said it; all else that was said stays. Return of how many it was said.

    Raises BadInput and RuleBroken as `say_standing` does.
    """
    lock_stakeholders(sorted(levels))
    number = 0
    for key, level in levels.items():
        old = standing_of(key)
        was = old.said(with_labels=True) if old else Standing()
        if was.level_wanted is None:
            say_standing(db.session.get_one(Stakeholder, key), replace(was, level_wanted=level), reason, on=on, by=by)
            number += 1
    return number


def _refuse(said: Standing, reason: str, *, labelled: bool) -> None:
    problems = {
        name: "Write a number from 0 to 10, with one decimal at most."
        for name in JUDGED
        if (value := getattr(said, name)) is not None and not 0 <= value <= MOST
    }
    if not labelled:
        problems |= {name: NOT_LABELLED for name in LABELS if getattr(said, name) is not None}
    if len(reason) > LONGEST_REASON:
        problems["reason"] = f"Shorten this to {LONGEST_REASON:,} characters; it has {len(reason):,}."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)


def forget_labels(stakeholder_id: int, on: date) -> bool:
    """Delete the levels and impact of a person who holds no post on a day, of all time, with the reasons that go with them.

    Return whether there was anything to delete.
    """
    stakeholder = db.session.get_one(Stakeholder, stakeholder_id)
    if is_labelled(stakeholder, on) or not empty_labels([stakeholder_id]):
        return False
    audit.record(Verb.FORGOT_LABELS, told_of(stakeholder), by=audit.CLOCK)
    db.session.flush()
    return True


def empty_labels(stakeholder_ids: Sequence[int]) -> int:
    """Delete levels, impact and reasons of these stakeholders, of all time; return how many of them had labels.

    All reasons go, because one that says why a label was taken back tells of it too.
    """
    labelled = db.session.scalars(
        select(StakeholderStanding.stakeholder_id)
        .where(StakeholderStanding.stakeholder_id.in_(stakeholder_ids), has_labels())
        .distinct()
    ).all()
    emptied = {**dict.fromkeys(LABELS), "reason": ""}
    rows_changed(update(StakeholderStanding).where(StakeholderStanding.stakeholder_id.in_(labelled)).values(emptied))
    db.session.expire_all()
    return len(labelled)
