"""The roles, and the lifetimes of links and sessions."""

from datetime import timedelta
from enum import StrEnum

from engagement.vocabulary import Worded

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 256
#: Lifetimes: of a link asked for on the sign-in page; of one in a message, which is useful for longer.
LINK_LIFETIME = timedelta(minutes=30)
MESSAGE_LINK_LIFETIME = timedelta(days=14)
SETUP_LINK_LIFETIME = timedelta(hours=24)
SESSION_LIFETIME = timedelta(hours=12)


class Role(Worded):
    """What an account may do beyond being an employee; given for everything or for one programme, wave or department.

    Employees need no role; leading a wave, heading a department or managing people follows from the data.
    """

    ADMINISTRATOR = "administrator"
    CHANGE_MANAGER = "change_manager"
    TRAINER = "trainer"
    SPONSOR = "sponsor"
    AUDITOR = "auditor"

    @property
    def meaning(self) -> str:
        """What somebody with the role does, in a line."""
        return _MEANINGS[self]


_MEANINGS = {
    Role.ADMINISTRATOR: "Runs the service: sign-ins, directory, audit, jobs",
    Role.CHANGE_MANAGER: "Plans programmes, waves, training and communication; answers concerns",
    Role.TRAINER: "Sees who has finished and gives other days; writes courses and curricula where it holds for everything",
    Role.SPONSOR: "Reads the reports and decides; never sees who objected",
    Role.AUDITOR: "Reads everything but people’s own words, changes nothing",
}


class Scope(StrEnum):
    """What a role can be limited to."""

    PROGRAMME = "programme"
    WAVE = "wave"
    DEPARTMENT = "department"


#: The scopes of each role besides everything: those in which it opens something.
SCOPES: dict[Role, tuple[Scope, ...]] = {
    Role.ADMINISTRATOR: (),
    Role.CHANGE_MANAGER: (Scope.PROGRAMME, Scope.WAVE, Scope.DEPARTMENT),
    Role.TRAINER: (Scope.PROGRAMME, Scope.WAVE, Scope.DEPARTMENT),
    Role.SPONSOR: (Scope.PROGRAMME,),
    Role.AUDITOR: (Scope.PROGRAMME, Scope.WAVE, Scope.DEPARTMENT),
}


def scope_problem(role: Role, scope: Scope | None) -> str | None:
    """Return why a role can't be given for this scope (None: everything), None when it can."""
    if scope is None or scope in SCOPES[role]:
        return None
    if role is Role.SPONSOR:
        return "A sponsor reads the report of a whole programme: choose one, or name them as the sponsor of a wave in the wave itself."
    return f"The role of {role.word.lower()} holds everywhere."


class LinkPurpose(StrEnum):
    """What a one-time link is for."""

    SIGN_IN = "sign_in"
    SETUP = "setup"
