"""What one person and one team has to learn: states, order, locks, choices, several waves and roles."""

from datetime import timedelta

import pytest
from factories import make_person, make_programme, make_wave
from flask import Flask

from engagement import clock
from engagement.db import db
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Module
from engagement.training.queries import learning
from engagement.training.queries.curricula import curriculum
from engagement.training.queries.teams import team_training
from engagement.training.rules import ItemKind, LearningState
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements
from tests.training.courses import make_curriculum, make_module
from tests.training.test_progress import done

REQUIRED, OPTIONAL, CHOICE = ItemKind.REQUIRED, ItemKind.OPTIONAL, ItemKind.CHOICE
USER, BUILDER = TrainingRole.USER, TrainingRole.BUILDER


@pytest.fixture
def person(app: Flask) -> Person:
    """A user."""
    return make_person()


def in_wave(person: Person, days: int = 28, number: int = 1, **details: object) -> Wave:
    on = clock.now().date() + timedelta(days=days)
    wave = make_wave(members=[person], go_live_on=on, number=number, **details)  # type: ignore[arg-type]
    settle_assignments(clock.now())
    return wave


def states(person: Person) -> dict[str, LearningState]:
    return {item.module.slug: item.state for item in learning.learning_of(person.id)}


def test_states_follow_kind_day_and_what_comes_first(person: Person) -> None:
    a, b, c, d = (make_module(slug) for slug in "abcd")
    make_curriculum(USER, (a, REQUIRED), (b, REQUIRED, a), (c, OPTIONAL), (d, OPTIONAL, b))
    wave = in_wave(person)
    assert states(person) == {
        "a": LearningState.OPEN,
        "b": LearningState.LOCKED,
        "c": LearningState.OPTIONAL,
        "d": LearningState.LOCKED,
    }
    done(person, a)
    wave.go_live_on = clock.now().date()
    wave.training_due_on = wave.go_live_on - timedelta(days=7)
    db.session.flush()
    assert states(person) == {
        "a": LearningState.DONE,
        "b": LearningState.OVERDUE,
        "c": LearningState.OPTIONAL,
        "d": LearningState.LOCKED,
    }


def test_next_step_is_the_first_that_can_be_begun(person: Person) -> None:
    a, b, c = (make_module(slug) for slug in "abc")
    make_curriculum(USER, (c, OPTIONAL), (a, REQUIRED), (b, REQUIRED, a))
    in_wave(person)
    assert [step.module.slug for step in [learning.next_of(learning.learning_of(person.id))] if step] == ["a"]
    done(person, a)
    db.session.flush()
    assert [step.module.slug for step in [learning.next_of(learning.learning_of(person.id))] if step] == ["b"]
    done(person, b)
    db.session.flush()
    assert learning.next_of(learning.learning_of(person.id)) is None


def test_choice_is_needed_until_enough_are_finished(person: Person) -> None:
    a, b, c = (make_module(slug, minutes=minutes) for slug, minutes in (("a", 30), ("b", 10), ("c", 20)))
    make_curriculum(USER, (a, CHOICE), (b, CHOICE), (c, CHOICE), choices_needed=2)
    in_wave(person)
    items = learning.learning_of(person.id)
    assert [item.is_needed for item in items] == [True, True, True]
    assert learning.minutes_left(items) == 30
    assert curriculum(USER).minutes == 30
    done(person, a)
    db.session.flush()
    assert learning.minutes_left(learning.learning_of(person.id)) == 10
    done(person, b)
    db.session.flush()
    assert states(person)["c"] is LearningState.OPTIONAL


def test_module_of_two_waves_stands_once_with_the_earlier_day(person: Person) -> None:
    make_curriculum(USER, (make_module("a"), REQUIRED))
    programme = make_programme()
    in_wave(person, 60, 1, programme=programme)
    first = in_wave(person, 20, 2, programme=programme)
    (item,) = learning.learning_of(person.id)
    assert item.wave is first
    assert item.due_on == first.go_live_on - timedelta(days=7)


def test_module_of_two_roles_is_required_when_one_asks_for_it(app: Flask) -> None:
    person = make_person(roles=(USER, BUILDER))
    shared, before = make_module("shared"), make_module("before")
    make_curriculum(USER, (before, OPTIONAL), (shared, OPTIONAL, before))
    make_curriculum(BUILDER, (shared, REQUIRED))
    in_wave(person)
    item = next(i for i in learning.learning_of(person.id) if i.module is shared)
    assert (item.role, item.kind, item.is_locked) == (BUILDER, REQUIRED, False)


def test_closed_wave_keeps_what_was_done_and_asks_nothing_more(person: Person) -> None:
    a, b = make_module("a"), make_module("b")
    make_curriculum(USER, (a, REQUIRED), (b, REQUIRED))
    wave = in_wave(person)
    done(person, a)
    wave.status = WaveStatus.CLOSED
    db.session.flush()
    assert states(person) == {"a": LearningState.DONE}
    wave.status = WaveStatus.CANCELLED
    db.session.flush()
    assert states(person) == {}


def test_withdrawn_module_is_gone_and_locks_nothing(person: Person) -> None:
    a, b = make_module("a"), make_module("b")
    make_curriculum(USER, (a, REQUIRED), (b, REQUIRED, a))
    in_wave(person)
    a.withdrawn_at = clock.now()
    db.session.flush()
    assert states(person) == {"b": LearningState.OPEN}


def test_module_of_ones_role_may_be_met_before_a_wave_asks_for_it(person: Person) -> None:
    mine, after, others = make_module("mine"), make_module("after"), make_module("others")
    make_curriculum(USER, (mine, REQUIRED), (after, REQUIRED, mine))
    make_curriculum(BUILDER, (others, REQUIRED))

    def met(module: Module) -> tuple[object, bool, bool] | None:
        item = learning.learning_item(person.id, module.id)
        return (item.due_on, item.is_needed, item.is_locked) if item else None

    assert met(mine) == (None, False, False)
    assert met(after) == (None, False, True)
    assert met(others) is None


def test_team_shows_overdue_first_then_open_then_by_name(app: Flask) -> None:
    manager = make_person("Mara Boss", roles=())
    ana, ben, cleo = (make_person(name, manager=manager) for name in ("Ana Lima", "Ben Ode", "Cleo Roy"))
    make_person("Somebody Else")
    module = make_module("a", minutes=25)
    make_curriculum(USER, (module, REQUIRED))
    wave = make_wave(members=[ana, ben, cleo])
    settle_assignments(clock.now())
    done(ana, module)
    db.session.flush()
    later = wave.go_live_on
    team = team_training(manager.id, later)
    assert [(m.person.name, len(m.open_items), len(m.overdue_items), m.minutes_left) for m in team] == [
        ("Ben Ode", 1, 1, 25),
        ("Cleo Roy", 1, 1, 25),
        ("Ana Lima", 0, 0, 0),
    ]


@pytest.mark.parametrize("size", [3, 60])
def test_team_takes_as_many_statements_however_large(app: Flask, size: int, statements: Statements) -> None:
    manager = make_person("Mara Boss", roles=())
    team = [make_person(f"Person Number{n}", manager=manager) for n in range(size)]
    make_curriculum(USER, (make_module("a"), REQUIRED), (make_module("b"), OPTIONAL))
    make_wave(members=team)
    settle_assignments(clock.now())
    manager_id = manager.id
    db.session.commit()
    with statements() as sent:
        assert len(team_training(manager_id, clock.now().date())) == size
    assert len(sent) == 7
