"""What a page says to readers whose roles open too little: which role would do, and who can give it. Administrators take it there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import request

from engagement.accounts import queries
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.pages.frame import guard
from engagement.programmes.queries import programmes
from engagement.reach import Reach
from engagement.words import listed

#: Administrators whom a page names.
MOST_NAMED = 3


@dataclass(frozen=True)
class RoleOffer:
    """A sentence on the role that is needed; `roles` are those that the reader may take, `back` where that leads."""

    sentence: str
    roles: Sequence[Role]
    back: str


def offer_of(reader: Reader, what: str, roles: Sequence[str]) -> RoleOffer | None:
    """Return what to say of something that one of the roles would open; None if the reader has them all already."""
    wanted = rights.roles_to_gain(reader, roles)
    if not wanted:
        return None
    sentence = f"{what} needs the role of {listed((role.word.lower() for role in wanted), 'or')}."
    if rights.has_in_part(reader, wanted):
        sentence += " Yours is for another part."
    if rights.administering(reader).everything:
        return RoleOffer(f"{sentence} You can give it to yourself; the audit says so.", wanted, guard.here())
    return RoleOffer(f"{sentence} {_givers()}", (), "")


def _givers() -> str:
    names = [account.name for account in queries.accounts_holding(Role.ADMINISTRATOR)[:MOST_NAMED]]
    return f"{listed(names, 'or')} can give it." if names else "An administrator can give it."


#: What is changed in each hall, or on a page, and the right that it needs; None where other rights open the page's buttons.
_CHANGING: dict[str, tuple[str, Callable[[Reader], Reach]] | None] = {
    "today": ("Planning", rights.planning),
    "waves": ("Planning", rights.planning),
    "calendar": ("Planning messages", rights.planning),
    "audiences": ("Building audiences", rights.planning),
    "stakeholders": ("Keeping this map", rights.planning),
    "training": ("Changing what people learn", rights.training),
    "people.role_rules": ("Making rules", rights.planning),
    "calendar.deliveries": None,
    "calendar.unconfirmed": None,
}


def offer_here(reader: Reader) -> RoleOffer | None:
    """Return what this page says to a reader who sees it but may change nothing: administrators, and all while nothing is planned."""
    asked = _CHANGING.get(request.endpoint or "", _CHANGING.get(request.blueprint or ""))
    if asked is None:
        return None
    what, reach = asked[0], asked[1](reader)
    if reach.holds_places or not (rights.administering(reader).everything or not programmes()):
        return None
    return offer_of(reader, what, reach.roles)
