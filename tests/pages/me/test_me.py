"""An employee's own pages: what changes, team, time zone; and nobody else's."""

import re
from datetime import timedelta

import pytest
from factories import TESTER, make_change_manager, make_person, make_wave, make_workflow, signed_in
from flask import Flask
from flask.testing import FlaskClient
from pages.me.own_pages import answers, make_message, sign_in, text_of
from sqlalchemy import select

from engagement import clock
from engagement.accounts.models import Account
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import report_done
from engagement.training.models import Module
from engagement.waves.models import Wave


def test_my_change_says_what_changes_and_when(app: Flask, person: Person, wave: Wave) -> None:
    page = text_of(sign_in(app, person), "/me")
    assert "<h1>Your work from 12 May</h1>" in page
    assert "Claims triage starts for you on Tuesday 12 May. New claims arrive sorted, with a suggestion." in page
    assert "<b>First</b>, 15 minutes, by Tuesday 5 May." in page
    assert re.findall(r"<dt>(.*?)</dt>", page) == [
        "The system does",
        "You still do",
        "Who decides exceptions",
        "How to tell it is wrong",
        "Your job",
    ]
    assert "<b>Then:</b> Press Send back." in page
    assert re.findall(r'<span class="t">(.*?)</span>', page) == ["5 May", "12 May", "to 9 June"]
    assert "0 of 2 done, 40 minutes left" in page
    assert "After “First”" in page


def test_my_change_of_two_waves_names_both_and_each_workflow_once(app: Flask, person: Person, wave: Wave) -> None:
    second = make_workflow(wave.programme, "Letter drafting")
    later = make_wave(
        wave.programme,
        members=[person],
        number=4,
        name="Letters",
        workflows=(second,),
        go_live_on=wave.go_live_on + timedelta(days=40),
    )
    settle_assignments(clock.now(), later.id)
    page = text_of(sign_in(app, person), "/me")
    assert "You are also in Letters." in page
    assert page.count("<dt>You still do</dt>") == 2


def test_my_change_in_no_wave_is_calm_and_leads_on(app: Flask, person: Person) -> None:
    page = text_of(sign_in(app, person), "/me")
    assert "Nothing changes in your work for now." in page
    assert "/concerns/new" in page


@pytest.mark.parametrize("path", ["/me", "/me/training", "/me/messages"])
def test_account_without_a_person_gets_a_clear_page(app: Flask, path: str) -> None:
    assert "You are not in the directory" in text_of(signed_in(app, make_change_manager()), path)


def test_own_pages_need_a_sign_in_and_stay_out_of_caches(app: Flask, person: Person, client: FlaskClient) -> None:
    assert client.get("/me").status_code == 302
    assert sign_in(app, person).get("/me").headers["Cache-Control"] == "no-store"


def test_courses_tries_and_messages_of_others_are_not_found(
    app: Flask, person: Person, wave: Wave, modules: list[Module]
) -> None:
    report_done(person, modules[0], by=TESTER)
    mine = sign_in(app, person).post(f"/me/training/{modules[1].id}", data=answers(modules[1])).headers["Location"]
    message = make_message(person)
    builder = make_person("Bea Uld", roles=(TrainingRole.BUILDER,))
    stranger = sign_in(app, builder)
    assert stranger.get(f"/me/training/{modules[0].id}").status_code == 404
    assert stranger.post(f"/me/training/{modules[0].id}/completion").status_code == 404
    colleague = sign_in(app, make_person("Cor Lega"))
    assert colleague.get(f"/me/training/{modules[0].id}").status_code == 200
    assert colleague.get(mine).status_code == 404
    assert colleague.get(f"/me/messages/{message.id}").status_code == 404


def test_manager_sees_own_team_and_nobody_else(app: Flask, wave: Wave, person: Person, modules: list[Module]) -> None:
    manager = make_person("Mara Boss", roles=())
    person.manager_id = manager.id
    make_person("Some Body")
    wave.training_due_on = clock.now().date() - timedelta(days=1)
    wave.stabilises_until_on = None
    client = sign_in(app, manager)
    page = text_of(client, "/me/team")
    assert "One person is overdue. 0 of 1 have finished what is asked of them." in page
    silent = make_person("Sil Ent", roles=(TrainingRole.BUILDER,))
    silent.manager_id = manager.id
    db.session.flush()
    assert "0 of 1 have finished what is asked of them." in text_of(client, "/me/team")
    assert person.name in page
    assert "Some Body" not in page
    assert sign_in(app, person).get("/me/team").status_code == 403


def test_time_zone_is_chosen_and_nonsense_is_refused(app: Flask, person: Person) -> None:
    client = sign_in(app, person)
    assert client.post("/me/timezone", data={"timezone": "Pacific/Auckland"}).status_code == 303
    account = db.session.scalars(select(Account).where(Account.person_id == person.id)).one()
    assert account.timezone == "Pacific/Auckland"
    assert "Auckland time" in text_of(client, "/me/timezone")
    assert client.post("/me/timezone", data={"timezone": "Mars/Olympus"}).status_code == 422
    assert client.post("/me/timezone", data={"timezone": ""}).status_code == 303
    db.session.expire_all()
    assert account.timezone is None


def test_address_to_return_to_never_leaves_the_service(app: Flask, person: Person) -> None:
    client = sign_in(app, person)
    away = client.post("/me/timezone?next=//elsewhere.example.com/", data={"timezone": "UTC"})
    assert away.headers["Location"] == "/me/timezone"
    assert client.post("/me/timezone?next=/me", data={"timezone": "UTC"}).headers["Location"] == "/me"
