"""The one gate in front of all pages: everybody must be signed in, unless a page says why not."""

import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, redirect, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as BaseResponse

from engagement.accounts import queries
from engagement.accounts.models import Account
from engagement.accounts.scopes.reader import Reader
from engagement.communications.scopes import is_named_in_messages
from engagement.db import db, reads_only
from engagement.errors import AsksSignIn, SignedOut
from engagement.people.models import Person
from engagement.people.organisation import Organisation
from engagement.reach import allow as allow
from engagement.reach import found as found
from engagement.settings import Settings

View = TypeVar("View", bound=Callable[..., object])
MORE_THAN_A_LINK = (
    "You came here by a link in a message. It opens your own pages: what changes for you, your training and messages. For "
    "this page, sign in with your password or a fresh link; you come back here."
)
LONGEST_PATH = 1000
login = LoginManager()
_KEPT = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})(\.limited)?")


def open_to_all(reason: str) -> Callable[[View], View]:
    """Mark a view that needs no sign-in; `reason` says why, and a house test reads it."""

    def mark(view: View) -> View:
        view.open_because = reason  # type: ignore[attr-defined]
        return view

    return mark


def writes_because(reason: str) -> Callable[[View], View]:
    """Mark a view that changes something although it is only read; for all others the database refuses it."""

    def mark(view: View) -> View:
        view.writes_because = reason  # type: ignore[attr-defined]
        return view

    return mark


def keeps_unknown(view: View) -> View:
    """Mark a view on which people may speak without being known.

    Whatever happens on it leaves no log line and is counted nowhere (see `headers`, `operation`, `error_pages`); it is shown
    as to nobody in particular, sets no cookie, and needs no token, because what it takes in rests on nobody's rights. What
    other sites send is refused instead.
    """
    view.keeps_unknown = True  # type: ignore[attr-defined]
    return view


def is_unknown() -> bool:
    """Return whether this request is for a page that keeps its reader unknown."""
    # By its path, because a request that no view takes (with another method, too large, with a slash too many) is for the
    # page all the same.
    return re.sub("/+", "/", request.path) in current_app.extensions["unknown_paths"]


class SignedIn:
    """What Flask-Login keeps of an account: its cookie text holds the session version, so raising it ends all sessions."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(
        self, account_id: int, session_version: int, reader: Reader | None = None, *, is_limited: bool = False
    ) -> None:
        self.account_id, self.session_version, self.reader = account_id, session_version, reader
        self.is_limited = is_limited

    def get_id(self) -> str:
        """Return the text that the session keeps: account, version, and whether a link in a message began it."""
        return f"{self.account_id}.{self.session_version}{'.limited' if self.is_limited else ''}"


def register(app: Flask) -> None:
    """Load the reader of each request and turn away who is not signed in."""
    login.init_app(app)
    login.session_protection = None  # type: ignore[assignment]
    login.user_loader(_signed_in)
    # Before everything that may ask the database, the forms among it.
    app.url_value_preprocessor(_read_only_unless_posted)
    app.teardown_request(_writable_again)
    app.before_request(_require_sign_in)
    app.before_request(_refuse_other_sites)


def _signed_in(kept: str) -> SignedIn | None:
    found = _KEPT.fullmatch(kept)
    if found is None:
        return None
    account_id, version, is_limited = int(found[1]), int(found[2]), bool(found[3])
    in_production = settings().is_production
    reader = queries.reader_in_session(account_id, version, settings().timezone, in_production=in_production)
    if reader is None:
        return None
    return SignedIn(account_id, version, _limited(reader) if is_limited else reader, is_limited=is_limited)


def _limited(reader: Reader) -> Reader:
    """What a link in a message opens. Who is named in messages has more than that, also when no role is left."""
    return reader.as_employee(has_tasks=is_named_in_messages(reader.account_id))


def _read_only_unless_posted(endpoint: str | None, _values: dict[str, object] | None) -> None:
    view = current_app.view_functions.get(endpoint or "")
    writes = request.method == "GET" and hasattr(view, "writes_because")
    reads_only.set(request.method in ("GET", "HEAD", "OPTIONS") and not writes)


def _writable_again(_error: BaseException | None) -> None:
    # What the thread does next may be no request at all.
    reads_only.set(False)


def _require_sign_in() -> BaseResponse | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or request.endpoint in ("static", "bootstrap.static") or hasattr(view, "open_because"):
        return None
    if is_signed_in():
        return None
    if request.method in ("GET", "HEAD"):
        return redirect(url_for("sign_in.sign_in", next=request.full_path.rstrip("?")))
    raise SignedOut("You are not signed in any more.")


def _refuse_other_sites() -> None:
    """Refuse what a page of another site sends to a form without a token. Browsers name the site; what is none need not."""
    if request.method == "POST" and is_unknown() and is_from_another_site():
        raise CSRFError("The form was sent from another site.")


def is_from_another_site() -> bool:
    """Return whether the browser says that a page of another site sent this."""
    origin = request.headers.get("Origin")
    own = (request.host, urlsplit(settings().base_url).netloc)
    is_foreign = origin is not None and urlsplit(origin).netloc not in own
    return is_foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def is_signed_in() -> bool:
    """Return whether somebody is signed in."""
    return isinstance(current_user._get_current_object(), SignedIn)


def is_limited() -> bool:
    """Return whether the session was begun by a link in a message, which opens an employee's own pages alone."""
    return is_signed_in() and _user().is_limited


def settings() -> Settings:
    """Return the settings of the running application."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def organisation() -> Organisation:
    """Return the organisation as the settings describe it."""
    return Organisation.of(settings())


def _user() -> SignedIn:
    user: SignedIn = current_user._get_current_object()
    return user


def account() -> Account:
    """Return the account of who is signed in, for changing it; only behind the gate. To know who reads, see `reader`."""
    return db.session.get_one(Account, _user().account_id)


def person_or_none() -> Person | None:
    """Return who in the directory is signed in, None for an account of somebody who is not in it."""
    person_id = reader().person_id
    return db.session.get(Person, person_id) if person_id is not None else None


def reader() -> Reader:
    """Return who is signed in with everything the access questions rest on, read once for each request."""
    user = _user()
    if user.reader is None:
        whole = queries.reader_of(account(), settings().timezone)
        user.reader = _limited(whole) if user.is_limited else whole
    return user.reader


def reader_or_none() -> Reader | None:
    """Return the reader, None on a page that nobody is signed in to, or that keeps its reader unknown."""
    return reader() if is_signed_in() and not is_unknown() else None


def ask_for_fresh_sign_in(to_do_what: str) -> None:
    """Raise AsksSignIn for who came by a link in a message, whatever their rights: such a link lies in a mailbox for days."""
    if is_limited():
        raise AsksSignIn(
            f"You came here by a link in a message. {to_do_what}, sign in with your password or a fresh link; you come back here."
        )


def safe_path(target: str | None, otherwise: str = "/") -> str:
    """Return `target` when it is a path on this site, else `otherwise`: no redirect leaves the service, and none is endless."""
    if (
        not target
        or len(target) > LONGEST_PATH
        or not target.startswith("/")
        or target.startswith(("//", "/\\"))
        or "\\" in target
    ):
        return otherwise
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or any(ord(c) < 32 for c in target):
        return otherwise
    return target


def came_from() -> str:
    """Return the page of this site whose link or form led here."""
    where = urlsplit(request.referrer or "/")
    return safe_path(where.path + (f"?{where.query}" if where.query else ""))


def here() -> str:
    """Return the page to come back to after signing in: this one, or the page whose form was sent."""
    return safe_path(request.full_path.rstrip("?")) if request.method != "POST" else came_from()


def known_path(target: str | None) -> str:
    """Return a path on this site to be kept with an address: never that of a page that keeps its reader unknown."""
    path = safe_path(target)
    return "/me" if urlsplit(path).path in current_app.extensions["unknown_paths"] else path


def seen_by_nobody_else(response: Response) -> Response:
    """Keep a personal page out of shared and browser caches."""
    response.headers["Cache-Control"] = "no-store"
    return response
