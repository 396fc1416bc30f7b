"""What somebody typed outlives their session and the form's token: it is kept, and stands there again once they have signed in.

A form says, signed, for whom it was drawn. So nobody can store anything here who was not signed in, nobody else gets to see
it, and no other site can have a form shown that it made up.
"""

import json
from collections.abc import Sequence
from datetime import timedelta

from flask import Flask, current_app, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from engagement.accounts.kept_forms.actions import keep_form
from engagement.accounts.models import Account
from engagement.db import db
from engagement.pages.frame import guard

#: The longest that a page stands open in a browser before its form is worth nothing.
OPEN_FOR = timedelta(days=30)
#: What is kept of one form at most, in characters as it is stored, and of its address.
LONGEST_KEPT, LONGEST_KEPT_PATH = 300_000, 1_000
TOKENS = frozenset({"csrf_token", "drawn_for"})
#: Never stored and never shown.
SECRETS = frozenset({"password", "present"})


def register(app: Flask) -> None:
    """Give templates the value by which a form says for whom it was drawn."""
    app.jinja_env.globals["drawn_for"] = drawn_for


def drawn_for() -> str:
    """Return, signed, who reads the page; "" where nobody is signed in or the page keeps its reader unknown.

    Nothing for somebody with rights who came by a link in a message either: whoever else has the link could then keep forms
    for them to send with all their rights.
    """
    reader = guard.reader_or_none()
    return str(_signer().dumps(reader.account_id)) if reader and not reader.has_more else ""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="form-drawn-for")


def opened_by() -> int | None:
    """Return the account for which the form was drawn that is being sent, None where it doesn't say so or it is too old."""
    try:
        found = _signer().loads(request.form.get("drawn_for", ""), max_age=int(OPEN_FOR.total_seconds()))
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def typed_fields() -> list[tuple[str, str]]:
    """Return the fields of the form that is being sent, without tokens and passwords."""
    return [pair for pair in request.form.items(multi=True) if pair[0] not in TOKENS | SECRETS]


def typed_words(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return every field that holds something, under its name in words: nothing that would be sent is left out.

    Only the marks by which a form notices that it was overtaken are no words of anybody.
    """
    named = [(name, value) for name, value in fields if value.strip() and name != "drawn_from"]
    return [(name.replace("_", " ").replace("-", " ").capitalize(), value) for name, value in named]


def keep_what_was_typed() -> str | None:
    """Keep the form that is being sent and return the address at which it stands again; None where there is nothing to keep."""
    account_id, fields, path = opened_by(), typed_fields(), request.full_path.rstrip("?")
    account = db.session.get(Account, account_id) if account_id is not None else None
    can_be_kept = len(path) <= LONGEST_KEPT_PATH and len(json.dumps(fields)) <= LONGEST_KEPT
    if account is None or not account.is_active or not typed_words(fields) or not can_be_kept:
        return None
    row = keep_form(account.id, guard.safe_path(path), fields)
    db.session.commit()
    return url_for("sign_in.kept", form_id=row.id)
