"""Pages of training: who sees what, exports that match the page, modules with answers only for those who train."""

import csv
import html
import re
from io import BytesIO, StringIO

import pytest
from factories import TESTER, make_account, make_change_manager, make_person, make_programme, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion, report_done
from engagement.training.models import Completion, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Wave
from tests.conftest import Statements
from tests.training.courses import make_curriculum, make_module

REQUIRED = ItemKind.REQUIRED


@pytest.fixture
def module(app: Flask) -> Module:
    """A module with three questions, required of users."""
    made = make_module("reading", 3)
    make_curriculum(TrainingRole.USER, (made, REQUIRED))
    return made


@pytest.fixture
def wave(module: Module) -> Wave:
    """Two users in Claims, one of whom has finished, one in Letters, and one person without a role."""
    people = [
        make_person("Ana Lima"),
        make_person("Ben Ode"),
        make_person("=Cleo Roy", email="cleo@example.com", department="Operations/Letters"),
        make_person("Dan Uys", roles=()),
    ]
    made = make_wave(make_programme(), members=people)
    settle_assignments(clock.now())
    record_completion(people[0], module, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    return made


def planner(app: Flask) -> FlaskClient:
    return signed_in(app, make_change_manager())


def auditor(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("auditor@example.com", "Aud Itor", Role.AUDITOR))


def employee(app: Flask) -> FlaskClient:
    person = make_person("Eve Plain", email="eve@example.com")
    account = make_account("eve@example.com", "Eve Plain")
    account.person_id = person.id
    return signed_in(app, account)


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


PATHS = ["/training", "/training/curricula/user", "/training/modules/reading", "/waves/{}/training"]
PATHS += [
    "/waves/{}/training.csv",
    "/waves/{}/training.xlsx",
    "/waves/{}/training/people",
    "/waves/{}/training/people.csv",
]


@pytest.mark.parametrize("path", PATHS)
def test_planning_pages_are_closed_to_employees_and_sponsors(app: Flask, wave: Wave, path: str) -> None:
    sponsor = signed_in(app, make_account("sponsor@example.com", "Spo Nsor", Role.SPONSOR))
    assert employee(app).get(path.format(wave.id)).status_code == 403
    assert sponsor.get(path.format(wave.id)).status_code == 403
    assert planner(app).get(path.format(wave.id)).status_code == 200


def test_overview_shows_curricula_and_open_waves(app: Flask, wave: Wave) -> None:
    page = text_of(planner(app), "/training")
    assert "Property claims" in page
    assert "33\N{NO-BREAK SPACE}%, 1 of 3" in page
    assert page.count("No curriculum yet") == 3


def test_overview_without_waves_says_what_comes(app: Flask) -> None:
    assert "No wave is open" in text_of(planner(app), "/training")


def test_unknown_role_module_and_wave_are_not_found(app: Flask) -> None:
    client = planner(app)
    for path in ("/training/curricula/boss", "/training/modules/none", "/waves/99/training", "/waves/99/training.csv"):
        assert client.get(path).status_code == 404


def test_wave_page_has_counts_names_without_role_and_links_to_people(app: Flask, wave: Wave) -> None:
    page = text_of(planner(app), f"/waves/{wave.id}/training")
    assert "33\N{NO-BREAK SPACE}%, 1 of 3 people have finished." in page
    assert ">1 of 2</a>" in page
    assert ">0 of 1</a>" in page
    assert "Dan Uys" in page


def test_csv_and_workbook_match_the_page_row_by_row(app: Flask, wave: Wave) -> None:
    client = planner(app)
    rows = list(csv.reader(StringIO(client.get(f"/waves/{wave.id}/training.csv").get_data().decode("utf-8-sig"))))
    assert [row[:3] for row in rows] == [
        ["Department", "User finished", "User assigned"],
        ["Operations/Claims", "1", "2"],
        ["Operations/Letters", "0", "1"],
        ["All departments", "1", "3"],
    ]
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"/waves/{wave.id}/training.xlsx").get_data()))
    sheet = book.get_sheet_by_index(0).to_python()
    assert [[str(cell).removesuffix(".0") for cell in row] for row in sheet] == rows


def test_people_are_listed_as_in_the_csv_with_the_same_filters(app: Flask, wave: Wave) -> None:
    client = planner(app)
    page = text_of(client, f"/waves/{wave.id}/training/people?state=unfinished")
    assert "Ben Ode" in page
    assert "Ana Lima" not in page
    text = client.get(f"/waves/{wave.id}/training/people.csv?state=unfinished").get_data().decode("utf-8-sig")
    assert [row[0] for row in csv.reader(StringIO(text))] == ["Name", "Ben Ode", "'=Cleo Roy"]
    sheet = CalamineWorkbook.from_filelike(
        BytesIO(client.get(f"/waves/{wave.id}/training/people.xlsx?state=unfinished").get_data())
    )
    assert [row[0] for row in sheet.get_sheet_by_index(0).to_python()] == ["Name", "Ben Ode", "=Cleo Roy"]


def test_lead_of_another_wave_sees_neither_counts_nor_names(app: Flask, wave: Wave) -> None:
    lead = make_person("Lea Der", email="lea@example.com", roles=())
    other = make_wave(wave.programme, number=9, name="Another", lead=lead)
    account = make_account("lea@example.com", "Lea Der")
    account.person_id = lead.id
    client = signed_in(app, account)
    assert client.get(f"/waves/{wave.id}/training").status_code == 403
    assert client.get(f"/waves/{wave.id}/training/people.csv").status_code == 403
    assert "Nobody has been asked to learn anything yet" in text_of(client, f"/waves/{other.id}/training")
    assert "Property claims" not in text_of(client, "/training")


def test_right_answers_are_marked_only_for_those_who_train(app: Flask, module: Module) -> None:
    seen = text_of(planner(app), "/training/modules/reading")
    assert (seen.count("Because it is right."), seen.count("Recognising when it is wrong")) == (3, 1)
    read = text_of(auditor(app), "/training/modules/reading")
    assert ("Question reading-0?" in read, "Because" in read) == (True, False)


def test_auditor_may_read_but_neither_rewrite_nor_record(app: Flask, module: Module) -> None:
    client = auditor(app)
    assert "Rewrite this course" not in text_of(client, "/training/modules/reading")
    assert client.get("/training/modules/reading/editing").status_code == 403
    assert client.post("/training/modules/reading/completions").status_code == 403


def edit(client: FlaskClient, module: Module, **changes: object) -> tuple[int, str]:
    page = client.get(f"/training/modules/{module.slug}/editing").get_data(as_text=True)
    form = {
        "drawn_from": html.unescape(re.search(r'name="drawn_from"[^>]*value="([^"]*)"', page)[1]),
        "title": module.title,
        "summary": module.summary,
        "body": module.body,
        "minutes": module.minutes,
        "pass_mark": module.pass_mark,
    }
    answer = client.post(f"/training/modules/{module.slug}/editing", data={**form, **changes})
    return answer.status_code, answer.get_data(as_text=True)


def test_preview_shows_the_text_and_saves_nothing(app: Flask, module: Module) -> None:
    status, page = edit(planner(app), module, body="## New\n\nWords to see.", preview="1")
    assert status == 200
    assert "<p>Words to see.</p>" in page
    assert "Nothing has changed yet" in page
    db.session.expire_all()
    assert module.version == 1


def test_saving_makes_the_next_version(app: Flask, module: Module) -> None:
    client = planner(app)
    status, _ = edit(client, module, minutes=25)
    db.session.expire_all()
    assert (status, module.version, module.minutes) == (303, 2, 25)


def test_wrong_quiz_is_explained_and_the_text_is_kept(app: Flask, module: Module) -> None:
    status, page = edit(planner(app), module, body="Kept words\n\n```quiz\nid: a\n```")
    assert status == 422
    assert "Line 4: question “a” needs between two and eight choices." in page
    assert "Kept words" in page
    assert "<title>Error: " in page


def test_recording_somebody_elses_completion(app: Flask, wave: Wave) -> None:
    client = planner(app)
    form = {"person": "ben.ode@example.com", "source": "attendance", "on": "2026-04-01"}
    assert client.post("/training/modules/reading/completions", data=form).status_code == 303
    ben = db.session.scalars(select(Person).where(Person.name == "Ben Ode")).one()
    row = db.session.scalars(select(Completion).where(Completion.person_id == ben.id)).one()
    assert (row.source, row.recorded_by) == (CompletionSource.ATTENDANCE, "Ines Okafor")
    wrong = client.post("/training/modules/reading/completions", data={**form, "person": "nobody@example.com"})
    assert (wrong.status_code, "Nobody here has the name, address" in wrong.get_data(as_text=True)) == (422, True)
    assert employee(app).post("/training/modules/reading/completions", data=form).status_code == 403


def test_a_trainer_with_a_scope_records_who_of_their_people_finished(app: Flask, wave: Wave) -> None:
    other = make_wave(wave.programme, number=wave.number + 1, name="Other")
    make_person("Olu Other", "olu@example.com")
    db.session.commit()
    form = {"person": "ben.ode@example.com", "source": "attendance", "on": "2026-04-01"}
    path = "/training/modules/reading"
    here = signed_in(app, make_account("here@example.com", "Hanna Here", Role.TRAINER, wave_id=wave.id))
    assert ("Record as finished" in text_of(here, path), "Rewrite this course" in text_of(here, path)) == (True, False)
    for person in ("olu@example.com", "Olu Other"):
        assert here.post(f"{path}/completions", data={**form, "person": person}).status_code == 422
    there = signed_in(app, make_account("there@example.com", "Tom There", Role.TRAINER, wave_id=other.id))
    refused = there.post(f"{path}/completions", data=form)
    assert (refused.status_code, "people of your own waves" in refused.get_data(as_text=True)) == (422, True)
    assert here.post(f"{path}/completions", data=form).status_code == 303
    recorded = select(Completion.recorded_by).where(Completion.recorded_by.in_(("Hanna Here", "Tom There")))
    assert db.session.scalars(recorded).all() == ["Hanna Here"]


def test_wave_pages_take_as_many_statements_for_10_as_for_200_members(
    app: Flask, module: Module, statements: Statements
) -> None:
    programme = make_programme()
    waves = [
        make_wave(programme, members=[make_person(f"Person {size}n{n}") for n in range(size)], number=size)
        for size in (10, 200)
    ]
    settle_assignments(clock.now())
    client = planner(app)
    counts = []
    for wave_id in [made.id for made in waves]:
        with statements() as sent:
            text_of(client, f"/waves/{wave_id}/training")
            text_of(client, f"/waves/{wave_id}/training/people")
            text_of(client, f"/waves/{wave_id}/training/people.csv")
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_self_reported_course_is_shown_as_such(app: Flask) -> None:
    plain = make_module("plain")
    make_curriculum(TrainingRole.USER, (plain, REQUIRED))
    person = make_person()
    report_done(person, plain, by=TESTER)
    page = text_of(planner(app), "/training/modules/plain")
    assert "This course has no questions." in page
    assert "1 person" in page


def test_a_module_that_cannot_be_laid_out_opens_with_its_words_and_can_be_mended(app: Flask, module: Module) -> None:
    # As it may have been stored before texts were checked.
    deep = "".join("    " * n + "- word\n" for n in range(249))
    client = planner(app)
    for body in (deep, "Term\n:   word\n" * 4_000, "A word\n\n```quiz\nid: [[[[\nright answer\n```"):
        module.body = body
        db.session.commit()
        for path in (f"/training/modules/{module.slug}", f"/training/modules/{module.slug}/editing"):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "word" in answer.get_data(as_text=True)
        page = client.get(f"/training/modules/{module.slug}").get_data(as_text=True)
        assert "can’t be laid out" in page or "The questions can’t be shown." in page
        assert "right answer" not in page
    status, page = edit(client, module, body=deep[:49_000])
    assert (status, "nested too deep" in page) == (422, True)
    assert edit(client, module, body="Mended")[0] == 303
