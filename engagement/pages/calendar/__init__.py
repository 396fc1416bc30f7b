"""The communication calendar, messages on their way, confirmations and the delivery log."""

from flask import Blueprint

blueprint = Blueprint("calendar", __name__)

from engagement.pages.calendar import (
    bounce_reports,
    bounces,
    briefing,
    chain,
    communications,
    confirmations,
    deliveries,
    occurrences,
    overview,
    steps,
    versions,
)
