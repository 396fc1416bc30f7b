"""Assembles the application: `create_app(settings)` is the only place that knows all parts. Nothing happens at import."""

import contextlib
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from engagement import logs, pages
from engagement.accounts.rules import SESSION_LIFETIME
from engagement.backup import journal
from engagement.db import db
from engagement.engines import engine_options, keep_private, prepare
from engagement.errors import BadInput
from engagement.mail.signing.actions import read_signature
from engagement.pages.frame.body_limits import FORM, MOST_PARTS
from engagement.pages.frame.hosts import trust_hosts
from engagement.settings import Settings, read_settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return the application for these settings, by default read from the environment.

    The instance folder is closed to other users of the machine. Raises BadInput when a setting makes no sense or the
    folder can't be made.
    """
    settings = settings or read_settings()
    logs.configure(settings.log)
    instance = (ROOT / settings.instance_path).resolve()
    try:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_private(instance, 0o700)
    except OSError as error:
        raise BadInput(f"ENGAGEMENT_INSTANCE_PATH: {instance} can’t be made: {error.strerror}.") from None
    app = Flask(
        "engagement",
        instance_path=str(instance),
        root_path=str(ROOT / "engagement"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "engagement" / "static"),
    )
    app.config.from_mapping(_configuration(settings, instance))
    app.extensions["signature"] = read_signature(settings.dkim_key, settings.dkim_selector, settings.signs_for)
    trust_hosts(app, settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    CSRFProtect(app)
    Bootstrap5(app)
    pages.register(app)
    journal.register()
    return app


def _configuration(settings: Settings, instance: Path) -> dict[str, Any]:
    url = settings.database_url or f"sqlite:///{instance / 'engagement.db'}"
    return {
        "SETTINGS": settings,
        "SECRET_KEY": settings.secret_key or _kept_secret(instance),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "BOOTSTRAP_SERVE_LOCAL": True,
        # pages/frame/body_limits.py limits the body of each address; this is the limit for unknown addresses.
        "MAX_CONTENT_LENGTH": FORM,
        "MAX_FORM_MEMORY_SIZE": FORM,
        "MAX_FORM_PARTS": MOST_PARTS,
        "PERMANENT_SESSION_LIFETIME": SESSION_LIFETIME,
        # Responses don't renew the cookie: a cookie renewed on an anonymous page would date its sender.
        "SESSION_REFRESH_EACH_REQUEST": False,
        "SESSION_COOKIE_NAME": "engagement",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.base_url.startswith("https://"),
        "WTF_CSRF_TIME_LIMIT": int(timedelta(hours=12).total_seconds()),
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(hours=1),
    }


def _kept_secret(instance: Path) -> str:
    """Return the development secret, made once and stored beside the database, so that a restart ends no sessions."""
    kept = instance / "secret_key"
    if not kept.exists():
        mine = instance / f"secret_key.{os.getpid()}"
        mine.touch(mode=0o600)
        mine.write_text(secrets.token_urlsafe(48), encoding="ascii")
        # If two processes start for the first time together, both use the secret of the first to link.
        with contextlib.suppress(FileExistsError):
            os.link(mine, kept)
        mine.unlink()
    return kept.read_text(encoding="ascii").strip()
