"""A worker in a process of its own, for tests that kill it: database address and mail server as arguments.

A third argument is the instant (ISO, aware) at which it lives, else the present.
"""

import sys
from contextlib import nullcontext
from datetime import datetime

from flask import Flask

from engagement import clock
from engagement.db import db, engine_options, prepare
from engagement.mail.delivering import deliver_until_empty, unique_name
from engagement.mail.transport import Transport


def main(database_url: str, smtp_url: str, instant: str = "") -> None:
    app = Flask("sending")
    app.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(app)
    living = clock.standing_at(datetime.fromisoformat(instant)) if instant else nullcontext()
    with living, app.app_context():
        prepare(db.engine)
        counts = deliver_until_empty(
            Transport(smtp_url),
            unique_name("process"),
            lambda _delivery, path: f"https://engagement.example.com{path}",
            "Engagement <engagement@example.com>",
        )
    print(counts.sent)


if __name__ == "__main__":
    main(*sys.argv[1:])
