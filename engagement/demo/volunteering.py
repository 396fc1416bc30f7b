"""Who of the demonstration's waves came of their own will: a few in each, who asked for it after a workshop or a town hall."""

from sqlalchemy import select

from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.people.models import Person
from engagement.waves.queries import member_ids
from engagement.waves.volunteers.actions import mark_volunteers

#: By the day, counted from today: the wave, and how many of its people are marked.
MARKED = {-118: (1, 11), -49: (2, 7), -43: (3, 14)}


def volunteer(stage: Stage, offset: int) -> None:
    """Mark, on the day `offset` days from today, who asked to be among the first."""
    if offset not in MARKED:
        return
    number, many = MARKED[offset]
    wave = stage.waves[number]
    # Spread over the wave, and by nature those who finish their training early, as `living` has it.
    keen = Person.id * 37 % 100
    here = select(Person).where(Person.id.in_(member_ids(wave.id))).order_by(keen, Person.id)
    with stage.at(stage.day(offset), 13, 20):
        people = db.session.scalars(here.limit(many)).all()
        mark_volunteers(wave, people, by=stage.accounts[roster.WAVE_LEAD.email].actor)
