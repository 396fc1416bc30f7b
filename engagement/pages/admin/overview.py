"""Administration: the overview, and the audit with search and export."""

from collections.abc import Iterator

from flask import Response, render_template, request
from sqlalchemy import Select

from engagement import VERSION, audit
from engagement.accounts.addresses.queries import waiting_sign_ins
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.record import entries_within
from engagement.attention.queries.holding import held_by_leavers
from engagement.audit import AuditEntry
from engagement.db import count_of, db
from engagement.mail.queries import outbox_counts
from engagement.pages.admin import blueprint
from engagement.pages.admin.words import told
from engagement.pages.frame import guard
from engagement.pages.frame.machine import is_this_machine
from engagement.pages.frame.operation import migrations_are_applied
from engagement.pages.parts.files import csv_response
from engagement.pages.parts.forms import day_or_none
from engagement.pages.parts.lists import asked_page
from engagement.scheduler.running import clock_stands_still, last_tick, line_states
from engagement.verbs import stored_verb, verb_words

MOST_EXPORTED = 200_000
HEADER = ("at (UTC)", "who", "did what", "kind", "id", "name", "changes")


@blueprint.get("/admin")
def index() -> str:
    """Show how the service is doing, and the ways to jobs, audit, sign-ins and mail."""
    reader = guard.reader()
    guard.allow_all(rights.reading_operation(reader))
    settings, administers = guard.settings(), rights.administering(reader).everything
    return render_template(
        "admin/index.html",
        clock_stands_still=clock_stands_still(),
        last_tick=last_tick(),
        failed=[line for line in line_states() if line.needs_somebody],
        outbox=[(state, number) for state, number in outbox_counts().items() if number],
        migrations_applied=migrations_are_applied(),
        may_administer=administers,
        waiting_sign_ins=len(waiting_sign_ins()) if administers else 0,
        may_see_audit=rights.auditing(reader).holds_anything,
        held_by_leavers=held_by_leavers() if rights.keeping_people(reader).everything else None,
        has_mailbox=settings.uses_built_in_mailbox and not settings.is_production and is_this_machine(),
        version=VERSION,
        database="PostgreSQL" if db.engine.dialect.name == "postgresql" else "SQLite",
    )


def _asked_entries() -> Select[AuditEntry]:
    asked = audit.entries(
        words=request.args.get("words", ""),
        verb=stored_verb(request.args.get("verb", "")),
        since=day_or_none(request.args.get("since")),
        until=day_or_none(request.args.get("until")),
    )
    return asked.where(entries_within(rights.auditing(guard.reader())))


@blueprint.get("/admin/audit")
def audit_log() -> str:
    """Show who changed what, when and from which value, newest first."""
    auditing = rights.auditing(guard.reader())
    guard.allow_anything(auditing)
    entries = _asked_entries()
    page = asked_page(count_of(entries))
    return render_template(
        "admin/audit.html",
        entries=[told(entry) for entry in db.session.scalars(entries.limit(page.size).offset(page.offset))],
        page=page,
        verbs=sorted(verb_words(verb) for verb in audit.verbs(entries_within(auditing))),
        sees_all=auditing.everything,
        asked={
            **{name: request.args.get(name, "") for name in ("words", "since", "until")},
            "verb": verb_words(stored_verb(request.args.get("verb", ""))),
        },
    )


@blueprint.get("/admin/audit.csv")
def audit_export() -> Response:
    """The same entries as a file, in the same words; at most 200,000, newest first."""
    guard.allow_anything(rights.auditing(guard.reader()))

    def rows() -> Iterator[tuple[object, ...]]:
        for entry in db.session.scalars(_asked_entries().limit(MOST_EXPORTED)).yield_per(1000):
            line = told(entry, in_file=True)
            yield line.when, line.who, line.did, line.kind, entry.subject_id or "", line.name, "; ".join(line.changes)

    return csv_response(HEADER, rows(), "audit.csv")
