"""The signed-in person with all facts that give rights; read once for each request."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.reach import Reach


@dataclass(frozen=True)
class Reader:
    """Somebody who is signed in, with the roles given to them and the facts that give rights.

    `everywhere` are roles without a scope. `in_programmes`, `in_waves` and `in_departments` are pairs of a role and its
    place: the id of a programme or wave, or the lineage of a department. `leads_waves` are ids of waves led,
    `sponsors_programmes` of programmes sponsored; `heads` the lineages of departments headed, with everything below;
    `has_team` says whether somebody reports to this person. `programme_of` gives the programmes of all waves named
    here. `is_limited` marks a sign-in by a link in a message, which opens only an employee's own pages; `has_more` says
    whether a password or a fresh link would open more.
    """

    account_id: int
    name: str
    person_id: int | None = None
    timezone: str = "UTC"
    everywhere: frozenset[Role] = frozenset()
    in_programmes: frozenset[tuple[Role, int]] = frozenset()
    in_waves: frozenset[tuple[Role, int]] = frozenset()
    in_departments: frozenset[tuple[Role, str]] = frozenset()
    leads_waves: frozenset[int] = frozenset()
    sponsors_programmes: frozenset[int] = frozenset()
    heads: tuple[str, ...] = field(default=())
    has_team: bool = False
    programme_of: Mapping[int, int] = field(default_factory=dict, hash=False)
    is_limited: bool = False
    has_more: bool = False

    def as_employee(self, *, has_tasks: bool = False) -> "Reader":
        """Return this reader with an employee's rights alone, without roles and posts.

        This is the one place that says what a link in a message opens. `has_tasks` says that the account itself is
        named somewhere, for example as an approver.
        """
        plain = Reader(self.account_id, self.name, self.person_id, self.timezone)
        return replace(plain, is_limited=True, has_more=has_tasks or self != plain)

    @property
    def actor(self) -> Actor:
        """The reader as the audit log names them."""
        return Actor(self.account_id, self.name, self.person_id)

    @property
    def named_id(self) -> int:
        """The account id by which texts name the reader, for example as approver; 0, which is nobody's, if limited."""
        return 0 if self.is_limited else self.account_id

    def has(self, *roles: Role) -> bool:
        """Return whether one of the roles was given without a scope."""
        return not self.everywhere.isdisjoint(roles)

    def reach(self, *roles: Role, with_posts: bool = True, to_read: bool = False) -> Reach:
        """Return how far these roles reach, with waves led and departments headed.

        `with_posts` False leaves out what is led and headed. `to_read` adds facts about a whole programme if some of
        its waves are within reach.
        """
        waves = {wave_id for role, wave_id in self.in_waves if role in roles}
        lineages = {lineage for role, lineage in self.in_departments if role in roles}
        if with_posts:
            waves |= self.leads_waves
            lineages |= set(self.heads)
        return Reach(
            everything=self.has(*roles),
            programmes=frozenset(programme_id for role, programme_id in self.in_programmes if role in roles),
            waves=frozenset(waves),
            around=frozenset(self.programme_of[wave_id] for wave_id in waves if to_read),
            departments=tuple(sorted(lineages)),
            account_id=self.named_id,
            person_id=self.person_id,
            team_of=self.person_id if self.has_team else None,
            roles=roles,
        )
