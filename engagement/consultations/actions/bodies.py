"""Changes of bodies: making one, describing it, and saying who speaks for it, which gives a right."""

from dataclasses import replace

from sqlalchemy import select

from engagement import audit, clock, letters
from engagement.accounts.posts.actions import prepare_for_post
from engagement.audit import Actor
from engagement.consultations.models import Body, BodyMember
from engagement.consultations.rules import LONGEST_NAME, BodyDetails
from engagement.db import db
from engagement.errors import BadInput
from engagement.letters import clean
from engagement.people.models import Person
from engagement.programmes.models import Programme
from engagement.searching import folded
from engagement.stakeholders.models import Stakeholder
from engagement.verbs import Verb


def make_body(programme: Programme, said: BodyDetails, stakeholder: Stakeholder | None, *, by: Actor) -> Body:
    """Say that a programme has to ask a body. Raises BadInput for a missing name, or one that another body has."""
    said = _checked(said, programme.id, None)
    body = Body(programme=programme, stakeholder=stakeholder, made_at=clock.now(), **vars(said))
    db.session.add(body)
    db.session.flush()
    audit.record(Verb.MADE_BODY, body, by=by, kind=(None, said.kind.word))
    return body


def change_body(body: Body, said: BodyDetails, stakeholder: Stakeholder | None, *, by: Actor) -> None:
    """Change what a body is called, is, or which entry on the map it is. Raises BadInput as `make_body`."""
    said = _checked(said, body.programme_id, body.id)
    changes = {
        "name": (body.name, said.name),
        "kind": (body.kind.word, said.kind.word),
        "stakeholder": (_title(body.stakeholder), _title(stakeholder)),
    }
    body.name, body.kind, body.stakeholder = said.name, said.kind, stakeholder
    db.session.flush()
    if changed := {field: pair for field, pair in changes.items() if pair[0] != pair[1]}:
        audit.record(Verb.CHANGED_BODY, body, by=by, **changed)


def name_member(body: Body, person: Person, *, by: Actor) -> BodyMember:
    """Say that somebody speaks for a body from now on; they may read and answer what it is asked.

    Raises BadInput for somebody who has left or signs in elsewhere. Naming them twice changes nothing.
    """
    standing = db.session.scalar(
        select(BodyMember).where(
            BodyMember.body_id == body.id, BodyMember.person_id == person.id, BodyMember.ended_at.is_(None)
        )
    )
    if standing is not None:
        return standing
    prepare_for_post(person, "person")
    member = BodyMember(body=body, person=person, named_at=clock.now(), named_by_id=by.account_id)
    db.session.add(member)
    db.session.flush()
    audit.record(Verb.NAMED_BODY_MEMBER, audit.about(body, person), by=by, member=(None, person.name))
    return member


def end_member(member: BodyMember, *, by: Actor) -> None:
    """Say that somebody no longer speaks for a body. Ending it twice changes nothing."""
    if member.ended_at is None:
        member.ended_at, member.ended_by_id = clock.now(), by.account_id
        about = audit.about(member.body, member.person)
        audit.record(Verb.ENDED_BODY_MEMBER, about, by=by, member=(member.person.name, None))


def _checked(said: BodyDetails, programme_id: int, body_id: int | None) -> BodyDetails:
    said = replace(said, name=clean(said.name))
    if not said.name or len(said.name) > LONGEST_NAME:
        raise BadInput("A name is missing.", {"name": f"Write its name, in at most {LONGEST_NAME} characters."})
    taken = select(Body.id).where(
        Body.programme_id == programme_id, folded(Body.name) == letters.folded(said.name), Body.id != (body_id or 0)
    )
    if db.session.scalar(taken) is not None:
        raise BadInput("There is such a body already.", {"name": "This programme has a body of this name already."})
    return said


def _title(stakeholder: Stakeholder | None) -> str | None:
    return stakeholder.title if stakeholder is not None else None
