"""People of the demonstration who move before finishing their training, and what happens to it."""

import csv
import io

from sqlalchemy import func, select

from engagement import clock
from engagement.db import db
from engagement.demo import roster
from engagement.demo.living import FINISHING
from engagement.demo.stage import Stage, person_of
from engagement.intake.actions import runs as intake
from engagement.intake.reading.queries.files import open_file
from engagement.people import actions as people
from engagement.people.models import Department, Person
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.leftovers import decide_leftovers
from engagement.training.models import Completion, Leftover
from engagement.training.rules import LeftoverDecision

#: Days from today: Tomasz starts and stops helping another team; the HR file moves people of property claims.
HELPS_SINCE, HELPS_UNTIL, MOVE = -15, -4, -3
#: The departments to which people of property claims move, and how many.
GOING = {"Underwriting/Personal": 4, "Sales": 2}


def move_people(stage: Stage, offset: int) -> None:
    """Make the moves of the day `offset` days from today."""
    steps = {HELPS_SINCE: _helps, HELPS_UNTIL: _stops_helping, MOVE: _file_of_moves, MOVE + 1: _some_decide}
    if offset in steps:
        with stage.at(stage.day(offset), 5):
            steps[offset](stage)


def _helps(stage: Stage) -> None:
    _give(stage, [TrainingRole.SUPPORT])


def _stops_helping(stage: Stage) -> None:
    _give(stage, [])


def _give(stage: Stage, roles: list[TrainingRole]) -> None:
    tomasz = person_of(roster.EMPLOYEE)
    people.give_roles(tomasz, roles, origin=RoleOrigin.HAND, by=stage.accounts[roster.MANAGER.email].actor)
    settle_assignments(clock.now(), stage.waves[3].id)


def _file_of_moves(stage: Stage) -> None:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("employee_id", "email", "name", "department"))
    going = [path for path, number in GOING.items() for _ in range(number)]
    for person, path in zip(_movers(len(going)), going, strict=True):
        writer.writerow((person.employee_id, person.email, person.name, path))
    by = stage.accounts[roster.ADMIN.email].actor
    file = open_file(text.getvalue().encode(), "moves.csv")
    intake.apply_run(intake.stage_file(file, full=False, skip_bad=False, by=by), by=by)
    intake.settle_after_import()


def _movers(number: int) -> list[Person]:
    """Return people of property claims, half of them with one module finished and the others with none."""
    done = select(func.count()).where(Completion.person_id == Person.id).scalar_subquery()
    here = (
        select(Person)
        .join(Department, Department.id == Person.department_id)
        .where(Department.path == roster.EMPLOYEE.department, Person.job_title == roster.EMPLOYEE.title)
        .where(Person.email != roster.EMPLOYEE.email)
        .order_by(Person.id)
    )
    # People who have finished nothing and won't: the others would go on learning in the remaining days.
    never = Person.id * 37 % 100 >= 100 * FINISHING[3]
    begun = list(db.session.scalars(here.where(done == 1).limit(number // 2)))
    return begun + list(db.session.scalars(here.where(done == 0, never).limit(number - len(begun))))


def _some_decide(stage: Stage) -> None:
    waiting = db.session.scalars(select(Leftover.id).where(Leftover.decided_at.is_(None)).order_by(Leftover.id))
    by = stage.accounts[roster.MANAGER.email].actor
    for leftover_id, decision in zip(waiting.all()[1:], LeftoverDecision, strict=False):
        decide_leftovers(Leftover.id == leftover_id, decision, by=by)
