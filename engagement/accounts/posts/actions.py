"""Gives posts, with the same care as roles; nothing else names a lead or a sponsor."""

from collections.abc import Iterable

from sqlalchemy import exists, update

from engagement import audit
from engagement.accounts import queries
from engagement.accounts.addresses.queries import has_post, signs_in_elsewhere
from engagement.accounts.models import Account, Grant
from engagement.audit import Actor
from engagement.db import db, rows_changed
from engagement.errors import BadInput
from engagement.people import actions as people
from engagement.people.models import Department, Person
from engagement.programmes.models import Programme
from engagement.verbs import Verb
from engagement.waves.models import Wave


def name_lead(wave: Wave, person: Person | None, *, by: Actor) -> None:
    """Set the lead of a wave, None for nobody. Setting the same person changes nothing.

    The first right of a person ends their sessions, as a first role does. Raises BadInput for somebody who has left, or
    whose account has another address than the directory.
    """
    old = wave.lead
    if person is old:
        return
    prepare_for_post(person, "lead")
    wave.lead = person
    _record(wave, "lead", old, person, by)


def name_sponsor(of: Wave | Programme, person: Person | None, *, by: Actor) -> None:
    """Set the sponsor of a wave or programme, None for nobody. Otherwise as `name_lead`."""
    old = of.sponsor
    if person is old:
        return
    prepare_for_post(person, "sponsor")
    of.sponsor = person
    _record(of, "sponsor", old, person, by)


def name_head(department: Department, person: Person | None, *, by: Actor) -> None:
    """Set the head of a department by hand, None for nobody. Otherwise as `name_lead`."""
    if person is not department.manager:
        prepare_for_post(person, "manager")
    people.name_department_manager(department, person, by=by)


def end_sessions_before_first_right(people_ids: Iterable[int]) -> None:
    """End the sessions of those of these people who have no right yet: no older session may gain one."""
    db.session.flush()
    granted = exists().where(Grant.account_id == Account.id, Grant.withdrawn_at.is_(None))
    heads = exists().where(Department.manager_id == Account.person_id, Department.closed_at.is_(None))
    without = (~granted, ~heads, ~has_post(Account.person_id))
    ending = update(Account).where(Account.person_id.in_(set(people_ids)), *without)
    if rows_changed(ending.values(session_version=Account.session_version + 1)):
        db.session.expire_all()


def prepare_for_post(person: Person | None, field: str) -> None:
    """Make sure that somebody may get a post, and end their sessions if it is their first right.

    Raises BadInput, with its sentence above `field`, for somebody who has left or signs in with another address.
    """
    if person is None:
        return
    if person.has_left:
        raise _refusal(f"{person.name} has left. Choose somebody who is here.", field)
    account = queries.account_of_person(person.id)
    if account is not None and signs_in_elsewhere(account):
        raise _refusal(
            f"{person.name} signs in with another address than the directory has. Ask an administrator to look at "
            "“Sign-ins that wait” first.",
            field,
        )
    end_sessions_before_first_right([person.id])


def _refusal(sentence: str, field: str) -> BadInput:
    return BadInput(sentence, {field: sentence})


def _record(of: Wave | Programme, post: str, old: Person | None, new: Person | None, by: Actor) -> None:
    verb = Verb.CHANGED_WAVE if isinstance(of, Wave) else Verb.CHANGED_PROGRAMME
    audit.record(verb, of, by=by, **{post: (old.name if old else None, new.name if new else None)})
    db.session.flush()
