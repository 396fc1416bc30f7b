"""What this installation is: `flask config check`, `flask version`."""

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import text

from engagement import VERSION, serving
from engagement.accounts.queries import any_account_exists, refuse_demonstration
from engagement.db import db
from engagement.mail.bounces.actions.fetching import opened
from engagement.mail.signing.rules import Signature
from engagement.mail.wire.actions.transport import Transport
from engagement.terminal import plainly
from engagement.words import plural

config = AppGroup("config", help="The settings.")


@config.command("check")
@plainly
def check_config() -> None:
    """Check every setting, the database, the mail server and the mailbox of bounces, and say what is wrong."""
    settings = serving.settings_of(current_app)
    db.session.execute(text("SELECT 1"))
    refuse_demonstration(in_production=settings.is_production)
    click.echo(f"Settings make sense ({settings.env.value}).")
    click.echo(f"Database answers ({db.engine.dialect.name}).")
    if not any_account_exists():
        click.echo("Nobody can sign in yet: use flask user create, or the link that flask serve prints.")
    signature: Signature | None = current_app.extensions["signature"]
    if signature:
        click.echo(
            f"Messages are signed for {signature.domain}. DNS has to hold this text (TXT) at {signature.record_name}:"
        )
        click.echo(f"  {signature.record}")
    if settings.bounce_mailbox:
        with opened(settings.bounce_mailbox) as box:
            click.echo(f"Mailbox of bounces answers, with {plural(len(box.names()), 'mail', 'mails')} in it.")
    if settings.uses_built_in_mailbox:
        click.echo("Mail stays in the built-in mailbox: ENGAGEMENT_SMTP_URL is not set.")
        return
    with Transport(settings.smtp_url) as transport:
        click.echo(f"Mail server answers: {transport.greeting()}")


@click.command("version")
def version() -> None:
    """Print the version of the service."""
    click.echo(VERSION)
