"""Changes of the oversight roster. A change ends the present row and adds another, so that the roster of any day is known."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from engagement import audit, clock
from engagement.audit import Actor
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people.models import Person
from engagement.programmes.models import Workflow
from engagement.programmes.oversight.models import Overseer
from engagement.programmes.oversight.queries import overseers_of
from engagement.programmes.oversight.rules import LONGEST_LINE, LONGEST_TEXT
from engagement.verbs import Verb


@dataclass(frozen=True)
class OverseerDetails:
    """On what ground somebody may stop a workflow, when they can be reached, and who stands in, as its form and row say it."""

    authority: str = ""
    authority_on: date | None = None
    hours: str = ""
    deputy: Person | None = None
    certificate: str = ""
    certificate_until: date | None = None


def name_overseer(workflow: Workflow, person: Person, said: OverseerDetails, *, on: date, by: Actor) -> Overseer:
    """Say that somebody may stop or overrule a workflow from a day on.

    Raises BadInput for somebody who has left or may already, a deputy who is the same person or has left, a missing or too long
    text, or a last day of a certificate that is not named.
    """
    problems = _problems(person, said)
    if person.has_left:
        problems["person"] = f"{person.name} has left. Choose somebody who is here."
    if any(row.person_id == person.id and row.until_on is None for row in overseers_of(workflow)):
        problems["person"] = f"{person.name} may stop it already. Change their line instead."
    if problems:
        raise BadInput(next(iter(problems.values())), problems)
    row = _add(workflow, person, said, on, by)
    _record(Verb.NAMED_OVERSEER, row, by, {name: (None, value) for name, value in _told(person, said).items() if value})
    return row


def change_overseer(row: Overseer, said: OverseerDetails, *, on: date, by: Actor) -> Overseer:
    """Say something else of who may stop a workflow, from a day on. Return the row that holds now.

    Raises RuleBroken for a row that has ended, BadInput as `name_overseer` does.
    """
    _refuse_ended(row)
    if problems := _problems(row.person, said):
        raise BadInput(next(iter(problems.values())), problems)
    before, after = _told(row.person, said_of(row)), _told(row.person, said)
    changes = {name: (before[name], value) for name, value in after.items() if before[name] != value}
    if not changes:
        return row
    row.until_on = on
    db.session.flush()
    new = _add(row.workflow, row.person, said, on, by)
    _record(Verb.CHANGED_OVERSEER, new, by, changes)
    return new


def release_overseer(row: Overseer, *, on: date, by: Actor) -> None:
    """Say that somebody may no longer stop a workflow. Raises RuleBroken for a row that has ended."""
    _refuse_ended(row)
    row.until_on = on
    _record(Verb.RELEASED_OVERSEER, row, by, {"may stop it": (row.person.name, None)})


def _refuse_ended(row: Overseer) -> None:
    if row.until_on is not None:
        raise RuleBroken(f"{row.person.name}’s line has ended or was changed meanwhile. Look at the roster again.")


def _problems(person: Person, said: OverseerDetails) -> dict[str, str]:
    problems = {}
    if len(said.authority) > LONGEST_TEXT:
        problems["authority"] = f"Shorten this to {LONGEST_TEXT:,} characters; it has {len(said.authority):,}."
    if said.authority_on is not None and not said.authority.strip():
        problems["authority"] = "Say where it is written, because a day is given."
    if not said.hours.strip():
        problems["hours"] = "Say when they can be reached."
    problems |= {
        name: f"Keep this under {LONGEST_LINE} characters."
        for name in ("hours", "certificate")
        if len(getattr(said, name)) > LONGEST_LINE
    }
    if said.deputy is not None and said.deputy.id == person.id:
        problems["deputy"] = "Nobody stands in for themselves. Choose somebody else, or leave it empty."
    elif said.deputy is not None and said.deputy.has_left:
        problems["deputy"] = f"{said.deputy.name} has left. Choose somebody who is here."
    if said.certificate_until is not None and not said.certificate.strip():
        problems["certificate"] = "Say which certificate it is, because its last day is given."
    return problems


def _add(workflow: Workflow, person: Person, said: OverseerDetails, on: date, by: Actor) -> Overseer:
    row = Overseer(
        workflow=workflow,
        person=person,
        authority=said.authority.strip(),
        authority_on=said.authority_on,
        hours=said.hours.strip(),
        deputy=said.deputy,
        certificate=said.certificate.strip(),
        certificate_until=said.certificate_until,
        since_on=on,
        said_at=clock.now(),
        said_by=by.name[:401],
    )
    db.session.add(row)
    db.session.flush()
    return row


def said_of(row: Overseer) -> OverseerDetails:
    """Return what a row says, as one value."""
    return OverseerDetails(
        row.authority, row.authority_on, row.hours, row.deputy, row.certificate, row.certificate_until
    )


def _told(person: Person, said: OverseerDetails) -> dict[str, Any]:
    return {
        "may stop it": person.name,
        "in writing": said.authority.strip(),
        "written on": said.authority_on,
        "hours": said.hours.strip(),
        "deputy": said.deputy.name if said.deputy else None,
        "certificate": said.certificate.strip(),
        "certificate until": said.certificate_until,
    }


def _record(verb: Verb, row: Overseer, by: Actor, changes: dict[str, tuple[Any, Any]]) -> None:
    audit.record(verb, audit.about(row.workflow, row.person), by=by, **changes)
    db.session.flush()
