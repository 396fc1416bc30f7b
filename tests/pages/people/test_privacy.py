"""Pages of privacy: a person's data as a file, erasure with the name typed once more, leavers, and how long records are kept."""

import json
import re
from datetime import timedelta

import pytest
from factories import TESTER, make_account, make_change_manager, make_person, make_programme, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.intake.actions.files import keep_upload
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.privacy.actions.retention import keep_for
from engagement.privacy.queries import old_records
from engagement.privacy.queries.retention import retention_rules
from engagement.privacy.rules.records import STAND_IN, RecordKind
from engagement.resistance import actions as resistance
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Source
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def root(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))


@pytest.fixture
def eve(app: Flask) -> int:
    person = make_person("Eve Plain", "eve@example.com", job_title="Clerk of a rare kind")
    db.session.commit()
    return person.id


def test_the_file_holds_the_person_and_leaves_an_audit_entry(root: FlaskClient, eve: int):
    answer = root.get(f"/people/{eve}/data.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{eve}.json"'
    (row,) = json.loads(answer.data)["about_them"]["person"]
    assert (row["name"], row["job_title"]) == ("Eve Plain", "Clerk of a rare kind")
    told = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.startswith("exported"))).all()
    assert told == ["exported everything about"]


def test_a_persons_page_leads_to_their_data_and_to_erasing_them(root: FlaskClient, eve: int):
    shown = root.get(f"/people/{eve}").get_data(as_text=True)
    for address in (f"/people/{eve}/data.json", f"/people/{eve}/erasure"):
        assert f'href="{address}"' in shown
        assert root.get(address).status_code == 200


def test_only_the_name_typed_once_more_erases(root: FlaskClient, eve: int):
    for typed in ("", "Eve", "eve plain"):
        answer = root.post(f"/people/{eve}/erasure", data={"name": typed})
        assert answer.status_code == 422
        assert "Write Eve Plain, exactly as it stands here." in answer.get_data(as_text=True)
    assert root.post(f"/people/{eve}/erasure", data={"name": " Eve  Plain "}).status_code == 303
    db.session.rollback()
    person = db.session.get_one(Person, eve, populate_existing=True)
    assert person.erased_at is not None
    assert "Eve" not in person.name
    assert root.get(f"/people/{eve}").status_code == 404


def test_a_leaver_who_leads_a_wave_is_listed(app: Flask, root: FlaskClient, eve: int):
    make_wave(make_programme(), lead=db.session.get_one(Person, eve))
    assert "Nobody who left holds anything" in root.get("/people/leavers").get_data(as_text=True)
    assert root.post(f"/people/{eve}/leaving").status_code == 303
    page = root.get("/people/leavers").get_data(as_text=True)
    assert "Eve Plain" in page
    assert "Property claims" in page


def text_of(client: FlaskClient, path: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(path).get_data(as_text=True)))


def test_the_list_of_leavers_is_found_from_where_people_look(app: Flask, root: FlaskClient, eve: int):
    manager = signed_in(app, make_change_manager())
    link = 'href="/people/leavers"'
    wave = make_wave(make_programme(), lead=db.session.get_one(Person, eve))
    assert link in manager.get("/people").get_data(as_text=True)
    assert [
        client.get(path).get_data(as_text=True).count(link) for client, path in ((manager, "/"), (root, "/admin"))
    ] == [0, 0]
    assert manager.post(f"/people/{eve}/leaving").status_code == 303
    assert link in manager.get(f"/people/{eve}").get_data(as_text=True)
    assert "1 person who left still holds 1 thing What they hold waits for somebody else. Give it to others" in text_of(
        manager, "/"
    )
    assert "1 person who left still holds 1 thing" in text_of(root, "/admin")
    assert [
        client.get(path).get_data(as_text=True).count(link) for client, path in ((manager, "/"), (root, "/admin"))
    ] == [1, 1]
    assert f'href="/waves/{wave.id}/edit"' in manager.get("/people/leavers").get_data(as_text=True)
    # Who only reads a wave has no link that leads nowhere.
    assert f'href="/waves/{wave.id}"' in root.get("/people/leavers").get_data(as_text=True)
    auditor = signed_in(app, make_account("auditor@example.com", "Ada Moss", Role.AUDITOR))
    assert [link in auditor.get(path).get_data(as_text=True) for path in ("/people", "/admin", f"/people/{eve}")] == [
        False
    ] * 3


def test_the_list_of_leavers_has_pages_and_the_true_number(app: Flask, root: FlaskClient):
    programme = make_programme()
    for n in range(53):
        make_wave(
            programme, number=n + 1, lead=make_person(f"Ann Lead{n:02}", f"ann{n}@example.com")
        ).lead.left_at = clock.now()
    first, second = (text_of(root, f"/people/leavers?page={n}") for n in (1, 2))
    assert "53 people hold 53 things that wait for somebody else." in first
    assert "1 to 50 of 53" in first
    assert ("Ann Lead49" in first, "Ann Lead50" in first, "Ann Lead49" in second, "Ann Lead50" in second) == (
        True,
        False,
        False,
        True,
    )


def test_change_managers_see_leavers_and_nobody_else_sees_privacy(app: Flask, eve: int):
    paths = ("/people/leavers", f"/people/{eve}/data.json", f"/people/{eve}/erasure", "/admin/retention")
    manager = signed_in(app, make_change_manager())
    auditor = signed_in(app, make_account("auditor@example.com", "Ada Moss", Role.AUDITOR))
    assert [manager.get(path).status_code for path in paths] == [200, 403, 403, 403]
    assert [auditor.get(path).status_code for path in paths] == [403, 403, 403, 403]
    assert manager.post(f"/people/{eve}/erasure", data={"name": "Eve Plain"}).status_code == 403
    db.session.rollback()
    assert db.session.get_one(Person, eve).erased_at is None


def _shown(page: str) -> str:
    return re.findall(r'name="shown"[^>]*value="([^"]*)"', page)[0]


def test_what_would_go_is_shown_before_a_rule_is_kept(root: FlaskClient, eve: int):
    db.session.get_one(Person, eve).left_at = clock.now() - timedelta(days=100)
    page = root.post("/admin/retention", data={"leavers": "90", "step": "show"}).get_data(as_text=True)
    assert "With 90 days, 1 record would go now." in page
    assert "No rule has been changed yet." in page
    assert retention_rules() == {}
    kept = {"leavers": "90", "step": "keep", "shown": _shown(page)}
    assert root.post("/admin/retention", data=kept).status_code == 303
    assert retention_rules()[RecordKind.LEAVERS].keep_days == 90
    assert "With the rule as it is kept, 90 days, 1 record would go now." in root.get("/admin/retention").text


def test_days_that_were_changed_after_looking_are_shown_again(root: FlaskClient):
    page = root.post("/admin/retention", data={"leavers": "90", "step": "show"}).get_data(as_text=True)
    changed = root.post("/admin/retention", data={"leavers": "30", "step": "keep", "shown": _shown(page)})
    assert changed.status_code == 200
    assert "You changed the days after looking." in changed.text
    assert retention_rules() == {}
    unseen = root.post("/admin/retention", data={"leavers": "30", "step": "keep"})
    assert (unseen.status_code, retention_rules()) == (200, {})


def test_retention_refuses_nonsense(root: FlaskClient):
    for typed in ("-5", "7", "40000", "soon"):
        page = root.post("/admin/retention", data={"leavers": typed, "step": "show"})
        assert page.status_code == 422
        assert 'id="leavers-error"' in page.text
        assert "Keep these rules" not in page.text
    assert retention_rules() == {}


def test_the_page_says_which_name_stays_in_what_others_wrote(root: FlaskClient, eve: int):
    words = "Somebody else has this name too: Eve Plain."
    assert words not in root.get(f"/people/{eve}/erasure").get_data(as_text=True)
    make_person("Eve Plain", "second@example.com")
    assert words in root.get(f"/people/{eve}/erasure").get_data(as_text=True)


def test_who_erases_is_told_which_waiting_files_went(root: FlaskClient, eve: int):
    keep_upload("staff.csv", b"Who\nEve Plain\n", account_id=1)
    root.post(f"/people/{eve}/erasure", data={"name": "Eve Plain"})
    page = root.get("/people").get_data(as_text=True)
    assert "were dropped (staff.csv). Read those in again without this person." in page


def test_administrators_alone_erase_a_stakeholder_outside_the_directory(app: Flask, root: FlaskClient):
    manager = make_change_manager()
    row = add_stakeholder("Zed Broker", StakeholderGroup.CUSTOMERS, places=[make_wave()], by=manager.actor)
    db.session.commit()
    page, erasure = f"/stakeholders/{row.id}", f"/stakeholders/{row.id}/erasure"
    client = signed_in(app, manager)
    assert "Erase Zed Broker" not in client.get(page).text
    assert client.post(erasure).status_code == 403
    assert "Erase Zed Broker" in root.get(page).text
    assert root.post(erasure).status_code == 303
    assert root.get(page).status_code == 404
    assert "Zed Broker" not in root.get("/stakeholders?removed=y").text


def _eve_is_named(app: Flask) -> tuple[int, int]:
    by = make_change_manager().actor
    wave = make_wave(name="What Eve Plain began")
    row = resistance.log_concern("Eve Plain said no.", About(Source.OTHER), by=by, on=clock.now().date())
    db.session.commit()
    return wave.id, row.id


def test_where_others_name_somebody_is_listed_and_only_what_is_ticked_is_rewritten(
    app: Flask, root: FlaskClient, eve: int
):
    wave_id, concern_id = _eve_is_named(app)
    page = root.get(f"/people/{eve}/erasure").get_data(as_text=True)
    ticked = re.findall(r'name="rewrite" value="([^"]+)" checked', page)
    assert ticked == [f"wave-{wave_id}"]
    assert "Wave: What <mark>Eve Plain</mark> began" in page
    # An administrator may not read concerns: neither their words nor whether one names the person are told.
    assert "said no" not in page
    assert "In concerns and their answers, which you may not read" in page
    assert root.post(f"/people/{eve}/erasure", data={"name": "Eve Plain"}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Wave, wave_id).name == "What Eve Plain began"
    assert db.session.get_one(Concern, concern_id).text == "Eve Plain said no."


def test_ticked_texts_and_those_not_shown_lose_the_name(app: Flask, root: FlaskClient, eve: int):
    wave_id, concern_id = _eve_is_named(app)
    decided = {"name": "Eve Plain", "rewrite": [f"wave-{wave_id}", "wave-²", "person-1"], "rewrite_unseen": "y"}
    assert root.post(f"/people/{eve}/erasure", data=decided).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Wave, wave_id).name == f"What {STAND_IN} began"
    assert db.session.get_one(Concern, concern_id).text == f"{STAND_IN} said no."


def test_what_was_unticked_stays_unticked_when_the_name_was_wrong(app: Flask, root: FlaskClient, eve: int):
    _eve_is_named(app)
    answer = root.post(f"/people/{eve}/erasure", data={"name": "Eve"})
    assert answer.status_code == 422
    assert re.findall(r'type="checkbox"[^>]*checked', answer.get_data(as_text=True)) == []


def test_the_retention_page_says_what_is_left_for_the_runs_after_the_next(root: FlaskClient, frozen, monkeypatch):
    monkeypatch.setattr(old_records, "ERASED_A_RUN", 2)
    for number in range(3):
        people.mark_as_left(make_person(f"Leaver Number{number}", f"leaver{number}@example.com"), by=TESTER)
    keep_for(RecordKind.LEAVERS, 30, by=TESTER)
    db.session.commit()
    frozen.shift(timedelta(days=31))
    signed_in_again = signed_in(root.application, db.session.scalars(select(Account)).first())
    told = text_of(signed_in_again, "/admin/retention")
    assert "With the rule as it is kept, 30 days, 3 records would go now." in told
    assert "The next run takes 2 of them and leaves 1 to the runs after it, once a day." in told
