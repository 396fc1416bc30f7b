"""What settling the directory costs when nobody has moved: it runs every ten minutes."""

from factories import make_department, make_person, make_programme, make_wave
from scheduler.running_lines import run
from sqlalchemy import delete, select

from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.programmes.models import Programme
from engagement.scheduler.people_jobs import settle_directory
from engagement.training.models import Assignment
from engagement.training.rules import ItemKind
from tests.conftest import Statements
from tests.training.courses import make_curriculum, make_module


def add_wave(programme: Programme, number: int) -> int:
    department = make_department(f"Operations/Team {number}")
    make_person(f"Person {number}", f"person{number}@example.com", department, (TrainingRole.USER,))
    return make_wave(programme, departments=(department,), number=number, name=f"Wave {number}").id


def test_nothing_to_do_takes_six_statements_a_wave(app, frozen, statements: Statements):
    programme = make_programme()
    make_curriculum(TrainingRole.USER, (make_module("first"), ItemKind.REQUIRED))
    taken = []
    for number in (1, 2, 3):
        add_wave(programme, number)
        assert run("settle-directory").outcome.startswith("1 joined a wave, 0 left one. 1 assigned")
        with statements() as sent:
            settle_directory(app.config["SETTINGS"])
        taken.append(len(sent))
    assert taken[1] - taken[0] == taken[2] - taken[1] == 6


def test_one_unsettled_wave_is_settled_by_itself(app, frozen, statements: Statements):
    programme = make_programme()
    make_curriculum(TrainingRole.USER, (make_module("first"), ItemKind.REQUIRED))
    ids = [add_wave(programme, number) for number in (1, 2, 3)]
    run("settle-directory")
    db.session.execute(delete(Assignment).where(Assignment.wave_id == ids[1]))
    db.session.commit()
    with statements() as sent:
        assert "1 assigned, 0 withdrawn" in settle_directory(app.config["SETTINGS"])
    assert sum(statement.startswith("INSERT INTO assignment") for statement in sent) == 1
    assert sorted(db.session.scalars(select(Assignment.wave_id))) == ids
