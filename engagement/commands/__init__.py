"""The shell door: every `flask …` command turns its arguments into one action; bad input gets one sentence and exit 2."""

from flask import Flask
from flask_migrate import Migrate
from flask_migrate.cli import db as migrations

from engagement.backup.commands import backup, downgrade, restore
from engagement.commands.checking import config, version
from engagement.commands.directory import people, user
from engagement.commands.mail import deliver, send_mail_test
from engagement.commands.receiving import take_mail_in
from engagement.commands.running import scheduler, serve, worker
from engagement.commands.timetable import jobs, run_job
from engagement.db import db
from engagement.demo.commands import demo_group
from engagement.revisions import MIGRATIONS

COMMANDS = (
    serve,
    scheduler,
    worker,
    run_job,
    jobs,
    deliver,
    send_mail_test,
    take_mail_in,
    people,
    user,
    demo_group,
    config,
    backup,
    restore,
    version,
)


def register(app: Flask) -> None:
    """Add every command to the application, and what migrates; web processes need neither."""
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    for command in COMMANDS:
        app.cli.add_command(command)
    # The library's own command would answer with a traceback.
    migrations.add_command(downgrade)
