"""The application without doors: settings, log, instance folder, database and the journal of erasures.

`app` puts the pages on it; the clock needs none of them.
"""

import contextlib
import os
import secrets
from pathlib import Path

from flask import Flask

from engagement import logs
from engagement.backup import journal
from engagement.db import db
from engagement.engines import engine_options, keep_private, prepare
from engagement.errors import BadInput
from engagement.mail.signing.actions import read_signature
from engagement.processes import ROOT
from engagement.settings import Settings


def lay_groundwork(settings: Settings) -> Flask:
    """Return the application as rooms and jobs need it.

    The instance folder is closed to other users of the machine. Raises BadInput when a setting makes no sense or the
    folder can't be made.
    """
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
    url = settings.database_url or f"sqlite:///{instance / 'engagement.db'}"
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key or _kept_secret(instance),
        SQLALCHEMY_DATABASE_URI=url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(url),
    )
    app.extensions["signature"] = read_signature(settings.dkim_key, settings.dkim_selector, settings.signs_for)
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)
    journal.register()
    return app


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
