"""Which roles open which question, said once. Each answer is a `Reach`; rooms hold their rows and statements against it.

What belongs to no programme, as sign-ins and the directory do, asks whether the reach is `everything`; whether a page is
worth having in the navigation, whether it `holds_places` or `holds_anything`.
"""

from dataclasses import replace

from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.reach import Reach

PLANNERS = (Role.CHANGE_MANAGER,)
#: Roles that open planning to read, for all of it or where they were granted.
READERS = (Role.CHANGE_MANAGER, Role.AUDITOR, Role.TRAINER)
#: Roles that say what people have to learn, for all of it or where they were granted.
TRAINERS = (Role.CHANGE_MANAGER, Role.TRAINER)
#: Roles that open stakeholder maps to read. Trainers have no use for them.
MAP_READERS = (Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR)
#: Roles that, without a scope, read all planning although they plan none.
READ_EVERYTHING = (Role.AUDITOR, Role.ADMINISTRATOR, Role.TRAINER)


def planning(reader: Reader) -> Reach:
    """Change programmes and waves, what hangs on them, and answer their concerns: change managers, and who leads a wave."""
    return replace(reader.reach(*PLANNERS), departments=())


def naming_leads(reader: Reader) -> Reach:
    """Say who leads a wave: change managers of it or of its programme, never the lead."""
    return replace(reader.reach(*PLANNERS, with_posts=False), departments=())


def reading(reader: Reader) -> Reach:
    """Read planning, and see people by name: those who plan, train or audit, heads of departments, administrators."""
    return _with_all_for(reader, reader.reach(*READERS, to_read=True), Role.ADMINISTRATOR)


def naming_by_number(reader: Reader) -> Reach:
    """Name people by employee number; others by address alone, and only those whom they see: who plans a programme.

    Numbers run in sequence: who may name anybody by number could read the names of all.
    """
    reach = reading(reader)
    return replace(reach, everything=reach.everything or bool(planning(reader).programmes))


def choosing_audiences(reader: Reader) -> Reach:
    """Read audiences and the roles that they give: those who choose among them, and those who read everything."""
    return _with_all_for(reader, planning(reader), *READ_EVERYTHING)


def seeing_departments(reader: Reader) -> Reach:
    """See departments: those who read planning see all, because waves are made of them; a head those headed and below."""
    reach = reading(reader)
    return replace(reach, everything=reach.holds_places)


def training(reader: Reader) -> Reach:
    """Say what people have to learn, and by when: change managers, trainers, leads of waves, heads of departments."""
    return reader.reach(*TRAINERS)


def reading_old_training(reader: Reader) -> Reach:
    """Read what people left unfinished when they moved: those who decide about it, and those who read everything."""
    return _with_all_for(reader, training(reader), *READ_EVERYTHING)


def reading_maps(reader: Reader) -> Reach:
    """Read stakeholder maps: who plans, sponsors and auditors of them, administrators."""
    reach = reader.reach(*MAP_READERS, to_read=True)
    reach = replace(reach, programmes=reach.programmes | reader.sponsors_programmes)
    return _with_all_for(reader, reach, Role.ADMINISTRATOR)


def reading_notes(reader: Reader) -> Reach:
    """Read private notes about stakeholders: who keeps their map, and administrators; no sponsor, no auditor."""
    return _with_all_for(reader, planning(reader), Role.ADMINISTRATOR)


def reporting(reader: Reader) -> Reach:
    """Read the sponsor's sheet of a programme: its sponsors, those who plan all of it, auditors."""
    reach = reader.reach(Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR, with_posts=False)
    return replace(reach, programmes=reach.programmes | reader.sponsors_programmes, waves=frozenset())


def auditing(reader: Reader) -> Reach:
    """Read the record of changes: administrators all of it, auditors what concerns the places that they audit."""
    return _with_all_for(reader, reader.reach(Role.AUDITOR, with_posts=False), Role.ADMINISTRATOR)


def administering(reader: Reader) -> Reach:
    """Keep accounts, roles and retention; export and erase everything about one person: administrators."""
    return _all_or_nothing(reader, Role.ADMINISTRATOR)


def keeping_people(reader: Reader) -> Reach:
    """Import people, change them and departments by hand, decide about deliveries: change managers, administrators."""
    return _all_or_nothing(reader, Role.CHANGE_MANAGER, Role.ADMINISTRATOR)


def reading_operation(reader: Reader) -> Reach:
    """Read the timetable with its last errors and the delivery log: administrators, change managers and auditors."""
    return _all_or_nothing(reader, Role.ADMINISTRATOR, Role.CHANGE_MANAGER, Role.AUDITOR)


def _all_or_nothing(reader: Reader, *roles: Role) -> Reach:
    """Return the reach of a right that counts without a scope alone."""
    return Reach(everything=reader.has(*roles), account_id=reader.named_id)


def _with_all_for(reader: Reader, reach: Reach, *roles: Role) -> Reach:
    """Return the reach, widened to everything for who has one of the roles without a scope."""
    return replace(reach, everything=reach.everything or reader.has(*roles))
