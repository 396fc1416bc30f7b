"""Erases a stakeholder outside the directory: all that is known of them is on the map."""

from dataclasses import replace

from sqlalchemy import select, update

from engagement import audit, clock
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.privacy.rules.naming import Wording, replaced
from engagement.privacy.rules.records import ERASED, STAND_IN, Erased
from engagement.stakeholders.actions.mapping import remove_stakeholder, told_of
from engagement.stakeholders.actions.notes import forget_words_of
from engagement.stakeholders.inbox.actions import forget_mail_from
from engagement.stakeholders.interactions.models import InteractionParty, InteractionWording
from engagement.stakeholders.interactions.rules import LONGEST_TOPICS
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.stakeholders.rules import StakeholderKind
from engagement.verbs import Verb


def erase_outsider(stakeholder: Stakeholder, *, by: Actor) -> None:
    """Delete a stakeholder outside the directory: name, contact, role, reasons, notes and talks, also in the audit log.

    Their group and dates stay for the counts. Texts elsewhere that name them stay, because such a name is often that of
    a company or body. Raises RuleBroken for a person or department of the directory.
    """
    if stakeholder.kind is not StakeholderKind.OUTSIDE:
        raise RuleBroken("Only a stakeholder outside the directory is erased here. Erase a person on their own page.")
    remove_stakeholder(stakeholder, by=by)
    where = told_of(stakeholder)
    here = (StakeholderPlace.stakeholder_id == stakeholder.id, StakeholderPlace.ended_at.is_(None))
    rows_changed(update(StakeholderPlace).where(*here).values(ended_at=clock.now(), ended_by_id=by.account_id))
    _take_name_out_of_talks(stakeholder)
    if stakeholder.email:
        forget_mail_from(stakeholder.email)
    stakeholder.name, stakeholder.organisation, stakeholder.email, stakeholder.language = STAND_IN, "", "", ""
    db.session.info.setdefault(ERASED, []).append(Erased(Stakeholder.__tablename__, stakeholder.id))
    forget_words_of([stakeholder.id])
    db.session.flush()
    told = (AuditEntry.subject_kind == "stakeholder", AuditEntry.subject_id == str(stakeholder.id))
    rows_changed(update(AuditEntry).where(*told).values(subject_name=STAND_IN, changes={}))
    audit.record(Verb.ERASED_STAKEHOLDER, replace(where, name=STAND_IN), by=by)
    db.session.flush()
    db.session.expire_all()


def _take_name_out_of_talks(stakeholder: Stakeholder) -> None:
    """Put the stand-in for their name in what was said while they took part, which others may have too."""
    wordings = [Wording.of_name(stakeholder.name)]
    took_part = select(InteractionParty.interaction_id).where(InteractionParty.stakeholder_id == stakeholder.id)
    for row in db.session.scalars(select(InteractionWording).where(InteractionWording.interaction_id.in_(took_part))):
        row.notes = replaced(row.notes, wordings, STAND_IN)
        row.topics = replaced(row.topics, wordings, STAND_IN)[:LONGEST_TOPICS]
    db.session.flush()
