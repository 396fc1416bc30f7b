"""How sending fares just now, in sentences for the pages of deliveries and jobs."""

from engagement.mail.outbox.queries import Sending
from engagement.mail.outbox.rules import SILENT
from engagement.pages.frame.formats import moment
from engagement.settings import Settings
from engagement.words import plural


def sending_words(sending: Sending, settings: Settings) -> list[str]:
    """Say what is due, how fast it goes, and what holds it up; nothing when all is quiet."""
    said = []
    if sending.due and not sending.connections:
        said.append(
            f"{plural(sending.due, 'message is', 'messages are')} due, and nothing that sends them was heard of lately. "
            "Start flask serve or flask worker."
        )
    elif sending.due:
        said.append(_pace(sending))
    if sending.trouble == SILENT:
        said.append(f"{SILENT} Up to five minutes are given to it; what waits behind that message is free for others.")
    elif sending.trouble:
        words = sending.trouble.rstrip(".")
        said.append(f"The mail server takes nothing at the moment: {words}. It is tried again at least once a minute.")
    if sending.due and settings.mail_rate:
        said.append(f"At most {settings.mail_rate:,} a minute leave, as ENGAGEMENT_MAIL_RATE says.")
    for domain, until in sending.paused[:5]:
        said.append(
            f"{domain} puts off our mail, so messages there wait until {moment(until)}. Others are sent meanwhile."
        )
    if len(sending.paused) > 5:
        said.append(f"So do {plural(len(sending.paused) - 5, 'more domain', 'more domains')}.")
    return said


def _pace(sending: Sending) -> str:
    due = f"{plural(sending.due, 'message is', 'messages are')} due"
    lasts = sending.lasts
    if lasts is None or sending.per_second < 0.1:
        return f"{due} and wait for {'the mail server' if sending.trouble else 'their turn'}."
    pace = (
        f"{sending.per_second:,.0f} a second" if sending.per_second >= 1 else f"{sending.per_second * 60:,.0f} a minute"
    )
    minutes = round(lasts.total_seconds() / 60)
    rest = f"about {plural(minutes, 'minute', 'minutes')}" if minutes else "less than a minute"
    return f"{due}; {pace} leave just now, so that takes {rest}."
