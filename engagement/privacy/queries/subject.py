"""The person in question, and which rows of a table are about or by them, as `reach` says."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select, true
from sqlalchemy.sql.schema import Column

from engagement.audit import AuditEntry
from engagement.intake.models import StagedMatch, StagedPerson
from engagement.people.models import Person
from engagement.privacy.queries.reach import REACH
from engagement.resistance.models import Concern, ConcernReply, ConcernStep
from engagement.stakeholders.commitments.models import Commitment, CommitmentMove
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.interactions.models import Interaction, InteractionParty, InteractionWording
from engagement.stakeholders.models import Stakeholder
from engagement.waves.impacts.models import ImpactAspect, ImpactAssessment


@dataclass(frozen=True)
class Subject:
    """The person in question, by their keys in rows."""

    person_id: int
    account_id: int | None

    def is_in(self, column: Column[object]) -> ColumnElement[bool]:
        """Return the condition that a column refers to this person."""
        leads = leads_to(column)
        if leads == "account":
            return column == self.account_id if self.account_id is not None else false()
        if leads == "stakeholder":
            theirs = select(Stakeholder.id).where(Stakeholder.person_id == self.person_id)
            # Entries outside the directory that turned out to be theirs are about them too.
            merged = select(Stakeholder.id).where(Stakeholder.merged_into_id.in_(theirs))
            return or_(column.in_(theirs), column.in_(merged))
        return column == self.person_id


def leads_to(column: Column[object]) -> str | None:
    """Return "person", "account" or "stakeholder" if the column refers to one; staging and audit have no foreign keys."""
    for key in column.foreign_keys:
        if key.column.table.name in ("person", "account", "stakeholder"):
            return str(key.column.table.name)
    if column.foreign_keys:
        return None
    if (column.table.name, column.name) == ("person", "id") or column.name == "person_id":
        return "person"
    return "account" if column.name.endswith(("account_id", "actor_id")) else None


def rows_about(table: Table, who: Subject) -> ColumnElement[bool]:
    """Return the condition for the rows of a table about a person."""
    ways = [who.is_in(table.c[name]) for name in REACH[table.name].about]
    ways += _further_ways(table, who)
    return or_(false(), *ways)


def _further_ways(table: Table, who: Subject) -> list[ColumnElement[bool]]:
    """Return conditions that no single column can express."""
    account = str(who.account_id)
    if table is AuditEntry.__table__:
        is_person = and_(AuditEntry.subject_kind == "person", AuditEntry.subject_id == str(who.person_id))
        return [is_person, and_(AuditEntry.subject_kind == "account", AuditEntry.subject_id == account)]
    if table is Concern.__table__:
        # Sent with a name by somebody who was not in the directory at the time.
        return [and_(who.is_in(table.c.logged_by_id), Concern.submission.is_not(None))]
    if table in (Interaction.__table__, InteractionWording.__table__):
        took_part = select(InteractionParty.interaction_id).join(Stakeholder)
        key = table.c.get("interaction_id", table.c.id)
        return [key.in_(took_part.where(Stakeholder.person_id == who.person_id))]
    if table is MailIn.__table__:
        address = select(func.lower(Person.email)).where(Person.id == who.person_id)
        return [and_(MailIn.sender != "", MailIn.sender.in_(address))]
    if table is CommitmentMove.__table__:
        promised = select(Commitment.id).join(Stakeholder).where(Stakeholder.person_id == who.person_id)
        return [table.c.commitment_id.in_(promised)]
    if table is ImpactAspect.__table__:
        theirs = select(ImpactAssessment.id).where(ImpactAssessment.sponsor_id == who.person_id)
        return [table.c.assessment_id.in_(theirs)]
    if table is StagedPerson.__table__:
        here = and_(StagedMatch.run_id == StagedPerson.run_id, StagedMatch.line == StagedPerson.line)
        return [select(StagedMatch.run_id).where(here, StagedMatch.person_id == who.person_id).exists()]
    return []


def rows_by(table: Table, name: str, who: Subject) -> ColumnElement[bool]:
    """Return the condition for rows about others that somebody wrote or did, according to the column `name`."""
    theirs = who.is_in(table.c[name])
    if table is ConcernReply.__table__:
        theirs = or_(theirs, and_(ConcernReply.author_id.is_(None), in_own_concerns(table, who)))
    # For a row about nobody the condition would be NULL, neither true nor false.
    return and_(theirs, rows_about(table, who).is_not(true()))


def in_own_concerns(table: Table, who: Subject) -> ColumnElement[bool]:
    """Return the condition for replies to, and steps of, a person's named concerns."""
    if table not in (ConcernReply.__table__, ConcernStep.__table__):
        return false()
    return table.c.concern_id.in_(select(Concern.id).where(rows_about(Concern.__table__, who)))  # type: ignore[arg-type]
