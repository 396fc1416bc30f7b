"""People who move while they learn, and the questions that it leaves."""

from factories import TESTER, make_department
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.actions.leftovers import decide_leftovers
from engagement.training.models import Leftover, Module
from engagement.training.queries.leftovers import leftovers
from engagement.training.queries.settled import unsettled_waves
from engagement.training.rules import CompletionSource, LeftoverDecision
from engagement.waves import actions as waves

USER, BUILDER = TrainingRole.USER, TrainingRole.BUILDER
KEEP, WAIVE = LeftoverDecision.KEEP, LeftoverDecision.WAIVE
EVERY = Leftover.id > 0


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def finish(name: str, module: Module) -> None:
    record_completion(person(name), module, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)


def settle() -> tuple[int, int, int, int]:
    """Let waves and training follow the directory; returns what was made, opened again, withdrawn and asked about."""
    db.session.flush()
    waves.settle_memberships()
    counts = settle_assignments(clock.now(), is_settled=not unsettled_waves())
    return counts.made, counts.reopened, counts.withdrawn, counts.asked


def move(name: str, path: str = "Underwriting") -> tuple[int, int, int, int]:
    person(name).department = make_department(path)
    return settle()


def standing() -> list[Leftover]:
    db.session.expire_all()
    return list(db.session.scalars(leftovers().order_by(Leftover.id)))


def the_one() -> Leftover:
    [found] = standing()
    return found


def decide(decision: LeftoverDecision) -> int:
    return decide_leftovers(EVERY, decision, by=TESTER)
