"""Reads of programmes' addresses and of the mail that waits."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, and_, func, or_, select

from engagement.accounts.models import Account
from engagement.accounts.queries import account_by_email, reader_of
from engagement.accounts.scopes import rights
from engagement.db import db
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.reach import Reach
from engagement.stakeholders.inbox.models import MailIn, ProgrammeMailbox
from engagement.stakeholders.models import Stakeholder, StakeholderPlace
from engagement.stakeholders.queries import on_the_map
from engagement.stakeholders.scopes import stakeholders_within


def mailbox_of(programme_id: int) -> ProgrammeMailbox | None:
    """Return a programme's address, None if it has none."""
    here = (ProgrammeMailbox.programme_id == programme_id, ProgrammeMailbox.ended_at.is_(None))
    return db.session.scalar(select(ProgrammeMailbox).where(*here))


def mailbox_by_token(token: str) -> ProgrammeMailbox | None:
    """Return the address with a token, None if there is none or it was renewed."""
    here = (ProgrammeMailbox.mail_token == token, ProgrammeMailbox.ended_at.is_(None))
    return db.session.scalar(select(ProgrammeMailbox).where(*here))


def waiting_mail(programme_id: int) -> Select[MailIn]:
    """Return a SELECT of the mail to a programme that waits, the oldest first."""
    here = (MailIn.programme_id == programme_id, MailIn.handled_at.is_(None))
    return select(MailIn).where(*here).order_by(MailIn.received_at, MailIn.id)


def inboxes_waiting(planning: Reach) -> list[tuple[Programme, int]]:
    """Return the programmes whose mail waits for the reader, with how many."""
    rows = db.session.execute(
        select(Programme, func.count())
        .join(MailIn, MailIn.programme_id == Programme.id)
        .where(MailIn.handled_at.is_(None))
        .group_by(Programme.id)
        .order_by(Programme.id)
    )
    return [(programme, number) for programme, number in rows if planning.covers_all_of(programme.id)]


def planner_with(address: str, programme_id: int, timezone: str) -> tuple[Account, Reach] | None:
    """Return the active account with an address and its reach of planning, if it plans all of a programme."""
    account = account_by_email(address)
    if account is None or account.deactivated_at is not None:
        return None
    planning = rights.planning(reader_of(account, timezone))
    return (account, planning) if planning.covers_all_of(programme_id) else None


def forwarded_as(interaction_id: int) -> MailIn | None:
    """Return the mail with which an interaction was forwarded, None for one that came in any other way."""
    here = (MailIn.interaction_id == interaction_id, MailIn.is_forwarded.is_(True))
    return db.session.scalar(select(MailIn).where(*here))


def stakeholders_with(addresses: Iterable[str], programme_id: int, planning: Reach) -> Sequence[Stakeholder]:
    """Return the stakeholders on a programme's maps who have one of these addresses."""
    asked = sorted(addresses)
    placed = select(StakeholderPlace.stakeholder_id).where(
        StakeholderPlace.programme_id == programme_id, StakeholderPlace.ended_at.is_(None)
    )
    theirs = or_(
        and_(Stakeholder.email != "", func.lower(Stakeholder.email).in_(asked)), func.lower(Person.email).in_(asked)
    )
    return db.session.scalars(
        select(Stakeholder)
        .outerjoin(Person, Person.id == Stakeholder.person_id)
        .where(theirs, Stakeholder.id.in_(placed), on_the_map(), stakeholders_within(planning))
        .order_by(Stakeholder.id)
    ).all()
