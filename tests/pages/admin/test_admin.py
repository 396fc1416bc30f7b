"""Pages of administration: the overview, jobs, and the audit with search and file, for three readers."""

import csv
import re
from io import StringIO

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_department,
    make_person,
    make_programme,
    make_wave,
    signed_in,
)
from flask import Flask
from sqlalchemy import func, select

from engagement.accounts.rules import Role
from engagement.audit import Actor, AuditEntry
from engagement.db import db
from engagement.people.actions import rename_department
from engagement.scheduler.running import line_states
from engagement.waves.actions import change_status
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")


def test_administrators_see_all_places_and_change_managers_some(app: Flask):
    manager = signed_in(app, make_change_manager())
    administrator = signed_in(app, make_account("root@example.com", "Ruth Root", Role.ADMINISTRATOR))
    employee = signed_in(app, make_account("eve@example.com", "Eve Plain"))
    places = "/admin/jobs|/admin/sign-ins|/admin/retention|/admin/audit|/deliveries?mail=all|/mailbox"
    found = [
        sorted(set(re.findall(f'href="({places.replace("?", "[?]")})"', client.get("/admin").get_data(as_text=True))))
        for client in (administrator, manager, employee)
    ]
    assert found == [sorted(places.split("|")), ["/admin/jobs", "/deliveries?mail=all", "/mailbox"], []]
    assert employee.get("/admin").status_code == 403


def test_jobs_lists_every_line_of_the_timetable(app: Flask):
    page = signed_in(app, make_change_manager()).get("/admin/jobs").get_data(as_text=True)
    names = [line.name for line in line_states()]
    assert len(names) > 3
    assert [name for name in names if f'<th scope="row">{name}' not in page] == []
    assert "No clock has ticked lately" in page


def test_the_audit_is_searched_and_the_file_has_the_same_entries(app: Flask):
    auditor = signed_in(app, make_account("auditor@example.com", "Ada Moss", Role.AUDITOR))
    make_person("Zofia Rare", "zofia@example.com")
    make_person("=1+1", "formula@example.com")
    db.session.commit()
    page = auditor.get("/admin/audit?words=Zofia").get_data(as_text=True)
    assert re.findall(r"added person</td>\s*<td[^>]*>([^<]+)</td>", page) == ["Zofia Rare"]
    file = auditor.get("/admin/audit.csv?words=Zofia").data.decode("utf-8-sig")
    assert [row["name"] for row in csv.DictReader(StringIO(file)) if row["did what"] == "added person"] == [
        "Zofia Rare"
    ]
    whole = list(csv.DictReader(StringIO(auditor.get("/admin/audit.csv").data.decode("utf-8-sig"))))
    assert len(whole) == db.session.scalar(select(func.count()).select_from(AuditEntry))
    assert "'=1+1" in {row["name"] for row in whole}
    assert "No entry matches" in auditor.get("/admin/audit?since=2030-01-01").get_data(as_text=True)


def test_the_audit_is_searched_by_old_and_new_values(app: Flask):
    auditor = signed_in(app, make_account("auditor@example.com", "Ada Moss", Role.AUDITOR))
    rename_department(make_department("Łódź office"), "Kraków Office", by=TESTER)
    make_department("Elsewhere")
    db.session.commit()
    for word in ("ŁÓDŹ", "kraków+office"):
        file = auditor.get(f"/admin/audit.csv?words={word}&verb=renamed+department").data.decode("utf-8-sig")
        assert [row["name"] for row in csv.DictReader(StringIO(file))] == ["Kraków Office"]
    file = auditor.get("/admin/audit.csv?words=elsewhere&verb=renamed+department").data.decode("utf-8-sig")
    assert list(csv.DictReader(StringIO(file))) == []


def test_a_change_manager_reads_no_audit(app: Flask):
    manager = signed_in(app, make_change_manager())
    assert [manager.get(path).status_code for path in ("/admin/audit", "/admin/audit.csv")] == [403, 403]


@pytest.mark.parametrize("scope", ["programme_id", "wave_id", "department_id"])
def test_an_auditor_of_one_place_reads_what_was_changed_there(app: Flask, scope: str):
    """On the page, in the list of verbs and in the file alike."""
    own, foreign = make_department("Operations/Claims"), make_department("Legal")
    wave, other = make_wave(departments=(own,)), make_wave(make_programme("Other"), departments=(foreign,))
    for place, word in ((wave, "Own"), (other, "Foreign")):
        change_status(place, WaveStatus.READY, reason="Rehearsed.", by=Actor(None, f"{word} planner"))
    make_person("Olive Own", "olive@example.com", own)
    make_person("Fay Foreign", "fay@example.com", foreign)
    numbers = {"programme_id": wave.programme_id, "wave_id": wave.id, "department_id": own.parent_id}
    client = signed_in(app, make_account("ada@example.com", "Ada Moss", Role.AUDITOR, **{scope: numbers[scope]}))
    rows = list(csv.DictReader(StringIO(client.get("/admin/audit.csv").data.decode("utf-8-sig"))))
    told = {(row["who"], row["did what"], row["name"]) for row in rows if row["did what"] != "gave role"}
    expected = {
        "department_id": {
            ("The tests", "made department", "Operations"),
            ("The tests", "made department", "Operations/Claims"),
            ("The tests", "added person", "Olive Own"),
            ("The tests", "changed training roles", "Olive Own"),
        }
    }
    assert told == expected.get(scope, {("Own planner", "changed status of wave", wave.title)})
    page = client.get("/admin/audit").get_data(as_text=True)
    assert "You read what concerns the programmes, waves and departments that you audit." in page
    assert "Foreign" not in page
    assert sorted(re.findall(r'<option value="[^"]+">([^<]+)', page)) == sorted({row["did what"] for row in rows})
