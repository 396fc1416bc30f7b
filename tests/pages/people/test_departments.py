"""Pages of departments and of rules for roles."""

import re

from factories import TESTER, make_department, make_person
from pages.people.directory import names_in, text_of
from sqlalchemy import select

from engagement.audiences import actions as audiences
from engagement.db import db
from engagement.people import actions as people
from engagement.people import queries
from engagement.people.models import PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole


def test_the_tree_shows_heads_and_headcounts(planner):
    head = make_person("Ida Head", "ida@example.com", "Operations")
    make_person("Bob Claims", "bob@example.com", "Operations/Claims")
    people.name_department_manager(queries.department_by_path("Operations"), head, by=TESTER)
    db.session.commit()
    shown = text_of(planner.get("/departments"))
    assert "2 departments with 2 people. One has no named head." in shown
    assert "Operations Ida Head 1 2 Claims in Operations/Claims nobody named 1 1" in shown


def test_a_department_is_renamed_headed_and_merged(planner):
    letters, claims = make_department("Letters"), make_department("Operations/Claims")
    person = make_person("Ann Letters", "ann@example.com", letters)
    db.session.commit()
    answer = planner.post(f"/departments/{claims.id}/name", data={"name": "a/b"})
    assert "Write a name without a slash" in text_of(answer)
    assert "There is a department Letters already" in text_of(
        planner.post(f"/departments/{queries.department_by_path('Operations').id}/name", data={"name": "Letters"})
    )
    planner.post(f"/departments/{claims.id}/name", data={"name": "Cases"})
    assert queries.department_by_path("Operations/Cases").id == claims.id
    shown = text_of(
        planner.post(f"/departments/{claims.id}/manager", data={"manager": "ANN@example.com"}, follow_redirects=True)
    )
    assert "Head Ann Letters" in shown
    assert "Nobody here has the name, address or employee number “nobody”" in text_of(
        planner.post(f"/departments/{claims.id}/manager", data={"manager": "nobody"})
    )
    answer = planner.post(f"/departments/{letters.id}/merging", data={"into": claims.id}, follow_redirects=True)
    assert "Letters is closed. 1 person works in Operations/Cases now." in text_of(answer)
    db.session.refresh(person)
    assert person.department_id == claims.id
    assert "What named this department means that one now." in text_of(planner.get(f"/departments/{letters.id}"))


def test_a_department_with_others_below_says_why_it_is_not_merged(planner):
    make_department("Operations/Claims")
    finance = make_department("Finance")
    operations = queries.department_by_path("Operations")
    db.session.commit()
    answer = planner.post(f"/departments/{operations.id}/merging", data={"into": finance.id})
    assert answer.status_code == 422
    assert "Operations has departments below it. Merge or move those first." in text_of(answer)


def test_a_role_rule_is_previewed_made_and_withdrawn(planner):
    make_person("Ann London", "ann@example.com", location="London", roles=())
    make_person("Bob London", "bob@example.com", location="London", roles=(TrainingRole.SUPPORT,))
    audience = audiences.save_audience("London", {"field": "location", "values": ["London"]}, by=TESTER)
    db.session.commit()
    asked = {"role": "support", "audience": audience.id}
    preview = text_of(planner.post("/people/role-rules", data=asked))
    assert "Nothing has changed yet." in preview
    assert "2 in “London” 1 would become Support 1 have the role already" in preview
    assert db.session.scalars(select(PersonRole.origin)).all() == [RoleOrigin.HAND]
    shown = text_of(planner.post("/people/role-rules", data={**asked, "seen": "yes"}, follow_redirects=True))
    assert "“London” has the training role Support. 1 person has it anew." in shown
    assert names_in(planner.get("/people/without-role")) == []
    rule_id = int(
        re.search(r"role-rules/(\d+)/withdrawal", planner.get("/people/role-rules").get_data(as_text=True))[1]
    )
    shown = text_of(planner.post(f"/people/role-rules/{rule_id}/withdrawal", follow_redirects=True))
    assert "“London” no longer gives the training role Support. 1 person has lost it." in shown
    assert names_in(planner.get("/people/without-role")) == ["Ann London"]


def test_a_role_rule_that_would_turn_in_a_circle_is_refused(planner):
    audience = audiences.save_audience("Gap", {"field": "has_no_role"}, by=TESTER)
    db.session.commit()
    answer = planner.post("/people/role-rules", data={"role": "user", "audience": audience.id})
    assert "its rule can’t ask about has no role" in text_of(answer)
