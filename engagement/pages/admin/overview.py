"""Administration: the overview, and the audit with search and export."""

from collections.abc import Iterator

from flask import Response, render_template
from sqlalchemy import Select, func

from engagement import VERSION, audit
from engagement.accounts.addresses.queries import waiting_sign_ins
from engagement.accounts.scopes import rights
from engagement.accounts.scopes.record import entries_within
from engagement.attention.queries.holding import held_by_leavers
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.mail.queries import outbox_counts
from engagement.pages.admin import blueprint
from engagement.pages.admin.words import told
from engagement.pages.frame import guard
from engagement.pages.frame.machine import is_this_machine
from engagement.pages.frame.operation import migrations_are_applied
from engagement.pages.parts.files import list_file
from engagement.pages.parts.lists import TALL_PER_PAGE, Asked
from engagement.scheduler.running import clock_stands_still, last_tick, line_states
from engagement.verbs import stored_verb, verb_words

MOST_EXPORTED = 200_000
COLUMNS = {"when": AuditEntry.at, "who": func.lower(AuditEntry.actor_name)}
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


def _said(verb: str) -> str:
    return verb_words(stored_verb(verb))


def _asked_entries(asked: Asked) -> Select[AuditEntry]:
    visible = entries_within(rights.auditing(guard.reader()))
    words = asked.words("words", "Name of a person or thing, or a value")
    verbs = sorted({verb_words(verb) for verb in audit.verbs(visible)})
    verb = asked.one_of("verb", "What was done", ((said, said) for said in verbs), "Anything", _said)
    since, until = asked.day("since", "From"), asked.day("until", "Until")
    found = audit.entries(words=words, verb=stored_verb(verb), since=since, until=until).where(visible)
    return asked.ordered(found, COLUMNS, usual="-when", last=AuditEntry.id)


@blueprint.get("/admin/audit")
def audit_log() -> str:
    """Show who changed what, when and from which value, newest first."""
    auditing = rights.auditing(guard.reader())
    guard.allow_anything(auditing)
    asked = Asked()
    entries, page = asked.shown(_asked_entries(asked), TALL_PER_PAGE)
    return render_template(
        "admin/audit.html",
        entries=[told(entry) for entry in entries],
        page=page,
        asked=asked,
        sees_all=auditing.everything,
    )


@blueprint.get("/admin/audit.<any(csv, xlsx):kind>")
def audit_export(kind: str) -> Response:
    """Give the same entries as a file, in the same words and order; at most 200,000."""
    guard.allow_anything(rights.auditing(guard.reader()))
    entries = _asked_entries(Asked()).limit(MOST_EXPORTED)

    def rows() -> Iterator[tuple[object, ...]]:
        for entry in db.session.scalars(entries).yield_per(1000):
            line = told(entry, in_file=True)
            yield line.when, line.who, line.did, line.kind, entry.subject_id or "", line.name, "; ".join(line.changes)

    return list_file(kind, HEADER, rows(), "audit", "Audit")
