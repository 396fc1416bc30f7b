"""A worker in a process of its own, for tests that kill it: database address, mail server and worker's name as arguments."""

import sys

from flask import Flask

from engagement.db import db, engine_options, prepare_sqlite
from engagement.mail.delivering import deliver_until_empty, unique_name
from engagement.mail.transport import Transport


def main(database_url: str, smtp_url: str) -> None:
    app = Flask("sending")
    app.config.update(SQLALCHEMY_DATABASE_URI=database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(database_url))
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
        counts = deliver_until_empty(
            Transport(smtp_url),
            unique_name("process"),
            lambda _delivery, path: f"https://engagement.example.com{path}",
            "Engagement <engagement@example.com>",
        )
    print(counts.sent)


if __name__ == "__main__":
    main(*sys.argv[1:])
