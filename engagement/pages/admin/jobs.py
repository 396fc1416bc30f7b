"""The page of the timetable: how each job runs, what it set aside, and the buttons to run a job or try something again."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from engagement import audit, clock
from engagement.accounts.scopes import rights
from engagement.attention.queries.set_aside import WHERE, may_try_again, set_aside_for
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.outbox.queries import sending_now
from engagement.pages.admin import blueprint
from engagement.pages.frame import guard
from engagement.pages.frame.shell import notify
from engagement.pages.parts.places import address_of
from engagement.pages.parts.saving import done
from engagement.pages.parts.sending_words import sending_words
from engagement.scheduler.running import ask_for_run, clock_stands_still, last_tick, line_states
from engagement.scheduler.timetable import line_named
from engagement.set_aside import SetAside
from engagement.verbs import Verb


@blueprint.get("/admin/jobs")
def jobs() -> str:
    """Show each job with its last run, next run, last error, and what it set aside."""
    reader = guard.reader()
    guard.allow_all(rights.reading_operation(reader))
    left = set_aside_for(reader)
    return render_template(
        "admin/jobs.html",
        lines=line_states(),
        sending=sending_words(sending_now(clock.now()), guard.settings()),
        clock_stands_still=clock_stands_still(),
        last_tick=last_tick(),
        may_run=rights.administering(reader).everything,
        set_aside=[(row, address_of(WHERE[row.kind][1], row.key) if row.kind in WHERE else None) for row in left],
    )


@blueprint.post("/admin/jobs/<name>/running")
def run_job(name: str) -> BaseResponse:
    """Have a job run now. The clock runs it, so several presses make one run."""
    reader = guard.reader()
    guard.allow_all(rights.administering(reader))
    line = guard.found(line_named(name))
    try:
        ask_for_run(line)
    except RuleBroken as error:
        db.session.rollback()
        notify(error.sentence, tone="warn")
        return redirect(url_for("admin.jobs"), code=303)
    audit.record(Verb.RAN_JOB, audit.Subject("job_line", name), by=reader.actor)
    when = (
        "The clock stands still. The job runs once flask serve or flask scheduler is started."
        if clock_stands_still()
        else "It begins within some seconds."
    )
    return done("admin.jobs", f"{name} runs now.", when)


@blueprint.post("/admin/set-aside/<int:set_aside_id>/trying")
def try_again(set_aside_id: int) -> BaseResponse:
    """Let a job try again, at its next run, what it set aside; lead back to the page that asked."""
    reader = guard.reader()
    row = guard.found(db.session.get(SetAside, set_aside_id))
    guard.allow(may_try_again(reader, row))
    scope = {"programme_id": row.programme_id, "wave_id": row.wave_id}
    audit.record(Verb.TRIED_AGAIN, audit.Subject(row.kind, row.name, **scope), by=reader.actor, job=(None, row.line))
    kind, key, name = row.kind, row.key, row.name
    db.session.delete(row)
    db.session.commit()
    notify(f"{name} is tried again at the next run.")
    here = WHERE[kind][1] if kind in WHERE and request.form.get("from") == "page" else None
    return redirect(address_of(here, key) if here else url_for("admin.jobs"), code=303)
