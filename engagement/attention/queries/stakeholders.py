"""What stakeholders need of a reader: promises, a next step for the important, a contact in time, and word of who is gone."""

from datetime import date

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import Need, Needed, WaitingMail, first, person
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.next_steps import (
    gone_from_maps,
    important_without_next_step,
    promises_due,
)
from engagement.stakeholders.inbox.queries import inboxes_waiting
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.queries import LateContact, late_contacts


def promises(reader: Reader, on: date, limit: int) -> Needed:
    """Return promises that the reader has to keep today, and those past their day of whom they plan or look after."""

    def row(found: Commitment) -> Need:
        return Need(
            Reason.PROMISE,
            Kind.PROMISE,
            found.id,
            found.stakeholder.title,
            Place.PROMISE,
            found,
            person(found.owner),
            found.made_at,
            found.due_on,
            days_late(found.due_on, on),
        )

    count, found = promises_due(rights.planning(reader), on, limit)
    return Needed(Reason.PROMISE, count, [row(each) for each in found])


def next_steps(reader: Reader, limit: int) -> Needed:
    """Return whom the reader looks after, or nobody does on their maps, who are important and have nothing to come."""

    def row(found: tuple[Stakeholder, Person | None]) -> Need:
        stakeholder, owner = found
        who = person(owner) if owner and not owner.has_left else None
        return Need(
            Reason.NO_NEXT_STEP,
            Kind.STAKEHOLDER,
            stakeholder.id,
            stakeholder.title,
            Place.STAKEHOLDER,
            stakeholder,
            who,
        )

    count, rows = important_without_next_step(rights.planning(reader), limit)
    return Needed(Reason.NO_NEXT_STEP, count, [row(each) for each in rows])


def gone(reader: Reader, limit: int) -> Needed:
    """Return who has left, or was closed, of whom the reader looks after, or of the own maps if nobody does."""

    def row(stakeholder: Stakeholder) -> Need:
        place = Place.STAKEHOLDER
        return Need(Reason.STAKEHOLDER_GONE, Kind.STAKEHOLDER, stakeholder.id, stakeholder.title, place, stakeholder)

    count, found = gone_from_maps(rights.planning(reader), limit)
    return Needed(Reason.STAKEHOLDER_GONE, count, [row(each) for each in found])


def contacts(reader: Reader, on: date, limit: int) -> Needed:
    """Return whom the reader looks after, or nobody does on their maps, and who were not contacted in time."""

    def row(found: LateContact) -> Need:
        stakeholder, contact = found.stakeholder, found.contact
        who = person(found.owner) if found.owner and not found.owner.has_left else None
        return Need(
            Reason.CONTACT,
            Kind.STAKEHOLDER,
            stakeholder.id,
            stakeholder.title,
            Place.STAKEHOLDER,
            contact,
            who,
            contact.last_on,
            contact.due_on,
            contact.days_late(on),
        )

    count, missed = late_contacts(rights.planning(reader), on, limit)
    return Needed(Reason.CONTACT, count, [row(each) for each in missed])


def mail_in(reader: Reader, limit: int) -> Needed:
    """Return the programmes whose mail waits until somebody assigns it, one need for each."""

    def row(found: tuple[Programme, int]) -> Need:
        programme, number = found
        return Need(Reason.MAIL_IN, Kind.MAIL, programme.id, programme.name, Place.INBOX, WaitingMail(number))

    return first(Reason.MAIL_IN, inboxes_waiting(rights.planning(reader)), row, limit)
