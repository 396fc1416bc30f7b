"""The people export, imported unchanged, changes nobody, also where somebody's manager has left."""

from datetime import date

import pytest
from factories import make_change_manager, make_person, signed_in
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, person, stage, tally
from sqlalchemy import select

from engagement.audit import CLOCK
from engagement.db import db
from engagement.demo import roster
from engagement.intake.actions import runs
from engagement.people import actions
from engagement.people.models import PersonRole
from engagement.people.rules import RoleOrigin, TrainingRole


def test_a_manager_who_left_stays_until_a_file_names_another(app):
    bring_in(ADA, BEN, CY, DEE.replace("ada@", "ben@"))
    actions.mark_as_left(person("2"), by=CLOCK)
    db.session.commit()
    exported = signed_in(app, make_change_manager()).get("/people.csv").data
    assert b"ben@example.com" in exported
    assert tally(stage(data=exported)) == {"unchanged": 3}
    run = stage(ADA, CY, DEE)
    assert tally(run) == {"changed": 1, "unchanged": 2}


def test_somebody_new_who_gets_a_leaver_as_manager_is_noted(app):
    bring_in(ADA, BEN, CY, DEE.replace("ada@", "ben@"))
    actions.mark_as_left(person("2"), by=CLOCK)
    db.session.commit()
    eve, fay, gus = (
        f"{n},{who.lower()}@example.com,{who},New,Finance,{{}}@example.com,"
        for n, who in ((5, "Eve"), (6, "Fay"), (7, "Gus"))
    )
    run = stage(ADA, CY, DEE.replace("ada@", "ben@"), eve.format("ben"), fay.format("ben"), gus.format("ada"))
    [note] = run.problems
    assert (note["kind"], note["severity"], note["line"]) == ("manager_left", "warning", 5)
    assert note["sentence"].startswith("Line 5: Ben Bitdiddle, who left on ")
    assert note["sentence"].endswith(
        "becomes the manager of Eve New, until a file names another. 1 more row gets the same manager."
    )
    assert (run.is_blocked, run.count("bad_rows")) == (False, 0)


def test_a_manager_who_leaves_with_the_same_file_is_noted(app):
    bring_in(ADA, BEN, CY, DEE)
    eve = "5,eve@example.com,Eve,New,Finance,ben@example.com,"
    [note] = stage(ADA, CY, DEE, eve).problems
    assert note["sentence"] == (
        "Line 5: Ben Bitdiddle, who is not in this file and leaves with it, becomes the manager of Eve New, until a file names another."
    )
    assert bring_in(ADA, BEN, CY, DEE, eve).problems == []


def test_a_manager_who_returns_with_the_same_file_is_not_noted(app):
    bring_in(ADA, BEN, CY, DEE.replace("ada@", "ben@"))
    actions.mark_as_left(person("2"), by=CLOCK)
    db.session.commit()
    assert (
        stage(ADA, BEN, CY, DEE.replace("ada@", "ben@"), "5,eve@example.com,Eve,New,Finance,ben@example.com,").problems
        == []
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_unusual_people_survive_the_round_trip(app, kind):
    boss = make_person("Ada Lovelace", employee_id="00102", timezone="Europe/London", language="pt-BR", country="GB")
    gone = make_person("Gil Gone", employee_id="0007", manager=boss)
    odd = [
        make_person("Dr. Anna-Maria van den Berg", "a@example.com", first_name="Anna-Maria", last_name="van den Berg"),
        make_person("Tom Wójcik (contractor)", "b@example.com", first_name="Tomasz", last_name="Wójcik"),
        make_person("Reception", "c@example.com", employee_id="000"),
        make_person("山田 太郎", "d@example.com", first_name="太郎", last_name="山田", job_title="=SUM(1;2)"),
        make_person("'t Hooft", "e@example.com", first_name="", last_name="'t Hooft", location="+49 30"),
        make_person("Abbott, Amara", "f@example.com", first_name="Amara", last_name="Abbott", employee_id="-12"),
        make_person("Ludwig", "g@example.com", None, (), first_name="Ludwig", last_name="", start_on=date(2026, 3, 4)),
    ]
    for each in odd:
        each.manager = gone
    rule = {"origin": RoleOrigin.RULE, "by": CLOCK}
    actions.give_roles(odd[0], [TrainingRole.BUILDER], **rule)
    actions.give_roles(odd[6], [TrainingRole.LEADER], **rule)
    actions.give_roles(odd[1], [TrainingRole.SUPPORT], origin=RoleOrigin.FILE, by=CLOCK)
    actions.mark_as_left(gone, by=CLOCK)
    db.session.commit()
    exported = signed_in(app, make_change_manager()).get(f"/people.{kind}").data
    run = stage(data=exported)
    assert run.problems == []
    assert tally(run) == {"unchanged": 8}
    runs.apply_run(run, by=INES)
    origins = {
        row.role: row.origin for row in db.session.scalars(select(PersonRole).where(PersonRole.person_id == odd[0].id))
    }
    assert origins == {TrainingRole.USER: RoleOrigin.HAND, TrainingRole.BUILDER: RoleOrigin.RULE}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_people_of_the_demonstration_survive_the_round_trip(app, kind):
    runs.apply_run(stage(data=roster.roster(date(2026, 11, 2))), by=INES)
    db.session.commit()
    exported = signed_in(app, make_change_manager()).get(f"/people.{kind}").data
    run = stage(data=exported)
    assert run.problems == []
    assert tally(run) == {"unchanged": run.count("rows")}
