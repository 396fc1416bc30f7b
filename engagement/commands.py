"""The shell door: every `flask …` command turns its arguments into one action; bad input gets one sentence and exit 2."""

import sys
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import Migrate
from flask_migrate.cli import db as migrations
from sqlalchemy import text

from engagement import VERSION, clock, sending, serving
from engagement.accounts import actions as accounts
from engagement.accounts import queries as account_queries
from engagement.accounts.confirmations.actions import confirm_what_waits
from engagement.accounts.rules import Role
from engagement.audit import COMMAND_LINE
from engagement.backup.commands import backup, downgrade, restore
from engagement.db import db, reads_only
from engagement.demo.commands import demo_group
from engagement.errors import BadInput
from engagement.intake.actions import importing
from engagement.mail import queries as mail_queries
from engagement.mail.bounces.actions.fetching import opened
from engagement.mail.signing.rules import Signature
from engagement.mail.wire.actions.proving import send_test_mail
from engagement.mail.wire.actions.transport import Transport
from engagement.receiving import take_mail_in
from engagement.revisions import MIGRATIONS
from engagement.scheduler.running import clock_stands_still, line_states, run_if_due, start_clock, wait_for_stop
from engagement.scheduler.timetable import TIMETABLE, Line, line_named
from engagement.terminal import long_work_bar, plainly
from engagement.words import plural

#: The roles that the shell gives; roles with a scope are given on the page of sign-ins.
SHELL_ROLES = [Role.ADMINISTRATOR, Role.CHANGE_MANAGER, Role.SPONSOR, Role.AUDITOR, Role.TRAINER]


def register(app: Flask) -> None:
    """Add every command to the application, and what migrates; web processes need neither."""
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    for command in (
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
    ):
        app.cli.add_command(command)
    # The library's own command would answer with a traceback.
    migrations.add_command(downgrade)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="The port to listen on.")
@click.option("--no-scheduler", is_flag=True, help="Leave the clock to another process.")
@click.option("--no-delivery", is_flag=True, help="Leave delivery to another process.")
@with_appcontext
@plainly
def serve(host: str, port: int, no_scheduler: bool, no_delivery: bool) -> None:
    """Serve pages, with clock and delivery in the same process."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.execute(text("SELECT 1 FROM account"))
    account_queries.refuse_demonstration(in_production=serving.settings_of(current_app).is_production)
    db.session.rollback()
    with serving.alone_on_sqlite():
        serving.serve(app, host, port, with_clock=not no_scheduler, with_delivery=not no_delivery)
    sending.end_process()


@click.command("scheduler")
@with_appcontext
@plainly
def scheduler() -> None:
    """Run the clock alone; any number may run on one database."""
    db.session.execute(text("SELECT 1 FROM job_line"))
    account_queries.refuse_demonstration(in_production=serving.settings_of(current_app).is_production)
    db.session.rollback()
    stop = sending.stop_event()
    ticking = start_clock(current_app._get_current_object())  # type: ignore[attr-defined]
    click.echo("The clock ticks. Ctrl-C ends it.")
    wait_for_stop(stop)
    ticking.shutdown(wait=False)
    sending.end_process()


@click.command("worker")
@click.option("--connections", type=click.IntRange(1, 50), help="Connections to the mail server at the same time.")
@with_appcontext
@plainly
def worker(connections: int | None) -> None:
    """Run a delivery worker alone; any number may run on any number of machines."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.execute(text("SELECT 1 FROM delivery"))
    account_queries.refuse_demonstration(in_production=serving.settings_of(current_app).is_production)
    db.session.rollback()
    wanted = connections or serving.settings_of(app).mail_connections
    if not serving.settings_of(app).uses_built_in_mailbox:
        serving.become_worker(app, wanted)
    stop = sending.stop_event()
    with serving.mail_server(app) as smtp_url:
        delivering = serving.make_worker(app, smtp_url, wanted)
        delivering.start()
        click.echo("Delivering. Ctrl-C ends it.")
        wait_for_stop(stop)
        delivering.stop()
    sending.end_process()


@click.command("run-job")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show what it would do; change nothing (apply-retention).")
@with_appcontext
@plainly
def run_job(name: str, dry_run: bool) -> None:
    """Run one line of the timetable once, now."""
    line = line_named(name)
    if line is None:
        raise BadInput(f"There is no job “{name}”. The jobs are: {', '.join(line.name for line in TIMETABLE)}.")
    if dry_run:
        _echo_dry_run(line)
        return
    run_if_due(line, anyway=True)
    state = next(state for state in line_states() if state.name == name)
    if state.has_failed:
        raise BadInput(f"{name} ended with an error: {state.error}")
    click.echo(f"{name}: {state.outcome}")


def _echo_dry_run(line: Line) -> None:
    if line.dry_run is None:
        able = ", ".join(line.name for line in TIMETABLE if line.dry_run)
        raise BadInput(f"There is no dry run of {line.name}. There is one of {able}.")
    # The database itself then refuses to write.
    reads_only.set(True)
    for words in line.dry_run():
        click.echo(words)


@click.command("version")
def version() -> None:
    """Print the version of the service."""
    click.echo(VERSION)


@click.command("jobs")
@click.option("--ticking", is_flag=True, help="Only say whether a clock runs; exits with 2 if none does.")
@with_appcontext
@plainly
def jobs(ticking: bool) -> None:
    """List every line of the timetable with its last run, next run and last error (times in UTC)."""
    if ticking:
        if clock_stands_still():
            raise BadInput("No clock has run a line in the last three minutes. Start flask serve or flask scheduler.")
        click.echo("The clock ticks.")
        return
    for state in line_states():
        last = f"{state.started_at:%Y-%m-%d %H:%M:%S}" if state.started_at else "never"
        following = f"{state.due_at:%Y-%m-%d %H:%M:%S}" if state.due_at else "at the next tick"
        click.echo(f"{state.name:20}  last {last:19}  next {following:19}  {state.outcome or 'not run yet'}")
        if state.set_aside:
            click.echo(
                f"{'':20}  {state.set_aside} set aside after a fault; see /admin/jobs, or run the job to try again"
            )
        if state.error and state.error_at:
            click.echo(f"{'':20}  last error {state.error_at:%Y-%m-%d %H:%M:%S}: {state.error}")


@click.command("deliver")
@click.option("--until-empty", is_flag=True, required=True, help="Send everything that is due, then exit.")
@with_appcontext
@plainly
def deliver(until_empty: bool) -> None:
    """Send what is due and exit, printing counts."""
    del until_empty
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    due = mail_queries.due_count(clock.now())
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
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.execute(text("SELECT 1 FROM mailbox_message"))
    db.session.rollback()
    with serving.mail_server(app) as smtp_url:
        reply = send_test_mail(smtp_url, serving.settings_of(app).mail_from, address, serving.leaving_of(app).sign)
    click.echo(f"Accepted for {address}: {reply}")


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


config = AppGroup("config", help="The settings.")


@config.command("check")
@plainly
def check_config() -> None:
    """Check every setting, the database, the mail server and the mailbox of bounces, and say what is wrong."""
    settings = serving.settings_of(current_app)
    db.session.execute(text("SELECT 1"))
    account_queries.refuse_demonstration(in_production=settings.is_production)
    click.echo(f"Settings make sense ({settings.env.value}).")
    click.echo(f"Database answers ({db.engine.dialect.name}).")
    if not account_queries.any_account_exists():
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
