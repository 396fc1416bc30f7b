"""Erases a stakeholder outside the directory: all that is known of them is on the map."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update

from engagement import audit, clock
from engagement.audit import Actor, AuditEntry
from engagement.db import db, rows_changed
from engagement.errors import RuleBroken
from engagement.mail.bounces.actions.lifting import forget_addresses
from engagement.people.models import Person
from engagement.privacy.rules.naming import Wording, replaced
from engagement.privacy.rules.records import ERASED, STAND_IN, Erased
from engagement.stakeholders.actions.mapping import remove_stakeholder, told_of
from engagement.stakeholders.actions.notes import forget_words_of
from engagement.stakeholders.copies.actions import empty_copies
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
    db.session.info.setdefault(ERASED, []).append(Erased(Stakeholder.__tablename__, stakeholder.id))
    _empty([stakeholder, *_merged_into([stakeholder.id])], stakeholder)
    audit.record(Verb.ERASED_STAKEHOLDER, replace(where, name=STAND_IN), by=by)
    db.session.flush()
    db.session.expire_all()


def erase_merged_into(person: Person) -> None:
    """Delete what the entries say that were outside the directory and are one with an erased person's."""
    for row in db.session.scalars(select(Stakeholder).where(Stakeholder.person_id == person.id)).all():
        _empty(_merged_into([row.id]), row)


def _merged_into(ids: Sequence[int]) -> Sequence[Stakeholder]:
    outside = (Stakeholder.merged_into_id.in_(ids), Stakeholder.kind == StakeholderKind.OUTSIDE)
    return db.session.scalars(select(Stakeholder).where(*outside)).all()


def _empty(rows: Sequence[Stakeholder], stays: Stakeholder) -> None:
    """Delete what these entries say of somebody, also in the audit log and in talks with the one who stays."""
    for row in rows:
        _take_name_out_of_talks(row.name, stays.id)
        if row.email:
            forget_mail_from(row.email)
            forget_addresses([row.email])
        row.name, row.organisation, row.email, row.language = STAND_IN, "", "", ""
        told = (AuditEntry.subject_kind == "stakeholder", AuditEntry.subject_id == str(row.id))
        db.session.flush()
        rows_changed(update(AuditEntry).where(*told).values(subject_name=STAND_IN, changes={}))
    forget_words_of([row.id for row in rows])
    empty_copies([stays.id, *(row.id for row in rows)])
    db.session.flush()


def _take_name_out_of_talks(name: str, stakeholder_id: int) -> None:
    """Put the stand-in for a name in what was said while a stakeholder took part, which others may have too."""
    wordings = [Wording.of_name(name)]
    took_part = select(InteractionParty.interaction_id).where(InteractionParty.stakeholder_id == stakeholder_id)
    for row in db.session.scalars(select(InteractionWording).where(InteractionWording.interaction_id.in_(took_part))):
        row.notes = replaced(row.notes, wordings, STAND_IN)
        row.topics = replaced(row.topics, wordings, STAND_IN)[:LONGEST_TOPICS]
    db.session.flush()
