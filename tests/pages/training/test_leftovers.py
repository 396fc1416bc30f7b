"""The pages of old training: the person's own, the list of those who decide for others, and where else moves are told of."""

import csv
import io
import re
from datetime import timedelta

import pytest
import time_machine
from factories import PASSWORD, TESTER, make_account, make_department, make_person, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import csv_of
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import account_for_person, grant_role, set_password
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.models import Leftover
from engagement.training.rules import CompletionSource, ItemKind, LeftoverDecision
from engagement.waves.actions import settle_memberships
from engagement.waves.models import Wave
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")
KEEP, WAIVE = {"decision": "keep"}, {"decision": "waive"}


@pytest.fixture
def claims(app: Flask, frozen: time_machine.Traveller) -> Wave:
    """Ana and Ben moved from claims to underwriting today; Ana had done one of two courses a week ago."""
    first, second = make_module("first"), make_module("second", minutes=25)
    make_curriculum(TrainingRole.USER, (first, ItemKind.REQUIRED), (second, ItemKind.REQUIRED))
    department, elsewhere = make_department("Operations/Claims"), make_department("Underwriting")
    ana, ben = make_person("Ana Lima", department=department), make_person("Ben Ode", department=department)
    wave = make_wave(departments=(department,), name="Claims", number=1)
    make_wave(
        wave.programme,
        departments=(elsewhere,),
        name="Underwriting",
        number=2,
        go_live_on=clock.now().date() + timedelta(days=100),
    )
    settle()
    record_completion(ana, first, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    frozen.shift(timedelta(days=7))
    ana.department = ben.department = elsewhere
    settle()
    db.session.commit()
    return wave


def settle() -> None:
    db.session.flush()
    settle_memberships()
    settle_assignments(clock.now())


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def as_person(app: Flask, name: str) -> FlaskClient:
    account = account_for_person(person(name))
    set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def as_role(app: Flask, *roles: Role, **scope: int) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", *roles, **scope))


def text(client: FlaskClient, path: str) -> str:
    """The words of a page's main part, with single blanks."""
    page = client.get(path).get_data(as_text=True)
    main = re.sub(r"<svg.*?</svg>", "", page[page.index("<main") : page.index("</main>")], flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def leftover(name: str) -> Leftover:
    db.session.expire_all()
    rows = db.session.scalars(
        select(Leftover).where(Leftover.person_id == person(name).id, Leftover.ended_at.is_(None))
    )
    return rows.one()


def names_listed(client: FlaskClient, query: str = "") -> list[str]:
    page = client.get(f"/training/leftovers{query}").get_data(as_text=True)
    return re.findall(r'<th scope="row">([^<]+)</th>', page)


def test_the_person_reads_what_happened_and_what_each_choice_means(app: Flask, claims: Wave) -> None:
    page = text(as_person(app, "Ana Lima"), "/me/training")
    assert "You moved from Operations/Claims to Underwriting." in page
    assert "1 of 2 courses done, 25 minutes left; due Tuesday 5 May." in page
    assert "The same courses are part of your training now, by Thursday 16 July" in page
    assert "Without a decision it is let go on Tuesday 5 May at 09:00." in page
    assert "First recognised, completed on 14 April in Wave 1: Claims" in page
    assert "You have old training to decide on" in text(as_person(app, "Ana Lima"), "/me")


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


def test_the_list_tells_moves_with_counts_and_people_one_by_one(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    page = text(client, "/training/leftovers")
    assert "2 choices are open. Where nobody decides within 14 days, the old training is let go." in page
    assert "Operations/Claims → Underwriting Wave 1: Claims, as user 2 5 May" in page
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]


def the_move(client: FlaskClient) -> dict[str, str]:
    page = client.get("/training/leftovers").get_data(as_text=True)
    return {name: re.findall(f'name="{name}" value="([^"]+)"', page)[0] for name in ("move", "newest")}


def test_everybody_of_a_move_is_decided_about_together(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    answer = client.post("/training/leftovers/decisions", data={**the_move(client), **WAIVE})
    assert answer.location == "/training/leftovers"
    page = text(client, "/training/leftovers")
    assert "Nobody’s old training waits for a decision" in page
    assert names_listed(client, "?state=waived") == ["Ana Lima", "Ben Ode"]
    client.post(f"/training/leftovers/{leftover('Ben Ode').id}/taking-back", data={"state": "waived"})
    assert names_listed(client) == ["Ben Ode"]


def test_who_came_after_the_page_was_opened_is_left_open(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    seen = the_move(client)
    cleo = make_person("Cleo Roy", department=make_department("Operations/Claims"))
    settle()
    cleo.department = make_department("Underwriting")
    settle()
    client.post("/training/leftovers/decisions", data={**seen, **KEEP})
    assert names_listed(client) == ["Cleo Roy"]


def test_a_move_that_is_decided_already_says_so(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    seen = the_move(client)
    client.post("/training/leftovers/decisions", data={**seen, **KEEP})
    answer = client.post("/training/leftovers/decisions", data={**seen, **WAIVE})
    assert "Nobody of this move waits for a decision any more." in answer.get_data(as_text=True)
    assert leftover("Ana Lima").decision is LeftoverDecision.KEEP


def test_the_head_of_the_department_where_they_work_now_decides_and_is_told(app: Flask, claims: Wave) -> None:
    hana = make_person("Hana Head", department=make_department("Underwriting"), roles=())
    make_department("Underwriting").manager = hana
    client = as_person(app, "Hana Head")
    assert "Old training of people who moved waits for your decision 2 choices are open." in text(client, "/me")
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]
    client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP)
    assert leftover("Ana Lima").decided_by == "Hana Head"


def test_the_head_of_the_department_that_they_left_does_not_decide(app: Flask, claims: Wave) -> None:
    hana = make_person("Hana Head", department=make_department("Operations/Claims"), roles=())
    make_department("Operations/Claims").manager = hana
    client = as_person(app, "Hana Head")
    assert names_listed(client) == []
    assert client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP).status_code == 404


@pytest.mark.parametrize(("wave_number", "names"), [(1, ["Ana Lima", "Ben Ode"]), (2, [])])
def test_who_trains_for_a_wave_decides_about_the_training_that_it_asked_for(
    app: Flask, claims: Wave, wave_number: int, names: list[str]
) -> None:
    wave = db.session.scalars(select(Wave).where(Wave.number == wave_number)).one()
    assert names_listed(as_role(app, Role.TRAINER, wave_id=wave.id)) == names


def test_an_auditor_reads_and_decides_nothing(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.AUDITOR)
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]
    page = client.get("/training/leftovers").get_data(as_text=True)
    assert "/decision" not in page
    assert client.post(f"/training/leftovers/{leftover('Ana Lima').id}/decision", data=KEEP).status_code == 403


@pytest.mark.parametrize(("heads", "decisions"), [("Operations/Claims", 0), ("Underwriting", 4)])
def test_an_auditor_who_heads_a_department_decides_for_its_people_only(
    app: Flask, claims: Wave, heads: str, decisions: int
) -> None:
    make_department(heads).manager = make_person("Hana Head", department=None, roles=())
    grant_role(account_for_person(person("Hana Head")), Role.AUDITOR, by=TESTER)
    client = as_person(app, "Hana Head")
    assert names_listed(client) == ["Ana Lima", "Ben Ode"]
    page = client.get("/training/leftovers").get_data(as_text=True)
    assert (len(re.findall(r"leftovers/\d+/decision", page)), page.count("leftovers/decisions")) == (
        decisions,
        decisions / 2,
    )


def test_the_file_has_the_rows_of_the_page(app: Flask, claims: Wave) -> None:
    client = as_role(app, Role.CHANGE_MANAGER)
    client.post(f"/training/leftovers/{leftover('Ben Ode').id}/decision", data=KEEP)
    rows = list(csv.DictReader(io.StringIO(client.get("/training/leftovers.csv").data.decode("utf-8-sig"))))
    assert [(r["Name"], r["From"], r["To"], r["Why"], r["Wave"], r["Role"], r["Decision"]) for r in rows] == [
        ("Ana Lima", "Operations/Claims", "Underwriting", "Moved", "Wave 1: Claims", "User", "")
    ]
    kept = client.get("/training/leftovers.csv?state=kept").data.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(kept))
    assert (row["Name"], row["Decision"], row["Decided by"]) == ("Ben Ode", "Kept", "Ines Okafor")
    assert client.get("/training/leftovers.xlsx").mimetype.endswith("sheet")


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
