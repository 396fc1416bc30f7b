"""Pages of the directory as a change manager, a wave lead, a head of department and an employee."""

import re
from io import BytesIO

import pytest
from factories import TESTER, make_account, make_change_manager, make_department, make_person, make_wave, signed_in
from pages.people.directory import names_in, text_of
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.people import actions as people
from engagement.people import queries
from engagement.people.rules import RoleOrigin, TrainingRole

NASTY = '<script>alert("1")</script> O’Brien & Söhne'


@pytest.fixture
def lead(app, frozen):
    """Somebody who leads a wave with Ann in it; Bob is in no wave of theirs."""
    person = make_person("Leo Lead", "leo@example.com", "Finance")
    account = make_account("leo@example.com", "Leo Lead")
    account.person_id = person.id
    make_wave(lead=person, members=[make_person("Ann Member", "ann@example.com")])
    make_person("Bob Other", "bob@example.com", "Letters", ())
    return signed_in(app, account)


@pytest.fixture
def employee(app, frozen):
    person = make_person("Wanda Worker", "worker@example.com")
    account = make_account("worker@example.com", "Wanda Worker")
    account.person_id = person.id
    return signed_in(app, account)


def test_an_employee_is_turned_away_from_every_page(employee):
    person, department = make_person("Ann Other", "ann@example.com"), make_department("Operations")
    db.session.commit()
    paths = ("", "/without-role", ".csv", ".xlsx", "/role-rules", f"/{person.id}")
    for path in [f"/people{path}" for path in paths] + ["/departments", f"/departments/{department.id}"]:
        assert employee.get(path).status_code == 403, path
    for path in (f"/people/{person.id}/roles", f"/people/{person.id}/delivery", f"/people/{person.id}/leaving"):
        assert employee.post(path, data={}).status_code == 403, path
    for path in ("/people/role-rules", *(f"/departments/{department.id}/{n}" for n in ("name", "manager", "merging"))):
        assert employee.post(path, data={}).status_code == 403, path


def test_the_planner_sees_everybody_and_the_lead_the_members_of_their_wave(app, lead):
    assert names_in(lead.get("/people")) == ["Leo Lead", "Ann Member"]
    assert names_in(signed_in(app, make_change_manager()).get("/people")) == ["Leo Lead", "Ann Member", "Bob Other"]


def test_the_lead_gets_only_their_people_in_files_and_pages(lead):
    bob = queries.person_by_reference("bob@example.com")
    ann = queries.person_by_reference("ann@example.com")
    assert "bob@example.com" not in lead.get("/people.csv").get_data(as_text=True)
    assert names_in(lead.get("/people/without-role")) == []
    assert lead.get(f"/people/{bob.id}").status_code == 404
    shown = text_of(lead.get(f"/people/{ann.id}"))
    assert "Wave 3: Property claims" in shown
    assert "Keep these roles" not in shown
    assert lead.post(f"/people/{ann.id}/roles", data={"roles": "builder"}).status_code == 403
    assert lead.post(f"/people/{ann.id}/delivery", data={}).status_code == 403


def test_filters_narrow_the_list_and_the_file_alike(planner):
    make_person("Ann Claims", "ann@example.com", "Operations/Claims", (TrainingRole.BUILDER,))
    make_person("Bob Property", "bob@example.com", "Operations/Claims/Property", ())
    gone = make_person("Cay Gone", "cay@example.com", "Finance")
    people.mark_as_left(gone, by=TESTER)
    db.session.commit()
    claims = queries.department_by_path("Operations/Claims").id
    for query, expected in {
        f"department={claims}": ["Ann Claims", "Bob Property"],
        "role=builder": ["Ann Claims"],
        "role=none": ["Bob Property"],
        "words=PROP": ["Bob Property"],
        "words=bob+ann": [],
        "left=yes": ["Ann Claims", "Cay Gone", "Bob Property"],
        "department=x&role=juggler&page=9": ["Ann Claims", "Bob Property"],
    }.items():
        assert names_in(planner.get(f"/people?{query}")) == expected, query
        lines = planner.get(f"/people.csv?{query}").get_data(as_text=True).splitlines()[1:]
        assert [" ".join(line.split(",")[2:4]) for line in lines] == expected, query


def test_the_list_takes_as_many_statements_however_many_are_on_it(planner, statements):
    make_person("Person 0", "p0@example.com")
    db.session.commit()
    with statements() as before:
        assert planner.get("/people").status_code == 200
    for n in range(1, 60):
        make_person(f"Person {n}", f"p{n}@example.com", f"Department {n}")
    db.session.commit()
    with statements() as after:
        assert planner.get("/people").status_code == 200
    assert len(after) == len(before)
    assert len(names_in(planner.get("/people"))) == 50
    assert len(names_in(planner.get("/people?page=2"))) == 10
    with statements() as file:
        assert planner.get("/people.csv").status_code == 200
    assert len([s for s in file if s.startswith("SELECT person")]) == 2


def test_addresses_begin_with_the_folder_that_the_service_is_served_under(planner):
    person = make_person("Person 0", "p0@example.com")
    for folder in ("", "/change", ""):
        page = planner.get("/people", environ_overrides={"SCRIPT_NAME": folder}).get_data(as_text=True)
        found = set(re.findall(r'(?:href|src|action)="(/[^"]*)"', page))
        assert {f"{folder}/people/{person.id}", f"{folder}/static/engagement.css", f"{folder}/logout"} <= found
        assert [
            url for url in found if not url.startswith(f"{folder}/") or url.startswith("/change") != bool(folder)
        ] == []


def test_the_files_have_the_columns_of_the_hr_file(planner):
    boss = make_person("Ida Boss", "ida@example.com", "Operations", (), employee_id="7")
    make_person(
        "=cmd() Zed", "zed@example.com", "Operations", (TrainingRole.USER, TrainingRole.BUILDER), manager_id=boss.id
    )
    db.session.commit()
    answer = planner.get("/people.csv")
    assert answer.get_data(as_text=True).splitlines() == [
        "\ufeffemployee_id,email,first_name,last_name,name,job_title,department,manager_email,manager_id,location,country,timezone,language,"
        "start_date,end_date,left_on,training_role,role_by_rule",
        "7,ida@example.com,Ida,Boss,Ida Boss,,Operations,,,,,,,,,,,",
        ",zed@example.com,'=cmd(),Zed,'=cmd() Zed,,Operations,ida@example.com,7,,,,,,,,builder;user,",
    ]
    rows = CalamineWorkbook.from_filelike(BytesIO(planner.get("/people.xlsx").data)).get_sheet_by_index(0).to_python()
    assert [row[2] for row in rows] == ["first_name", "Ida", "=cmd()"]


def test_strange_characters_are_shown_as_they_are(planner):
    person = make_person(NASTY, "o'brien+x@example.com", job_title="<i>boss</i>", location="A&B")
    db.session.commit()
    for path in ("/people", f"/people/{person.id}", "/people?words=" + "<script>"):
        page = planner.get(path).get_data(as_text=True)
        assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; O’Brien &amp; Söhne" in page
        assert "<script>alert" not in page
        assert "<i>boss" not in page


def test_roles_given_by_hand_stand_beside_those_from_the_file(planner):
    person = make_person("Ann Claims", "ann@example.com", roles=())
    people.give_roles(person, [TrainingRole.USER], origin=RoleOrigin.FILE, by=TESTER)
    db.session.commit()
    answer = planner.post(f"/people/{person.id}/roles", data={"roles": ["builder", "leader"]}, follow_redirects=True)
    assert "U User from the HR file, 14 April B Builder given by hand, 14 April L Leader given by hand" in text_of(
        answer
    )
    planner.post(f"/people/{person.id}/roles", data={"roles": ["leader"]})
    assert [(r.role, r.origin) for r in queries.roles_with_origin(person.id)] == [
        (TrainingRole.USER, RoleOrigin.FILE),
        (TrainingRole.LEADER, RoleOrigin.HAND),
    ]
    refused = planner.post(f"/people/{person.id}/roles", data={"roles": ["juggler"]})
    assert "<title>Error: Ann Claims" in refused.get_data(as_text=True)


def test_how_somebody_is_reached_names_the_defaults_and_can_be_set(planner):
    person = make_person("Ann Claims", "ann@example.com")
    db.session.commit()
    page = planner.get(f"/people/{person.id}")
    assert "Europe/London, the organisation’s Language English, the organisation’s" in text_of(page)
    assert "09:00 to 17:00, the organisation’s" in text_of(page)
    wanted = {"timezone": "Europe/Warsaw", "language": "pl", "works_from": "07:30", "works_until": "15:30"}
    shown = text_of(planner.post(f"/people/{person.id}/delivery", data=wanted, follow_redirects=True))
    assert "Time zone Europe/Warsaw Language Polish Working hours 07:30 to 15:30" in shown
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.verb == "changed delivery details"))
    assert entry.changes["works_from"] == [None, "07:30"]
    planner.post(f"/people/{person.id}/delivery", data=dict.fromkeys(wanted, ""))
    db.session.refresh(person)
    assert (person.timezone, person.language, person.works_from, person.works_until) == (None, None, None, None)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"works_from": "08:00"}, "Give both ends of the working day, or neither."),
        ({"works_from": "17:00", "works_until": "09:00"}, "Write times such as 09:00, the end after the start."),
        ({"works_from": "8", "works_until": "9"}, "Write times such as 09:00, the end after the start."),
        ({"language": "<b>"}, "Write a language tag such as en or pt-BR, or leave it empty."),
        ({"timezone": "Mars/Base"}, "Choose a time zone by its name, such as Europe/London, or leave it empty."),
    ],
)
def test_nonsense_about_delivery_is_refused_above_its_field(planner, wrong, sentence):
    person = make_person("Ann Claims", "ann@example.com")
    db.session.commit()
    empty = dict.fromkeys(("timezone", "language", "works_from", "works_until"), "")
    answer = planner.post(f"/people/{person.id}/delivery", data={**empty, **wrong})
    assert sentence in text_of(answer)
    db.session.refresh(person)
    assert (person.timezone, person.language, person.works_from) == (None, None, None)


def test_leaving_lists_what_needs_somebody_else_and_can_be_taken_back(planner):
    person = make_person("Ann Lead", "ann@example.com")
    make_wave(lead=person)
    people.name_department_manager(make_department("Finance"), person, by=TESTER)
    make_person("Bob Report", "bob@example.com", manager_id=person.id)
    db.session.commit()
    shown = text_of(planner.post(f"/people/{person.id}/leaving", follow_redirects=True))
    assert "Wave 3: Property claims Wave lead. Give to somebody else : Wave 3: Property claims" in shown
    assert "Finance Manager. Give to somebody else : Finance" in shown
    assert "Who reports to them 1 person The next HR file says to whom they report now. Bob Report" in shown
    assert "Keep these roles" not in shown
    assert names_in(planner.get("/people")) == ["Bob Report"]
    shown = text_of(planner.post(f"/people/{person.id}/return", follow_redirects=True))
    assert "Ann Lead is here again." in shown
    assert "What needs somebody else" not in shown


def test_an_erased_person_has_no_page(planner):
    person = make_person("Ann Erased", "ann@example.com")
    person.erased_at = person.left_at = clock.now()
    db.session.commit()
    assert planner.get(f"/people/{person.id}").status_code == 404
    assert names_in(planner.get("/people?left=yes")) == []
