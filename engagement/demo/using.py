"""How the people of the demonstration use what went live: files of the systems, taken in by the change manager."""

import random

from sqlalchemy import select

from engagement.adoption.actions.uploads import Brought, take_file
from engagement.adoption.actions.writing import PersonUse
from engagement.db import db
from engagement.demo import roster
from engagement.demo.stage import Stage
from engagement.training.models import Completion
from engagement.waves.models import Membership

#: Days from today on which a file was taken in; each tells of the days since the one before.
TAKEN = (-50, -22, -8, -1)
#: By wave: its workflow, from which day on people used it, and the share of them who ever begin. Wave 3 is not live: a few try it.
USED = {
    1: ("Motor claims triage", -78, 0.88),
    2: ("Invoice matching", -22, 0.74),
    3: ("Property claims triage", -12, 0.02),
}
#: By wave, champions (by their place among its people) who have not come to it: with others, enough to tell friendly users apart.
NOT_YET = {1: (31,)}


def use(stage: Stage, offset: int) -> None:
    """Take in, on the day `offset` days from today, what the systems counted."""
    if offset not in TAKEN:
        return
    assert stage.programme
    before = TAKEN[TAKEN.index(offset) - 1] if offset != TAKEN[0] else min(begins for _, begins, _ in USED.values())
    rows = [row for number in USED for row in _rows(stage, number, before, offset)]
    until = {stage.workflows[USED[n][0]].id: stage.day(offset - 1) for n in USED if USED[n][1] < offset}
    with stage.at(stage.day(offset), 9):
        name = f"use-to-{stage.day(offset - 1).isoformat()}.csv"
        by = stage.accounts[roster.MANAGER.email].actor
        take_file(stage.programme, name, "", Brought(rows, (), until), by=by)


def _rows(stage: Stage, number: int, first: int, end: int) -> list[PersonUse]:
    """Return the days of use of a wave's people from one day up to another: each begins in their own week, and some stop."""
    name, begins, share = USED[number]
    workflow_id = stage.workflows[name].id
    here = select(Membership.person_id).where(
        Membership.wave_id == stage.waves[number].id, Membership.ended_at.is_(None)
    )
    learned = set(db.session.scalars(select(Completion.person_id).where(Completion.person_id.in_(here)).distinct()))
    rows = []
    for place, person_id in enumerate(db.session.scalars(here.order_by(Membership.person_id))):
        chance = random.Random(f"{number} {place}")  # noqa: S311 the same people each time
        starts = begins + int(chance.expovariate(1 / 9)) + (0 if person_id in learned else 4)
        stops = starts + 20 if chance.random() < 0.12 else 0
        if chance.random() >= share * (1 if person_id in learned else 0.75) or place in NOT_YET.get(number, ()):
            continue
        for day in range(max(first, starts), min(end, stops or end)):
            if (day - starts) % 3 == 0 and stage.day(day).weekday() < 5:
                rows.append(PersonUse(person_id, workflow_id, stage.day(day), 1 + (place + day) % 9))
    return rows
