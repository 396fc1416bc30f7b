"""Which roles open what, said once. Each answer is a `Reach`; rooms compare their rows and statements with it.

Things that belong to no programme, such as sign-ins and the directory, need a reach of `everything`. A page is in the
navigation if the reach `holds_places` or `holds_anything`.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.reach import Reach

PLANNERS = (Role.CHANGE_MANAGER,)
#: Roles that read planning, everywhere or within their scope.
READERS = (Role.CHANGE_MANAGER, Role.AUDITOR, Role.TRAINER)
#: Roles that set what people have to learn, everywhere or within their scope.
TRAINERS = (Role.CHANGE_MANAGER, Role.TRAINER)
#: Roles that read stakeholder maps. Trainers don't need them.
MAP_READERS = (Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR)
#: Roles that, without a scope, read all planning but plan nothing.
READ_EVERYTHING = (Role.AUDITOR, Role.ADMINISTRATOR, Role.TRAINER)


def planning(reader: Reader) -> Reach:
    """Change programmes and waves with all that belongs to them, and answer concerns: change managers, leads of waves."""
    return replace(reader.reach(*PLANNERS), departments=())


def naming_leads(reader: Reader) -> Reach:
    """Name the lead of a wave: change managers of the wave or its programme, never the lead."""
    return replace(reader.reach(*PLANNERS, with_posts=False), departments=())


def reading(reader: Reader) -> Reach:
    """Read planning, and see people by name: planners, trainers, auditors, heads of departments, administrators."""
    return _with_all_for(reader, reader.reach(*READERS, to_read=True), Role.ADMINISTRATOR)


def overseeing(reader: Reader) -> Reach:
    """Open programmes, waves and workflows without their people: those who read planning, and sponsors of the programme."""
    return _with_sponsored(reader, reading(reader))


def representing(reader: Reader) -> Reach:
    """Read what a body is asked, ask back and give its position: whoever speaks for it, named there; not by a link in a message."""
    return Reach(account_id=reader.named_id, person_id=None if reader.is_limited else reader.person_id)


def judging(reader: Reader) -> Reach:
    """Judge criteria of a wave in which one is named there; not by a link in a message."""
    return representing(reader)


def sponsoring(reader: Reader) -> Reach:
    """Say how one sees what a wave changes, as its sponsor: whoever is named so, there or in its programme; not by a link in a message."""
    return representing(reader)


def naming_holders(reader: Reader) -> Reach:
    """Name who holds the parts of a workflow's ownership: who plans its programme, and its sponsors, who decide it."""
    return _with_sponsored(reader, planning(reader))


def _with_sponsored(reader: Reader, reach: Reach) -> Reach:
    """Return the reach, widened to the programmes that the reader sponsors, by a role or from the data."""
    sponsored = reader.reach(Role.SPONSOR, with_posts=False)
    programmes = reach.programmes | sponsored.programmes | reader.sponsors_programmes
    return replace(
        reach,
        everything=reach.everything or sponsored.everything,
        programmes=programmes,
        roles=_together(reach.roles, sponsored.roles),
    )


def naming_by_number(reader: Reader) -> Reach:
    """Name people by employee number: planners of a programme. Others use addresses of people whom they see.

    Numbers are consecutive: anybody who may use all of them could read everybody's name.
    """
    reach = reading(reader)
    return replace(reach, everything=reach.everything or bool(planning(reader).programmes))


def choosing_audiences(reader: Reader) -> Reach:
    """Read audiences and the roles that they give: planners and readers of everything."""
    return _with_all_for(reader, planning(reader), *READ_EVERYTHING)


def seeing_departments(reader: Reader) -> Reach:
    """See departments: all for readers of planning, because waves consist of them; else those headed and below."""
    reach = reading(reader)
    return replace(reach, everything=reach.holds_places)


def training(reader: Reader) -> Reach:
    """Set what people have to learn, and by when: change managers, trainers, leads of waves, heads of departments."""
    return reader.reach(*TRAINERS)


def recording_training(reader: Reader) -> Reach:
    """Record what somebody finished outside the service: trainers and change managers, of people in their places."""
    return replace(reader.reach(*TRAINERS, with_posts=False), person_id=None, team_of=None)


def reading_scores(reader: Reader) -> Reach:
    """Read how well people passed a test: trainers alone. Others see that it was passed."""
    return replace(reader.reach(Role.TRAINER, with_posts=False), person_id=None, team_of=None)


def reading_old_training(reader: Reader) -> Reach:
    """Read what people left unfinished when they moved: those who decide about it, and readers of everything."""
    return _with_all_for(reader, training(reader), *READ_EVERYTHING)


def reading_maps(reader: Reader) -> Reach:
    """Read stakeholder maps: their planners, sponsors and auditors, and administrators."""
    reach = reader.reach(*MAP_READERS, to_read=True)
    reach = replace(reach, programmes=reach.programmes | reader.sponsors_programmes)
    return _with_all_for(reader, reach, Role.ADMINISTRATOR)


def reading_notes(reader: Reader) -> Reach:
    """Read private notes about stakeholders: those who keep their map, and administrators; not sponsors or auditors."""
    return _with_all_for(reader, planning(reader), Role.ADMINISTRATOR)


def reporting(reader: Reader) -> Reach:
    """Read the sponsor's report of a programme: its sponsors, planners of all of it, and auditors."""
    reach = reader.reach(Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR, with_posts=False)
    return replace(reach, programmes=reach.programmes | reader.sponsors_programmes, waves=frozenset())


def auditing(reader: Reader) -> Reach:
    """Read the audit log: administrators all of it, auditors what concerns their places."""
    return _with_all_for(reader, reader.reach(Role.AUDITOR, with_posts=False), Role.ADMINISTRATOR)


def administering(reader: Reader) -> Reach:
    """Manage accounts, roles and retention; export and erase everything about one person: administrators."""
    return _all_or_nothing(reader, Role.ADMINISTRATOR)


def keeping_people(reader: Reader) -> Reach:
    """Import people, change them and departments by hand, decide about deliveries: change managers, administrators."""
    return _all_or_nothing(reader, Role.CHANGE_MANAGER, Role.ADMINISTRATOR)


def reading_operation(reader: Reader) -> Reach:
    """Read the scheduler's jobs with errors, and the delivery log: administrators, change managers, auditors."""
    return _all_or_nothing(reader, Role.ADMINISTRATOR, Role.CHANGE_MANAGER, Role.AUDITOR)


def roles_to_gain(reader: Reader, roles: Iterable[str]) -> list[Role]:
    """Return those of the roles that the reader doesn't have for everything."""
    return [role for role in map(Role, roles) if not reader.has(role)]


def has_in_part(reader: Reader, roles: Collection[Role]) -> bool:
    """Return whether the reader has one of the roles for a programme, a wave or a department."""
    return any(role in roles for role, _ in (*reader.in_programmes, *reader.in_waves, *reader.in_departments))


def _all_or_nothing(reader: Reader, *roles: Role) -> Reach:
    """Return the reach of a right that only roles without a scope give."""
    return Reach(everything=reader.has(*roles), account_id=reader.named_id, roles=roles)


def _with_all_for(reader: Reader, reach: Reach, *roles: Role) -> Reach:
    """Return the reach, widened to everything for readers with one of the roles without a scope."""
    return replace(reach, everything=reach.everything or reader.has(*roles), roles=_together(reach.roles, roles))


def _together(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return (*some, *(role for role in others if role not in some))
