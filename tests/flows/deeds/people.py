"""What is done to people and departments, and where its entry belongs."""

from factories import TESTER
from flows.deeds.place import DAY, PEOPLE_OF_DEPARTMENT, Deed, Place

from engagement import clock
from engagement.db import db
from engagement.people import actions as people
from engagement.people.by_hand.actions import change_delivery_details
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.actions.completing import record_completion
from engagement.training.models import Module
from engagement.training.rules import RECORDED_SOURCES
from engagement.verbs import Verb


def finish(at: Place) -> None:
    module = Module(slug="reading", title="Reading", summary="", body="", minutes=5, version=1, changed_at=clock.now())
    db.session.add(module)
    db.session.flush()
    record_completion(at.person, module, RECORDED_SOURCES[0], on=DAY, by=TESTER)


DONE: list[Deed] = [
    (
        Verb.CHANGED_TRAINING_ROLES,
        lambda at: people.give_roles(at.person, (TrainingRole.LEADER,), origin=RoleOrigin.HAND, by=TESTER),
        PEOPLE_OF_DEPARTMENT,
    ),
    (
        Verb.CHANGED_DELIVERY_DETAILS,
        lambda at: change_delivery_details(at.person, language="pl", by=TESTER),
        PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.MARKED_AS_LEFT, lambda at: people.mark_as_left(at.person, by=TESTER), PEOPLE_OF_DEPARTMENT),
    (Verb.RENAMED_DEPARTMENT, lambda at: people.rename_department(at.department, "Office", by=TESTER), {"department"}),
    (
        Verb.NAMED_DEPARTMENT_MANAGER,
        lambda at: people.name_department_manager(at.department, at.person, by=TESTER),
        PEOPLE_OF_DEPARTMENT,
    ),
    (Verb.RECORDED_COMPLETION, finish, PEOPLE_OF_DEPARTMENT),
]
