"""Confirms from the shell what waits for an administrator: shown first, done when asked again."""

from engagement.accounts import actions, queries
from engagement.accounts.addresses import actions as addresses
from engagement.accounts.addresses.queries import in_words
from engagement.accounts.models import Account
from engagement.audit import Actor
from engagement.errors import BadInput


def confirm_what_waits(address: str, *, is_sure: bool, by: Actor) -> str:
    """Let a returned person in and accept the directory's address; return in words what was done.

    Raises BadInput when nothing waits and, unless `is_sure`, with everything that would be done.
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
            f"With --yes, {whose} {' and '.join(steps)}. Ask them first, by another way than mail, whether that is right."
        )
    if comes_back:
        actions.reactivate(account, by=by)
    addresses.confirm_address(account, address, by=by)
    said = ["can sign in again"] * comes_back + [f"signs in with {account.email}"]
    return f"{whose} {' and '.join(said)}{f', no longer with {former}' if moves else ''}."


def _roles(account: Account) -> str:
    roles = dict.fromkeys(grant.role.word.lower() for grant in queries.open_grants(account.id))
    return ", ".join(roles) or "no role"
