"""Handing a message to delivery for readers outside the directory, each as a copy with name and address."""

from datetime import date, datetime

from sqlalchemy import select

from engagement.audiences.outside.queries import Outsider, outsiders_in
from engagement.communications.models import Occurrence
from engagement.communications.queries.letters import letter_outside
from engagement.communications.queries.outside import letter_for, values_outside
from engagement.communications.texts.queries.translations import texts_of
from engagement.days.working_hours import next_working_instant
from engagement.db import db
from engagement.mail.actions.building import add_translation
from engagement.mail.letters.rules.slots import slots_of
from engagement.mail.models import Delivery, Mailing, Translation
from engagement.mail.queries import outside_letters
from engagement.mail.rules import DeliveryState
from engagement.people.organisation.rules import Organisation, working_time
from engagement.stakeholders.copies.models import StakeholderCopy
from engagement.stakeholders.copies.queries import have_copies_of


def queue_outside(occurrence: Occurrence, mailing: Mailing, on: date, now: datetime, organisation: Organisation) -> int:
    """Queue a message for the stakeholders outside the directory whom its audience reaches; return how many copies.

    Nobody gets a second copy, and no address does: not even that of a person who gets one as well.
    """
    reached = _without_copies(outsiders_in(occurrence.communication.audience, on), mailing)
    if not reached:
        return 0
    letters, values = _letters(occurrence, mailing, organisation), values_outside(occurrence, reached, on)
    hours = working_time(None, None, None, "", organisation)
    due_at = next_working_instant(now, hours) if occurrence.communication.in_working_hours else now
    rows = [
        (
            each,
            _delivery(each, letter_for(each, letters, organisation), values[each.stakeholder_id], mailing, now, due_at),
        )
        for each in reached
    ]
    db.session.add_all(row for _, row in rows)
    db.session.flush()
    db.session.add_all(StakeholderCopy(delivery_id=row.id, stakeholder_id=each.stakeholder_id) for each, row in rows)
    db.session.flush()
    return len(rows)


def _without_copies(reached: list[Outsider], mailing: Mailing) -> list[Outsider]:
    """Return those with an address who have no copy yet, each address once."""
    have = have_copies_of(mailing.id)
    new = {each.email: each for each in reversed(reached) if each.can_be_written_to and each.stakeholder_id not in have}
    sent = select(Delivery.address).where(Delivery.mailing_id == mailing.id, Delivery.address.in_(new))
    for address in db.session.scalars(sent) if new else ():
        new.pop(address, None)
    return list(reversed(new.values()))


def _letters(occurrence: Occurrence, mailing: Mailing, organisation: Organisation) -> dict[str, Translation]:
    """Return the texts for readers outside by language, the message's own first; those that are missing are built."""
    there = outside_letters(mailing.id)
    found = {}
    for text in texts_of(occurrence, organisation):
        letter = there.get(text.language)
        found[text.language] = letter or add_translation(mailing, letter_outside(occurrence, text, organisation))
    return found


def _delivery(
    who: Outsider, letter: Translation, values: dict[str, str], mailing: Mailing, now: datetime, due_at: datetime
) -> Delivery:
    asked = slots_of(letter.subject, letter.text, letter.html)
    return Delivery(
        mailing_id=mailing.id,
        translation_id=letter.id,
        address=who.email,
        name=who.name,
        filled={name: value for name, value in values.items() if name in asked},
        state=DeliveryState.QUEUED,
        queued_at=now,
        due_at=due_at,
    )
