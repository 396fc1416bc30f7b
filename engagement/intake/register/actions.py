"""Keeping a register file until its preview was seen, and applying it: the whole of what was seen, or nothing."""

from datetime import date

from sqlalchemy import func, select

from engagement import audit
from engagement.audit import Actor
from engagement.db import db
from engagement.intake.actions.files import drop_file, keep_upload
from engagement.intake.models import KeptUpload
from engagement.intake.register.queries.cells import Reaches
from engagement.intake.register.queries.comparing import Plan, plan_of
from engagement.intake.register.queries.reading import kept, read_back, rows_in
from engagement.intake.register.rules import RowKind
from engagement.intake.rules import UploadKind
from engagement.stakeholders.entries.actions import write_entries
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.scopes import stakeholders_within
from engagement.verbs import Verb

#: The number of the PostgreSQL advisory lock that an import holds while it changes the register.
ONE_IMPORT = 7_041_301


def keep_register_file(filename: str, data: bytes, *, account_id: int) -> KeptUpload:
    """Read a file and keep its rows for a day, in the place of an earlier one; nothing in the register changes.

    Raises UnreadableFile for a file that can't be read as a whole.
    """
    columns, rows = rows_in(data)
    return keep_upload(filename, kept(columns, rows), account_id=account_id, kind=UploadKind.STAKEHOLDERS)


def apply_register_file(file: KeptUpload, seen: str, reaches: Reaches, *, on: date, by: Actor) -> Plan | None:
    """Apply what somebody saw in the preview, whose fingerprint is `seen`, and delete the file; return what was done.

    Refused rows are left out. Returns None, and changes nothing, if the file would now do something else.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(ONE_IMPORT)))
        locked = select(Stakeholder.id).where(stakeholders_within(reaches.planning)).order_by(Stakeholder.id)
        db.session.execute(locked.with_for_update())
    plan = plan_of(read_back(file.content)[1], reaches, on)
    if plan.fingerprint != seen:
        return None
    counts = {kind.value: (None, len(plan.of(kind))) for kind in RowKind if plan.of(kind)}
    audit.record(Verb.IMPORTED_STAKEHOLDERS, audit.about(file), by=by, **counts)
    write_entries(plan.changes, plan.words, by=by)
    drop_file(file)
    return plan
