"""Pages of audiences as a change manager, a wave lead and an employee, and the builder without JavaScript."""

import re

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_wave,
    signed_in,
)
from sqlalchemy import select
from training.courses import make_module

from engagement import clock
from engagement.audiences import actions
from engagement.audiences.models import Audience
from engagement.db import db
from engagement.people.actions import merge_department
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup

LONDON = {"field": "location", "values": ["London"]}


@pytest.fixture
def planner(app, frozen):
    return signed_in(app, make_change_manager())


@pytest.fixture
def employee(app, frozen):
    return signed_in(app, make_account("worker@example.com", "Wanda Worker"))


@pytest.fixture
def lead(app, frozen):
    """Somebody who leads a wave with Ann in it, and so sees Ann by name."""
    person = make_person("Leo Lead", "leo@example.com", "Finance")
    account = make_account("leo@example.com", "Leo Lead")
    account.person_id = person.id
    ann = make_person("Ann Member", "ann@example.com", location="London")
    make_wave(lead=person, members=[ann])
    return signed_in(app, account)


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")]).split())


def fields(page: str) -> dict[str, list[str]]:
    """Return what a browser would post from the builder, without its buttons."""
    found: dict[str, list[str]] = {}
    form = page[page.index('<form method="post" novalidate') :]
    form = form[: form.index("</form>")]
    for tag in re.findall(r"<input [^>]+>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") != "checkbox" or " checked" in tag:
            found.setdefault(attributes["name"], []).append(attributes.get("value", ""))
    for name, inside in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'value="([^"]*)" selected', inside) or re.findall(r'value="([^"]*)"', inside)[:1]
        found[name] = chosen
    for name, inside in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = [inside]
    return found


def test_an_employee_is_turned_away(employee):
    audience = actions.save_audience("London", LONDON, by=TESTER)
    db.session.commit()
    for path in ("/audiences", "/audiences/new", f"/audiences/{audience.id}", f"/audiences/{audience.id}/edit"):
        assert employee.get(path).status_code == 403, path
    assert employee.post("/audiences/new", data={"do": "save"}).status_code == 403
    assert employee.post(f"/audiences/{audience.id}/archiving").status_code == 403


def test_the_planner_sees_the_list_with_counts(planner):
    make_person("Ann Member", location="London")
    actions.save_audience("London", LONDON, "The <b>office</b> there.", by=TESTER)
    db.session.commit()
    answer = planner.get("/audiences")
    assert "London The &lt;b&gt;office&lt;/b&gt; there. 1 14 April" in text_of(answer)
    assert "Build an audience" in text_of(answer)
    assert (
        "What is it called? Those who plan, write or audit messages see this name. Those who get one don’t"
        in text_of(planner.get("/audiences/new"))
    )


def test_a_wave_lead_sees_only_members_whom_they_may_see(lead):
    make_person("Bob Hidden", "bob@example.com", location="London")
    audience = actions.save_audience("London", LONDON, by=TESTER)
    db.session.commit()
    shown = text_of(lead.get(f"/audiences/{audience.id}"))
    assert "2 people" in shown
    assert "Ann Member" in shown
    assert "1 person more, whom you may not see by name." in shown
    assert "Bob Hidden" not in shown
    assert "Change the audience" not in shown
    hidden = text_of(lead.get(f"/audiences/{audience.id}?person=bob@example.com"))
    assert "Nobody whom you may see has the name, address or employee number “bob@example.com”." in hidden
    assert lead.get(f"/audiences/{audience.id}/edit").status_code == 403


def test_the_reasons_are_given_for_one_person(planner):
    make_person("Tomasz Wójcik", "tomasz@example.com", location="Kraków")
    audience = actions.save_audience(
        "London", {"all": [LONDON, {"field": "training_role", "values": ["user"]}]}, by=TESTER
    )
    db.session.commit()
    shown = text_of(planner.get(f"/audiences/{audience.id}?person=Tomasz@Example.com"))
    assert "Tomasz Wójcik does not belong to this audience." in shown
    assert "Not met Work at London Works at Kraków." in shown
    assert "Met Have the training role User Has the training role User." in shown


def test_a_name_is_asked_for_and_one_of_several_is_chosen(planner):
    first = make_person("Ann Miller", "ann1@example.com", "Finance", location="London")
    second = make_person("Ann Miller", None, "Operations/Claims", location="Kraków")
    make_person("Tomasz Wójcik", "tomasz@example.com", location="London")
    audience = actions.save_audience("London", LONDON, by=TESTER)
    db.session.commit()
    shown = text_of(planner.get(f"/audiences/{audience.id}?person=wójcik"))
    assert "Tomasz Wójcik belongs to this audience. Met Work at London Works at London." in shown
    answer = planner.get(f"/audiences/{audience.id}?person=ann mil")
    assert "Several people have “ann mil” in their name, address or number. Whom do you mean?" in text_of(answer)
    links = re.findall(rf'href="(/audiences/{audience.id}\?[^"]*)#why">Ann Miller<', answer.get_data(as_text=True))
    assert [link.partition("id=")[2] for link in links] == [str(first.id), str(second.id)]
    told = [text_of(planner.get(link.replace("&amp;", "&"))) for link in links]
    assert ["Ann Miller belongs to this audience." in page for page in told] == [True, False]
    assert ["Ann Miller does not belong to this audience." in page for page in told] == [False, True]
    nonsense = text_of(planner.get(f"/audiences/{audience.id}?person=ann&id=99999999999999999999"))
    assert "Several people have “ann”" in nonsense


def test_only_people_whom_the_reader_may_see_are_found_by_name(lead):
    hidden = make_person("Bob Member", "bob@example.com", location="London")
    audience = actions.save_audience("London", LONDON, by=TESTER)
    db.session.commit()
    assert "Ann Member belongs to this audience." in text_of(lead.get(f"/audiences/{audience.id}?person=member"))
    for asked in ("Bob", "bob@example.com", f"Bob&id={hidden.id}"):
        shown = text_of(lead.get(f"/audiences/{audience.id}?person={asked}"))
        assert "Nobody whom you may see has the name, address or employee number" in shown
        assert "Bob Member" not in shown


def test_an_audience_is_built_without_javascript(planner):
    claims = make_department("Operations/Claims")
    make_person("Ann Claims", "ann@example.com", claims, location="London")
    make_person("Bob Claims", "bob@example.com", claims, location="Kraków")
    make_person("Cay Claims", "cay@example.com", claims, location="Kraków", job_title="Team lead")
    db.session.commit()
    page = planner.get("/audiences/new").get_data(as_text=True)

    def press(button: str, **changed: object) -> str:
        answer = planner.post("/audiences/new", data={**fields(page), **changed, "do": button})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    page = press("add:0", **{"new-0": "department"})
    page = press("group:0", **{"values-0-0": [str(claims.id)]})
    page = press("add:0-1", **{"new-0-1": "location"})
    page = press("add:0-1", **{"new-0-1": "job_title", "values-0-1-0": ["London"]})
    assert "Not counted yet." in page
    page = press("count", **{"typed-0-1-1": "lead"})
    assert "2 people" in page
    assert (
        "People who work in Operations/Claims or below and (work at London or have “lead” in their job title)." in page
    )
    page = press("count", **{"is-0-1-1": "not"})
    assert (
        "People who work in Operations/Claims or below and (work at London or don’t have “lead” in their job title)."
        in page
    )
    page = press("remove:0-1-1")
    assert "1 person" in page
    answer = planner.post("/audiences/new", data={**fields(page), "name": "Claims, London", "note": "", "do": "save"})
    audience = db.session.scalar(select(Audience))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/audiences/{audience.id}")
    assert audience.rule == {"all": [{"field": "department", "values": [claims.id]}, {"any": [LONDON]}]}


def test_every_rule_comes_back_from_the_builder_as_it_was(planner):
    claims = make_department("Operations/Claims")
    ann = make_person("Ann Claims", "ann@example.com", claims, location="London")
    rule = {
        "all": [
            {"field": "department", "values": [claims.id], "exactly": True},
            {"not": {"any": [LONDON, {"not": {"field": "person", "values": [ann.id]}}]}},
            {"not": {"all": [{"field": "manager_of_people"}, {"field": "job_title", "values": ["lead", "head of"]}]}},
            {"field": "training_state", "values": ["overdue", "not_started"]},
        ]
    }
    audience = actions.save_audience("Everything", rule, "A note", by=TESTER)
    db.session.commit()
    page = planner.get(f"/audiences/{audience.id}/edit").get_data(as_text=True)
    answer = planner.post(f"/audiences/{audience.id}/edit", data={**fields(page), "name": "Renamed", "do": "save"})
    assert answer.status_code == 303
    db.session.refresh(audience)
    assert (audience.name, audience.note, audience.rule) == ("Renamed", "A note", rule)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("location", "Old office", "Old office"),
        ("training_state", "finished:old-module", "finished:old-module (no longer there)"),
        ("wave", 999, "999 (no longer there)"),
        ("department", None, "Letters (closed)"),
    ],
)
def test_what_is_no_longer_offered_stays_in_the_rule_until_it_is_taken_out(planner, field, value, said):
    letters, claims = make_department("Letters"), make_department("Claims")
    make_person("Ann", "ann@example.com", claims)
    module, wave = make_module("here"), make_wave()
    merge_department(letters, claims, by=TESTER)
    here = {"location": "", "training_state": f"finished:{module.slug}", "wave": wave.id, "department": claims.id}[
        field
    ]
    rule = {"all": [{"field": field, "values": [letters.id if value is None else value, here]}]}
    audience = Audience(name="Old and new", rule=rule, made_at=clock.now())
    db.session.add(audience)
    db.session.commit()
    page = planner.get(f"/audiences/{audience.id}/edit").get_data(as_text=True)
    assert f">{said}<" in page
    assert fields(page)["values-0-0"] == [str(v) for v in (here, rule["all"][0]["values"][0])]
    answer = planner.post(f"/audiences/{audience.id}/edit", data={**fields(page), "name": "Renamed", "do": "save"})
    db.session.refresh(audience)
    assert set(audience.rule["all"][0]["values"]) == set(rule["all"][0]["values"])
    if "no longer there" in said:
        assert "names something that is not there any more. Choose again." in text_of(answer)
        kept = {**fields(page), "values-0-0": [str(here)], "name": "Renamed", "do": "save"}
        assert planner.post(f"/audiences/{audience.id}/edit", data=kept).status_code == 303
    else:
        assert (answer.status_code, audience.name) == (303, "Renamed")


def test_a_group_of_one_programme_is_built_and_counted_without_javascript(planner):
    wave, ann = make_wave(), make_person("Ann Lead", "ann@example.com")
    add_stakeholder(ann, StakeholderGroup.BUSINESS_LEADERS, places=[wave], by=TESTER)
    db.session.commit()
    page = planner.get("/audiences/new").get_data(as_text=True)

    def press(button: str, **changed: object) -> str:
        answer = planner.post("/audiences/new", data={**fields(page), **changed, "do": button})
        return answer.get_data(as_text=True)

    page = press("add:0", **{"new-0": "stakeholder_group"})
    assert "Only in these programmes or waves" in page
    chosen = {"values-0-0": ["business_leaders"], "places-0-0": [f"programmes:{wave.programme_id}", f"waves:{wave.id}"]}
    page = press("count", **chosen)
    assert "1 person" in page
    assert (
        "People who are stakeholders among the business leaders in Claims and finance "
        "or Wave 3: Property claims (Claims and finance)." in page
    )
    page = press("add:0", **{"new-0": "champion"})
    assert "0 people" in page
    sly = {
        "name": "Leaders",
        "note": "",
        "do": "save",
        "places-0-1": ["audiences:1", "waves:x", "waves:" + "9" * 5_000],
    }
    answer = planner.post("/audiences/new", data={**fields(page), **sly})
    assert answer.status_code == 303
    rule = {
        "field": "stakeholder_group",
        "values": ["business_leaders"],
        "programmes": [wave.programme_id],
        "waves": [wave.id],
    }
    audience = db.session.scalar(select(Audience))
    assert audience.rule == {"all": [rule, {"field": "champion"}]}
    again = planner.get(f"/audiences/{audience.id}/edit").get_data(as_text=True)
    assert planner.post(f"/audiences/{audience.id}/edit", data={**fields(again), "do": "save"}).status_code == 303
    db.session.refresh(audience)
    assert audience.rule == {"all": [rule, {"field": "champion"}]}


def test_what_is_missing_is_said_and_nothing_is_lost(planner):
    page = planner.get("/audiences/new").get_data(as_text=True)
    empty = planner.post("/audiences/new", data={**fields(page), "name": "Mine", "do": "save"}).get_data(as_text=True)
    assert "<title>Error: Build an audience" in empty
    assert "Add at least one condition." in empty
    page = planner.post("/audiences/new", data={**fields(empty), "new-0": "person", "do": "add:0"}).get_data(
        as_text=True
    )
    answer = planner.post(
        "/audiences/new", data={**fields(page), "typed-0-0": "nobody@example.com", "do": "save"}
    ).get_data(as_text=True)
    assert "Nobody here has the address or employee number “nobody@example.com”." in answer
    assert fields(answer)["typed-0-0"] == ["nobody@example.com"]
    assert fields(answer)["name"] == ["Mine"]
    assert db.session.scalar(select(Audience)) is None


def test_nonsense_in_the_builder_is_left_out(planner):
    data = {
        "row": ["0-9-9", "x", "0-0", "0-0", "0-0-0"],
        "field-0-0": "everybody",
        "field-0-0-0": "location",
        "word-0": "perhaps",
        "do": "remove:0",
    }
    assert "0 people" in planner.post("/audiences/new", data=data).get_data(as_text=True)
    assert planner.post("/audiences/new", data={"do": "add:0-7"}).status_code == 200


def test_a_taken_name_stands_above_its_field(planner):
    actions.save_audience("Everybody", {"field": "everybody"}, by=TESTER)
    db.session.commit()
    data = {"row": "0-0", "field-0-0": "everybody", "name": "everybody", "do": "save"}
    page = planner.post("/audiences/new", data=data).get_data(as_text=True)
    assert (
        'id="name-error"><span class="visually-hidden">Error: </span>There is an audience “Everybody” already.' in page
    )


def test_a_circle_is_explained_in_the_builder(planner):
    first = actions.save_audience("First", LONDON, by=TESTER)
    second = actions.save_audience("Second", {"field": "audience", "values": [first.id]}, by=TESTER)
    db.session.commit()
    data = {"row": "0-0", "field-0-0": "audience", "values-0-0": str(second.id), "name": "First", "do": "save"}
    answer = planner.post(f"/audiences/{first.id}/edit", data=data)
    assert answer.status_code == 422
    assert "This would turn in a circle: “First” uses “Second” uses “First”." in text_of(answer)


def test_an_audience_is_archived_unless_it_is_used(planner):
    first = actions.save_audience("First", LONDON, by=TESTER)
    second = actions.save_audience("Second", {"field": "audience", "values": [first.id]}, by=TESTER)
    db.session.commit()
    assert planner.post(f"/audiences/{first.id}/archiving").status_code == 422
    assert planner.post(f"/audiences/{second.id}/archiving").status_code == 303
    assert "This audience is archived." in text_of(planner.get(f"/audiences/{second.id}"))
    assert planner.post(f"/audiences/{first.id}/archiving").status_code == 303


def test_a_page_of_members_takes_as_many_queries_for_fifty_as_for_one(planner, statements):
    audience = actions.save_audience("Everybody", {"field": "everybody"}, by=TESTER)
    make_person("Person 0", "p0@example.com", location="London")
    db.session.commit()

    def queries() -> int:
        with statements() as sent:
            assert planner.get(f"/audiences/{audience.id}").status_code == 200
        return len(sent)

    before = queries()
    for n in range(1, 60):
        make_person(f"Person {n}", f"p{n}@example.com", f"Department {n}")
    db.session.commit()
    assert queries() == before


def test_signing_in_is_needed(client):
    assert client.get("/audiences").headers["Location"].startswith("/login")
