"""Pages of audiences: who may see them, their members, and why somebody is in one."""

import re

import pytest
from factories import TESTER, make_account, make_person, make_wave, signed_in
from pages.audiences.audience_pages import LONDON, text_of

from engagement.audiences import actions
from engagement.db import db


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
