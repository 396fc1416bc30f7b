"""Checks the mailbox of a link: only links sent to the account's present address open anything."""

from sqlalchemy import select

from engagement.accounts.links.rules import OneTimeLink
from engagement.accounts.models import Account
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.models import Delivery

NO_MORE = "This address can’t sign in any more. Ask the change team."


def refuse_from_elsewhere(link: OneTimeLink, account: Account) -> None:
    """Raise RuleBroken for a link in another mailbox than the account's, such as a former or a future one."""
    sent_to = select(Delivery.address).where(Delivery.id == link.delivery_id)
    address = db.session.scalar(sent_to) if link.delivery_id is not None else None
    there = account.person.email if account.person else None
    lies_at = address.lower() if address else there if link.is_limited else None
    if lies_at is None or lies_at == account.email:
        return
    if lies_at != there:
        raise RuleBroken(NO_MORE)
    raise RuleBroken(
        "This address waits for an administrator. Until one of them confirms it, sign in with your former address; "
        "if you don’t have that one any more, ask an administrator."
    )
