"""Addresses of pages and files, built once and kept: a page names nearly a hundred of them."""

from functools import lru_cache
from typing import Any

import flask
from flask import Flask, request

#: Values that are words of a vocabulary or names of files; whatever somebody typed or was given as a code is not kept.
_WORDS = {"filename", "kind", "role", "state", "status"}


def register(app: Flask) -> None:
    """Let templates use this `url_for` instead of Flask's."""
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, **values: Any) -> str:
    """Return what Flask's `url_for` would return within a request."""
    if endpoint.startswith(".") or not all(type(value) is int or name in _WORDS for name, value in values.items()):
        return flask.url_for(endpoint, **values)
    return _built(endpoint, tuple(values.items()), request.script_root)


@lru_cache(maxsize=2_000)
def _built(endpoint: str, values: tuple[tuple[str, Any], ...], _script_root: str) -> str:
    given: dict[str, Any] = dict(values)
    return flask.url_for(endpoint, **given)
