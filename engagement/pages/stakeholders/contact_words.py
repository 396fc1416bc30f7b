"""How pages say when somebody was met last, and what is late about it."""

from datetime import date

from markupsafe import Markup

from engagement.pages.frame.formats import short_day
from engagement.stakeholders.rhythm.rules import LastContact
from engagement.words import plural


def contact_words(contact: LastContact, on: date) -> str:
    """Say the last contact, and marked how many days the next one is late: "9 April, 7 days late"."""
    last = short_day(contact.last_on) if contact.last_on else "None logged"
    late = contact.days_late(on)
    if not late:
        return last
    return Markup(f'{last}, <span class="late nowrap">{plural(late, "day", "days")} late</span>')  # noqa: S704  days and numbers alone
