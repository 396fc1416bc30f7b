"""What several people change at the same moment: one import at a time, and nothing that a preview did not show."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, person, stage, tally
from sqlalchemy import func, insert, select, update

from engagement import clock
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.intake.actions import runs as actions
from engagement.intake.models import ImportRun
from engagement.people import actions as people
from engagement.people.models import Person
from engagement.people.queries import headcount

EVERYBODY = (ADA, BEN, CY, DEE)


@contextmanager
def meanwhile(app: Flask, work: Callable[[], object]) -> Iterator[threading.Event]:
    """Do this in a transaction of its own; the event is set when it is committed, which has to come in the end."""
    done = threading.Event()

    def whole() -> None:
        with app.app_context():
            work()
            db.session.commit()
        done.set()

    thread = threading.Thread(target=whole)
    thread.start()
    yield done
    thread.join(30)
    assert done.is_set()


def applying(run: ImportRun) -> Callable[[], object]:
    run_id = run.id
    return lambda: actions.apply_run(db.session.get_one(ImportRun, run_id), by=INES)


def test_an_import_waits_for_another_one(app: Flask) -> None:
    work = applying(stage(*EVERYBODY))
    db.session.commit()
    with db.engine.connect() as other:
        if db.engine.dialect.name == "postgresql":
            other.execute(select(func.pg_advisory_xact_lock(actions.ONE_IMPORT)))
        else:
            other.execute(update(ImportRun).values(filename="another.csv"))
        with meanwhile(app, work) as done:
            assert not done.wait(0.3)
            other.rollback()
    assert headcount() == 4


def test_who_is_changed_by_hand_at_this_moment_is_not_overwritten(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = stage(BEN.replace("Bitdiddle", "Byte"), full=False)
    db.session.commit()
    people.mark_as_left(person("2"), by=INES)
    with meanwhile(app, applying(run)) as done:
        assert not done.wait(0.3)
        db.session.commit()
    db.session.refresh(run)
    assert (run.is_staged, tally(run), person("2").name) == (True, {"returned": 1}, "Ben Bitdiddle")


def test_other_people_can_be_changed_while_an_import_is_applied(app: Flask) -> None:
    bring_in(*EVERYBODY)
    run = stage(BEN.replace("Bitdiddle", "Byte"), full=False)
    db.session.commit()
    other = person("3").id
    db.session.commit()

    def change(_doing: str, share: float) -> None:
        if db.engine.dialect.name == "postgresql" and share == 0.7:  # on SQLite one writes at a time
            with db.engine.begin() as connection:
                connection.execute(update(Person).where(Person.id == other).values(job_title="Adjuster"))

    actions.apply_run(run, by=INES, progress=change)
    db.session.commit()
    assert person("2").name == "Ben Byte"
    if db.engine.dialect.name == "postgresql":
        assert person("3").job_title == "Adjuster"


def test_an_address_that_somebody_else_gets_at_this_moment_is_refused_in_a_sentence(app: Flask) -> None:
    run = stage(*EVERYBODY)
    db.session.commit()

    def give_away(_doing: str, share: float) -> None:
        if share == 0.52:
            values = {"name": "Di", "email": "dee@example.com", "searched_by": "di", "joined_at": clock.now()}
            db.session.execute(insert(Person).values(values))

    with pytest.raises(
        RuleBroken, match=r"^Somebody changed the directory at the same moment\. Nothing was imported\."
    ):
        actions.apply_run(run, by=INES, progress=give_away)
    db.session.rollback()
    assert (headcount(), run.is_staged) == (0, True)
    actions.apply_run(run, by=INES)
    assert headcount() == 4
