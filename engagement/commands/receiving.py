"""The command `flask mail-in`: a mail server hands a mail over on standard input, for a programme or because it came back."""

import sys
from typing import NoReturn

import click
from flask import current_app

from engagement.db import db
from engagement.mail.bounces.actions.taking import Marks, take_mail
from engagement.mail.bounces.actions.taking import Taken as Kept
from engagement.serving import settings_of
from engagement.settings import Settings
from engagement.stakeholders.inbox.actions import Taken, take_in
from engagement.stakeholders.inbox.rules.reading import MOST_BYTES, ReadMail, read_mail
from engagement.stakeholders.inbox.rules.tokens import tokens_in

#: What mail servers understand (sysexits.h): no such user, and try again later.
NO_USER, LATER = 67, 75
_REFUSED = {Taken.UNKNOWN_ADDRESS: NO_USER, Taken.FULL: LATER}
OF_BOUNCES = {
    Kept.KEPT: "It came back, and is kept as a bounce.",
    Kept.KNOWN: "This bounce was taken before.",
    Kept.NOTHING: "It is an automatic answer, which counts as nothing.",
}


@click.command("mail-in")
@click.option("--to", "address", help="The address that the mail was delivered to; else its headers say it.")
def take_mail_in(address: str | None) -> None:
    """Take a mail from standard input: for a pipe of Postfix or Exim, or as the delivery of fetchmail."""
    settings = settings_of(current_app)
    if not settings.mail_in and not settings.return_path:
        _end(LATER, "Neither ENGAGEMENT_MAIL_IN nor ENGAGEMENT_RETURN_PATH is set: no mail is taken.")
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    # The rest is read and left, so that the mail server sees no broken pipe.
    while sys.stdin.buffer.read(1024 * 1024):
        pass
    try:
        code, sentence = _taken(raw, address, settings)
        db.session.commit()
    except Exception as error:  # Whatever it is, the mail is still with its server, which tries again.
        db.session.rollback()
        _end(LATER, f"Not taken now ({type(error).__name__}); try again later.")
    _end(code, sentence)


def _taken(raw: bytes, address: str | None, settings: Settings) -> tuple[int, str]:
    mail = read_mail(raw)
    tokens = tokens_in([address] if address else mail.recipients, settings.mail_in) if settings.mail_in else []
    if tokens:
        return _into_inboxes(mail, tokens, settings)
    kept = take_mail(
        raw, Marks(settings.return_path, str(current_app.config["SECRET_KEY"])), delivered_to=address or ""
    )
    if kept in OF_BOUNCES:
        return 0, OF_BOUNCES[kept]
    return NO_USER, "It was sent to no programme, and is no bounce."


def _into_inboxes(mail: ReadMail, tokens: list[str], settings: Settings) -> tuple[int, str]:
    """Take a mail for each programme that it was sent to: whoever delivers without `--to` hands it over once for all of them."""
    receipts = [take_in(mail, token, settings.timezone) for token in tokens]
    failed = next((each for each in receipts if each.taken in _REFUSED), None)
    taken = any(each.taken not in _REFUSED for each in receipts)
    if failed and (failed.taken is Taken.FULL or not taken):
        return _REFUSED[failed.taken], failed.sentence
    return 0, " ".join(dict.fromkeys(each.sentence for each in receipts))


def _end(code: int, sentence: str) -> NoReturn:
    click.echo(sentence, err=code != 0)
    sys.exit(code)
