"""What the clock runs, at once or as a list: `flask run-job`, `flask jobs`."""

import click
from flask.cli import with_appcontext

from engagement.engines import reads_only
from engagement.errors import BadInput
from engagement.scheduler.running import clock_stands_still, line_states, run_if_due
from engagement.scheduler.timetable import TIMETABLE, Line, line_named
from engagement.terminal import plainly


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
