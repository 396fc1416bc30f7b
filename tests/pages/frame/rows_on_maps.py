"""What stands on the map of a side: a stakeholder with a note, a promise and a relation, a champion, and a step of a sponsor."""

from factories import TESTER

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.commitments.actions.promising import make_promise
from engagement.stakeholders.inbox.models import MailIn
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.leadership.models import LeadershipStep, StepLine
from engagement.stakeholders.leadership.rules import StepKind, StepState
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.relations.actions import say_relation
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.models import Wave


def map_of(side: str, wave: Wave, person: Person) -> dict[str, object]:
    """On each side a stakeholder of the wave with a private note, and the person as its champion."""
    row = add_stakeholder(
        f"The {side} stakeholder",
        StakeholderGroup.OTHERS,
        places=[wave],
        role=f"The {side} part",
        owner=person,
        by=TESTER,
    )
    other = add_stakeholder(f"Other body, {side}", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    note = write_note(row, f"The {side} note", by=TESTER)
    champion = appoint_champion(wave, person, from_on=clock.now().date(), by=TESTER)
    said = Said(Channel.CALL, clock.now().date(), f"The {side} talk")
    talk = log_interaction([row], said, on=clock.now().date(), by=TESTER)
    promise = make_promise(
        row, f"The {side} promise", person, clock.now().date(), on=clock.now().date(), interaction=talk, by=TESTER
    )
    mail = MailIn(
        programme_id=wave.programme_id,
        message_id="<1@example.com>",
        subject=f"The {side} mail",
        text="Text",
        problem="Why",
        received_at=clock.now(),
    )
    db.session.add(mail)
    db.session.flush()
    return {
        "mail_in_id": mail.id,
        "commitment_id": promise.id,
        "interaction_id": talk.id,
        "stakeholder_id": row.id,
        "other_id": other.id,
        "note_id": note.id,
        "champion_id": champion.id,
    }


def relation_of(side: str, wave: Wave, stakeholder_id: int) -> int:
    """The stakeholder influences another one of the wave."""
    second = add_stakeholder(f"The {side} council", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    first = db.session.get_one(Stakeholder, stakeholder_id)
    return say_relation(first, second, RelationKind.INFLUENCES, on=clock.now().date(), by=TESTER).id


def step_of(side: str, wave: Wave, person: Person) -> LeadershipStep:
    """A step of the wave's sponsor; on the foreign side, where nobody is, of the person."""
    step = LeadershipStep(programme_id=wave.programme_id, wave_id=wave.id)
    db.session.add(step)
    db.session.flush()
    sponsor = wave.programme.sponsor or person
    line = StepLine(
        step_id=step.id,
        person_id=sponsor.id,
        kind=StepKind.SESSION,
        what=f"The {side} step",
        due_on=clock.now().date(),
        state=StepState.PLANNED,
        said_at=clock.now(),
    )
    db.session.add(line)
    db.session.flush()
    return step
