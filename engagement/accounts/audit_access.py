"""Who may read the record of changes: the access questions of `access.py` about one more thing, a file of their own."""

from sqlalchemy import ColumnElement, or_, select, true

from engagement.accounts.rules import Role
from engagement.accounts.scopes.reader import Reader
from engagement.audit import AuditEntry
from engagement.people.models import Department
from engagement.waves.models import Wave


def may_see_audit(reader: Reader) -> bool:
    """Read the record of changes: administrators and auditors; `visible_entries` says which of it."""
    scoped = (*reader.in_programmes, *reader.in_waves, *reader.in_departments)
    return may_see_all_audit(reader) or any(role is Role.AUDITOR for role, _ in scoped)


def may_see_all_audit(reader: Reader) -> bool:
    """Read all of it: administrators, and auditors without a scope."""
    return reader.has(Role.ADMINISTRATOR, Role.AUDITOR)


def visible_entries(reader: Reader) -> ColumnElement[bool]:
    """Return the condition on `AuditEntry` for what the reader may read: all, or what concerns the places they audit."""
    if may_see_all_audit(reader):
        return true()
    programmes = {programme_id for role, programme_id in reader.in_programmes if role is Role.AUDITOR}
    waves = {wave_id for role, wave_id in reader.in_waves if role is Role.AUDITOR}
    lineages = [lineage for role, lineage in reader.in_departments if role is Role.AUDITOR]
    of_programmes = select(Wave.id).where(Wave.programme_id.in_(programmes))
    below = (Department.lineage.startswith(lineage, autoescape=True) for lineage in lineages)
    return or_(
        AuditEntry.programme_id.in_(programmes),
        AuditEntry.wave_id.in_(of_programmes),
        AuditEntry.wave_id.in_(waves),
        *(AuditEntry.department_id.in_(select(Department.id).where(place)) for place in below),
    )
