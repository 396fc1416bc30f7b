"""The application for gunicorn (`wsgi:app`) and for the plain `flask` command."""

import gc
import os
import sys
from contextlib import suppress

# All that loading makes stays: looking it through for garbage again and again would take a fifth of the start.
gc.disable()

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from engagement.accounts.queries import refuse_demonstration
from engagement.app import create_app
from engagement.db import db
from engagement.errors import BadInput

try:
    app = create_app()
    if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
        # Web processes need neither commands nor what they load: migrations, backup and the demonstration.
        from engagement import commands

        # They look for a demonstration themselves; some of them exist to mend such a database.
        commands.register(app)
    else:
        with app.app_context():
            # A database that does not answer yet is for /readyz to tell.
            with suppress(DBAPIError):
                refuse_demonstration(in_production=app.config["SETTINGS"].is_production)
            # Else each process forked from this one would do it at its first page, in its own copy of what they share.
            configure_mappers()
            # They need connections of their own.
            db.engine.dispose()
except BadInput as error:
    print(error.sentence, file=sys.stderr)
    raise SystemExit(2) from None
# Nor is it looked through later: forked processes would each get a copy of what they now share.
gc.freeze()
gc.enable()
