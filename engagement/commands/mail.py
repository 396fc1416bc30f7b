"""Mail that is sent now: `flask deliver`, `flask send-test-mail`."""

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import text

from engagement import clock, serving
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.queries import due_count
from engagement.mail.wire.actions.proving import send_test_mail
from engagement.terminal import plainly, this_app


@click.command("deliver")
@click.option("--until-empty", is_flag=True, required=True, help="Send everything that is due, then exit.")
@with_appcontext
@plainly
def deliver(until_empty: bool) -> None:
    """Send what is due and exit, printing counts."""
    del until_empty
    app = this_app()
    due = due_count(clock.now())
    with (
        serving.mail_server(app) as smtp_url,
        click.progressbar(length=due, label="Sending", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar,
    ):
        counts = serving.deliver_all(app, smtp_url, lambda counts: bar.update(counts.total - bar.pos))
        if not counts.trouble:
            # Other workers may have sent some, and some may wait for their domain.
            bar.update(due - bar.pos)
    what_became = [f"{number:,} {word}" for word, number in counts.in_words().items()]
    click.echo(", ".join(what_became) or "Nothing was due.")
    waits = serving.what_waits(app)
    if waits:
        click.echo(waits)
    if counts.trouble:
        raise BadInput(
            f"The mail server takes nothing at the moment: {counts.trouble.rstrip('.')}. What was not sent waits."
        )


@click.command("send-test-mail")
@click.argument("address")
@with_appcontext
@plainly
def send_mail_test(address: str) -> None:
    """Send one message through the mail settings, now, and say what the server answered."""
    app = this_app()
    db.session.execute(text("SELECT 1 FROM mailbox_message"))
    db.session.rollback()
    with serving.mail_server(app) as smtp_url:
        reply = send_test_mail(smtp_url, serving.settings_of(app).mail_from, address, serving.leaving_of(app).sign)
    click.echo(f"Accepted for {address}: {reply}")
