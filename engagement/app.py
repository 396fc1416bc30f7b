"""Assembles the application: `create_app(settings)` is the only place that knows all parts. Nothing happens at import."""

from datetime import timedelta

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from engagement import pages
from engagement.accounts.rules import SESSION_LIFETIME
from engagement.groundwork import lay_groundwork
from engagement.pages.frame.body_limits import FORM, MOST_PARTS
from engagement.pages.frame.hosts import trust_hosts
from engagement.settings import Settings, read_settings


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for these settings, by default read from the environment.

    Raises BadInput when a setting makes no sense or the instance folder can't be made.
    """
    settings = settings or read_settings()
    app = lay_groundwork(settings)
    app.config.from_mapping(
        BOOTSTRAP_SERVE_LOCAL=True,
        # pages/frame/body_limits.py limits the body of each address; this is the limit for unknown addresses.
        MAX_CONTENT_LENGTH=FORM,
        MAX_FORM_MEMORY_SIZE=FORM,
        MAX_FORM_PARTS=MOST_PARTS,
        PERMANENT_SESSION_LIFETIME=SESSION_LIFETIME,
        # Responses don't renew the cookie: a cookie renewed on an anonymous page would date its sender.
        SESSION_REFRESH_EACH_REQUEST=False,
        SESSION_COOKIE_NAME="engagement",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=int(timedelta(hours=12).total_seconds()),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(hours=1),
    )
    trust_hosts(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    CSRFProtect(app)
    Bootstrap5(app)
    pages.register(app)
    return app
