"""Keeping a file of readings until its preview was seen, and writing what was seen."""

from datetime import date

from sqlalchemy import select

from engagement import audit
from engagement.audit import Actor
from engagement.db import db
from engagement.intake.actions.files import drop_file, keep_upload
from engagement.intake.figures.queries.comparing import Plan, plan_of
from engagement.intake.figures.queries.reading import kept, lines_in, read_back
from engagement.intake.figures.rules import LineKind
from engagement.intake.models import KeptUpload
from engagement.intake.rules import UploadKind
from engagement.reach import Reach
from engagement.value.actions.readings import write_readings
from engagement.value.models import ValueMetric
from engagement.verbs import Verb


def keep_readings(filename: str, data: bytes, *, account_id: int) -> KeptUpload:
    """Read a file and keep its lines for a day, in the place of an earlier one; no reading is written.

    Raises UnreadableFile for a file that can't be read as a whole.
    """
    columns, lines = lines_in(data)
    return keep_upload(filename, kept(columns, lines), account_id=account_id, kind=UploadKind.READINGS)


def apply_readings(file: KeptUpload, seen: str, planning: Reach, *, today: date, by: Actor) -> Plan | None:
    """Write what somebody saw in the preview, whose fingerprint is `seen`, and delete the file; refused lines are left out.

    Returns None, and writes nothing, if the file would now do something else.
    """
    plan = plan_of(read_back(file.content)[1], planning, today)
    ids = sorted({metric.id for metric, _ in plan.changes})
    db.session.execute(select(ValueMetric.id).where(ValueMetric.id.in_(ids)).order_by(ValueMetric.id).with_for_update())
    plan = plan_of(read_back(file.content)[1], planning, today)
    if plan.fingerprint != seen:
        return None
    counts = {kind.value: (None, len(plan.of(kind))) for kind in LineKind if plan.of(kind)}
    audit.record(Verb.IMPORTED_READINGS, audit.about(file), by=by, **counts)
    write_readings(plan.changes, by=by)
    drop_file(file)
    return plan
