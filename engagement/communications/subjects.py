"""What messages are called where several of them are listed: their subjects as people know them, without merge fields."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from engagement.communications.merge_values import constants_for
from engagement.communications.merging import CONSTANT, FIELDS, fields_in, rendered
from engagement.communications.models import Occurrence
from engagement.db import db
from engagement.mail.models import Mailing
from engagement.waves.queries import workflows_of_waves


def subjects_shown(occurrences: Iterable[Occurrence]) -> dict[int, str]:
    """Return for each message, by its id, the subject to show in a list; at most two queries for all of them.

    What is the same for all readers is filled in, with the values of today or, once it is out, with those it was sent
    with. What differs by reader is said in words ("the reader’s department"). Without a subject it is the
    communication's name.
    """
    rows = list(occurrences)
    sent = _sent_subjects(rows)
    workflows = workflows_of_waves(waves) if (waves := _waves_of_named_workflows(rows)) else {}
    found = {}
    for row in rows:
        text = sent.get(row.mailing_id or 0) or " ".join(row.subject.split())
        names = fields_in(text)
        values = {name: FIELDS[name].meaning for name in names}
        if any(name in CONSTANT for name in names):
            values |= constants_for(row, workflows.get(row.communication.wave_id or 0, []))
        found[row.id] = rendered(text, "", values).subject or row.communication.name
    return found


def _sent_subjects(rows: Sequence[Occurrence]) -> dict[int, str]:
    mailings = [row.mailing_id for row in rows if row.mailing_id is not None and fields_in(row.subject)]
    if not mailings:
        return {}
    rows_sent = db.session.execute(select(Mailing.id, Mailing.subject).where(Mailing.id.in_(mailings)))
    return {row.id: row.subject for row in rows_sent}


def _waves_of_named_workflows(rows: Sequence[Occurrence]) -> list[int]:
    named = {row.communication.wave_id for row in rows if "workflow" in fields_in(row.subject)}
    return sorted(wave_id for wave_id in named if wave_id is not None)
