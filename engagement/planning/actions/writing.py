"""Writing other days into messages and steps, as re-planning and taking it back do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from engagement.audit import Actor
from engagement.communications.actions.states import dated
from engagement.communications.models import Communication, Occurrence
from engagement.days.working_days import working_days_before
from engagement.db import db
from engagement.planning.queries.moves import Seen
from engagement.planning.rules import Row
from engagement.stakeholders.leadership.actions import StepDetails, change_step
from engagement.stakeholders.leadership.models import StepLine


def write_message(message: Occurrence, sends_at: datetime) -> None:
    """Give a message another time, and its draft the day that belongs to it."""
    line = message.communication
    message.sends_at = sends_at
    message.write_by = working_days_before(dated(line, sends_at), line.write_lead_days, line.holiday_country)


def held_messages(keys: Sequence[int]) -> dict[int, Occurrence]:
    """Return the messages with these ids, read anew and locked, by id."""
    if not keys:
        return {}
    asked = (
        select(Occurrence)
        .join(Occurrence.communication)
        .where(Occurrence.id.in_(keys))
        .options(contains_eager(Occurrence.communication).joinedload(Communication.owner))
        .with_for_update(of=Occurrence)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in db.session.scalars(asked)}


def is_as_seen(message: Occurrence | None, row: Row) -> bool:
    """Return whether a held message still is what it was when its row was made: meanwhile it may have been sent."""
    return message is not None and (message.status.value, message.sends_at) == (row.state, row.old_at)


def move_steps(days: Mapping[int, date], reason: str, seen: Seen, *, by: Actor) -> None:
    """Give steps of sponsors, by id, other days."""
    asked = select(StepLine).where(StepLine.step_id.in_(list(days)), StepLine.superseded_at.is_(None))
    for line in db.session.scalars(asked).all():
        said = StepDetails(line.kind, line.what, line.where, days[line.step_id])
        change_step(line, line.person, said, reason, on=min(seen.today, said.due_on), by=by)
