"""The builder of rules: every rule comes back as it was, and nothing typed is lost."""

import re

import pytest
from factories import TESTER, make_department, make_person, make_wave
from pages.audiences.audience_pages import LONDON, text_of
from sqlalchemy import select
from training.courses import make_module

from engagement import clock
from engagement.audiences import actions
from engagement.audiences.models import Audience
from engagement.db import db
from engagement.people.actions import merge_department
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup


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
