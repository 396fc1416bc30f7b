"""The page of jobs: what a line has set aside, trying it again, and having a line run once however often that is pressed."""

from datetime import timedelta

import pytest
from factories import make_account, make_change_manager, make_programme, signed_in
from flask import Flask
from sqlalchemy import select, update

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.scheduler.models import JobLine
from engagement.scheduler.running import run_if_due
from engagement.scheduler.timetable import TIMETABLE
from engagement.set_aside import SetAside, set_aside

pytestmark = pytest.mark.usefixtures("frozen")
LINE = TIMETABLE[0]


@pytest.fixture
def administrator(app: Flask):
    return signed_in(app, make_account("admin@example.com", "Ada Admin", Role.ADMINISTRATOR))


def test_a_job_that_is_asked_for_twice_runs_once(app: Flask, administrator) -> None:
    run_if_due(LINE)
    assert not run_if_due(LINE)
    for _ in range(2):
        answer = administrator.post(f"/admin/jobs/{LINE.name}/running", follow_redirects=True)
        assert f"{LINE.name} runs now." in answer.get_data(as_text=True)
    assert [run_if_due(LINE), run_if_due(LINE)] == [True, False]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "ran job")).all()
    assert [(entry.actor_name, entry.subject_name) for entry in entries] == [("Ada Admin", LINE.name)] * 2


def test_a_job_that_is_running_is_not_begun_again_but_one_that_died_is(app: Flask, administrator, frozen) -> None:
    run_if_due(LINE)
    began = clock.now() + timedelta(seconds=1)
    db.session.execute(update(JobLine).values(started_at=began))
    frozen.shift(timedelta(seconds=30))
    page = administrator.post(f"/admin/jobs/{LINE.name}/running", follow_redirects=True).get_data(as_text=True)
    assert f"{LINE.name} is running just now. Wait until it has ended." in page
    assert not run_if_due(LINE)
    frozen.shift(timedelta(hours=1))
    administrator.post(f"/admin/jobs/{LINE.name}/running")
    assert run_if_due(LINE)


def test_a_job_that_is_not_there_is_not_found_and_only_administrators_run_one(app: Flask, administrator) -> None:
    assert administrator.post("/admin/jobs/settle-everything/running").status_code == 404
    manager = signed_in(app, make_change_manager())
    assert manager.post(f"/admin/jobs/{LINE.name}/running").status_code == 403
    assert "Run it now" not in manager.get("/admin/jobs").get_data(as_text=True)


def test_what_was_left_alone_stands_there_red_and_is_tried_again(app: Flask, administrator) -> None:
    run_if_due(LINE)
    set_aside(LINE.name, "training role", "builder", "Training role builder", "The rule can’t be understood.")
    key = db.session.scalars(select(SetAside.id)).one()
    page = administrator.get("/admin/jobs").get_data(as_text=True)
    assert "1 set aside" in page
    assert "The rule can’t be understood." in page
    assert "One job needs somebody." in administrator.get("/admin").get_data(as_text=True)
    assert administrator.post(f"/admin/set-aside/{key}/trying").status_code == 303
    assert db.session.scalars(select(SetAside)).all() == []
    assert administrator.post(f"/admin/set-aside/{key}/trying").status_code == 404
    [entry] = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "tried again")).all()
    assert (entry.subject_name, entry.changes) == ("Training role builder", {"job": [None, LINE.name]})


def test_whoever_is_in_charge_has_it_tried_again_and_nobody_else(app: Flask) -> None:
    mine, other = make_programme("Mine"), make_programme("Other")
    for number in range(3):
        scope = {"programme_id": (mine, mine, other)[number].id, "wave_id": None}
        set_aside("count-objections", "programme", str(number), "A programme", "A fault.", scope=scope)
    keys = db.session.scalars(select(SetAside.id).order_by(SetAside.id)).all()
    planner = make_account("pia@example.com", "Pia Plans", Role.CHANGE_MANAGER, programme_id=mine.id)
    employee = make_account("eve@example.com", "Eve Plain")
    browsers = [signed_in(app, employee), signed_in(app, planner)]
    assert [browsers[0].post(f"/admin/set-aside/{key}/trying").status_code for key in keys] == [403, 403, 403]
    assert [browsers[1].post(f"/admin/set-aside/{key}/trying").status_code for key in keys] == [303, 303, 403]
