"""Why mail came back, in words and in what follows: for good, for now, or only a notice; and which texts say so.

Status codes are those of RFC 3463; what servers write is matched where the code says too little.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta

from engagement.vocabulary import Worded

#: Mail to an address stops once it came back "for now" on this many different days …
SOFT_DAYS = 4
#: … of the last so many; older ones count no more.
SOFT_COUNTS_FOR_DAYS = 90
#: Texts are looked at up to here.
LONGEST_LOOKED_AT = 4_000
#: Of a status code, in characters.
LONGEST_STATUS = 20


class Weight(Worded):
    """What follows from a bounce."""

    HARD = "hard", "For good"
    SOFT = "soft", "For now"
    NOTHING = "nothing", "Only a notice"


class Cause(Worded):
    """Why a message came back, as far as the server says."""

    NO_MAILBOX = "no_mailbox", "The mailbox doesn’t exist"
    NO_DOMAIN = "no_domain", "The domain can’t be found"
    CLOSED = "closed", "The mailbox is closed"
    GONE = "gone", "Refused for good"
    COMPLAINT = "complaint", "Its reader marked it as spam"
    FULL = "full", "The mailbox is full"
    TOO_LARGE = "too_large", "The message is too large for it"
    UNWANTED = "unwanted", "The server refuses such mail"
    UNREACHABLE = "unreachable", "The server can’t be reached"
    LATER = "later", "The server put it off until time ran out"
    UNCLEAR = "unclear", "Refused without a clear reason"
    DELAYED = "delayed", "Late, and still being tried"
    UNREADABLE = "unreadable", "Not understood"

    @property
    def weight(self) -> Weight:
        """What follows from it."""
        if self in HARD:
            return Weight.HARD
        return Weight.SOFT if self in SOFT else Weight.NOTHING

    @property
    def came_back(self) -> bool:
        """Whether the message did not arrive. A complaint is about one that did."""
        return self.weight is not Weight.NOTHING and self is not Cause.COMPLAINT


HARD = (Cause.NO_MAILBOX, Cause.NO_DOMAIN, Cause.CLOSED, Cause.GONE, Cause.COMPLAINT)
SOFT = (Cause.FULL, Cause.TOO_LARGE, Cause.UNWANTED, Cause.UNREACHABLE, Cause.LATER, Cause.UNCLEAR)

#: What a status says by itself, by its beginning, the more exact first. "x" stands for 4 and 5.
_BY_STATUS: tuple[tuple[str, Cause], ...] = (
    ("5.1.2", Cause.NO_DOMAIN),
    ("5.1.3", Cause.GONE),
    ("5.1.6", Cause.CLOSED),
    ("5.1.7", Cause.UNWANTED),
    ("5.1.8", Cause.UNWANTED),
    ("5.1.10", Cause.NO_MAILBOX),
    ("5.1.1", Cause.NO_MAILBOX),
    ("x.2.2", Cause.FULL),
    ("x.2.3", Cause.TOO_LARGE),
    ("x.3.4", Cause.TOO_LARGE),
    ("5.4.310", Cause.NO_DOMAIN),
    ("5.4.4", Cause.NO_DOMAIN),
)
#: What the rest of a status says once its text says nothing, by class and subject.
_BY_SUBJECT: tuple[tuple[str, Cause], ...] = (
    ("5.2.1", Cause.CLOSED),
    ("x.7", Cause.UNWANTED),
    ("x.4", Cause.UNREACHABLE),
    ("4", Cause.LATER),
)


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


#: What servers write, the surest first. A text that says two things says the first.
_BY_TEXT: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    (
        Cause.LATER,
        _words(r"grey ?list", r"try again later", r"temporar(?:y|ily) (?:deferr|reject|unavailable)", r"too many connections", r"too quickly", r"at a rate"),
    ),
    (
        Cause.FULL,
        _words(
            *(r"over ?quota", r"quota (?:is )?exceeded", r"exceed(?:ed|s|ing) (?:the |its |their |his |storage )*quota"),
            *(r"mail(?:box|folder)? (?:is |would be )?full", r"out of storage", r"insufficient (?:system |disk )?storage"),
            *(r"postfach[^.]{0,40}(?:voll|überfüllt)", r"boîte[^.]{0,40}pleine", r"buz[óo]n[^.]{0,40}llen[oa]"),
        ),
    ),
    (
        Cause.TOO_LARGE,
        _words(r"message (?:is )?too (?:large|big)", r"(?:message|maximum|fixed)[^.]{0,30}size[^.]{0,30}(?:limit|exceed)"),
    ),
    (
        Cause.CLOSED,
        _words(
            *(r"account[^.]{0,40}(?:disabled|suspended|inactive|discontinued|closed|deactivated|expired)",),
            *(r"(?:mailbox|user|recipient)[^.]{0,20}(?:disabled|suspended|inactive|deactivated)", r"no longer (?:valid|in use|active)"),
            *(r"user has moved", r"no longer (?:works|with)"),
        ),
    ),
    (
        Cause.NO_MAILBOX,
        _words(
            *(r"user unknown", r"unknown (?:user|recipient|mailbox|account|local[- ]part|address)", r"user[^.]{0,20}not (?:found|known)"),
            *(r"no such (?:user|mailbox|recipient|person|account|address|local user)", r"no mailbox here by that name"),
            *(r"(?:account|mailbox|address|user|recipient)[^.]{0,60}(?:does not|doesn.t|do not) (?:exist|have)", r"not listed in"),
            *(r"(?:recipient|mailbox|address)[^.]{0,20}(?:not found|unavailable|unknown|invalid)", r"invalid (?:recipient|mailbox|address)"),
            *(r"recipient address rejected: access denied", r"recipnotfound", r"recipientnotfound", r"unrouteable address"),
            *(r"couldn.t be found", r"wasn.t found", r"konnte nicht gefunden werden", r"n.a pas été trouvé", r"unbekannte[rn]? empfänger"),
            *(r"didn.t reach[^.]{0,60}because the address", r"no se (?:ha encontrado|encontró)"),
        ),
    ),
    (
        Cause.NO_DOMAIN,
        _words(
            *(r"(?:host or )?domain (?:name )?(?:not found|does not exist)", r"nxdomain", r"host (?:was )?not found(?!,? try again)"),
            *(r"unrouteable mail domain", r"name or service not known", r"no (?:valid )?mx"),
        ),
    ),
    (
        Cause.UNWANTED,
        _words(
            *(r"spam", r"block(?:ed|ing|list| list)", r"black ?list", r"reputation", r"(?:by|due to|of)[^.]{0,20}policy", r"policy"),
            *(r"relay(?:ing)?[^.]{0,20}(?:denied|not permitted|not allowed|prohibited)", r"unable to relay", r"not authori[sz]ed"),
            *(r"dmarc", r"unauthenticated", r"content (?:rejected|refused)", r"rate limit", r"access denied", r"virus"),
        ),
    ),
    (
        Cause.UNREACHABLE,
        _words(
            *(r"timed? ?out", r"connection (?:refused|reset|timed|lost)", r"no route to host", r"could not connect", r"unreachable"),
            *(r"retry time(?:out)?", r"delivery (?:time )?expired", r"hop count|too many hops|mail loop",),
        ),
    ),
)  # fmt: skip


def cause_of(status: str, text: str, *, was_refused: bool = True) -> Cause:
    """Return why mail came back, by its status ("5.1.1", "" if unknown) and the server's words.

    Without `was_refused` the server still tries, and so it is only late.
    """
    if not was_refused:
        return Cause.DELAYED
    said = " ".join(text[:LONGEST_LOOKED_AT].lower().split())
    surely = _first(status, _BY_STATUS)
    if surely is not None:
        return surely
    by_text = next((cause for cause, pattern in _BY_TEXT if pattern.search(said)), None)
    # A server that put mail off says "unknown" of many things: only what it refused for good is for good.
    if by_text is not None and not (status.startswith("4") and status != "4.0.0" and by_text in HARD):
        return by_text
    return _first(status, _BY_SUBJECT) or Cause.UNCLEAR


def _first(status: str, known: Iterable[tuple[str, Cause]]) -> Cause | None:
    for begins, cause in known:
        either = {begins.replace("x", "4"), begins.replace("x", "5")}
        if any(status == each or status.startswith(f"{each}.") for each in either):
            return cause
    return None


def is_enough(days: Iterable[date], on: date) -> bool:
    """Return whether mail that came back "for now" on these days stops an address on a day."""
    since = on - timedelta(days=SOFT_COUNTS_FOR_DAYS)
    return len({day for day in days if since < day <= on}) >= SOFT_DAYS
