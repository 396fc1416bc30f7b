"""Whose communications are whose: the access questions asked with a communication's own programme, wave and people."""

from sqlalchemy import ColumnElement, or_

from engagement.accounts import access
from engagement.accounts.reader import Reader
from engagement.communications.models import Communication


def may_plan(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader may change this communication, end it and date its messages."""
    return access.may_plan_communication(reader, communication.programme_id, communication.wave_id)


def is_in_charge(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader may write, move and skip its messages: its owner, and who plans it."""
    return communication.owner_id == reader.account_id or may_plan(reader, communication)


def may_read(reader: Reader, communication: Communication) -> bool:
    """Return whether the reader may read it: its owner, its approver, and who sees its wave or programme."""
    return reader.account_id in (communication.owner_id, communication.approver_id) or access.may_see_communication(
        reader, communication.programme_id, communication.wave_id
    )


def in_charge(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Communication` that `is_in_charge` answers with yes."""
    planned = access.planned_communications(reader, Communication.programme_id, Communication.wave_id)
    return or_(Communication.owner_id == reader.account_id, planned)


def readable(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Communication` that `may_read` answers with yes."""
    return or_(
        Communication.owner_id == reader.account_id,
        Communication.approver_id == reader.account_id,
        access.visible_communications(reader, Communication.programme_id, Communication.wave_id),
    )
