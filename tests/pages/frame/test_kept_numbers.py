"""While very many people are marked to be counted again, a page shows what is kept and says so; whatever is frozen or kept elsewhere counts."""

import re
from datetime import date, timedelta

import pytest
from factories import make_account, make_department, make_person, make_programme, make_wave, make_workflow, signed_in
from flask import Flask, request_finished
from pages.frame.access import ask, rules_of
from sqlalchemy import func, insert, select, update

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.readiness.gate.models import GateDecision, GateValue
from engagement.readiness.tallies.actions import settle_tallies
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Completion, Module
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Wave
from engagement.waves.tallies import queries
from engagement.waves.tallies.models import ReachedMark, TallyMark
from tests.training.courses import make_curriculum, make_module

SAYS = "people are being counted again."


@pytest.fixture
def wave(app, frozen):
    """A wave of five learners of whom nobody has finished, all counted."""
    make_curriculum(TrainingRole.USER, (make_module("claims"), ItemKind.REQUIRED))
    programme = make_programme(sponsor=make_person("Sue Sponsor", "sue@example.com"))
    people = [make_person(f"Person {n}", roles=(TrainingRole.USER,)) for n in "ABCDE"]
    wave = make_wave(
        programme, workflows=(make_workflow(programme),), members=people, lead=people[0], go_live_on=date(2026, 4, 21)
    )
    settle_assignments(clock.now())
    while settle_tallies("UTC"):
        pass
    db.session.commit()
    return wave


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


@pytest.fixture
def many(monkeypatch):
    """More than one mark is many."""
    monkeypatch.setattr(queries, "MOST_COUNTED", 1)


def all_finish() -> None:
    module = db.session.scalars(select(Module)).one()
    said = {"module_version": 1, "source": CompletionSource.IMPORT, "recorded_by": "The tests"}
    for person in db.session.scalars(select(Person).where(Person.name.like("Person%"))):
        db.session.add(Completion(person=person, module=module, completed_at=clock.now(), **said))
    db.session.commit()


def page_of(client, path: str) -> str:
    return client.get(path).get_data(as_text=True)


def test_a_page_counts_few_who_changed_and_says_nothing(manager, wave):
    all_finish()
    page = page_of(manager, f"/waves/{wave.id}/readiness")
    assert ("5 of 5" in page, SAYS in page, "Counted today at" in page) == (True, False, True)


def test_of_many_it_shows_what_is_kept_and_says_from_when_until_they_are_counted(manager, wave, many):
    all_finish()
    page = page_of(manager, f"/waves/{wave.id}/readiness")
    assert ("5 of 5" in page, "0 of 5" in page, f"5 {SAYS}" in page) == (False, True, True)
    assert "Counted today at" not in page
    assert "Open it again in a minute. A decision at a gate counts everybody first." in page
    settle_tallies("UTC")
    db.session.commit()
    page = page_of(manager, f"/waves/{wave.id}/readiness")
    assert ("5 of 5" in page, SAYS in page) == (True, False)


def test_whoever_fills_a_wave_sees_its_people_at_once(manager, wave, many):
    claims = make_department("Letters")
    for n in range(3):
        make_person(f"Claims {n}", f"claims{n}@example.com", claims)
    db.session.commit()
    typed = {"name": "Letters", "go_live_on": "2026-05-12", "training_lead_days": "7", "departments": [str(claims.id)]}
    assert manager.post(f"/programmes/{wave.programme_id}/waves/new", data=typed).status_code == 303
    page = page_of(manager, f"/waves/{db.session.scalar(select(func.max(Wave.id)))}")
    assert (">3 people</a> in 1 department" in page, SAYS in page) == (True, False)


def test_the_sheet_claims_no_later_moment_for_these_numbers(manager, wave, many):
    said = []
    for change in (lambda: None, all_finish):
        change()
        said.append(
            re.findall(r"All (?:other )?figures as of", page_of(manager, f"/reports/programmes/{wave.programme_id}"))
        )
    assert said == [["All figures as of"], ["All other figures as of"]]


def test_a_page_without_such_numbers_says_nothing(manager, wave, many):
    all_finish()
    assert SAYS not in page_of(manager, "/people")


def test_it_says_so_when_nobody_has_counted_for_long(manager, wave, many):
    all_finish()
    db.session.execute(update(TallyMark).values(set_at=clock.now() - timedelta(hours=2)))
    db.session.commit()
    page = page_of(manager, f"/waves/{wave.id}/readiness")
    assert "5 people have waited to be counted again since today at" in page
    assert "should see whether its jobs run" in page


def test_a_decision_freezes_what_is_true_and_refuses_what_was_seen_otherwise(app, manager, wave, many):
    sponsor, path = signed_in(app, make_account("sue@example.com", "Sue Sponsor")), f"/waves/{wave.id}/decision"
    all_finish()
    page = page_of(sponsor, path)
    assert f"5 {SAYS}" in page
    typed = {
        "choice": "go",
        "reason": "All have learned.",
        "seen": re.findall(r'name="seen"[^>]*value="([^"]*)"', page)[0],
    }
    refused = sponsor.post(path, data=typed)
    page = refused.get_data(as_text=True)
    assert (refused.status_code, "stands otherwise than when you opened the page" in page, SAYS in page) == (
        422,
        True,
        False,
    )
    typed["seen"] = re.findall(r'name="seen"[^>]*value="([^"]*)"', page)[0]
    assert sponsor.post(path, data=typed).status_code == 303
    decision = db.session.scalars(select(GateDecision)).one()
    frozen = select(GateValue.met, GateValue.total).where(
        GateValue.decision_id == decision.id, GateValue.name == "training"
    )
    assert db.session.execute(frozen).one() == (5, 5)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "pdf"])
def test_a_file_counts_because_it_could_not_say_so(manager, wave, many, kind):
    all_finish()
    asked = []

    def note(_app: Flask, **_: object) -> None:
        asked.append(queries.shown.get())

    with request_finished.connected_to(note):
        answer = manager.get(f"/reports/programmes/{wave.programme_id}.{kind}")
    assert (answer.status_code, asked) == (200, [None])


def test_every_page_that_shows_what_is_kept_says_so(app: Flask, world, monkeypatch):
    """Each page is asked for by a change manager of everything, with marks that stand."""
    monkeypatch.setattr(queries, "MOST_COUNTED", 0)
    db.session.rollback()
    with db.engine.begin() as connection:
        for table in (TallyMark, ReachedMark):
            connection.execute(insert(table).from_select(["person_id"], select(Person.id).limit(3)))
    silent, spoke = [], []

    def note(_app: Flask, response, **_: object) -> None:
        page = queries.shown.get()
        if page and page.waiting:
            found.append(SAYS in response.get_data(as_text=True) or response.status_code in (302, 303))

    with request_finished.connected_to(note):
        for rule in rules_of(app, "GET"):
            found: list[bool] = []
            ask(world, "M", rule)
            if found:
                (spoke if all(found) else silent).append(rule.endpoint)
    assert silent == []
    assert {"today.index", "waves.wave", "reports.programme", "readiness.wave", "training.index"} <= set(spoke)
