"""The draft at the end of a quiet period that tells a wave's people what is now stable."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from engagement import audit, clock
from engagement.accounts.queries import planner_of
from engagement.communications.actions.briefings import bring_briefing
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.models import Communication, Occurrence
from engagement.communications.queries.calendar import briefing_of
from engagement.communications.queries.quiet import waves_to_tell_stable
from engagement.communications.texts.queries.outlines import stable_draft
from engagement.communications.texts.queries.translations import main_language
from engagement.communications.texts.rules.points import PLACE, points_to_confirm
from engagement.days.local_time import clock_time, instant_of
from engagement.days.working_days import working_days_after
from engagement.db import db
from engagement.people.organisation.rules import Organisation
from engagement.waves.models import Wave


def draft_stable(wave_id: int, on: date, organisation: Organisation) -> Occurrence | None:
    """Draft the message to a wave's people for the owner of its briefing; None when it isn't due or nobody could write it.

    A wave without a briefing gets one, which its lead owns, or else who plans it. Repeating this drafts nothing twice. It
    is in the language of the briefing. The text holds notes to the author, so that it can't be approved before somebody has looked at each point.
    """
    due = waves_to_tell_stable(on).where(Wave.id == wave_id).with_for_update()
    wave = db.session.scalar(due.execution_options(populate_existing=True))
    line = _briefing(wave, organisation) if wave is not None else None
    if wave is None or line is None:
        return None
    start = stable_draft(main_language(line, organisation))
    draft = schedule_briefing(line, _free_time(line), by=audit.CLOCK)
    points = points_to_confirm(wave.exit_criteria, start.notes)
    draft.subject, draft.body = start.subject, start.body.replace(PLACE, points)
    wave.stable_drafted_on = on
    db.session.flush()
    return draft


def _briefing(wave: Wave, organisation: Organisation) -> Communication | None:
    present = briefing_of(wave.id)
    owner = planner_of(wave) if present is None else None
    if owner is None:
        return present
    return bring_briefing(
        wave,
        owner=owner,
        approver=None,
        timezone=organisation.timezone,
        holiday_country=organisation.country,
        by=audit.CLOCK,
    )


def _free_time(line: Communication) -> datetime:
    """Return the first time at which the line has no message, far enough ahead to be written."""
    zone, at, country = ZoneInfo(line.timezone), clock_time(line.at), line.holiday_country
    taken = set(db.session.scalars(select(Occurrence.planned_for).where(Occurrence.communication_id == line.id)))
    day = working_days_after(clock.today(line.timezone), max(line.write_lead_days, 1), country)
    while instant_of(day, at, zone) in taken:
        day = working_days_after(day, 1, country)
    return instant_of(day, at, zone)
