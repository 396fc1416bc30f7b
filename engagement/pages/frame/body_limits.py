"""How large a request to each address may be: said in one place, checked before the body is read."""

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_cookie

from engagement.accounts.rules import SESSION_LIFETIME
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.reader import Reader
from engagement.db import db
from engagement.engines import reads_only
from engagement.intake.figures.queries.reading import MOST_BYTES as MOST_READINGS_BYTES
from engagement.intake.reading.queries.files import MOST_BYTES
from engagement.intake.register.queries.reading import MOST_BYTES as MOST_REGISTER_BYTES
from engagement.intake.usage.rules import MOST_BYTES as MOST_USAGE_BYTES
from engagement.pages.frame import guard

KILOBYTE = 1024
#: For any form; for one with long texts or a box for each of many people.
FORM, LONG_FORM = 128 * KILOBYTE, 1024 * KILOBYTE
#: For an HR file, a register of stakeholders, readings of metrics, and numbers of use, each with its form.
HR_FILE, REGISTER_FILE = MOST_BYTES + LONG_FORM, MOST_REGISTER_BYTES + LONG_FORM
READINGS_FILE, USAGE_FILE = MOST_READINGS_BYTES + LONG_FORM, MOST_USAGE_BYTES + LONG_FORM
MOST_PARTS = 500
#: The endpoints that take a file, each with its limit and who may send one.
TAKES_FILES: dict[str, tuple[int, Callable[[Reader], bool]]] = {
    "intake.index": (HR_FILE, lambda reader: rights.keeping_people(reader).everything),
    "stakeholders.take_file": (REGISTER_FILE, lambda reader: rights.planning(reader).holds_places),
    "value.take_file": (READINGS_FILE, lambda reader: rights.planning(reader).holds_places),
    "adoption.take_file": (USAGE_FILE, lambda reader: rights.planning(reader).holds_places),
}
FILE_PATHS = {
    "/people/import": HR_FILE,
    "/stakeholders/import": REGISTER_FILE,
    "/value/import": READINGS_FILE,
    "/adoption/import": USAGE_FILE,
}
LONG_FORMS = frozenset(
    {
        # Some ten thousand rows of a machine.
        "adoption.post_usage",
        "audiences.edit",
        "audiences.new",
        # Each step of a message sends the text as well.
        "calendar.approve",
        "calendar.ask_approval",
        "calendar.decide",
        "calendar.edit",
        "calendar.move",
        "calendar.new",
        "calendar.occurrence",
        "calendar.remove_translation",
        "calendar.send_back",
        "calendar.send_test_copy",
        "calendar.skip",
        # A report of up to a few hundred events, or a bounce with what it returns.
        "calendar.take_reported",
        "calendar.withdraw_approval",
        "consultations.hand_over",
        "sign_in.send_kept",
        "training.decide_leftovers",
        "training.editing",
        "training.record_completion",
        "waves.edit",
        "waves.members",
        "waves.new",
    }
)


def limit_for(endpoint: str | None, *, may_import: bool = False) -> int:
    """Return the bytes that a request to this endpoint may bring. Only those who may import can send a file."""
    if may_import and endpoint in TAKES_FILES:
        return TAKES_FILES[endpoint][0]
    return LONG_FORM if endpoint in LONG_FORMS else FORM


def register(app: Flask) -> None:
    """Check the limit of every request before the check of the form's token reads the body."""
    app.url_value_preprocessor(_hold_to_limit)


def _hold_to_limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    large = request.content_length is None or request.content_length > FORM
    asks = TAKES_FILES.get(endpoint or "") if request.method == "POST" and large else None
    may_import = asks is not None and _may_import(asks[1])
    limit = limit_for(endpoint, may_import=may_import)
    request.max_content_length = limit
    request.max_form_memory_size = min(limit, LONG_FORM)
    request.max_form_parts = MOST_PARTS
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge


def _may_import(may: Callable[[Reader], bool]) -> bool:
    """Ask who sends the file, in a transaction that only reads and is over before the file is read."""
    before = reads_only.get()
    reads_only.set(True)
    try:
        return guard.is_signed_in() and may(guard.reader())
    finally:
        db.session.rollback()
        reads_only.set(before)


def limit_at_the_door(app: Flask, path: str, cookies: str) -> int:
    """Return the bytes that the web server takes of a request, before the database is asked who sends it.

    A file needs the cookie of a session that was signed here.
    """
    if path not in FILE_PATHS:
        return LONG_FORM
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    kept = parse_cookie(cookies).get(str(app.config["SESSION_COOKIE_NAME"]), "")
    if signer is None or not kept:
        return FORM
    try:
        session = signer.loads(kept, max_age=int(SESSION_LIFETIME.total_seconds()))
    except BadData:
        return FORM
    return FILE_PATHS[path] if isinstance(session, dict) and "_user_id" in session else FORM
