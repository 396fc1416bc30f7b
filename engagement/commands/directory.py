"""People and their sign-ins: `flask people`, `flask user`."""

import sys
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from engagement import serving
from engagement.accounts import actions as accounts
from engagement.accounts.confirmations.actions import confirm_what_waits
from engagement.accounts.rules import Role
from engagement.audit import COMMAND_LINE
from engagement.db import db
from engagement.intake.actions import importing
from engagement.terminal import long_work_bar, plainly

#: The roles that the shell gives; roles with a scope are given on the page of sign-ins.
SHELL_ROLES = [Role.ADMINISTRATOR, Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR, Role.TRAINER]

people = AppGroup("people", help="The directory.")


@people.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, or why it would be refused; write nothing.")
@click.option("--map", "saved_mapping", help="A saved mapping of columns.")
@click.option("--partial", is_flag=True, help="The file does not list everybody; nobody is proposed as having left.")
@click.option("--skip-bad", is_flag=True, help="Import the good rows although others are rejected.")
@click.option("--confirm-leavers", is_flag=True, help="Accept that more than 10 % leave.")
@plainly
def import_people(
    file: Path, dry_run: bool, saved_mapping: str | None, partial: bool, skip_bad: bool, confirm_leavers: bool
) -> None:
    """Import an HR file (CSV or XLSX); all or nothing unless --skip-bad."""
    with long_work_bar("Opening the file") as progress:
        asked = importing.Asked(dry_run, saved_mapping, not partial, skip_bad, confirm_leavers)
        importing.import_people(file, asked, by=COMMAND_LINE, say=click.echo, progress=progress)
        db.session.commit()


user = AppGroup("user", help="Sign-ins.")


@user.command("create")
@click.argument("email")
@click.option("--name", required=True, help="The person’s name.")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in SHELL_ROLES]), help="What they may do."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@plainly
def create_user(email: str, name: str, role: str, password_stdin: bool) -> None:
    """Make a sign-in with a role. Without a password, they sign in with a link by mail."""
    password = sys.stdin.readline().rstrip("\n") if password_stdin else None
    organisation = serving.settings_of(current_app).organisation
    account = accounts.make_account(email, name, by=COMMAND_LINE, password=password, organisation=organisation)
    accounts.grant_role(account, Role(role), by=COMMAND_LINE)
    db.session.commit()
    how = "with the password" if password_stdin else "with a link by mail"
    click.echo(f"{account.name} ({account.email}) is {Role(role).word.lower()} and signs in {how}.")


@user.command("confirm")
@click.argument("address")
@click.option("--yes", "is_sure", is_flag=True, help="Do it; without this, only say what would be done.")
@plainly
def confirm_user(address: str, is_sure: bool) -> None:
    """Let somebody sign in with the address that the directory has for them, as an administrator does on the page."""
    done = confirm_what_waits(address, is_sure=is_sure, by=COMMAND_LINE)
    db.session.commit()
    click.echo(done)
