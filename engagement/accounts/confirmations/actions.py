"""Confirming from the shell what waits for an administrator: said first, done with a second word."""

from engagement.accounts import actions, queries
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses.queries import in_words
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.errors import BadInput


def confirm_what_waits(address: str, *, is_sure: bool, by: Actor) -> str:
    """Let in who came back, and let them sign in with the address that the directory has; return what was done in words.

    Raises BadInput where nobody waits, and, unless it `is_sure`, with all that would be done.
    """
    person = queries.active_person_by_email(address)
    account = queries.account_of_person(person.id) if person else None
    if person is None or account is None:
        raise BadInput(f"Nobody in the directory who has a sign-in has the address {address}.")
    whose, comes_back = f"{account.name} ({_roles(account)})", account.returned_at is not None
    former, moves = in_words(account.email), account.email != person.email
    if not moves and not comes_back:
        raise BadInput(f"Nothing waits: {whose} signs in with {former} already.")
    if not is_sure:
        steps = ["can sign in again"] * comes_back + [f"signs in with {person.email} instead of {former}"] * moves
        raise BadInput(
            f"By this {whose} {' and '.join(steps)}. Ask them by another way than mail whether that is right, then add --yes."
        )
    if comes_back:
        actions.reactivate(account, by=by)
    addresses.confirm_address(account, address, by=by)
    said = ["can sign in again"] * comes_back + [f"signs in with {account.email}"]
    return f"{whose} {' and '.join(said)}{f', no longer with {former}' if moves else ''}."


def _roles(account: Account) -> str:
    roles = dict.fromkeys(grant.role.word.lower() for grant in queries.open_grants(account.id))
    return ", ".join(roles) or "no role"
