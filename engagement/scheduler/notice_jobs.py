"""The job of the timetable about notices: who came to a workflow that affects workers is told."""

from engagement.notices.actions import send_notice
from engagement.notices.models import Notice
from engagement.notices.queries.present import notices_to_send
from engagement.scheduler.items import one_by_one
from engagement.settings import Settings
from engagement.words import plural


def send_notices(_settings: Settings) -> str:
    """Send current notices to those whom their workflow came to affect since."""
    sent = sum(one_by_one("send-notices", Notice, notices_to_send(), send_notice))
    return f"{plural(sent, 'notice', 'notices')} queued for people who came later." if sent else "Nobody came later."
