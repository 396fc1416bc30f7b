"""Changes of programmes, workflows and their ownership."""

import re
from typing import Any

from sqlalchemy import select

from engagement import audit, clock, letters
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.letters import clean
from engagement.people.models import Person
from engagement.programmes.models import Ownership, Programme, Workflow
from engagement.programmes.portfolio.actions import begin_versions
from engagement.programmes.portfolio.rules import LEAST, MOST, SCALES
from engagement.programmes.rules import OwnershipPart, PortfolioClass
from engagement.programmes.scope.actions import publish_statement, write_statement
from engagement.programmes.scope.rules import StatementTexts
from engagement.searching import folded
from engagement.verbs import Verb

LONGEST_TEXT = 5_000
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+[^\s]{0,980}", re.IGNORECASE)


#: More processes than any organisation has.
MOST_PROCESSES = 100_000


def make_programme(name: str, purpose: str, *, by: Actor) -> Programme:
    """Make a programme. Its sponsor is set later, by the accounts room, because that gives rights.

    Raises BadInput for a missing name or one that another programme has.
    """
    programme = Programme(name=_name(name), purpose=_text("purpose", purpose), made_at=clock.now())
    _refuse_taken_name(programme.name, None)
    db.session.add(programme)
    db.session.flush()
    audit.record(Verb.MADE_PROGRAMME, programme, by=by)
    return programme


def change_programme(programme: Programme, name: str, purpose: str, *, by: Actor) -> None:
    """Change a programme's name and purpose. Raises BadInput as `make_programme` does."""
    name = _name(name)
    _refuse_taken_name(name, programme.id)
    changes = audit.changes_between(programme, {"name": name, "purpose": _text("purpose", purpose)})
    if not changes:
        return
    programme.name, programme.purpose = name, purpose
    audit.record(Verb.CHANGED_PROGRAMME, programme, by=by, **changes)


def set_target(programme: Programme, processes: int | None, *, by: Actor) -> None:
    """Say how many processes a programme is to reach, None for nobody knows. Raises BadInput for a number that can't be."""
    if processes is not None and not 1 <= processes <= MOST_PROCESSES:
        sentence = f"Write a number from 1 to {MOST_PROCESSES:,}, or leave this empty."
        raise BadInput(sentence, {"target_processes": sentence})
    if changes := audit.changes_between(programme, {"target_processes": processes}):
        programme.target_processes = processes
        audit.record(Verb.CHANGED_PROGRAMME, programme, by=by, **changes)


def _name(name: str) -> str:
    name = clean(name)
    if not name or len(name) > 200:
        raise BadInput("A name is missing.", {"name": "Write a name, at most 200 characters."})
    return name


def _text(field: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise BadInput(
            "A text is too long.", {field: f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(text):,}."}
        )
    return text


def _refuse_taken_name(name: str, programme_id: int | None) -> None:
    taken = select(Programme.id).where(
        folded(Programme.name) == letters.folded(name), Programme.id != (programme_id or 0)
    )
    if db.session.scalar(taken):
        raise BadInput(f"There is a programme called {name} already.", {"name": "Another programme has this name."})


def make_workflow(
    programme: Programme,
    name: str,
    portfolio_class: PortfolioClass,
    statement: StatementTexts | None = None,
    *,
    by: Actor,
    **values: Any,
) -> Workflow:
    """Add a workflow to a programme; `values` are any further columns of it. It begins with version 1.

    Its scope statement for all roles is published at once if the five questions are answered, else kept as a draft.

    Raises BadInput for a missing name, a name already used in the programme, a text that is too long, a rating out of range, or
    an address of documentation that no browser opens.
    """
    _refuse_values(values)
    workflow = Workflow(
        programme=programme, name=_name(name), portfolio_class=portfolio_class, made_at=clock.now(), **values
    )
    _refuse_taken_workflow(programme.id, workflow.name, None)
    db.session.add(workflow)
    db.session.flush()
    begin_versions(workflow, on=workflow.made_at.date(), by=by)
    audit.record(Verb.MADE_WORKFLOW, workflow, by=by)
    if statement is not None and statement != StatementTexts():
        draft = write_statement(workflow, statement, by=by)
        if statement.is_complete:
            publish_statement(draft, by=by)
    return workflow


def change_workflow(workflow: Workflow, *, by: Actor, **values: Any) -> None:
    """Change columns of a workflow. Raises BadInput as `make_workflow` does."""
    if "name" in values:
        values["name"] = _name(values["name"])
        _refuse_taken_workflow(workflow.programme_id, values["name"], workflow.id)
    _refuse_values(values)
    changes = audit.changes_between(workflow, values)
    for field, value in values.items():
        setattr(workflow, field, value)
    if changes:
        audit.record(Verb.CHANGED_WORKFLOW, workflow, by=by, **changes)


def _refuse_values(values: dict[str, Any]) -> None:
    problems = {
        name: f"Choose a number from {LEAST} to {MOST}, or leave it unknown."
        for name in SCALES
        if (rating := values.get(name)) is not None and not LEAST <= rating <= MOST
    }
    url, version = values.get("documentation_url", ""), values.get("documentation_version", "")
    if url and not _WEB_ADDRESS.fullmatch(url):
        problems["documentation_url"] = (
            "Write an address that begins with https:// or http://, at most 1,000 characters."
        )
    if len(version) > 100:
        problems["documentation_version"] = "Write at most 100 characters."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    for field, value in values.items():
        if isinstance(value, str):
            _text(field, value)


def _refuse_taken_workflow(programme_id: int, name: str, workflow_id: int | None) -> None:
    taken = select(Workflow.id).where(
        Workflow.programme_id == programme_id,
        folded(Workflow.name) == letters.folded(name),
        Workflow.id != (workflow_id or 0),
        Workflow.retired_at.is_(None),
    )
    if db.session.scalar(taken):
        raise BadInput(
            f"This programme has a workflow called {name} already.", {"name": "Another workflow has this name."}
        )


def name_holder(workflow: Workflow, part: OwnershipPart, person: Person | None, *, by: Actor) -> None:
    """Set who holds a part of a workflow's ownership from today, None for nobody; the former holder ends today.

    Raises RuleBroken for somebody who has left. Naming the present holder changes nothing.
    """
    if person is not None and person.has_left:
        raise RuleBroken(f"{person.name} has left. Choose somebody who is here.")
    today = clock.now().date()
    standing = db.session.scalar(
        select(Ownership).where(
            Ownership.workflow_id == workflow.id, Ownership.part == part, Ownership.until_on.is_(None)
        )
    )
    if standing is not None:
        if person is not None and standing.person_id == person.id:
            return
        standing.until_on = today
    elif person is None:
        return
    if person is not None:
        db.session.add(Ownership(workflow_id=workflow.id, part=part, person_id=person.id, since_on=today))
    db.session.flush()
    former = standing.person if standing else None
    names = (former.name if former else None, person.name if person else None)
    audit.record(Verb.NAMED_HOLDER, audit.about(workflow, person or former), by=by, **{part.word: names})
