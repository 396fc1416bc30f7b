"""One training role for several people of the list: ticked or all found, shown first, done by one button."""

import re
from html import unescape

import pytest
from factories import make_account, make_change_manager, make_people, make_person, make_wave, signed_in
from sqlalchemy import select

from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.people import actions as people
from engagement.people.models import PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole
from engagement.training.models import Assignment

BUILDER = {"training_role": "builder", "what": "give"}


@pytest.fixture
def planner(app, frozen):
    return signed_in(app, make_change_manager())


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split()))


def fields_of(answer) -> dict[str, list[str]]:
    """What the button of a preview sends."""
    page, fields = answer.get_data(as_text=True), {}
    form = page[page.index('<form method="post" action="/people/several-roles"') :].split("</form>")[0]
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form):
        fields.setdefault(name, []).append(unescape(value))
    return fields


def roles_of(person) -> dict[str, str]:
    db.session.expire_all()
    rows = db.session.scalars(select(PersonRole).where(PersonRole.person_id == person.id))
    return {row.role.value: row.origin.value for row in rows}


def given(client, **asked):
    return client.get("/people/several-roles", query_string=asked)


def test_those_who_are_ticked_get_the_role_after_a_preview_that_names_them(planner):
    ann, bob, cy = (make_person(name, roles=()) for name in ("Ann Abbott", "Bob Bell", "Cy Cole"))
    people.give_roles(bob, [TrainingRole.BUILDER], origin=RoleOrigin.FILE, by=people.audit.CLOCK)
    db.session.commit()
    preview = given(planner, person=[ann.id, bob.id], **BUILDER)
    shown = text_of(preview)
    assert "One person gets the role." in shown or "1 person gets the role." in shown
    assert "Ann Abbott" in shown
    assert "Bob Bell" not in shown
    assert "Cy Cole" not in shown
    assert "has it already" in shown
    assert roles_of(ann) == {}
    answer = planner.post("/people/several-roles", data=fields_of(preview))
    assert (answer.status_code, answer.location) == (303, "/people")
    assert (roles_of(ann), roles_of(bob), roles_of(cy)) == ({"builder": "hand"}, {"builder": "file"}, {})
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_name == "Ann Abbott")).all()
    assert [e.changes for e in entries if e.verb == "changed training roles"] == [{"training roles": [[], ["builder"]]}]


def test_everybody_found_gets_it_and_training_follows(planner):
    members = make_people(60)
    wave = make_wave(members=members)
    outside = make_person("Zoe Zabel", roles=())
    db.session.commit()
    shown = planner.get(f"/people?wave={wave.id}")
    assert "All 60 found" in text_of(shown)
    preview = given(planner, everybody="yes", wave=wave.id, **BUILDER)
    assert "60 people get the role." in text_of(preview)
    planner.post("/people/several-roles", data=fields_of(preview))
    assert roles_of(outside) == {}
    assert all(roles_of(each) == {"user": "hand", "builder": "hand"} for each in members)
    learning = db.session.scalars(select(Assignment.person_id).where(Assignment.role == TrainingRole.BUILDER)).all()
    assert sorted(learning) == sorted(each.id for each in members)
    changes = [e.changes for e in db.session.scalars(select(AuditEntry)) if e.verb == "changed training roles"]
    assert changes.count({"training roles": [["user"], ["builder", "user"]]}) == 60


def test_only_what_was_given_by_hand_is_taken_back(planner):
    ann, bob, cy = (make_person(name, roles=()) for name in ("Ann Abbott", "Bob Bell", "Cy Cole"))
    for who, origin in ((ann, RoleOrigin.HAND), (bob, RoleOrigin.FILE), (cy, RoleOrigin.RULE)):
        people.give_roles(who, [TrainingRole.USER], origin=origin, by=people.audit.CLOCK)
    db.session.commit()
    preview = given(planner, everybody="yes", training_role="user", what="take")
    shown = text_of(preview)
    assert "1 person loses the role." in shown or "One person loses the role." in shown
    assert "from the HR file and keep" in shown
    assert "by a rule and keep" in shown
    planner.post("/people/several-roles", data=fields_of(preview))
    assert (roles_of(ann), roles_of(bob), roles_of(cy)) == ({}, {"user": "file"}, {"user": "rule"})


def test_a_list_that_changed_since_is_shown_anew_and_nothing_is_done(planner):
    ann = make_person("Ann Abbott", roles=())
    db.session.commit()
    sent = fields_of(given(planner, everybody="yes", **BUILDER))
    bob = make_person("Bob Bell", roles=())
    db.session.commit()
    answer = planner.post("/people/several-roles", data=sent)
    assert answer.status_code == 422
    assert "changed since you looked" in text_of(answer)
    assert "Bob Bell" in text_of(answer)
    assert (roles_of(ann), roles_of(bob)) == ({}, {})
    planner.post("/people/several-roles", data=fields_of(answer))
    assert (roles_of(ann), roles_of(bob)) == ({"builder": "hand"}, {"builder": "hand"})


def test_somebody_who_left_is_never_chosen(planner):
    ann, gone = make_person("Ann Abbott", roles=()), make_person("Gil Gone", roles=())
    people.mark_as_left(gone, by=people.audit.CLOCK)
    db.session.commit()
    for asked in ({"everybody": "yes", "left": "yes"}, {"person": [ann.id, gone.id]}):
        assert "Gil Gone" not in text_of(given(planner, **asked, **BUILDER))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (BUILDER, "Nobody is chosen."),
        ({"person": "²", **BUILDER}, "Nobody is chosen."),
        ({"person": "1", "what": "give"}, "choose the training role"),
        ({"everybody": "yes", "training_role": "king"}, "choose the training role"),
    ],
)
def test_what_is_missing_is_said(planner, asked, says):
    answer = given(planner, **asked)
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_who_may_not_change_people_is_turned_away_and_sees_no_ticks(app, planner):
    lead = make_person("Leo Lead", "leo@example.com")
    account = make_account("leo@example.com", "Leo Lead", Role.AUDITOR)
    account.person_id = lead.id
    db.session.commit()
    client = signed_in(app, account)
    assert given(client, everybody="yes", **BUILDER).status_code == 403
    assert client.post("/people/several-roles", data={"everybody": "yes", **BUILDER}).status_code == 403
    assert 'form="several"' not in client.get("/people").get_data(as_text=True)
    assert f'form="several" name="person" value="{lead.id}"' in planner.get("/people").get_data(as_text=True)


def test_give_roles_on_today_and_on_a_wave_lead_to_the_people_without_one(planner):
    wave = make_wave(members=[make_person("Ann Abbott", roles=()), make_person("Bob Bell")])
    make_person("Zoe Zabel", roles=())
    db.session.commit()
    address = f"/people?wave={wave.id}&amp;role=none"
    for page in ("/", f"/waves/{wave.id}"):
        assert address in planner.get(page).get_data(as_text=True).replace(
            "role=none&amp;wave=" + str(wave.id), f"wave={wave.id}&amp;role=none"
        ), page
    shown = text_of(planner.get(unescape(address)))
    assert "Ann Abbott" in shown
    assert "Bob Bell" not in shown
    assert "Zoe Zabel" not in shown
    assert wave.title in shown
