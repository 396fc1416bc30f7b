"""Erasing a stakeholder who is in no directory: all that is known of them is what was written on the map."""

from dataclasses import replace

from sqlalchemy import update

from engagement import audit, clock
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.privacy.rules.records import ERASED, STAND_IN, Erased
from engagement.stakeholders.actions import forget_words_of, remove_stakeholder
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.stakeholders.rules import StakeholderKind
from engagement.verbs import Verb


def erase_outsider(stakeholder: Stakeholder, *, by: Actor) -> None:
    """Take a stakeholder outside the directory off every map for good: name, role, reasons and notes go, audit included.

    That somebody stood there, in which group and when, stays for the counts. Texts elsewhere that name them stay, because
    such a name is often that of a company or body. Raises RuleBroken for a person or department of the directory.
    """
    if stakeholder.kind is not StakeholderKind.OUTSIDE:
        raise RuleBroken("Only a stakeholder outside the directory is erased here. Erase a person on their own page.")
    remove_stakeholder(stakeholder, by=by)
    where = told_of(stakeholder)
    here = (StakeholderPlace.stakeholder_id == stakeholder.id, StakeholderPlace.ended_at.is_(None))
    rows_changed(update(StakeholderPlace).where(*here).values(ended_at=clock.now(), ended_by_id=by.account_id))
    stakeholder.name = STAND_IN
    db.session.info.setdefault(ERASED, []).append(Erased(Stakeholder.__tablename__, stakeholder.id))
    forget_words_of([stakeholder.id])
    db.session.flush()
    told = (AuditEntry.subject_kind == "stakeholder", AuditEntry.subject_id == str(stakeholder.id))
    rows_changed(update(AuditEntry).where(*told).values(subject_name=STAND_IN, changes={}))
    audit.record(Verb.ERASED_STAKEHOLDER, replace(where, name=STAND_IN), by=by)
    db.session.flush()
    db.session.expire_all()
