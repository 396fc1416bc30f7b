"""What a page says when a retention rule removed a record."""

from engagement.mail.letters.rules.slots import VALUE_GONE
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import RecordKind


def emptied_words() -> str:
    """Say why the values of a message are gone and what is shown instead."""
    rule = retention_rules().get(RecordKind.DELIVERIES)
    when = f"{rule.keep_days} days after the message went out" if rule else "by the retention rule of that time"
    return f"Address, name and values of each copy were deleted {when}. {VALUE_GONE} marks their places; everything else is as it was sent."
