"""Who may see and do what: one function for each question, asked by pages, exports and jobs alike.

A `Reader` is everything that the answers rest on, read once for each request. Questions about one thing take the thing's
ids, so that this room need not know the rooms above. Questions about many things return a condition for a query.
"""

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.people.models import Department, Person
from engagement.waves.models import Membership, Wave


@dataclass(frozen=True)
class Reader:
    """Somebody who is signed in, with what was granted to them and what follows from the data.

    `everywhere` are roles without a scope; `in_programmes`, `in_waves` and `in_departments` pairs of role and id.
    `leads_waves` are ids of waves led, `sponsors` of programmes sponsored; `heads` the lineages of departments headed, with
    everything below; `has_team` whether somebody reports to this person.
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

    @property
    def actor(self) -> Actor:
        """The reader as the audit names them."""
        return Actor(self.account_id, self.name, self.person_id)

    def has(self, *roles: Role) -> bool:
        """Return whether one of the roles was granted without a scope."""
        return not self.everywhere.isdisjoint(roles)

    def has_somewhere(self, *roles: Role) -> bool:
        """Return whether one of the roles was granted, with or without a scope."""
        scoped = {role for role, _ in (*self.in_programmes, *self.in_waves, *self.in_departments)}
        return self.has(*roles) or not scoped.isdisjoint(roles)


PLANNERS = (Role.CHANGE_MANAGER,)


def may_administer(reader: Reader) -> bool:
    """Accounts, roles, jobs, retention: administrators."""
    return reader.has(Role.ADMINISTRATOR)


def may_see_jobs(reader: Reader) -> bool:
    """The timetable with its last errors: administrators, change managers and auditors."""
    return reader.has(Role.ADMINISTRATOR, Role.CHANGE_MANAGER, Role.AUDITOR)


def may_see_audit(reader: Reader) -> bool:
    """The record of changes: administrators and auditors."""
    return reader.has(Role.ADMINISTRATOR, Role.AUDITOR)


def may_plan_everywhere(reader: Reader) -> bool:
    """Programmes, the directory, audiences: change managers without a scope."""
    return reader.has(*PLANNERS)


def may_plan_programme(reader: Reader, programme_id: int) -> bool:
    """Change a programme, its workflows and communications: change managers of all or of this programme."""
    return reader.has(*PLANNERS) or any((role, programme_id) in reader.in_programmes for role in PLANNERS)


def may_plan_wave(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Change a wave and what hangs on it: change managers of it or of its programme, and whoever leads it."""
    return (
        may_plan_programme(reader, programme_id)
        or any((role, wave_id) in reader.in_waves for role in PLANNERS)
        or wave_id in reader.leads_waves
    )


def may_plan_something(reader: Reader) -> bool:
    """Have the places of those who plan in the navigation."""
    return reader.has_somewhere(*PLANNERS) or bool(reader.leads_waves)


def may_see_planning(reader: Reader) -> bool:
    """Read programmes, waves, workflows and the calendar: those who plan, train, audit or administer."""
    return may_plan_something(reader) or reader.has_somewhere(Role.TRAINER, Role.AUDITOR, Role.ADMINISTRATOR)


def may_read_everything(reader: Reader) -> bool:
    """Read all planning whatever its scope: auditors, administrators and trainers without a scope."""
    return reader.has(Role.AUDITOR, Role.ADMINISTRATOR, Role.TRAINER)


def may_see_wave(reader: Reader, programme_id: int, wave_id: int) -> bool:
    """Read one wave's page: whoever plans it, its programme's sponsors, trainers and auditors of it, administrators."""
    return (
        may_plan_wave(reader, programme_id, wave_id)
        or may_read_everything(reader)
        or any((role, wave_id) in reader.in_waves for role in (Role.AUDITOR, Role.TRAINER))
        or any((role, programme_id) in reader.in_programmes for role in (Role.AUDITOR, Role.TRAINER))
    )


def visible_waves(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Wave` for the waves that `may_see_wave` answers with yes."""
    if reader.has(Role.CHANGE_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR, Role.TRAINER):
        return true()
    roles = (Role.CHANGE_MANAGER, Role.AUDITOR, Role.TRAINER)
    programmes = {programme_id for role, programme_id in reader.in_programmes if role in roles}
    waves = {wave_id for role, wave_id in reader.in_waves if role in roles} | reader.leads_waves
    return or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))


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
    return reader.has_somewhere(Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR) or bool(reader.sponsors_programmes)


def may_import_people(reader: Reader) -> bool:
    """Bring in HR files: change managers without a scope and administrators."""
    return reader.has(Role.CHANGE_MANAGER, Role.ADMINISTRATOR)


def may_erase_people(reader: Reader) -> bool:
    """Export or erase everything about one person: administrators."""
    return reader.has(Role.ADMINISTRATOR)


def may_see_people(reader: Reader) -> bool:
    """Have the people list at all; `visible_people` says whom it shows."""
    return (
        may_see_planning(reader)
        or bool(reader.heads)
        or any(role in (Role.CHANGE_MANAGER, Role.TRAINER, Role.AUDITOR) for role, _ in reader.in_departments)
    )


def visible_people(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `Person` for those whom the reader may see by name in lists and exports."""
    if reader.has(Role.CHANGE_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR, Role.TRAINER):
        return true()
    lineages = {*reader.heads, *(lineage for _, lineage in reader.in_departments)}
    programmes = {programme_id for role, programme_id in reader.in_programmes if role is not Role.SPONSOR}
    waves = {wave_id for role, wave_id in reader.in_waves if role is not Role.SPONSOR} | reader.leads_waves
    ways: list[ColumnElement[bool]] = []
    if lineages:
        below = or_(*(Department.lineage.startswith(lineage, autoescape=True) for lineage in sorted(lineages)))
        ways.append(Person.department_id.in_(select(Department.id).where(below)))
    if programmes or waves:
        scope = or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))
        members = select(Membership.person_id).join(Wave).where(scope, Membership.ended_at.is_(None))
        ways.append(Person.id.in_(members))
    if reader.person_id is not None:
        ways.append(or_(Person.id == reader.person_id, Person.manager_id == reader.person_id))
    return or_(*ways) if ways else false()


def may_see_training_of_team(reader: Reader) -> bool:
    """See one's own team's training: whoever people report to."""
    return reader.has_team


def may_train(reader: Reader) -> bool:
    """Change curricula and modules: change managers and trainers without a scope."""
    return reader.has(Role.CHANGE_MANAGER, Role.TRAINER)


def may_see_training(reader: Reader) -> bool:
    """Read curricula and completion: those who plan, train or audit."""
    return may_see_planning(reader)


def may_read_concerns(reader: Reader) -> bool:
    """Have the resistance log at all; `readable_concern` says which ones. Sponsors and auditors never do."""
    return may_plan_something(reader)


def may_read_concern(reader: Reader, programme_id: int | None, wave_id: int | None) -> bool:
    """Read and answer one concern: change managers of its scope and whoever leads its wave.

    A concern without a wave belongs to change managers without a scope.
    """
    if reader.has(*PLANNERS):
        return True
    if programme_id is None or wave_id is None:
        return False
    return may_plan_wave(reader, programme_id, wave_id)


def concern_waves(reader: Reader) -> ColumnElement[bool] | None:
    """Return the condition on `Wave` for the waves whose concerns the reader may read; None means all, wave or not."""
    if reader.has(*PLANNERS):
        return None
    programmes = {programme_id for role, programme_id in reader.in_programmes if role in PLANNERS}
    waves = {wave_id for role, wave_id in reader.in_waves if role in PLANNERS} | reader.leads_waves
    return or_(Wave.programme_id.in_(programmes), Wave.id.in_(waves))


def may_approve(reader: Reader, writer_id: int | None, approver_id: int | None, programme_id: int) -> bool:
    """Approve a text: the named approver, or where none is named anyone who plans the programme; never its writer."""
    if reader.account_id == writer_id:
        return False
    if approver_id is not None:
        return reader.account_id == approver_id
    return may_plan_programme(reader, programme_id)


def may_see_deliveries(reader: Reader) -> bool:
    """Read the delivery log with addresses: change managers, auditors and administrators without a scope."""
    return reader.has(Role.CHANGE_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR)


def is_member_of(reader: Reader, wave_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that the reader is in the wave with this id."""
    if reader.person_id is None:
        return false()
    return (
        select(Membership.id)
        .where(
            and_(Membership.wave_id == wave_id, Membership.person_id == reader.person_id, Membership.ended_at.is_(None))
        )
        .exists()
    )
