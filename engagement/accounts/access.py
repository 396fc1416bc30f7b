"""Who may see and do what: one function for each question, asked by pages, exports and jobs alike.

A `Reader` (see `reader.py`) is everything that the answers rest on. Questions about one thing take the thing's
ids, so that this room need not know the rooms above. Questions about many things return a condition for a query.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true

from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.people.models import Department, Person
from engagement.waves.models import Membership, Wave

PLANNERS = (Role.CHANGE_MANAGER,)
#: Roles that open planning to read, for all of it or where they were granted.
READERS = (Role.CHANGE_MANAGER, Role.AUDITOR, Role.TRAINER)


def may_administer(reader: Reader) -> bool:
    """Accounts, roles, jobs, retention: administrators."""
    return reader.has(Role.ADMINISTRATOR)


def may_see_jobs(reader: Reader) -> bool:
    """The timetable with its last errors: administrators, change managers and auditors."""
    return reader.has(Role.ADMINISTRATOR, Role.CHANGE_MANAGER, Role.AUDITOR)


def may_plan_everywhere(reader: Reader) -> bool:
    """Programmes, the directory, audiences: change managers without a scope."""
    return reader.has(*PLANNERS)


def may_plan_programme(reader: Reader, programme_id: int) -> bool:
    """Change a programme, its workflows and communications: change managers of all or of this programme."""
    return reader.has(*PLANNERS) or any((role, programme_id) in reader.in_programmes for role in PLANNERS)


def may_plan_wave(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Change a wave and what hangs on it: change managers of it or of its programme, and whoever leads it."""
    return may_name_lead(reader, programme_id, wave_id) or wave_id in reader.leads_waves


def may_name_lead(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Say who leads a wave: change managers of it or of its programme, never the lead."""
    return may_plan_programme(reader, programme_id) or any((role, wave_id) in reader.in_waves for role in PLANNERS)


def may_name_sponsor(reader: Reader, programme_id: int) -> bool:
    """Say who sponsors a wave: who plans the programme, because the sponsor reads the sheet of all of it."""
    return may_plan_programme(reader, programme_id)


def may_place_departments(reader: Reader, programme_id: int) -> bool:
    """Choose the departments of a wave: who plans the programme. A lead who could would see anybody by name."""
    return may_plan_programme(reader, programme_id)


def placeable_people(reader: Reader, programme_id: int) -> ColumnElement[bool]:
    """Return the condition on `Person` for those whom the reader may put into a wave of the programme by hand.

    Who chooses its departments puts in anybody; a lead, or who plans the wave alone, whom they see by name already.
    """
    return true() if may_place_departments(reader, programme_id) else visible_people(reader)


def may_plan_something(reader: Reader) -> bool:
    """Have the places of those who plan in the navigation."""
    return reader.has_for_planning(*PLANNERS) or bool(reader.leads_waves)


def may_see_planning(reader: Reader) -> bool:
    """Read programmes, waves, workflows and the calendar: those who plan, train, audit or administer."""
    return may_plan_something(reader) or may_read_everything(reader) or reader.has_for_planning(*READERS)


def may_read_everything(reader: Reader) -> bool:
    """Read all planning whatever its scope: auditors, administrators and trainers without a scope."""
    return reader.has(Role.AUDITOR, Role.ADMINISTRATOR, Role.TRAINER)


def may_see_wave(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Read one wave's page: whoever plans it, trainers and auditors of it or of its programme, administrators."""
    programmes, waves = reader.places(*READERS)
    return _sees_all_planning(reader) or programme_id in programmes or wave_id in waves


def visible_waves(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Wave` for the waves that `may_see_wave` answers with yes."""
    if _sees_all_planning(reader):
        return true()
    programmes, waves = reader.places(*READERS)
    return or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))


def _sees_all_planning(reader: Reader) -> bool:
    return may_plan_everywhere(reader) or may_read_everything(reader)


def may_see_all_of_programme(reader: Reader, programme_id: int) -> bool:
    """Read all waves and communications of a programme: those who plan, train for or audit it, administrators."""
    return _sees_all_planning(reader) or programme_id in reader.places(*READERS)[0]


def may_see_programme(reader: Reader, programme_id: int) -> bool:
    """Read a programme and its workflows: those who see all of it, and those who see one of its waves."""
    return may_see_all_of_programme(reader, programme_id) or programme_id in reader.partly_in_programmes


def may_plan_communication(reader: Reader, programme_id: int, wave_id: int | None) -> bool:
    """Change a communication: who plans its wave; where it has none, who plans its programme."""
    if wave_id is None:
        return may_plan_programme(reader, programme_id)
    return may_plan_wave(reader, programme_id, wave_id)


def planned_communications(
    reader: Reader, programme_id: SQLColumnExpression[int], wave_id: SQLColumnExpression[int | None]
) -> ColumnElement[bool]:
    """Return the condition for the communications that `may_plan_communication` answers with yes."""
    if may_plan_everywhere(reader):
        return true()
    programmes, waves = reader.places(*PLANNERS)
    return or_(programme_id.in_(programmes), wave_id.in_(waves))


def may_see_communication(reader: Reader, programme_id: int, wave_id: int | None) -> bool:
    """Read a communication and its messages: who sees its wave.

    One for the whole programme is read by everybody who sees a wave of it, because it goes to their people as well.
    """
    if wave_id is None:
        return may_see_programme(reader, programme_id)
    return may_see_wave(reader, programme_id, wave_id)


def visible_communications(
    reader: Reader, programme_id: SQLColumnExpression[int], wave_id: SQLColumnExpression[int | None]
) -> ColumnElement[bool]:
    """Return the condition for the communications that `may_see_communication` answers with yes."""
    if _sees_all_planning(reader):
        return true()
    programmes, waves = reader.places(*READERS)
    for_all_waves = and_(wave_id.is_(None), programme_id.in_(reader.partly_in_programmes))
    return or_(programme_id.in_(programmes), wave_id.in_(waves), for_all_waves)


def may_see_audiences(reader: Reader) -> bool:
    """Read audiences and the roles that they give: those who choose among them, and those who read everything."""
    return may_plan_something(reader) or may_read_everything(reader)


def may_read_report(reader: Reader, programme_id: int) -> bool:
    """Read the sponsor's sheet of a programme: its sponsors, those who plan it, auditors."""
    return (
        may_plan_programme(reader, programme_id)
        or programme_id in reader.sponsors_programmes
        or reader.has(Role.SPONSOR, Role.AUDITOR)
        or any((role, programme_id) in reader.in_programmes for role in (Role.SPONSOR, Role.AUDITOR))
    )


def may_read_some_report(reader: Reader) -> bool:
    """Have reports in the navigation."""
    roles = (Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR)
    return (
        reader.has(*roles)
        or bool(reader.sponsors_programmes)
        or any((role in roles) for role, _ in reader.in_programmes)
    )


def may_import_people(reader: Reader) -> bool:
    """Bring in HR files: change managers without a scope and administrators."""
    return reader.has(Role.CHANGE_MANAGER, Role.ADMINISTRATOR)


def may_erase_people(reader: Reader) -> bool:
    """Export or erase everything about one person: administrators."""
    return reader.has(Role.ADMINISTRATOR)


def may_change_people(reader: Reader) -> bool:
    """Change people and departments by hand: change managers without a scope and administrators."""
    return reader.has(Role.CHANGE_MANAGER, Role.ADMINISTRATOR)


def may_see_people(reader: Reader) -> bool:
    """Have the people list at all; `visible_people` says whom it shows."""
    return may_see_planning(reader) or bool(own_lineages(reader))


def sees_everybody(reader: Reader) -> bool:
    """See everybody in the directory by name: change managers, trainers and auditors without a scope, administrators."""
    return _sees_all_planning(reader)


def may_see_department(reader: Reader, lineage: str) -> bool:
    """See a department: those who plan see all, because waves are made of them; a head those headed and below."""
    return lineage.startswith(departments_seen(reader))


def departments_seen(reader: Reader) -> tuple[str, ...]:
    """Return how the lineages begin of the departments that `may_see_department` answers with yes."""
    return ("/",) if may_see_planning(reader) else own_lineages(reader)


def own_lineages(reader: Reader) -> tuple[str, ...]:
    """Return the lineages of the departments that the reader heads, or reads planning for."""
    return tuple(sorted({*reader.heads, *(lineage for role, lineage in reader.in_departments if role in READERS)}))


def visible_people(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Person` for those whom the reader may see by name in lists and exports."""
    if sees_everybody(reader):
        return true()
    programmes, waves = reader.places(*READERS)
    ways: list[ColumnElement[bool]] = []
    if own_lineages(reader):
        ways.append(works_below(own_lineages(reader)))
    if programmes or waves:
        scope = or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))
        members = select(Membership.person_id).join(Wave).where(scope, Membership.ended_at.is_(None))
        ways.append(Person.id.in_(members))
    if reader.person_id is not None:
        ways.append(Person.id == reader.person_id)
    if reader.has_team:
        ways.append(Person.manager_id == reader.person_id)
    return or_(*ways) if ways else false()


def people_with_known_numbers(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Person` for those whom the reader may name by employee number; others by address alone.

    Numbers run in sequence: who may name anybody by number could read the names of all. Who plans a programme may.
    """
    plans_a_programme = any(role in PLANNERS for role, _ in reader.in_programmes)
    return true() if plans_a_programme else visible_people(reader)


def works_below(lineages: tuple[str, ...]) -> ColumnElement[bool]:
    """Return the condition on `Person` for those who work in these departments or below."""
    below = or_(*(Department.lineage.startswith(lineage, autoescape=True) for lineage in lineages))
    return Person.department_id.in_(select(Department.id).where(below))


def may_approve(reader: Reader, barred: Collection[int], approver_id: int | None, programme_id: int) -> bool:
    """Approve a text: the named approver, or where none is named anyone who plans the programme; never the accounts `barred`.

    Those are its writers and whoever asked for the approval.
    """
    if reader.is_limited or reader.account_id in barred:
        return False
    if approver_id is not None:
        return reader.named_id == approver_id
    return may_plan_programme(reader, programme_id)


def may_see_deliveries(reader: Reader) -> bool:
    """Read the delivery log with addresses: change managers, auditors and administrators without a scope."""
    return reader.has(Role.CHANGE_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)


def may_decide_deliveries(reader: Reader) -> bool:
    """Say what becomes of a refused or uncertain delivery: change managers without a scope and administrators."""
    return reader.has(Role.CHANGE_MANAGER, Role.ADMINISTRATOR)
