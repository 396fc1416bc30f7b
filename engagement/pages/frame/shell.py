"""The frame around every page: the reader's own places, name, time zone and appearance."""

from dataclasses import dataclass

from flask import Flask, flash, get_flashed_messages, request

from engagement.accounts import access, concern_access, training_access
from engagement.accounts.audit_access import may_see_audit
from engagement.accounts.scopes.reader import Reader
from engagement.accounts.stakeholder_access import may_see_stakeholders
from engagement.pages.frame import guard
from engagement.pages.frame.addresses import url_for
from engagement.words import zone_words

THEMES = ("light", "dark", "auto")


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    label: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Notice:
    """One result or warning at the top of a page."""

    heading: str
    text: str
    tone: str


@dataclass(frozen=True)
class Shell:
    """Everything that the base template shows around a page."""

    places: list[Place]
    reader_name: str | None
    timezone: str
    theme: str
    organisation: str
    notices: list[Notice]
    sign_out_url: str
    appearance_url: str | None
    timezone_url: str | None
    more_url: str | None
    data_url: str | None
    foot_note: str | None
    sees_audiences: bool
    sees_leavers: bool


def notify(heading: str, text: str = "", tone: str = "ok") -> None:
    """Show a notice at the top of the next page."""
    flash(f"{heading}\n{text}", tone)


def register(app: Flask) -> None:
    """Give every template its `shell`."""
    app.context_processor(lambda: {"shell": _shell()})


def _shell() -> Shell:
    reader, is_unknown = guard.reader_or_none(), guard.is_unknown()
    settings = guard.settings()
    theme = request.cookies.get("appearance", "auto")
    return Shell(
        places=_places(reader) if reader else _own_places() if is_unknown and guard.is_signed_in() else [],
        reader_name=reader.name if reader else None,
        timezone=zone_words(reader.timezone if reader else settings.timezone),
        theme=theme if theme in THEMES else "auto",
        organisation=settings.organisation,
        # A notice that is shown is taken out of the cookie, and a theme is chosen with a token that is put into it.
        notices=[] if is_unknown else _notices(),
        sign_out_url=url_for("sign_in.sign_out"),
        appearance_url=None if is_unknown else url_for("sign_in.appearance"),
        timezone_url=url_for("me.timezone") if reader else None,
        more_url=url_for("sign_in.sign_in", next=guard.here()) if reader and reader.has_more else None,
        data_url=url_for("me.data") if reader and reader.person_id else None,
        foot_note=None,
        sees_audiences=bool(reader and access.may_see_audiences(reader)),
        sees_leavers=bool(reader and access.may_change_people(reader)),
    )


def _notices() -> list[Notice]:
    flashed: list[tuple[str, str]] = get_flashed_messages(with_categories=True)  # type: ignore[assignment]
    return [Notice(*message.partition("\n")[::2], tone) for tone, message in flashed]


#: Label, endpoint, the path under which the place is the current one, and the question that opens it.
_PLANNING = (
    ("Today", "today.index", "/", access.may_plan_something),
    ("Waves", "waves.index", "/programmes", access.may_see_planning),
    ("People", "people.index", "/people", access.may_see_people),
    ("Stakeholders", "stakeholders.index", "/stakeholders", may_see_stakeholders),
    ("Calendar", "calendar.index", "/communications", access.may_see_planning),
    ("Training", "training.index", "/training", training_access.may_see_training),
    ("Concerns", "concerns.index", "/concerns", concern_access.may_read_concerns),
    ("Reports", "reports.index", "/reports", access.may_read_some_report),
    ("Administration", "admin.index", "/admin", access.may_see_jobs),
    ("Audit", "admin.audit_log", "/admin/audit", lambda r: may_see_audit(r) and not access.may_see_jobs(r)),
)
_OWN = (
    ("My change", "me.index", "/me"),
    ("My training", "me.training", "/me/training"),
    ("Messages", "me.messages", "/me/messages"),
    ("Say something", "concerns.new", "/concerns/new"),
)
#: Paths that belong to a place although they begin otherwise.
_BELONGS = {
    "/waves": "/programmes",
    "/workflows": "/programmes",
    "/occurrences": "/communications",
    "/deliveries": "/communications",
    "/audiences": "/people",
    "/departments": "/people",
    "/mailbox": "/admin",
}


def _own_places() -> list[Place]:
    """Return what everybody who is signed in may go to, whoever it is."""
    return [Place(label, url_for(endpoint), request.path == path) for label, endpoint, path in _OWN]


def _places(reader: Reader) -> list[Place]:
    path = request.path
    for prefix, home in _BELONGS.items():
        if path == prefix or path.startswith(prefix + "/"):
            path = home
    own = path == "/me" or path.startswith("/me/") or path in ("/concerns/new", "/concerns/receipt")
    entries = [(label, endpoint, prefix) for label, endpoint, prefix, question in _PLANNING if question(reader)]
    if not entries or (own and not access.may_plan_something(reader)):
        entries = [*_OWN, ("My team", "me.team", "/me/team")] if reader.has_team else list(_OWN)
    elif reader.person_id is not None:
        entries.append(("My change", "me.index", "/me"))
    current = max(
        (p for _, _, p in entries if path == p or (p != "/" and path.startswith(p + "/"))), key=len, default=""
    )
    return [Place(label, url_for(endpoint), prefix == current) for label, endpoint, prefix in entries]
