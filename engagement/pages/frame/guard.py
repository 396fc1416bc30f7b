"""The one gate in front of all pages: readers must be signed in, unless a page says why not."""

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
from engagement.consultations.scopes import represents_somebody
from engagement.db import db
from engagement.engines import reads_only
from engagement.errors import AsksSignIn, SignedOut
from engagement.people.models import Person
from engagement.people.organisation.rules import Organisation
from engagement.reach import allow as allow
from engagement.reach import allow_all as allow_all
from engagement.reach import allow_anything as allow_anything
from engagement.reach import allow_places as allow_places
from engagement.reach import found as found
from engagement.readiness.scopes import is_asked_anything
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
    """Mark a view that writes on a GET, and say why; for all others the database refuses to write."""

    def mark(view: View) -> View:
        view.writes_because = reason  # type: ignore[attr-defined]
        return view

    return mark


def asks_no_token(reason: str) -> Callable[[View], View]:
    """Mark a view for machines whose POST needs no token of a form, and say why; a house test reads it."""

    def mark(view: View) -> View:
        view.no_token_because = reason  # type: ignore[attr-defined]
        return view

    return mark


def keeps_unknown(view: View) -> View:
    """Mark a view on which people can speak without being known.

    It leaves no log line and is counted nowhere (see `headers`, `operation`, `error_pages`). It looks the same for everybody
    and sets no cookie. It needs no token, because it uses nobody's rights; what other sites send is refused instead.
    """
    view.keeps_unknown = True  # type: ignore[attr-defined]
    return view


def is_unknown() -> bool:
    """Return whether this request is for a page that keeps its reader unknown."""
    # By its path, because a request that no view takes (another method, too large, one slash too many) is for the
    # page all the same.
    path = request.path
    path = re.sub("/+", "/", path) if "//" in path else path
    return path in current_app.extensions["unknown_paths"]


class SignedIn:
    """What Flask-Login keeps of an account. The cookie holds the session version, so raising that ends all sessions."""

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
    """Load the reader of each request, and turn away readers who are not signed in."""
    login.init_app(app)
    login.session_protection = None  # type: ignore[assignment]
    login.user_loader(_signed_in)
    # Before anything that may ask the database, forms included.
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
    person_id = reader.person_id
    has_tasks = (
        is_named_in_messages(reader.account_id) or represents_somebody(person_id) or is_asked_anything(person_id)
    )
    return reader.as_employee(has_tasks=has_tasks)


def _read_only_unless_posted(endpoint: str | None, _values: dict[str, object] | None) -> None:
    view = current_app.view_functions.get(endpoint or "")
    writes = request.method == "GET" and hasattr(view, "writes_because")
    reads_only.set(request.method in ("GET", "HEAD", "OPTIONS") and not writes)


def _writable_again(_error: BaseException | None) -> None:
    # The thread may next do something that is no request.
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
    """Refuse what another site sends to a form without a token. Browsers name the site; other programs need not."""
    if request.method == "POST" and is_unknown() and is_from_another_site():
        raise CSRFError("The form was sent from another site.")


def is_from_another_site() -> bool:
    """Return whether the browser says that another site sent this."""
    origin = request.headers.get("Origin")
    own = (request.host, urlsplit(settings().base_url).netloc)
    is_foreign = origin is not None and urlsplit(origin).netloc not in own
    return is_foreign or request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def is_signed_in() -> bool:
    return _user_or_none() is not None


def is_limited() -> bool:
    """Return whether a link in a message began the session; it opens only an employee's own pages."""
    user = _user_or_none()
    return user is not None and user.is_limited


def settings() -> Settings:
    found: Settings = current_app.config["SETTINGS"]
    return found


def organisation() -> Organisation:
    """Return the organisation as the settings describe it."""
    return Organisation.of(settings())


def _user() -> SignedIn:
    user: SignedIn = current_user._get_current_object()
    return user


def _user_or_none() -> SignedIn | None:
    user = current_user._get_current_object()
    return user if isinstance(user, SignedIn) else None


def account() -> Account:
    """Return the account of the reader in order to change it; only behind the gate. To ask who reads, use `reader`."""
    return db.session.get_one(Account, _user().account_id)


def person_or_none() -> Person | None:
    """Return the person who is signed in, or None if they are not in the directory."""
    person_id = reader().person_id
    return db.session.get(Person, person_id) if person_id is not None else None


def reader() -> Reader:
    """Return the reader with everything that decides about access, read once in each request."""
    return _reader_of(_user())


def _reader_of(user: SignedIn) -> Reader:
    if user.reader is None:
        whole = queries.reader_of(account(), settings().timezone)
        user.reader = _limited(whole) if user.is_limited else whole
    return user.reader


def reader_or_none() -> Reader | None:
    """Return the reader, or None if nobody is signed in or the page keeps its reader unknown."""
    user = _user_or_none()
    return None if user is None or is_unknown() else _reader_of(user)


def ask_for_fresh_sign_in(to_do_what: str) -> None:
    """Raise AsksSignIn for a reader who came by a link in a message, whatever their rights: a mailbox keeps it for days."""
    if is_limited():
        raise AsksSignIn(
            f"You came here by a link in a message. {to_do_what}, sign in with your password or a fresh link; you come back here."
        )


def safe_path(target: str | None, otherwise: str = "/") -> str:
    """Return `target` if it is a path on this site, else `otherwise`, so that no redirect leaves the service or is endless."""
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
    """Return a path on this site that may be stored with an address: never of a page that keeps its reader unknown."""
    path = safe_path(target)
    return "/me" if urlsplit(path).path in current_app.extensions["unknown_paths"] else path


def seen_by_nobody_else(response: Response) -> Response:
    """Keep a personal page out of shared and browser caches."""
    response.headers["Cache-Control"] = "no-store"
    return response
