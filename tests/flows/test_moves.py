"""Somebody moves by an HR file before they have finished: new training, a question about the old one, and its four endings."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_programme
from flask import Flask
from intake.companies import ADA, BEN, CY, DEE, INES, bring_in, person, stage, tally
from sqlalchemy import select

from engagement import clock
from engagement.db import db
from engagement.intake.actions.runs import settle_after_import, undo_run
from engagement.intake.comparing.queries.consequences import TrainingLeft, training_left_by
from engagement.intake.models import ImportRun
from engagement.people.queries import department_by_path
from engagement.people.rules import TrainingRole
from engagement.scheduler.running import line_states, run_if_due
from engagement.scheduler.timetable import line_named
from engagement.training.actions.completing import record_completion
from engagement.training.actions.leftovers import decide_leftovers
from engagement.training.models import Assignment, Leftover
from engagement.training.queries.learning import learning_of
from engagement.training.queries.leftovers import LeftoverState, leftovers_of, open_leftovers
from engagement.training.queries.progress import wave_progress
from engagement.training.rules import CompletionSource, ItemKind, LeftoverDecision
from engagement.waves.actions import plan_wave
from engagement.waves.models import Wave, WaveDetails
from tests.training.courses import make_curriculum, make_module

EVERYBODY = (ADA, BEN, CY, DEE)
MOVED = BEN.replace("Operations/Claims", "Finance")
pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def company(app: Flask, frozen: time_machine.Traveller) -> tuple[Wave, Wave]:
    """Two waves on the first file; Ben has done one of two courses of claims. A week has passed."""
    first, second, third = make_module("first"), make_module("second"), make_module("third")
    make_curriculum(TrainingRole.USER, (first, ItemKind.REQUIRED), (second, ItemKind.REQUIRED))
    make_curriculum(TrainingRole.BUILDER, (third, ItemKind.REQUIRED))
    bring_in(*EVERYBODY)
    programme = make_programme()
    waves = [
        plan_wave(
            programme, WaveDetails(name), clock.now().date() + timedelta(days=days), departments=[found], by=TESTER
        )
        for name, days, path in (("Claims", 28, "Operations/Claims"), ("Finance", 60, "Finance"))
        if (found := department_by_path(path))
    ]
    settle_after_import()
    record_completion(person("2"), first, CompletionSource.EVIDENCE, on=clock.now().date(), by=TESTER)
    frozen.shift(timedelta(days=7))
    return waves[0], waves[1]


def move_ben() -> ImportRun:
    run = bring_in(ADA, MOVED, CY, DEE)
    settle_after_import()
    return run


def undo(run: ImportRun) -> None:
    undo_run(run, by=INES)
    settle_after_import(undone=run)


def questions(number: str = "2", state: LeftoverState = LeftoverState.OPEN) -> list[str]:
    return [line.leftover.assignment.wave.name for line in leftovers_of(person(number).id, state)]


def learning(number: str = "2") -> list[tuple[str, str, bool, bool]]:
    """What somebody has to learn: course, wave, whether it is done, whether it was recognised."""
    items = learning_of(person(number).id)
    return [(i.module.slug, i.wave.name if i.wave else "", i.completed, i.is_recognised) for i in items]


def everything() -> list[tuple[object, ...]]:
    """Every open assignment, to hold one moment against another."""
    rows = db.session.scalars(select(Assignment).where(Assignment.withdrawn_at.is_(None)).order_by(Assignment.id))
    return [(row.wave_id, row.person_id, row.role, row.department_id, row.assigned_at) for row in rows]


def test_the_preview_says_what_would_be_asked_about(company: tuple[Wave, Wave]) -> None:
    run = stage(ADA, MOVED, CY.replace("user;builder", "user"), DEE)
    assert tally(run) == {"changed": 1, "moved": 1, "unchanged": 2}
    assert training_left_by(run) == TrainingLeft(assignments=2, people=2)
    assert questions() == []


@pytest.mark.parametrize(
    ("path", "left"),
    [
        ("Operations/Claims/Motor", 0),  # a new department below one of the wave
        ("Operations/Claims", 0),
        ("Operations/New", 1),
        ("Operations", 1),
        ("", 1),
    ],
)
def test_the_preview_knows_which_departments_stay_in_the_wave(company: tuple[Wave, Wave], path: str, left: int) -> None:
    moved = BEN.replace("Operations/Claims", path)
    assert training_left_by(stage(ADA, moved, CY, DEE)).assignments == left
    bring_in(ADA, moved, CY, DEE)
    settle_after_import()
    assert len(questions()) == left


def test_new_training_comes_the_old_becomes_a_question_and_what_is_known_is_recognised(
    company: tuple[Wave, Wave],
) -> None:
    move_ben()
    assert questions() == ["Claims"]
    assert learning() == [("first", "Finance", True, True), ("second", "Finance", False, False)]
    [first, _] = learning_of(person("2").id)
    assert first.recognised_in == company[0]


def test_keeping_it(company: tuple[Wave, Wave]) -> None:
    move_ben()
    assert decide_leftovers(Leftover.person_id == person("2").id, LeftoverDecision.KEEP, by=INES) == 1
    assert (questions(), questions(state=LeftoverState.KEPT)) == ([], ["Claims"])
    assert learning() == [("first", "Claims", True, False), ("second", "Claims", False, False)]
    assert wave_progress(company[0].id).people.assigned == 1


def test_letting_it_go(company: tuple[Wave, Wave]) -> None:
    move_ben()
    assert decide_leftovers(Leftover.person_id == person("2").id, LeftoverDecision.WAIVE, by=INES) == 1
    assert (questions(), questions(state=LeftoverState.WAIVED)) == ([], ["Claims"])
    assert learning() == [("first", "Finance", True, True), ("second", "Finance", False, False)]


def test_the_clock_lets_it_go(company: tuple[Wave, Wave], frozen: time_machine.Traveller) -> None:
    def tick() -> str:
        line = line_named("settle-leftovers")
        assert line is not None
        assert run_if_due(line, anyway=True)
        [state] = [state for state in line_states() if state.name == line.name]
        return state.error or state.outcome

    move_ben()
    db.session.commit()
    frozen.shift(timedelta(days=13))
    assert tick() == "0 let go."
    frozen.shift(timedelta(days=1))
    assert tick() == "1 let go."
    [line] = leftovers_of(person("2").id, LeftoverState.WAIVED)
    assert line.leftover.decided_by == "The clock"


@pytest.mark.parametrize("decision", [None, *LeftoverDecision])
def test_undoing_the_file_restores_what_was(company: tuple[Wave, Wave], decision: LeftoverDecision | None) -> None:
    before = everything()
    run = move_ben()
    if decision:
        decide_leftovers(Leftover.person_id == person("2").id, decision, by=INES)
    undo(run)
    assert [questions(state=state) for state in LeftoverState] == [[], [], []]
    assert learning() == [("first", "Claims", True, False), ("second", "Claims", False, False)]
    assert everything() == before
    settle_after_import()
    assert questions() == []


def test_a_lost_role_is_asked_about_and_undone(company: tuple[Wave, Wave]) -> None:
    before = everything()
    run = bring_in(ADA, BEN, CY.replace("user;builder", "user"), DEE)
    settle_after_import()
    [line] = leftovers_of(person("3").id, LeftoverState.OPEN)
    assert (line.leftover.assignment.role, line.unfinished) == (TrainingRole.BUILDER, 1)
    undo(run)
    assert (questions("3"), everything()) == ([], before)


def test_who_is_missing_from_the_file_is_not_asked(company: tuple[Wave, Wave]) -> None:
    run = bring_in(ADA, CY, DEE)
    settle_after_import()
    assert (tally(run)["left"], open_leftovers(Leftover.id > 0)) == (1, 0)
