"""Changes of the portfolio: announcing a version of a workflow."""

from datetime import date

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput
from engagement.programmes.models import Workflow
from engagement.programmes.portfolio.models import WorkflowVersion
from engagement.programmes.portfolio.queries import versions_of
from engagement.programmes.portfolio.rules import LONGEST_CHANGES
from engagement.verbs import Verb
from engagement.words import short_day_words


def begin_versions(workflow: Workflow, *, on: date, by: Actor) -> WorkflowVersion:
    """Add the first version of a new workflow, which holds from a day on."""
    return _add(workflow, 1, "", on, by)


def announce_version(workflow: Workflow, changes: str, holds_from_on: date, *, by: Actor) -> WorkflowVersion:
    """Say that a workflow has another version from a day on, and what changes with it.

    Raises BadInput without saying what changes, for a text that is too long, or for a day before that of the last version.
    """
    changes, last = changes.strip(), next(iter(versions_of(workflow)), None)
    problems = {}
    if not changes:
        problems["changes"] = "Say what changes. Those who agreed to the version before read it."
    elif len(changes) > LONGEST_CHANGES:
        problems["changes"] = f"Shorten this to {LONGEST_CHANGES:,} characters; it has {len(changes):,}."
    if last is not None and holds_from_on < last.holds_from_on:
        since = short_day_words(last.holds_from_on, with_year=True)
        problems["holds_from_on"] = f"Version {last.number} holds from {since}. Choose that day or a later one."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    version = _add(workflow, last.number + 1 if last else 1, changes, holds_from_on, by)
    said = {"version": (last.number if last else None, version.number), "holds from": (None, holds_from_on)}
    audit.record(Verb.ANNOUNCED_VERSION, workflow, by=by, **said, changes=(None, changes))
    return version


def _add(workflow: Workflow, number: int, changes: str, on: date, by: Actor) -> WorkflowVersion:
    version = WorkflowVersion(
        workflow=workflow, number=number, changes=changes, holds_from_on=on, said_at=clock.now(), said_by=by.name[:401]
    )
    db.session.add(version)
    db.session.flush()
    return version
