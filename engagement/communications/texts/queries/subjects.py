"""Subjects of messages for lists, with words in the place of merge fields."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from engagement.communications.models import Occurrence
from engagement.communications.texts.queries.merge_values import constants_for
from engagement.communications.texts.rules.merge_fields import CONSTANT, fields_in
from engagement.communications.texts.rules.rendering import rendered
from engagement.communications.texts.rules.subjects import in_words
from engagement.db import db
from engagement.mail.models import Mailing
from engagement.waves.queries import workflows_of_waves


def subjects_shown(occurrences: Iterable[Occurrence]) -> dict[int, str]:
    """Return the subject to show in a list for each message, by id; at most two queries.

    Shared values are filled in: those of today or, once the message is out, those of its sending. Personal fields
    become words, as `in_words` does. A message without a subject gets the communication's name.
    """
    rows = list(occurrences)
    sent = _sent_subjects(rows)
    workflows = workflows_of_waves(waves) if (waves := _waves_of_named_workflows(rows)) else {}
    found = {}
    for row in rows:
        text = sent.get(row.mailing_id or 0) or " ".join(row.subject.split())
        if any(name in CONSTANT for name in fields_in(text)):
            values = constants_for(row, workflows.get(row.communication.wave_id or 0, []))
            text = rendered(text, "", values).subject
        found[row.id] = in_words(text) or row.communication.name
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
