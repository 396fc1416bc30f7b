"""The parts that run until they are told to end: `flask serve`, `flask scheduler`, `flask worker`."""

import click
from flask import Flask
from flask.cli import with_appcontext
from sqlalchemy import text

from engagement import serving
from engagement.accounts.queries import refuse_demonstration
from engagement.db import db
from engagement.processes import become, end_process, stop_event
from engagement.scheduler.running import wait_for_stop
from engagement.terminal import plainly, this_app


def _app_on_its_database() -> Flask:
    """Return the application once its database is known to be migrated and, in production, to hold no demonstration."""
    app = this_app()
    db.session.execute(text("SELECT 1 FROM account"))
    refuse_demonstration(in_production=serving.settings_of(app).is_production)
    db.session.rollback()
    return app


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--no-scheduler", is_flag=True, help="Leave the clock to another process.")
@click.option("--no-delivery", is_flag=True, help="Leave delivery to another process.")
@with_appcontext
@plainly
def serve(host: str, port: int, no_scheduler: bool, no_delivery: bool) -> None:
    """Serve pages, with clock and delivery in the same process."""
    app = _app_on_its_database()
    with serving.alone_on_sqlite():
        serving.serve(app, host, port, with_clock=not no_scheduler, with_delivery=not no_delivery)
    end_process()


@click.command("scheduler")
@with_appcontext
@plainly
def scheduler() -> None:
    """Run the clock alone; any number may run on one database."""
    _app_on_its_database()
    become("engagement.ticking")


@click.command("worker")
@click.option("--connections", type=click.IntRange(1, 50), help="Connections to the mail server at the same time.")
@with_appcontext
@plainly
def worker(connections: int | None) -> None:
    """Run a delivery worker alone; any number may run on any number of machines."""
    app = _app_on_its_database()
    wanted = connections or serving.settings_of(app).mail_connections
    if not serving.settings_of(app).uses_built_in_mailbox:
        serving.become_worker(app, wanted)
    stop = stop_event()
    with serving.mail_server(app) as smtp_url:
        delivering = serving.make_worker(app, smtp_url, wanted)
        delivering.start()
        click.echo("Delivering. Ctrl-C ends it.")
        wait_for_stop(stop)
        delivering.stop()
    end_process()
