"""Writing another time into a message, as re-planning does."""

from datetime import datetime

from engagement.communications.actions.states import dated
from engagement.communications.models import Occurrence
from engagement.days.working_days import working_days_before


def write_message(message: Occurrence, sends_at: datetime) -> None:
    """Give a message another time, and its draft the day that belongs to it."""
    line = message.communication
    message.sends_at = sends_at
    message.write_by = working_days_before(dated(line, sends_at), line.write_lead_days, line.holiday_country)
