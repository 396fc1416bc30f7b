"""Finds the head that mail programs write above a mail which is forwarded: whom it names, and of which day it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engagement.addresses import kept_form
from engagement.stakeholders.inbox.rules.written_days import day_in

ADDRESS = re.compile(r"[\w.+%&'*/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
MOST_LINES = 5_000
#: How the lines of a head begin, in the languages of the frames.
_LABELS = {
    "from": ("from", "von", "de", "od", "nadawca"),
    "to": ("to", "an", "à", "pour", "do", "adresat"),
    "copy": ("cc", "kopie", "copie", "dw"),
    "subject": ("subject", "betreff", "objet", "sujet", "temat"),
    "date": ("date", "sent", "datum", "gesendet", "envoyé", "data", "wysłano"),
}
_KINDS = {label: kind for kind, labels in _LABELS.items() for label in labels}
_LABELLED = re.compile(r"[>*\s]*([^\W\d_]{1,9})[*\s]*:[*\s]*(.*)")
#: The lines of a head stand that near, between them only what is wrapped of a long list of names.
_LONGEST_HEAD = 12
_REPLY = re.compile(r"(?:re|aw|antw|odp)(?:\[\d+\])?\s*:", re.IGNORECASE)
_FORWARD = re.compile(r"(?:fwd?|wg|tr|pd)\s*:", re.IGNORECASE)
_OLDEST = timedelta(days=365 * 20)


@dataclass(frozen=True)
class Original:
    """The mail that somebody forwards, by when it was sent: an attached one says the moment, one in the text at most a day.

    Neither is known where it can't be read, or could be read in two ways.
    """

    sent_at: datetime | None = None
    sent_on: date | None = None

    def day(self, forwarded_on: date, timezone: str) -> date | None:
        """Return the day on which it was sent, as far as that is known and can be true of what was forwarded on a day."""
        written = self.sent_at.date() if self.sent_at else self.sent_on
        # Written in a zone further east, the day may be that after the one on which it is forwarded here.
        if written is None or not forwarded_on - _OLDEST < written <= forwarded_on + timedelta(days=1):
            return None
        day = self.sent_at.astimezone(ZoneInfo(timezone)).date() if self.sent_at else written
        return min(day, forwarded_on)


def original_in(subject: str, text: str, attached: list[datetime | None]) -> Original | None:
    """Return what a mail forwards, None for one that forwards nothing; `attached` are the mails inside it, by their moment.

    A reply repeats the head of what it answers, so its subject counts. Of several heads the first one is meant: below it stand
    the mails that the original itself quotes.
    """
    if _REPLY.match(subject):
        return None
    head = _head_in(text)
    if head is not None:
        return Original(sent_on=day_in(head.get("date", "")))
    if len(attached) == 1:
        return Original(sent_at=attached[0])
    return Original() if attached or _FORWARD.match(subject) else None


def named_in(text: str) -> Iterator[str]:
    """Yield the addresses in lines that look like those of a head."""
    for _, kind, said in _labelled(text):
        if kind in ("from", "to", "copy"):
            yield from (kept_form(address) for address in ADDRESS.findall(said))


def _head_in(text: str) -> dict[str, str] | None:
    """Return the first head by its lines: from somebody, with two of day, recipient and subject near."""
    lines = list(_labelled(text))
    for place, (number, *_) in enumerate(lines):
        near = [
            (kind, said) for other, kind, said in lines[place : place + _LONGEST_HEAD] if other < number + _LONGEST_HEAD
        ]
        head = dict(reversed(near))
        # An invitation says “From: 10:00” and “To: 12:00”.
        is_from_somebody = any(sign.isalpha() for sign in head.get("from", ""))
        if is_from_somebody and len(head.keys() & {"date", "to", "subject"}) > 1:
            return head
    return None


def _labelled(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the lines that begin with a label: number, kind, and what it says."""
    for number, line in enumerate(text.splitlines()[:MOST_LINES]):
        found = _LABELLED.match(line[:1_000])
        kind = _KINDS.get(found[1].lower()) if found else None
        if found and kind:
            yield number, kind, found[2]
