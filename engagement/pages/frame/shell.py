"""The frame around every page: the reader's own places, name, time zone and appearance."""

from dataclasses import dataclass

from flask import Flask, flash, get_flashed_messages, request

from engagement import clock
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.attention.queries.set_aside import may_try_again
from engagement.pages.frame import guard, kept_numbers
from engagement.pages.frame.addresses import url_for
from engagement.pages.frame.formats import clock_time, day
from engagement.pages.frame.role_offer import RoleOffer, offer_here
from engagement.set_aside import SetAside, set_aside_of
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
    paper_line: str
    notices: list[Notice]
    is_counting: bool
    sign_out_url: str
    appearance_url: str | None
    timezone_url: str | None
    more_url: str | None
    data_url: str | None
    foot_note: str | None
    own_url: str | None
    operation_url: str | None
    sees_audiences: bool
    sees_leavers: bool
    sees_maps: bool
    sees_people: bool
    set_aside: list[SetAside]
    role_offer: RoleOffer | None


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
    places = _places(reader) if reader else _own_places() if is_unknown and guard.is_signed_in() else []
    own_url, counting = url_for("me.index"), _kept_numbers()
    return Shell(
        places=places,
        reader_name=reader.name if reader else None,
        timezone=zone_words(reader.timezone if reader else settings.timezone),
        theme=theme if theme in THEMES else "auto",
        organisation=settings.organisation,
        paper_line=_paper_line(reader, settings.organisation) if reader else "",
        # Showing a notice takes it out of the cookie; choosing a theme puts a token into the cookie.
        notices=[] if is_unknown else _notices() + counting,
        is_counting=bool(counting),
        sign_out_url=url_for("sign_in.sign_out"),
        appearance_url=None if is_unknown else url_for("sign_in.appearance"),
        timezone_url=url_for("me.timezone") if reader else None,
        more_url=url_for("sign_in.sign_in", next=guard.here()) if reader and reader.has_more else None,
        data_url=url_for("me.data") if reader and reader.person_id else None,
        foot_note=None,
        own_url=own_url if reader and reader.person_id and own_url not in [place.url for place in places] else None,
        operation_url=url_for("admin.index") if reader and _operates_without_administration(reader) else None,
        sees_audiences=bool(reader and rights.choosing_audiences(reader).holds_places),
        sees_leavers=bool(reader and rights.keeping_people(reader).everything),
        sees_maps=bool(reader and rights.reading_maps(reader).holds_places),
        sees_people=bool(reader and rights.reading(reader).holds_anything),
        set_aside=_set_aside(reader) if reader else [],
        role_offer=offer_here(reader) if reader else None,
    )


def _paper_line(reader: Reader, organisation: str) -> str:
    """Return what stands above a printed page: whose it is, who printed it, and when."""
    return " · ".join(
        part
        for part in (organisation, f"printed by {reader.name}, {day(clock.now())} at {clock_time(clock.now())}")
        if part
    )


def _set_aside(reader: Reader) -> list[SetAside]:
    """What jobs set aside of the thing that this page shows, if the reader may have it tried again."""
    kind, argument = _PAGES_OF_THINGS.get(request.endpoint or "", ("", ""))
    rows = set_aside_of(kind, (request.view_args or {})[argument]) if kind else []
    return [row for row in rows if may_try_again(reader, row)]


def _notices() -> list[Notice]:
    flashed: list[tuple[str, str]] = get_flashed_messages(with_categories=True)  # type: ignore[assignment]
    return [Notice(*message.partition("\n")[::2], tone) for tone, message in flashed]


def _kept_numbers() -> list[Notice]:
    told = kept_numbers.told()
    return [Notice(*told, "warn")] if told else []


#: Pages of things that jobs may set aside: the table, and the argument that names the row.
_PAGES_OF_THINGS = {
    "calendar.occurrence": ("occurrence", "occurrence_id"),
    "calendar.communication": ("communication", "communication_id"),
    "waves.wave": ("wave", "wave_id"),
    "waves.programme": ("programme", "programme_id"),
}


def _administers(reader: Reader) -> bool:
    return rights.reading_operation(reader).everything and rights.auditing(reader).holds_anything


def _audits_without_administration(reader: Reader) -> bool:
    return rights.auditing(reader).holds_anything and not rights.reading_operation(reader).everything


def _operates_without_administration(reader: Reader) -> bool:
    """Whether jobs and mail are all that administration holds for the reader: then the foot leads there, not the menu."""
    return rights.reading_operation(reader).everything and not _administers(reader)


def _has_maps_alone(reader: Reader) -> bool:
    """Whether the reader sees stakeholders but no other people; otherwise stakeholders are listed under People."""
    return rights.reading_maps(reader).holds_places and not rights.reading(reader).holds_anything


#: For each place: label, endpoint, the path that makes it the current one, and the right that opens it.
_PLANNING = (
    ("Today", "today.index", "/", lambda r: rights.planning(r).holds_places),
    ("Waves", "waves.index", "/programmes", lambda r: rights.overseeing(r).holds_places),
    ("People", "people.index", "/people", lambda r: rights.reading(r).holds_anything),
    ("Stakeholders", "stakeholders.index", "/stakeholders", _has_maps_alone),
    ("Calendar", "calendar.index", "/communications", lambda r: rights.reading(r).holds_places),
    ("Training", "training.index", "/training", lambda r: rights.reading(r).holds_places),
    ("Concerns", "concerns.index", "/concerns", lambda r: rights.planning(r).holds_places),
    ("Reports", "reports.index", "/reports", lambda r: rights.reporting(r).holds_places),
    ("Administration", "admin.index", "/admin", _administers),
    ("Audit", "admin.audit_log", "/admin/audit", _audits_without_administration),
)
_OWN = (
    ("My change", "me.index", "/me"),
    ("My training", "me.training", "/me/training"),
    ("Messages", "me.messages", "/me/messages"),
    ("Say something", "concerns.new", "/concerns/new"),
    ("What I said", "concerns.mine", "/me/concerns"),
)
#: Paths that belong to a place although they begin otherwise.
_BELONGS = {
    "/waves": "/programmes",
    "/workflows": "/programmes",
    **dict.fromkeys(("/milestones", "/blackouts", "/overseers", "/statements", "/notices"), "/programmes"),
    **dict.fromkeys(("/criteria", "/conditions"), "/programmes"),
    **dict.fromkeys(("/metrics", "/readings", "/value", "/consultations", "/bodies"), "/programmes"),
    **dict.fromkeys(("/adoption", "/usage", "/usage-doors"), "/programmes"),
    "/occurrences": "/communications",
    "/deliveries": "/communications",
    "/audiences": "/people",
    "/departments": "/people",
    "/stakeholders": "/people",
    "/mailbox": "/admin",
}


def _own_places() -> list[Place]:
    """Return the places that are open to everybody who is signed in."""
    return [Place(label, url_for(endpoint), request.path == path) for label, endpoint, path in _OWN]


def _places(reader: Reader) -> list[Place]:
    path = request.path
    own = path == "/me" or path.startswith("/me/") or path in ("/concerns/new", "/concerns/receipt")
    entries = [(label, endpoint, prefix) for label, endpoint, prefix, question in _PLANNING if question(reader)]
    if not entries or (own and not rights.planning(reader).holds_places):
        entries = [*_OWN, ("My team", "me.team", "/me/team")] if reader.has_team else list(_OWN)
    for prefix, home in _BELONGS.items():
        if (path == prefix or path.startswith(prefix + "/")) and prefix not in [place for _, _, place in entries]:
            path = home
    current = max(
        (p for _, _, p in entries if path == p or (p != "/" and path.startswith(p + "/"))), key=len, default=""
    )
    return [Place(label, url_for(endpoint), prefix == current) for label, endpoint, prefix in entries]
