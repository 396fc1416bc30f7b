"""Whose communications are whose: the access questions asked with a communication's own programme, wave and people."""

from datetime import date

from sqlalchemy import ColumnElement, exists, or_, select

from engagement.accounts import access
from engagement.accounts.scopes.reader import Reader
from engagement.audiences.models import Audience
from engagement.audiences.queries import people_in
from engagement.communications.models import Communication
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.waves.models import Membership, Wave
from engagement.words import plural


def may_plan(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader may change this communication, end it and date its messages."""
    return access.may_plan_communication(reader, communication.programme_id, communication.wave_id)


def refuse_readers_beyond(reader: Reader, programme_id: int, audience: Audience, on: date) -> None:
    """Raise BadInput when the audience reaches people now to whom the reader may not write.

    Who plans the programme writes to anybody; who plans or leads some of its waves, to the people of those.
    """
    if access.may_plan_programme(reader, programme_id):
        return
    programmes, waves = reader.places(*access.PLANNERS)
    planned = or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))
    members = select(Membership.person_id).join(Wave).where(planned, Membership.ended_at.is_(None))
    beyond = count_of(people_in(audience, on).where(Person.id.not_in(members)))
    if beyond:
        sentence = (
            f"“{audience.name}” reaches {plural(beyond, 'person', 'people')} outside the waves that you plan. Choose an audience within them, or ask a "
            "change manager of the programme to plan this."
        )
        raise BadInput(sentence, {"audience": sentence})


def is_in_charge(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader may write, move and skip its messages: its owner, and who plans it."""
    return communication.owner_id == reader.named_id or may_plan(reader, communication)


def may_read(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader may read it: its owner, its approver, and who sees its wave or programme."""
    is_named = reader.named_id in (communication.owner_id, communication.approver_id)
    return is_named or access.may_see_communication(reader, communication.programme_id, communication.wave_id)


def is_named_in_messages(account_id: int) -> bool:
    """Return whether a running communication names an account as its owner or approver: it has tasks without any role."""
    named = or_(Communication.owner_id == account_id, Communication.approver_id == account_id)
    return bool(db.session.scalar(select(exists().where(Communication.ended_at.is_(None), named))))


def in_charge(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Communication` that `is_in_charge` answers with yes."""
    planned = access.planned_communications(reader, Communication.programme_id, Communication.wave_id)
    return or_(Communication.owner_id == reader.named_id, planned)


def readable(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Communication` that `may_read` answers with yes."""
    return or_(
        Communication.owner_id == reader.named_id,
        Communication.approver_id == reader.named_id,
        access.visible_communications(reader, Communication.programme_id, Communication.wave_id),
    )
