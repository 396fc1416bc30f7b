"""What is done to sign-ins and their roles, and where its entry belongs."""

from factories import TESTER
from flows.deeds.place import Deed, Place

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.verbs import Verb


def take_back_role(at: Place, **scope: int) -> None:
    accounts.withdraw_grant(accounts.grant_role(at.account, Role.AUDITOR, by=TESTER, **scope), by=TESTER)


DONE: list[Deed] = [
    (Verb.GAVE_ROLE, lambda at: accounts.grant_role(at.account, Role.AUDITOR, by=TESTER, wave_id=at.wave.id), {"wave"}),
    (Verb.WITHDREW_ROLE, lambda at: take_back_role(at, wave_id=at.wave.id), {"wave"}),
    (Verb.WITHDREW_ROLE, lambda at: take_back_role(at, programme_id=at.programme.id), {"programme"}),
    (Verb.WITHDREW_ROLE, lambda at: take_back_role(at, department_id=at.department.id), {"department"}),
    (Verb.WITHDREW_ROLE, take_back_role, set()),
    (Verb.SET_PASSWORD, lambda at: accounts.set_password(at.account, "several plain words here", by=TESTER), set()),
]
