"""What stakeholders need of a reader: promises, a next step for the important, a contact in time, and word of who is gone."""

from collections.abc import Collection
from datetime import date

from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.need import Need, Needed, WaitingMail, Who, first, person
from engagement.attention.rules import Kind, Place, Reason, days_late
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.queries.next_steps import (
    gone_from_maps,
    important_without_next_step,
    promises_due,
    with_owners,
)
from engagement.stakeholders.inbox.queries import inboxes_waiting
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rhythm.queries.lateness import late_contacts
from engagement.stakeholders.rhythm.queries.said import contacts_of
from engagement.stakeholders.rhythm.rules import LastContact


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


def on_maps(reader: Reader, on: date, limit: int, there: Collection[Reason]) -> list[Needed]:
    """Return who needs a next step, has gone, or was not contacted in time, in at most seven statements.

    The reader looks after them, or nobody does and they are on the reader's maps.
    """
    planning = rights.planning(reader)
    nothing: tuple[int, list[int]] = (0, [])
    steps = important_without_next_step(planning, limit) if Reason.NO_NEXT_STEP in there else nothing
    left = gone_from_maps(planning, limit) if Reason.STAKEHOLDER_GONE in there else nothing
    late = late_contacts(planning, on, limit) if Reason.CONTACT in there else nothing
    people = with_owners({*steps[1], *left[1], *late[1]})
    contacts = contacts_of({key: people[key][0].added_at.date() for key in late[1]}, on)
    return [
        Needed(Reason.NO_NEXT_STEP, steps[0], [_step(*people[key]) for key in steps[1]]),
        Needed(Reason.STAKEHOLDER_GONE, left[0], [_gone(people[key][0]) for key in left[1]]),
        Needed(Reason.CONTACT, late[0], [_late(*people[key], contacts[key], on) for key in late[1]]),
    ]


def _step(whom: Stakeholder, owner: Person | None) -> Need:
    return Need(Reason.NO_NEXT_STEP, Kind.STAKEHOLDER, whom.id, whom.title, Place.STAKEHOLDER, whom, _here(owner))


def _gone(whom: Stakeholder) -> Need:
    return Need(Reason.STAKEHOLDER_GONE, Kind.STAKEHOLDER, whom.id, whom.title, Place.STAKEHOLDER, whom)


def _late(whom: Stakeholder, owner: Person | None, contact: LastContact, on: date) -> Need:
    return Need(
        Reason.CONTACT,
        Kind.STAKEHOLDER,
        whom.id,
        whom.title,
        Place.STAKEHOLDER,
        contact,
        _here(owner),
        contact.last_on,
        contact.due_on,
        contact.days_late(on),
    )


def _here(owner: Person | None) -> Who | None:
    return person(owner) if owner and not owner.has_left else None


def mail_in(reader: Reader, limit: int) -> Needed:
    """Return the programmes whose mail waits until somebody assigns it, one need for each."""

    def row(found: tuple[Programme, int]) -> Need:
        programme, number = found
        return Need(Reason.MAIL_IN, Kind.MAIL, programme.id, programme.name, Place.INBOX, WaitingMail(number))

    return first(Reason.MAIL_IN, inboxes_waiting(rights.planning(reader)), row, limit)
