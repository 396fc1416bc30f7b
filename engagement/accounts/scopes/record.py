"""Which audit entries a reader may read."""

from sqlalchemy import ColumnElement, or_, select, true

from engagement.audit import AuditEntry
from engagement.people.models import Department
from engagement.people.scopes import departments_within
from engagement.reach import Reach
from engagement.waves.models import Wave
from engagement.waves.scopes import waves_within


def entries_within(reach: Reach) -> ColumnElement[bool]:
    """Return the condition on `AuditEntry` that it concerns a place within reach; all entries for everything."""
    if reach.everything:
        return true()
    waves = select(Wave.id).where(waves_within(reach))
    departments = select(Department.id).where(departments_within(reach))
    return or_(
        AuditEntry.programme_id.in_(reach.programmes),
        AuditEntry.wave_id.in_(waves),
        AuditEntry.department_id.in_(departments),
    )
