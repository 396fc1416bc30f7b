"""The command `flask mail-in`: a mail server hands a mail over on standard input."""

import sys

import click
from flask import current_app

from engagement.db import db
from engagement.serving import settings_of
from engagement.stakeholders.inbox.actions import Taken, take_in
from engagement.stakeholders.inbox.rules import MOST_BYTES, read_mail, token_in

#: What mail servers understand (sysexits.h): no such user, and try again later.
NO_USER, LATER = 67, 75


@click.command("mail-in")
@click.option("--to", "address", help="The address that the mail was delivered to; else its headers say it.")
def take_mail(address: str | None) -> None:
    """Take a mail from standard input: for a pipe of Postfix or Exim, or as the delivery of fetchmail."""
    settings = settings_of(current_app)
    if not settings.mail_in:
        click.echo("ENGAGEMENT_MAIL_IN is not set: no mail is taken.", err=True)
        sys.exit(LATER)
    mail = read_mail(sys.stdin.buffer.read(MOST_BYTES + 1))
    # The rest is read and left, so that the mail server sees no broken pipe.
    while sys.stdin.buffer.read(1024 * 1024):
        pass
    token = token_in([address] if address else mail.recipients, settings.mail_in)
    if token is None:
        click.echo("It was sent to no programme.", err=True)
        sys.exit(NO_USER)
    try:
        receipt = take_in(mail, token, settings.timezone)
        db.session.commit()
    except Exception as error:  # Whatever it is, the mail is still with its server, which tries again.
        db.session.rollback()
        click.echo(f"Not taken now ({type(error).__name__}); try again later.", err=True)
        sys.exit(LATER)
    click.echo(receipt.sentence, err=receipt.taken in (Taken.UNKNOWN_ADDRESS, Taken.FULL))
    sys.exit({Taken.UNKNOWN_ADDRESS: NO_USER, Taken.FULL: LATER}.get(receipt.taken, 0))
