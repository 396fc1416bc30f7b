"""Administrators are told of failed jobs and refused mail: of each once a day at most, and of what is new."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from factories import make_account, make_change_manager, make_person
from flask import Flask
from sqlalchemy import select, update

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState
from engagement.scheduler.running import run_if_due
from engagement.scheduler.telling import tell_administrators
from engagement.scheduler.timetable import TIMETABLE
from engagement.set_aside import set_aside
from engagement.settings import Settings
from tests.mail.outbox import make_mailing, queue

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


def fail(_settings: Settings) -> str:
    raise RuleBroken("The wave **is** closed.")


def tell(app: Flask) -> str:
    said = tell_administrators(app.config["SETTINGS"])
    db.session.commit()
    return said


def told() -> list[tuple[str, str]]:
    rows = select(Mailing.subject, Delivery.address).join(Delivery).where(Mailing.kind == "notice")
    return [tuple(row) for row in db.session.execute(rows.order_by(Delivery.id))]


def test_a_failed_job_is_told_to_every_administrator_and_to_nobody_else(
    app: Flask, frozen: time_machine.Traveller
) -> None:
    make_account("one@example.com", "One", Role.ADMINISTRATOR)
    make_account("two@example.com", "Two", Role.ADMINISTRATOR)
    make_change_manager()
    assert tell(app) == "Nothing new to tell."
    run_if_due(replace(TIMETABLE[0], job=fail))
    assert tell(app) == "Told of failed jobs."
    assert told() == [("A job of Engagement failed", f"{name}@example.com") for name in ("one", "two")]
    text = db.session.scalars(select(Mailing.text).where(Mailing.kind == "notice")).one()
    assert "The job settle-directory ended with an error: The wave **is** closed." in text
    assert "http://127.0.0.1:8000/admin/jobs" in text


def test_a_job_that_fails_all_the_time_is_told_of_once_a_day(app: Flask, frozen: time_machine.Traveller) -> None:
    make_account("one@example.com", "One", Role.ADMINISTRATOR)
    for _ in range(200):
        run_if_due(replace(TIMETABLE[0], job=fail), anyway=True)
        tell(app)
        frozen.shift(timedelta(minutes=10))
    # 200 times ten minutes are one day and nine hours.
    assert len(told()) == 2
    frozen.shift(DAY)
    assert tell(app) == "Told of failed jobs."
    frozen.shift(DAY)
    assert tell(app) == "Nothing new to tell."


def test_what_a_job_leaves_alone_and_refused_mail_are_told_apart(app: Flask, frozen: time_machine.Traveller) -> None:
    make_account("one@example.com", "One", Role.ADMINISTRATOR)
    make_person("Ann Silent")
    queue(make_mailing())
    refused = {"state": DeliveryState.BOUNCED, "attempted_at": clock.now(), "reply": "550 {{ no }} such user"}
    db.session.execute(update(Delivery).values(**refused))
    assert tell(app) == "Told of refused mail."
    frozen.shift(timedelta(hours=1))
    set_aside("plan-occurrences", "communication", "4", "Briefing {{ x }}", "A fault.")
    assert tell(app) == "Told of failed jobs."
    subjects = [subject for subject, _ in told()]
    assert subjects == ["Mail of Engagement was refused", "A job of Engagement failed"]
    texts = db.session.scalars(select(Mailing.text).where(Mailing.kind == "notice").order_by(Mailing.id)).all()
    assert "refused 1 message since the last time" in texts[0]
    assert "550 { { no }} such user" in texts[0]
    assert "set something aside: Briefing { { x }}. A fault." in texts[1]


def test_without_an_administrator_nothing_is_noted_as_told(app: Flask, frozen: time_machine.Traveller) -> None:
    run_if_due(replace(TIMETABLE[0], job=fail))
    assert tell(app) == "Nothing new to tell."
    make_account("one@example.com", "One", Role.ADMINISTRATOR)
    assert tell(app) == "Told of failed jobs."
