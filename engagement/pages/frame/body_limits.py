"""How large a request to each address may be: said in one place, checked before the body is read."""

from typing import Any

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadData
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_cookie

from engagement.accounts.rules import SESSION_LIFETIME
from engagement.accounts.scopes import rights
from engagement.db import db, reads_only
from engagement.intake.reading.queries.files import MOST_BYTES
from engagement.pages.frame import guard

KILOBYTE = 1024
#: For any form; for one with long texts or a box for each of many people; for an HR file with its form.
FORM, LONG_FORM, HR_FILE = 128 * KILOBYTE, 1024 * KILOBYTE, MOST_BYTES + 1024 * KILOBYTE
MOST_PARTS = 500
TAKES_FILES = "intake.index"
LONG_FORMS = frozenset(
    {
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
        "calendar.withdraw_approval",
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
    if endpoint == TAKES_FILES and may_import:
        return HR_FILE
    return LONG_FORM if endpoint in LONG_FORMS else FORM


def register(app: Flask) -> None:
    """Check the limit of every request before the check of the form's token reads the body."""
    app.url_value_preprocessor(_hold_to_limit)


def _hold_to_limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    large = request.content_length is None or request.content_length > FORM
    may_import = endpoint == TAKES_FILES and request.method == "POST" and large and _may_import()
    limit = limit_for(endpoint, may_import=may_import)
    request.max_content_length = limit
    request.max_form_memory_size = min(limit, LONG_FORM)
    request.max_form_parts = MOST_PARTS
    if (request.content_length or 0) > limit:
        raise RequestEntityTooLarge


def _may_import() -> bool:
    """Ask who sends the file, in a transaction that only reads and is over before the file is read."""
    before = reads_only.get()
    reads_only.set(True)
    try:
        return guard.is_signed_in() and rights.keeping_people(guard.reader()).everything
    finally:
        db.session.rollback()
        reads_only.set(before)


def limit_at_the_door(app: Flask, path: str, cookies: str) -> int:
    """Return the bytes that the web server takes of a request, before the database is asked who sends it.

    A file needs the cookie of a session that was signed here.
    """
    if path != "/people/import":
        return LONG_FORM
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    kept = parse_cookie(cookies).get(str(app.config["SESSION_COOKIE_NAME"]), "")
    if signer is None or not kept:
        return FORM
    try:
        session = signer.loads(kept, max_age=int(SESSION_LIFETIME.total_seconds()))
    except BadData:
        return FORM
    return HR_FILE if isinstance(session, dict) and "_user_id" in session else FORM
