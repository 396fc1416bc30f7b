"""Security headers on every answer, the request id, and the log line of each request."""

import time
import uuid

import structlog
from flask import Flask, Response, g, request

from engagement.pages.frame import guard

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
UNLOGGED = ("operation.healthz", "operation.readyz", "operation.metrics")
log = structlog.get_logger("engagement.request")


def register(app: Flask) -> None:
    """Give every request an id and every answer its headers."""
    app.before_request(_begin)
    app.after_request(_finish)


def _begin() -> None:
    g.began = time.perf_counter()
    g.request_id = uuid.uuid4().hex[:16]
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _finish(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    # After a page that keeps its reader unknown, not even this site's own pages learn where somebody came from.
    headers["Referrer-Policy"] = "origin" if guard.is_unknown() else "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers.setdefault("X-Frame-Options", "DENY")
    if request.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint not in ("static", "bootstrap.static"):
        headers.setdefault("Cache-Control", "no-store")
        _log(response)
    return response


def _log(response: Response) -> None:
    if guard.is_unknown() or request.endpoint in UNLOGGED:
        return
    headers = response.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    # The rule, not the address: an address can hold tokens and numbers of persons.
    where = request.url_rule.rule if request.url_rule else "unknown"
    took = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
    log.info("request", method=request.method, where=where, status=response.status_code, ms=took)
