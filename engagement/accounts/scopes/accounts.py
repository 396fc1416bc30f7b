"""Looks up sign-ins and roles for administrators; they belong to no programme or department."""

from engagement.accounts.models import Account, Grant
from engagement.reach import Reach, row_of_all


def account_for(administering: Reach, account_id: int) -> Account:
    """Return a sign-in; raises BeyondReach or NotFound."""
    return row_of_all(administering, Account, account_id)


def grant_for(administering: Reach, grant_id: int) -> Grant:
    """Return a role that was given, even if withdrawn since; raises BeyondReach or NotFound."""
    return row_of_all(administering, Grant, grant_id)
