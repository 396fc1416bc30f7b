"""The vocabulary of roles, and how long links and sessions count."""

from datetime import timedelta
from enum import StrEnum

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
#: A sign-in link asked for on the sign-in page lives this long; one inside a message lives as long as it is useful.
LINK_LIFETIME = timedelta(minutes=30)
MESSAGE_LINK_LIFETIME = timedelta(days=14)
SETUP_LINK_LIFETIME = timedelta(hours=24)
SESSION_LIFETIME = timedelta(hours=12)


class Role(StrEnum):
    """What an account may do beyond being an employee; granted for everything or for one programme, wave or department.

    Employees need no grant; leading a wave, heading a department or managing people follows from the data.
    """

    ADMINISTRATOR = "administrator"
    CHANGE_MANAGER = "change_manager"
    TRAINER = "trainer"
    SPONSOR = "sponsor"
    AUDITOR = "auditor"

    @property
    def word(self) -> str:
        """The role as the reader sees it."""
        return self.value.replace("_", " ").capitalize()


class Scope(StrEnum):
    """What a role can be given for instead of everything."""

    PROGRAMME = "programme"
    WAVE = "wave"
    DEPARTMENT = "department"


#: For what each role can be given besides everything: only where it opens something there.
SCOPES: dict[Role, tuple[Scope, ...]] = {
    Role.ADMINISTRATOR: (),
    Role.CHANGE_MANAGER: (Scope.PROGRAMME, Scope.WAVE, Scope.DEPARTMENT),
    Role.TRAINER: (Scope.PROGRAMME, Scope.WAVE, Scope.DEPARTMENT),
    Role.SPONSOR: (Scope.PROGRAMME,),
    Role.AUDITOR: (Scope.PROGRAMME, Scope.WAVE, Scope.DEPARTMENT),
}


def scope_problem(role: Role, scope: Scope | None) -> str | None:
    """Return the sentence that says why a role can't be given for this (None: everything), or None."""
    if scope is None or scope in SCOPES[role]:
        return None
    if role is Role.SPONSOR:
        return "A sponsor reads the report of a whole programme: choose one, or name them as the sponsor of a wave in the wave itself."
    return f"The role of {role.word.lower()} holds everywhere."


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    SIGN_IN = "sign_in"
    SETUP = "setup"
