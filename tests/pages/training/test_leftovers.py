"""The pages of old training: the person's own, and where else moves are told of."""

import io

import pytest
from factories import make_account, make_department, make_person, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import csv_of
from pages.training.moved import KEEP, WAIVE, as_person, as_role, leftover, names_listed, person, settle, text

from engagement.accounts.rules import Role
from engagement.people.rules import TrainingRole
from engagement.training.rules import LeftoverDecision
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("frozen")


def test_the_person_reads_what_happened_and_what_each_choice_means(app: Flask, claims: Wave) -> None:
    page = text(as_person(app, "Ana Lima"), "/me/training")
    assert "You moved from Operations/Claims to Underwriting." in page
    assert "1 of 2 courses done, 25 minutes left; due Tuesday 5 May." in page
    assert "The same courses are part of your training now, by Thursday 16 July" in page
    assert "Without a decision it is let go on Tuesday 5 May at 09:00." in page
    assert "First recognised, completed on 14 April in Wave 1: Claims" in page
    assert "Your old training" in text(as_person(app, "Ana Lima"), "/me")


def test_the_person_keeps_it_and_takes_that_back(app: Flask, claims: Wave) -> None:
    ana = as_person(app, "Ana Lima")
    assert ana.post(f"/me/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP).location == "/me/training"
    kept = leftover("Ana Lima")
    assert (kept.decision, kept.decided_by) == (LeftoverDecision.KEEP, "Ana Lima")
    page = text(ana, "/me/training")
    assert "Kept on 21 April, decided by you." in page
    assert "Second kept from Wave 1: Claims" in page
    assert "keep it, or let it go?" not in page
    ana.post(f"/me/training/leftovers/{kept.id}/taking-back")
    assert leftover("Ana Lima").decision is None


def test_the_person_lets_it_go(app: Flask, claims: Wave) -> None:
    ana = as_person(app, "Ana Lima")
    ana.post(f"/me/training/leftovers/{leftover('Ana Lima').id}/decision", data=WAIVE)
    page = text(ana, "/me/training")
    assert "Let go on 21 April, decided by you." in page
    assert "By 16 July" in page
    assert "kept from" not in page


def test_nobody_decides_about_the_training_of_somebody_else_as_if_it_were_theirs(app: Flask, claims: Wave) -> None:
    ana = as_person(app, "Ana Lima")
    for step in ("decision", "taking-back"):
        assert ana.post(f"/me/training/leftovers/{leftover('Ben Ode').id}/{step}", data=WAIVE).status_code == 404
    assert leftover("Ben Ode").decision is None


def test_what_others_decided_to_keep_is_not_shaken_off(app: Flask, claims: Wave) -> None:
    as_role(app, Role.TRAINER).post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP)
    ana = as_person(app, "Ana Lima")
    page = text(ana, "/me/training")
    assert "Kept on 21 April, decided by Ines Okafor. Ask them if you want it changed." in page
    assert "Take it back" not in page
    answer = ana.post(f"/me/training/leftovers/{leftover('Ana Lima').id}/taking-back")
    assert answer.status_code == 422
    assert leftover("Ana Lima").decision is LeftoverDecision.KEEP


def test_a_form_without_a_choice_changes_nothing(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.TRAINER)
    answer = client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data={"decision": "perhaps"})
    assert answer.status_code == 422
    assert "Choose one: keep it, or let it go." in answer.get_data(as_text=True)
    assert leftover("Ana Lima").decision is None


def test_the_day_of_those_who_decide_counts_the_moves(app: Flask, claims: Wave) -> None:
    page = text(as_role(app, Role.CHANGE_MANAGER), "/")
    assert "Moved or changed role before training was finished 1 2 people: Operations/Claims → Underwriting" in page
    assert "Keep Wave 1: Claims, as user, or let it go. Without a decision it is let go from 5 May." in page


def test_the_pages_of_training_tell_of_it(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.TRAINER)
    assert "Old training of people who moved waits for a decision 2 choices are open." in text(client, "/training")
    client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP)
    make_person("Dan Roe", department=make_department("Operations/Claims"))
    settle()
    page = text(client, f"/waves/{claims.id}/training")
    assert "Not counted above, because they moved away: 1 person keeps this training, 1 person has not decided." in page


def test_the_manager_sees_what_was_recognised_and_what_is_undecided(app: Flask, claims: Wave) -> None:
    mara = make_person("Mara Boss", department=make_department("Underwriting"), roles=())
    person("Ana Lima").manager = mara
    page = text(as_person(app, "Mara Boss"), "/me/team")
    assert "First: recognised, completed on 14 April in Wave 1: Claims" in page
    assert "Old training undecided" in page


def test_the_preview_of_a_file_says_how_many_will_be_asked(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    make_person("Cleo Roy", department=make_department("Operations/Claims"))
    settle()
    file = csv_of("cleo.roy@example.com,Cleo Roy,Sales", header="email,name,department")
    form = {"full": "partial", "file": (io.BytesIO(file), "people.csv")}
    url = client.post("/people/import", data=form, content_type="multipart/form-data").location
    page = text(client, url)
    assert "1 person moves or changes training role before they have finished. 1 training assignment will be" in page
    client.post(f"{url}/application")
    assert "will be asked about" not in text(client, url)
    assert leftover("Cleo Roy").to_department == make_department("Sales")
    client.post(f"{url}/undoing")
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]


def test_taking_a_role_by_hand_says_that_a_decision_waits(app: Flask, claims: Wave) -> None:
    manager = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    dan = make_person("Dan Roe", department=make_department("Operations/Claims"))
    settle()
    client = signed_in(app, manager)
    client.post(f"/people/{dan.id}/roles", data={"roles": ["builder"]})
    assert "What they had not finished of the old role waits for a decision." in text_of_notices(client)
    assert leftover("Dan Roe").assignment.role is TrainingRole.USER


def text_of_notices(client: FlaskClient) -> str:
    return client.get("/people").get_data(as_text=True)


def test_a_list_without_anything_says_what_would_bring_it(app: Flask) -> None:
    client = as_role(app, Role.TRAINER)
    assert "Until then there is nothing to do." in text(client, "/training/leftovers")
    assert "Nothing was kept" in text(client, "/training/leftovers?state=kept")
    assert "Nothing was let go" in text(client, "/training/leftovers?state=waived&move=nonsense")
