"""Training roles by rule: given and taken back in sets, beside those from the file and by hand."""

import pytest
from factories import TESTER, make_department, make_person
from sqlalchemy import func, select

from engagement import clock
from engagement.audiences import actions
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people import actions as people
from engagement.people.models import PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole

pytestmark = pytest.mark.usefixtures("frozen")


def roles() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(PersonRole).order_by(PersonRole.person_id, PersonRole.role)).all()
    return [(row.person.name, row.role.value, row.origin.value) for row in rows]


def settle() -> tuple[int, int]:
    return actions.settle_training_roles(clock.now())


@pytest.fixture
def claims(app):
    return actions.save_audience(
        "Claims", {"field": "department", "values": [make_department("Operations/Claims").id]}, by=TESTER
    )


def test_a_rule_gives_its_role_once_and_takes_it_back(claims):
    ann = make_person("Ann Claims", department="Operations/Claims", roles=())
    make_person("Bob Hand", department="Operations/Claims", roles=(TrainingRole.USER,))
    make_person("Cay Finance", department="Finance", roles=())
    role_rule = actions.give_role_by_rule(TrainingRole.USER, claims, by=TESTER)
    assert settle() == (1, 0)
    assert settle() == (0, 0)
    assert roles() == [("Ann Claims", "user", "rule"), ("Bob Hand", "user", "hand")]
    ann.department = make_department("Finance")
    assert settle() == (0, 1)
    ann.department = make_department("Operations/Claims")
    assert settle() == (1, 0)
    actions.withdraw_role_rule(role_rule, by=TESTER)
    assert settle() == (0, 1)
    assert roles() == [("Bob Hand", "user", "hand")]
    counted = select(func.count()).select_from(AuditEntry).where(AuditEntry.verb == "settled training roles")
    assert db.session.scalar(counted) == 4


def test_two_rules_for_one_role_reach_everybody_in_either(claims):
    finance = actions.save_audience(
        "Finance", {"field": "department", "values": [make_department("Finance").id]}, by=TESTER
    )
    make_person("Ann Claims", department="Operations/Claims", roles=())
    make_person("Bob Finance", department="Finance", roles=())
    first = actions.give_role_by_rule(TrainingRole.SUPPORT, claims, by=TESTER)
    actions.give_role_by_rule(TrainingRole.SUPPORT, finance, by=TESTER)
    assert actions.give_role_by_rule(TrainingRole.SUPPORT, claims, by=TESTER) is first
    assert settle() == (2, 0)
    actions.withdraw_role_rule(first, by=TESTER)
    assert settle() == (0, 1)
    assert roles() == [("Bob Finance", "support", "rule")]


def test_somebody_who_left_keeps_the_role_they_had(claims):
    person = make_person("Ann Claims", department="Operations/Claims", roles=())
    actions.give_role_by_rule(TrainingRole.USER, claims, by=TESTER)
    settle()
    people.mark_as_left(person, by=TESTER)
    assert settle() == (0, 0)
    assert roles() == [("Ann Claims", "user", RoleOrigin.RULE.value)]


@pytest.mark.parametrize(
    "rule",
    [
        {"field": "has_no_role"},
        {"not": {"field": "training_role", "values": ["user"]}},
        {"all": [{"field": "training_state", "values": ["overdue"]}]},
    ],
)
def test_a_role_cannot_rest_on_roles(claims, rule):
    audience = actions.save_audience("Asks about roles", rule, by=TESTER)
    over = actions.save_audience("Over it", {"field": "audience", "values": [audience.id]}, by=TESTER)
    with pytest.raises(RuleBroken, match="might then no longer be in it"):
        actions.give_role_by_rule(TrainingRole.USER, over, by=TESTER)
    actions.give_role_by_rule(TrainingRole.USER, claims, by=TESTER)
    for sly in (rule, {"field": "audience", "values": [over.id]}):
        with pytest.raises(RuleBroken, match="might then no longer be in it"):
            actions.change_audience(claims, "Claims", sly, by=TESTER)
