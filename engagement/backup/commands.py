"""The commands `flask backup` and `flask restore`."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from engagement import audit
from engagement.audit import COMMAND_LINE
from engagement.backup.journal import returned_since
from engagement.backup.reading import holds_words, opened_backup
from engagement.backup.restoring import restore as put_back
from engagement.backup.writing import write_backup
from engagement.db import db
from engagement.engines import reads_only
from engagement.terminal import long_work_bar, plainly, refuse
from engagement.verbs import Verb


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
@plainly
def backup(file: Path) -> None:
    """Write everything into FILE, as it is at this instant, while the service goes on."""
    with long_work_bar("Looking at the database") as progress:
        held = write_backup(file, progress)
    click.echo(f"{file} holds {holds_words(held)}.")
    click.echo(
        "Keep ENGAGEMENT_SECRET_KEY with it, or the file secret_key of the instance folder: links and receipts need it."
    )


@click.command("downgrade", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
@with_appcontext
def downgrade() -> None:
    """Say how to go back to an older version: nothing in the database is turned back."""
    refuse(
        "A database is not turned back: what newer versions keep would be lost. Install the older version and restore the backup "
        "made before the upgrade, with flask restore FILE, into a database with nothing in it."
    )


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace everything that the database holds.")
@click.option("--dry-run", is_flag=True, help="Look through the file and say what it holds; change nothing.")
@with_appcontext
@plainly
def restore(file: Path, force: bool, dry_run: bool) -> None:
    """Put everything from FILE into an empty database; nothing is sent twice, what was due waits for a decision."""
    with opened_backup(file) as found:
        click.echo(
            f"{file} was made on {found.made_at:%Y-%m-%d at %H:%M} UTC by version {found.service} and holds "
            f"{holds_words({name: stored.rows for name, stored in found.tables.items()})}."
        )
        if dry_run:
            return
        with long_work_bar("Restoring") as progress:
            made_at = put_back(found, progress, force=force)
    reads_only.set(False)
    returned = returned_since(made_at)
    numbers = [f"{each.kind} {each.id}" for each in returned or []]
    subject = audit.Subject("database", f"The backup of {made_at:%Y-%m-%d %H:%M} UTC")
    audit.record(Verb.RESTORED_BACKUP, subject, by=COMMAND_LINE, **{"erased since": (None, numbers)})
    db.session.commit()
    click.echo(
        "Restored. What waited or came due since then is held for a decision: look at Today and at /deliveries. Everybody "
        "has to sign in again."
    )
    if returned is None:
        click.echo(
            f"Nobody can tell who was erased after the backup: there is no journal of erasures in {current_app.instance_path}. "
            "Everybody erased since then is back; erase them again."
        )
    for each in returned or []:
        place = f"/people/{each.id}/erasure" if each.kind == "person" else f"/stakeholders/{each.id}"
        click.echo(
            f"Erased on {each.at:%Y-%m-%d}, and back through this restore: {each.kind} {each.id}. Erase again at {place}"
        )
