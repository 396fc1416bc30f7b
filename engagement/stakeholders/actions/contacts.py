"""Saying how a stakeholder outside the directory is reached."""

from dataclasses import asdict, replace

from sqlalchemy import select

from engagement import audit
from engagement.addresses import kept_form
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Person
from engagement.people.queries import active
from engagement.stakeholders.actions.mapping import told_of
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import IN_DIRECTORY, Contact, StakeholderKind, contact_problems
from engagement.verbs import Verb


def say_contact(stakeholder: Stakeholder, contact: Contact, *, by: Actor) -> None:
    """Say how somebody outside the directory is reached; saying the same again changes nothing.

    Raises RuleBroken for a person or department; BadInput by field for an address that can't be used or is that of a
    person of the directory, for a language that is no tag, and for an organisation with too long a name.
    """
    contact = replace(contact, organisation=clean(contact.organisation), email=kept_form(contact.email))
    if stakeholder.kind is not StakeholderKind.OUTSIDE:
        if contact == Contact():
            return
        raise RuleBroken("Only somebody outside the directory has an address here; the directory has all others.")
    new = asdict(contact)
    changes = audit.changes_between(stakeholder, new)
    if not changes:
        return
    problems = contact_problems(contact)
    if "email" in changes and contact.email and _is_of_directory(contact.email):
        problems["email"] = IN_DIRECTORY
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    for column, value in new.items():
        setattr(stakeholder, column, value)
    audit.record(Verb.SAID_CONTACT, told_of(stakeholder), by=by, **changes)
    db.session.flush()


def _is_of_directory(email: str) -> bool:
    return db.session.scalar(select(Person.id).where(Person.email == email, active()).limit(1)) is not None
