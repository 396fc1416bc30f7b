"""Addresses of pages and files. Those that are always the same are built once: a page names some thirty of them."""

from functools import lru_cache
from typing import Any

import flask
from flask import Flask, request


def register(app: Flask) -> None:
    """Let templates use this `url_for` instead of Flask's."""
    app.jinja_env.globals["url_for"] = url_for


def url_for(endpoint: str, **values: Any) -> str:
    """Return what Flask's `url_for` would return within a request."""
    if endpoint.startswith(".") or values.keys() - {"filename"}:
        return flask.url_for(endpoint, **values)
    return _built(endpoint, values.get("filename"), request.script_root)


@lru_cache(maxsize=500)
def _built(endpoint: str, filename: str | None, _script_root: str) -> str:
    return flask.url_for(endpoint, filename=filename) if filename else flask.url_for(endpoint)
