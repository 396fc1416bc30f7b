"""Reads of the calendar in one place: lists, one message, what needs somebody."""

from engagement.communications.approvals import overtaken_approvals
from engagement.communications.queries.attention import NeedsAttention, needs_attention
from engagement.communications.queries.calendar import (
    EVERY_ONE,
    CommunicationLine,
    briefing_of,
    coming_messages,
    communications_running,
    counts_of,
    dates_beyond,
    go_lives_between,
    messages_between,
    messages_listed,
    messages_of,
    next_messages,
)
from engagement.communications.queries.due import (
    communications_with_dates,
    due_occurrences,
    overtaken,
    passed_without_approval,
    sent_to_all,
)
from engagement.communications.queries.one_message import (
    OccurrencePage,
    occurrence_page,
    reach_of,
    reader_in,
    recipient_by_email,
    some_recipients,
    version_of,
    versions_of,
    why_reached,
)

__all__ = [
    "EVERY_ONE",
    "CommunicationLine",
    "NeedsAttention",
    "OccurrencePage",
    "briefing_of",
    "coming_messages",
    "communications_running",
    "communications_with_dates",
    "counts_of",
    "dates_beyond",
    "due_occurrences",
    "go_lives_between",
    "messages_between",
    "messages_listed",
    "messages_of",
    "needs_attention",
    "next_messages",
    "occurrence_page",
    "overtaken",
    "overtaken_approvals",
    "passed_without_approval",
    "reach_of",
    "reader_in",
    "recipient_by_email",
    "sent_to_all",
    "some_recipients",
    "version_of",
    "versions_of",
    "why_reached",
]
