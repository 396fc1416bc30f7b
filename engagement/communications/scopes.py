"""Who may read, write, plan and approve which communications: conditions for statements and answers for one row.

Both come from one definition. A communication is open to those who reach its wave or programme, and to its owner and
its approver.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import joinedload

from engagement.communications.models import Communication, Occurrence
from engagement.db import db
from engagement.people.models import Person
from engagement.reach import Reach, allow, found
from engagement.waves.models import Membership, Wave
from engagement.waves.scopes import waves_within


def _ways_to_plan(line: Any, reach: Reach) -> list[Any]:
    return [reach.holds(programme_id=line.programme_id, wave_id=line.wave_id)]


def _ways_to_write(line: Any, reach: Reach) -> list[Any]:
    return [line.owner_id == reach.account_id, *_ways_to_plan(line, reach)]


def _ways_to_read(line: Any, reach: Reach) -> list[Any]:
    return [line.approver_id == reach.account_id, *_ways_to_write(line, reach)]


def may_plan(planning: Reach, communication: Communication) -> bool:
    """Return whether `planning` covers changing and ending this communication and dating its messages."""
    return any(_ways_to_plan(communication, planning))


def is_in_charge(planning: Reach, communication: Communication) -> bool:
    """Return whether its messages may be written, moved and skipped: by its owner and its planners."""
    return any(_ways_to_write(communication, planning))


def in_charge(planning: Reach) -> ColumnElement[bool]:
    """Return the condition on `Communication` that `is_in_charge` answers with yes."""
    return or_(*_ways_to_write(Communication, planning))


def may_read(reading: Reach, communication: Communication) -> bool:
    """Return whether it may be read: by its owner, its approver, and those who see its wave or programme."""
    return any(_ways_to_read(communication, reading))


def readable(reading: Reach) -> ColumnElement[bool]:
    """Return the condition on `Communication` that `may_read` answers with yes."""
    return or_(*_ways_to_read(Communication, reading))


def allow_in(planning: Reach, programme_id: int, wave: Wave | None) -> None:
    """Raise BeyondReach when a communication of this wave (None: the whole programme) may not be planned."""
    allow(planning.covers(programme_id=programme_id, wave_id=wave.id if wave else None), planning)


def communication_for(reading: Reach, communication_id: int) -> Communication:
    """Return a readable communication with all that its page names; raise NotFound or BeyondReach."""
    communication = _communication(communication_id)
    allow(may_read(reading, communication), reading)
    return communication


def communication_to_plan(planning: Reach, communication_id: int) -> Communication:
    """Return a communication that can be changed; raises NotFound or BeyondReach."""
    communication = _communication(communication_id)
    allow(may_plan(planning, communication), planning)
    return communication


def message_for(reading: Reach, occurrence_id: int) -> Occurrence:
    """Return a readable message with all that its page names; raise NotFound or BeyondReach."""
    message = _message(occurrence_id)
    allow(may_read(reading, message.communication), reading)
    return message


def message_to_write(planning: Reach, occurrence_id: int) -> Occurrence:
    """Return a message that can be written, moved and skipped; raises NotFound or BeyondReach."""
    message = _message(occurrence_id)
    allow(is_in_charge(planning, message.communication), planning)
    return message


def _communication(communication_id: int) -> Communication:
    named = (
        joinedload(each)
        for each in (
            Communication.programme,
            Communication.wave,
            Communication.audience,
            Communication.owner,
            Communication.approver,
        )
    )
    return found(db.session.scalar(select(Communication).where(Communication.id == communication_id).options(*named)))


def _message(occurrence_id: int) -> Occurrence:
    line = joinedload(Occurrence.communication)
    return found(
        db.session.scalar(
            select(Occurrence)
            .where(Occurrence.id == occurrence_id)
            .options(
                line.joinedload(Communication.programme),
                line.joinedload(Communication.wave),
                line.joinedload(Communication.audience),
                line.joinedload(Communication.owner),
                line.joinedload(Communication.approver),
                joinedload(Occurrence.written_by),
                joinedload(Occurrence.mailing),
            )
        )
    )


def may_approve(planning: Reach, communication: Communication, barred: Collection[int]) -> bool:
    """Return whether a text may be approved: by the named approver, or without one by planners of the programme.

    Never by the accounts in `barred` (its writers and the requester), nor by somebody who signed in by a link in a
    mail.
    """
    if not planning.account_id or planning.account_id in barred:
        return False
    if communication.approver_id is not None:
        return planning.account_id == communication.approver_id
    return planning.covers(programme_id=communication.programme_id)


def written_to(planning: Reach, programme_id: int) -> ColumnElement[bool]:
    """Return the condition on `Person` for the people who may be addressed.

    Planners of the programme may write to anybody; planners and leads of some of its waves to the people of those
    waves.
    """
    if planning.covers(programme_id=programme_id):
        return true()
    members = select(Membership.person_id).join(Wave).where(waves_within(planning), Membership.ended_at.is_(None))
    return Person.id.in_(members)


def writes_outside(planning: Reach, programme_id: int, places: Iterable[tuple[int, int | None]]) -> bool:
    """Return whether somebody outside the directory who stands on these maps may be addressed, as in `written_to`."""
    if planning.covers(programme_id=programme_id):
        return True
    return any(planning.covers(programme_id=programme, wave_id=wave) for programme, wave in places)


def is_named_in_messages(account_id: int) -> bool:
    """Return whether a running communication names this account as owner or approver: tasks without a role."""
    named = or_(Communication.owner_id == account_id, Communication.approver_id == account_id)
    return bool(db.session.scalar(select(exists().where(Communication.ended_at.is_(None), named))))
