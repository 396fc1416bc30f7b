"""Changes of scope statements: writing a draft, publishing it, throwing it away. What is published never changes."""

from dataclasses import asdict, replace

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.programmes.models import Workflow
from engagement.programmes.scope.models import ScopeStatement
from engagement.programmes.scope.queries import draft_of, newest_published
from engagement.programmes.scope.rules import StatementFor, StatementTexts, lacking, limits_passed
from engagement.verbs import Verb


def write_statement(
    workflow: Workflow, said: StatementTexts, role: StatementFor = StatementFor.EVERYBODY, *, by: Actor
) -> ScopeStatement:
    """Keep what a statement is to say as the draft for a role; nobody else reads it until it is published.

    Raises BadInput for a text that is too long.
    """
    if problems := limits_passed(said):
        raise BadInput(next(iter(problems.values())), problems)
    draft, before = draft_of(workflow, role), newest_published(workflow, role)
    old = draft.said if draft is not None else StatementTexts()
    if draft is None:
        number = before.number + 1 if before else 1
        draft = ScopeStatement(workflow=workflow, role=role, number=number, made_at=clock.now(), made_by=by.name[:401])
        db.session.add(draft)
    for field, value in asdict(said).items():
        setattr(draft, field, value)
    db.session.flush()
    changes = {
        field: (asdict(old)[field], value) for field, value in asdict(said).items() if asdict(old)[field] != value
    }
    if changes:
        audit.record(Verb.WROTE_STATEMENT, workflow, by=by, statement=(None, _named(draft)), **changes)
    return draft


def publish_statement(draft: ScopeStatement, *, by: Actor) -> None:
    """Publish a draft: its readers see it from now on, and are asked to confirm it.

    Raises RuleBroken for what is published already or says the same as the version before, BadInput for what is missing.
    """
    if not draft.is_draft:
        raise RuleBroken("This is published already. Open the statement again to write the next version.")
    before = newest_published(draft.workflow, draft.role)
    if problems := lacking(draft.said, follows_another=before is not None):
        raise BadInput(next(iter(problems.values())), problems)
    if before is not None and replace(draft.said, changed="") == replace(before.said, changed=""):
        raise RuleBroken(f"It says the same as version {before.number}, so nobody has to confirm it again.")
    draft.published_at, draft.published_by = clock.now(), by.name[:401]
    audit.record(Verb.PUBLISHED_STATEMENT, draft.workflow, by=by, statement=(None, _named(draft)))
    db.session.flush()


def discard_draft(draft: ScopeStatement, *, by: Actor) -> None:
    """Throw a draft away. Raises RuleBroken for what is published."""
    if not draft.is_draft:
        raise RuleBroken("A published statement stays. Publish another version instead.")
    audit.record(Verb.DISCARDED_STATEMENT, draft.workflow, by=by, statement=(_named(draft), None))
    db.session.delete(draft)
    db.session.flush()


def _named(statement: ScopeStatement) -> str:
    return f"version {statement.number} for {statement.role.phrase}"
