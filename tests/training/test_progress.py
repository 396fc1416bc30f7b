"""Counts by wave, department and role equal a count by hand over random data, in a constant number of statements."""

import random
from datetime import timedelta
from itertools import product

import pytest
from factories import TESTER, make_people, make_person, make_programme, make_wave
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.db import count_of, db
from engagement.people.models import Department, Person
from engagement.people.rules import TrainingRole
from engagement.readiness.tallies.actions import settle_tallies
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.models import Assignment, Completion, CurriculumItem, Module
from engagement.training.queries import progress
from engagement.training.queries.counts import Count
from engagement.training.queries.curricula import curricula
from engagement.training.queries.learners import Learners
from engagement.training.queries.learning import learning_of, minutes_left
from engagement.training.rules import CompletionSource, ItemKind, LearnerState
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements
from tests.training.courses import make_curriculum, make_module

ROLES = list(TrainingRole)


def done(person: Person, module: Module, version: int = 1) -> None:
    db.session.add(
        Completion(
            person_id=person.id,
            module_id=module.id,
            module_version=version,
            source=CompletionSource.ATTENDANCE,
            completed_at=clock.now(),
            recorded_by="The tests",
        )
    )


def random_world(chance: random.Random) -> list[Wave]:
    """Make modules, curricula with choices and withdrawn modules, people in several waves, and what they finished."""
    modules = [make_module(f"m{n}", minutes=chance.randint(5, 40)) for n in range(7)]
    modules[6].withdrawn_at = clock.now()
    for role in ROLES[:3]:
        entries = [(module, chance.choice(list(ItemKind))) for module in chance.sample(modules, 4)]
        make_curriculum(role, *entries, choices_needed=chance.randint(0, 2))
    people = [
        make_person(
            f"Person Number{n}",
            department=chance.choice(["Operations/Claims", "Operations/Letters", "Finance", None]),
            roles=tuple(chance.sample(ROLES, chance.randint(0, 3))),
        )
        for n in range(24)
    ]
    programme = make_programme()
    waves = [
        make_wave(programme, members=chance.sample(people, chance.randint(0, 18)), number=n, name=f"Wave {n}")
        for n in range(3)
    ]
    for person in people:
        for module in chance.sample(modules, chance.randint(0, 7)):
            for version in chance.sample([1, 2], chance.randint(1, 2)):
                done(person, module, version)
    db.session.flush()
    settle_assignments(clock.now())
    for assignment in db.session.scalars(select(Assignment)):
        if chance.random() < 0.1:
            assignment.withdrawn_at = clock.now()
    db.session.flush()
    return waves


def is_finished(assignment: Assignment) -> bool | None:
    """Say by hand whether an assignment is finished; None where nothing is asked."""
    items = [
        item
        for item in db.session.scalars(select(CurriculumItem))
        if item.curriculum.role is assignment.role and item.module.withdrawn_at is None
    ]
    known = set(db.session.scalars(select(Completion.module_id).where(Completion.person_id == assignment.person_id)))
    required = [item.module_id for item in items if item.kind is ItemKind.REQUIRED]
    choices = [item.module_id for item in items if item.kind is ItemKind.CHOICE]
    needed = min(items[0].curriculum.choices_needed, len(choices)) if items else 0
    if not required and not needed:
        return None
    return known.issuperset(required) and len(known.intersection(choices)) >= needed


@pytest.mark.parametrize("seed", range(6))
def test_progress_equals_a_count_by_hand(app: Flask, seed: int) -> None:
    waves = random_world(random.Random(seed))
    far = progress.progress_of([wave.id for wave in waves])
    assert set(far) == {wave.id for wave in waves}
    for wave in waves:
        rows = db.session.scalars(
            select(Assignment).where(Assignment.wave_id == wave.id, Assignment.withdrawn_at.is_(None))
        ).all()
        by_hand: dict[tuple[int | None, TrainingRole], Count] = {}
        people: dict[int, bool] = {}
        for row in rows:
            finished = is_finished(row)
            if finished is None:
                continue
            key = (row.person.department_id, row.role)
            by_hand[key] = by_hand.get(key, Count()) + Count(1, int(finished))
            people[row.person_id] = people.get(row.person_id, True) and finished
        found = far[wave.id]
        assert {
            (line.department_id, role): count for line in found.rows for role, count in line.roles.items()
        } == by_hand
        assert found.people == Count(len(people), sum(people.values()))
        assert found.roles == {
            role: sum((c for (_, r), c in by_hand.items() if r is role), Count()) for role in found.roles
        }
        assert progress.wave_progress(wave.id) == found
        for line in found.rows:
            department = db.session.get(Department, line.department_id) if line.department_id else None
            if department is None:
                continue
            for role, count in line.roles.items():
                finished_ones = progress.learners(wave.id, department, role, LearnerState.FINISHED)
                assert count_of(finished_ones) == count.finished
                assert count_of(progress.learners(wave.id, department, role)) == count.assigned


@pytest.mark.parametrize("seed", range(2))
def test_a_page_of_learners_is_a_part_of_all_of_them(app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    chance = random.Random(seed)
    wave = random_world(chance)[0]
    settle_tallies("UTC")
    # Some are marked to be counted again, and what was kept of them no longer holds.
    theirs = db.session.scalars(select(Assignment).where(Assignment.wave_id == wave.id)).all()
    modules = db.session.scalars(select(Module)).all()
    for person in {row.person for row in chance.sample(theirs, min(5, len(theirs)))}:
        for module in modules:
            done(person, module, 3)
    db.session.flush()
    departments = [None, *db.session.scalars(select(Department).where(Department.path == "Operations/Claims"))]
    for many, department, role, state in product((0, 99), departments, (None, ROLES[0]), (None, *LearnerState)):
        monkeypatch.setattr("engagement.training.queries.learners.MANY", many)
        every = db.session.execute(progress.learners(wave.id, department, role, state)).all()
        for visible in (None, Person.department_id.is_not(None)):
            these = Learners(wave.id, department, role, state, visible)
            here = every if visible is None else [row for row in every if row.department]
            assert these.number(progress.wave_progress(wave.id)) == len(here)
            assert these.by_name(len(here), 4, 0) == here[:4]
            assert these.by_name(len(here), 4, 4) == here[4:8]


@pytest.mark.parametrize("seed", range(8, 12))
def test_learning_of_a_person_agrees_with_the_counts_and_minutes(app: Flask, seed: int) -> None:
    waves = random_world(random.Random(seed))
    far = progress.wave_progress(waves[0].id)
    unfinished = {
        row.person_id for row in db.session.execute(progress.learners(waves[0].id, state=LearnerState.UNFINISHED))
    }
    asked = {row.person_id for row in db.session.execute(progress.learners(waves[0].id)) if row.asked}
    others = select(Assignment.person_id).where(Assignment.wave_id != waves[0].id, Assignment.withdrawn_at.is_(None))
    only_here = asked - set(db.session.scalars(others))
    assert only_here or far.assigned == 0
    for person_id in only_here:
        needed = [item for item in learning_of(person_id) if item.is_needed]
        silent = {TrainingRole.LEADER, *(p.role for p in curricula().values() if not p.minutes)}
        own = set(
            db.session.scalars(
                select(Assignment.role).where(Assignment.person_id == person_id, Assignment.withdrawn_at.is_(None))
            )
        )
        if not own & silent:
            assert bool(needed) == (person_id in unfinished)
        assert minutes_left(needed) >= sum(i.minutes for i in needed if i.kind is ItemKind.REQUIRED)


@pytest.fixture
def wave(app: Flask) -> Wave:
    """A wave of three users who have one module to finish; the first one has."""
    module = make_module("reading", minutes=20)
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED))
    people = [make_person(name) for name in ("Ana Lima", "Ben Ode", "Cleo Roy")]
    made = make_wave(members=[*people, make_person("Dan Uys", roles=())])
    settle_assignments(clock.now())
    done(people[0], module)
    db.session.flush()
    return made


def names(query: object) -> list[str]:
    return [row.name for row in db.session.scalars(query)]  # type: ignore[call-overload]


def test_overdue_learners_begin_the_day_after_the_due_day(wave: Wave) -> None:
    due = wave.go_live_on - timedelta(days=7)
    assert names(progress.overdue_learners(due, wave.id)) == []
    assert names(progress.overdue_learners(due + timedelta(days=1), wave.id)) == ["Ben Ode", "Cleo Roy"]
    wave.status = WaveStatus.CLOSED
    assert names(progress.overdue_learners(due + timedelta(days=1), wave.id)) == []


def test_members_without_role_are_named_and_not_counted(wave: Wave) -> None:
    assert names(progress.members_without_role(wave.id)) == ["Dan Uys"]
    far = progress.wave_progress(wave.id)
    assert (far.assigned, far.finished, far.minutes_left) == (3, 1, 40)


def test_learners_are_narrowed_to_whom_the_reader_may_see(wave: Wave) -> None:
    rows = db.session.execute(progress.learners(wave.id, visible=Person.name == "Ana Lima")).all()
    assert [(row.name, row.done, row.asked, row.is_finished, row.minutes_left) for row in rows] == [
        ("Ana Lima", 1, 1, 1, 0)
    ]


def test_who_is_asked_for_nothing_is_in_no_count_and_no_list(app: Flask) -> None:
    module = make_module("reading")
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED))
    make_curriculum(TrainingRole.LEADER, (make_module("if you like"), ItemKind.OPTIONAL))
    silent = [make_person("Bo Builder", roles=(TrainingRole.BUILDER,)), make_person("Li", roles=(TrainingRole.LEADER,))]
    ana, both = make_person("Ana"), make_person("Bea", roles=(TrainingRole.USER, TrainingRole.BUILDER))
    made = make_wave(members=[*silent, ana, both])
    settle_assignments(clock.now())
    record_completion(both, module, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    far = progress.wave_progress(made.id)
    assert (far.people, far.roles) == (Count(2, 1), {TrainingRole.USER: Count(2, 1)})
    assert [row.name for row in db.session.execute(progress.learners(made.id))] == ["Ana", "Bea"]
    assert progress.people_without_curriculum([made.id]) == {
        TrainingRole.BUILDER: {made.id: 2},
        TrainingRole.LEADER: {made.id: 1},
    }
    later = made.go_live_on + timedelta(days=1)
    assert names(progress.overdue_learners(later, made.id)) == ["Ana"]


@pytest.mark.parametrize("members", [10, 200])
def test_progress_takes_two_statements_however_many_members(app: Flask, members: int, statements: Statements) -> None:
    make_curriculum(TrainingRole.USER, (make_module("reading"), ItemKind.REQUIRED))
    made = make_wave(members=make_people(members))
    settle_assignments(clock.now())
    wave_id = made.id
    with statements() as sent:
        assert progress.progress_of([wave_id])[wave_id].assigned == members
    assert len(sent) == 2
