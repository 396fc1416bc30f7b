"""People of the demonstration who are left to settle with one wave while another one wants to train them."""

from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.demo import roster
from engagement.demo.living import FINISHING
from engagement.demo.stage import Stage
from engagement.people.models import Department, Person
from engagement.training.actions.assigning import settle_assignments
from engagement.training.queries.clashes import quiet_clashes
from engagement.training.waiting.actions import let_training_go_on, let_training_wait
from engagement.training.waiting.queries import standing_overrides
from engagement.waves.actions import add_member

#: Days from today: people of the letters team come to invoice matching; their other training goes on, and waits again.
JOINED_ON, GOES_ON_ON, WAITS_ON = -40, -16, -11
LETTERS, BOTH = "Operations/Claims/Letters", 6
WHY = "Their team leader wanted them to have begun before the letters of the month are due."


def let_settle(stage: Stage, offset: int) -> None:
    """Take the step of the day `offset` days from today."""
    steps = {JOINED_ON: _join, GOES_ON_ON: _go_on, WAITS_ON: _wait}
    if offset in steps:
        with stage.at(stage.day(offset), 10, 15):
            steps[offset](stage)


def _join(stage: Stage) -> None:
    # People who finish nothing of either wave, which have modules in common, so that it is known today whose training waits.
    never = Person.id * 37 % 100 >= 100 * max(FINISHING[2], FINISHING[3])
    works_in = select(Person).join(Department, Department.id == Person.department_id).where(Department.path == LETTERS)
    here = works_in.where(never, Person.left_at.is_(None))
    for person in db.session.scalars(here.order_by(Person.id).limit(BOTH)).all():
        add_member(stage.waves[2], person, by=stage.accounts[roster.MANAGER.email].actor)
    settle_assignments(clock.now(), stage.waves[2].id)


def _go_on(stage: Stage) -> None:
    by = stage.accounts[roster.WAVE_LEAD.email].actor
    for clash in quiet_clashes(stage.waves[3], stage.day(GOES_ON_ON)):
        let_training_go_on(stage.waves[3], clash.settling, people=clash.people, reason=WHY, by=by)


def _wait(stage: Stage) -> None:
    for row in standing_overrides(stage.waves[3].id):
        let_training_wait(stage.waves[3], row, by=stage.accounts[roster.MANAGER.email].actor)
