"""Keeps what somebody typed when their session or the form's token has ended, and shows it again after they sign in.

A form carries, signed, the account for which it was drawn. So only somebody who was signed in can store anything here, only
they see it, and no other site can have a form shown that it made up.
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

#: How long a page may be open in a browser before its form is refused.
OPEN_FOR = timedelta(days=30)
#: The most characters kept of one form, as it is stored, and of its address.
LONGEST_KEPT, LONGEST_KEPT_PATH = 300_000, 1_000
TOKENS = frozenset({"csrf_token", "drawn_for"})
#: Never stored and never shown.
SECRETS = frozenset({"password", "present"})


def register(app: Flask) -> None:
    """Give templates the signed value that says for whom a form was drawn."""
    app.jinja_env.globals["drawn_for"] = drawn_for


def drawn_for() -> str:
    """Return, signed, who reads the page; "" if nobody is signed in or the page keeps its reader unknown.

    Also "" for somebody with rights who came by a link in a message. Otherwise another person with that link could keep forms
    that the reader later sends with all their rights.
    """
    reader = guard.reader_or_none()
    return str(_signer().dumps(reader.account_id)) if reader and not reader.has_more else ""


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="form-drawn-for")


def opened_by() -> int | None:
    """Return the account for which the sent form was drawn; None if it does not say so, or is too old."""
    try:
        found = _signer().loads(request.form.get("drawn_for", ""), max_age=int(OPEN_FOR.total_seconds()))
    except BadSignature:
        return None
    return found if isinstance(found, int) else None


def typed_fields() -> list[tuple[str, str]]:
    """Return the fields of the sent form, without tokens and passwords."""
    return [pair for pair in request.form.items(multi=True) if pair[0] not in TOKENS | SECRETS]


def typed_words(fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return every field that holds something, under its name in words.

    Only the marks that tell a form of other people's changes are left out: nobody typed them.
    """
    named = [(name, value) for name, value in fields if value.strip() and name != "drawn_from"]
    return [(name.replace("_", " ").replace("-", " ").capitalize(), value) for name, value in named]


def keep_what_was_typed() -> str | None:
    """Keep the sent form and return the address that shows it again; None if there is nothing to keep."""
    account_id, fields, path = opened_by(), typed_fields(), request.full_path.rstrip("?")
    account = db.session.get(Account, account_id) if account_id is not None else None
    can_be_kept = len(path) <= LONGEST_KEPT_PATH and len(json.dumps(fields)) <= LONGEST_KEPT
    if account is None or not account.is_active or not typed_words(fields) or not can_be_kept:
        return None
    row = keep_form(account.id, guard.safe_path(path), fields)
    db.session.commit()
    return url_for("sign_in.kept", form_id=row.id)
