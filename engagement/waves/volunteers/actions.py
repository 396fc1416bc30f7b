"""Says who is in a wave of their own will, and takes that back."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engagement import audit
from engagement.audit import Actor, Subject
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.models import Person
from engagement.verbs import Verb
from engagement.waves.models import Membership, Wave


@dataclass(frozen=True)
class Marked:
    """For how many people something changed, for how many it was so already, and who is not in the wave."""

    changed: int
    unchanged: int
    outside: Sequence[Person]


def mark_volunteers(wave: Wave, people: Sequence[Person], *, by: Actor) -> Marked:
    """Say of these people that they are in a wave of their own will; who is not in it is left out.

    Raises RuleBroken for a wave that is over.
    """
    return _mark(wave, people, True, by)


def take_back_volunteers(wave: Wave, people: Sequence[Person], *, by: Actor) -> Marked:
    """Take back that these people are in a wave of their own will. Raises RuleBroken as `mark_volunteers` does."""
    return _mark(wave, people, False, by)


def _mark(wave: Wave, people: Sequence[Person], volunteered: bool, by: Actor) -> Marked:
    if not wave.status.is_open:
        raise RuleBroken(f"{wave.title} is {wave.status.word.lower()}; its people stay as they are.")
    asked = {person.id: person for person in people}
    # In one order, and held, so that of two who say it at once only one changes something.
    here = (
        select(Membership)
        .where(Membership.wave_id == wave.id, Membership.ended_at.is_(None), Membership.person_id.in_(asked))
        .order_by(Membership.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(here).all()
    changed = [row for row in rows if row.volunteered is not volunteered]
    for row in changed:
        row.volunteered = volunteered
    db.session.flush()
    audit.record_many((_told(wave, asked[row.person_id], volunteered) for row in changed), by=by)
    inside = {row.person_id for row in rows}
    outside = [person for key, person in asked.items() if key not in inside]
    return Marked(len(changed), len(rows) - len(changed), outside)


def _told(
    wave: Wave, person: Person, volunteered: bool
) -> tuple[Verb, Subject, dict[str, tuple[str | None, str | None]]]:
    change = (None, person.name) if volunteered else (person.name, None)
    return Verb.MARKED_VOLUNTEER, audit.about(wave, person), {"volunteer": change}
