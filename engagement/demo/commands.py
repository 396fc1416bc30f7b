"""The commands `flask demo load` and `flask demo accounts`."""

import click
from flask import current_app
from flask.cli import AppGroup

from engagement import clock, demo
from engagement.errors import BadInput
from engagement.serving import settings_of
from engagement.terminal import plainly

demo_group = AppGroup("demo", help="The demonstration programme.")


@demo_group.command("load")
@click.option("--if-empty", is_flag=True, help="Do nothing, without complaint, when the database holds something.")
@plainly
def load_demo(if_empty: bool) -> None:
    """Load the demonstration programme into an empty database."""
    settings = settings_of(current_app)
    if settings.is_production:
        raise BadInput("The demonstration accounts are refused in production (ENGAGEMENT_ENV=production).")
    if not demo.database_is_empty():
        if if_empty:
            if demo.is_loaded():
                _print_accounts(None)
            return
        raise BadInput("The database is not empty. The demonstration programme is loaded into an empty one only.")
    began = clock.now()
    password = demo.load(settings, say=lambda sentence: click.echo(f"  {sentence}"))
    click.echo(f"The demonstration programme is loaded, in {(clock.now() - began).total_seconds():.0f} s.")
    _print_accounts(password)


@demo_group.command("accounts")
@plainly
def demo_accounts() -> None:
    """Print the demonstration accounts."""
    _print_accounts(None)


def _print_accounts(password: str | None) -> None:
    for account, words in demo.accounts():
        click.echo(f"  {account.email:24} {words}")
    click.echo(
        f"  One password for all: {password}"
        if password
        else "  The password was printed at load, or is ENGAGEMENT_DEMO_PASSWORD."
    )
