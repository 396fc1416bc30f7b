"""Who approved a message and whether that still stands; whom it may be approved by."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from engagement.accounts import access
from engagement.accounts.models import Account
from engagement.accounts.queries import reader_of
from engagement.accounts.scopes.reader import Reader
from engagement.audit import Actor
from engagement.communications.models import Approval, Occurrence
from engagement.communications.writers import barred_from_approving
from engagement.db import db


def standing_approval(occurrence: Occurrence) -> Approval | None:
    """Return the approval of the text as it is now, None when there is none or it was withdrawn."""
    return db.session.scalar(
        select(Approval)
        .where(
            Approval.occurrence_id == occurrence.id,
            Approval.text_version == occurrence.text_version,
            Approval.withdrawn_at.is_(None),
        )
        .options(joinedload(Approval.approved_by))
        .order_by(Approval.id.desc())
        .limit(1)
    )


def approvals_of(occurrence: Occurrence) -> list[Approval]:
    """Return every approval that a message was given, newest first."""
    return list(
        db.session.scalars(
            select(Approval)
            .where(Approval.occurrence_id == occurrence.id)
            .options(joinedload(Approval.approved_by))
            .order_by(Approval.id.desc())
        )
    )


def may_approve(reader: Reader, occurrence: Occurrence) -> bool:
    """Return whether the reader may approve this message as it is written now; never who wrote it or asked for it."""
    return bool(approvable(reader, [occurrence]))


def approvable(reader: Reader, occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """Return those of the messages that `may_approve` answers with yes, in two queries however many they are."""
    barred = barred_from_approving(occurrences)

    def may(row: Occurrence) -> bool:
        line = row.communication
        return access.may_approve(reader, barred[row.id], line.approver_id, line.programme_id)

    return [row for row in occurrences if may(row)]


def may_still_approve(account: Account, occurrence: Occurrence) -> bool:
    """Return whether an account may sign in and approve this message today."""
    return account.is_active and may_approve(reader_of(account, "UTC"), occurrence)


def approver_behind(actor: Actor) -> Account | None:
    """Return the account of somebody who wants to approve; the service itself has none."""
    return db.session.get(Account, actor.account_id) if actor.account_id is not None else None


def approver_words(occurrence: Occurrence) -> str:
    """Say who can approve a message: the named person unless they wrote it or asked for it, or who plans the programme."""
    approver = occurrence.communication.approver
    if approver is None:
        return "somebody else who plans this programme"
    is_barred = approver.id in barred_from_approving([occurrence])[occurrence.id]
    return f"an approver other than {approver.name}, who wrote it or asked for it," if is_barred else approver.name
