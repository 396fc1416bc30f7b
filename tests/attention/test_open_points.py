"""What is still open in a wave before it takes a step: told whatever day it is, and nothing where nothing is open."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attention.training_rows import assign, own_all
from communications.calendar_rows import make_draft, make_line
from factories import make_person, make_programme, make_wave, make_workflow

from engagement.attention.queries.open_points import open_points
from engagement.attention.rules import Place
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.people.rules import TrainingRole
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)


def ready_wave() -> Wave:
    programme = make_programme()
    workflow, lead = make_workflow(programme), make_person("Lea Lead")
    members = [make_person("Ann One"), make_person("Bob Two")]
    wave = make_wave(programme, workflows=(workflow,), members=members, go_live_on=TODAY, lead=lead)
    own_all(workflow, lead)
    assign(wave, members, finished=2)
    db.session.flush()
    return wave


def titles(wave: Wave, on: date = TODAY) -> list[tuple[str, Place]]:
    return [(point.title, point.place) for point in open_points(wave, on, goes_live=True)]


def test_nothing_is_open_in_a_wave_that_has_everything() -> None:
    assert titles(ready_wave()) == []


@pytest.mark.parametrize(
    ("days", "why"),
    [
        (16, "Its go-live is set for 14 April 2026, in 16 days."),
        (-2, "Its go-live was set for 14 April 2026, 2 days ago."),
    ],
)
def test_another_day_than_the_planned_one_is_open(days: int, why: str) -> None:
    (point,) = open_points(ready_wave(), TODAY - timedelta(days=days), goes_live=True)
    assert (point.title, point.why, point.place) == ("It is not the day of its go-live", why, Place.WAVE)


def test_a_wave_that_gets_ready_before_its_day_is_early_for_nothing() -> None:
    assert open_points(ready_wave(), TODAY - timedelta(days=16), goes_live=False) == []


def test_people_without_role_curriculum_or_training_are_counted() -> None:
    programme = make_programme()
    workflow = make_workflow(programme)
    learners = [make_person(f"Learner {name}") for name in ("A", "B", "C")]
    others = [make_person("No Role", roles=()), make_person("Bea Builder", roles=(TrainingRole.BUILDER,))]
    lead = make_person("Lea Lead")
    wave = make_wave(programme, workflows=(workflow,), members=[*learners, *others], go_live_on=TODAY, lead=lead)
    assign(wave, learners, finished=1)
    found = open_points(wave, TODAY, goes_live=True)
    assert [(p.title, p.why, p.place) for p in found] == [
        ("1 person has no training role", "Of 5 in the wave. They get no training.", Place.GIVE_ROLES),
        ("Builder: nothing to learn yet", "1 person has this role, and it has no curriculum.", Place.CURRICULUM),
        ("2 people have not finished their training", "1 of 3 have.", Place.WAVE_TRAINING),
    ]


@pytest.mark.parametrize(
    ("status", "days", "is_open"),
    [
        (OccurrenceStatus.DRAFT, 2, True),
        (OccurrenceStatus.IN_REVIEW, 2, True),
        (OccurrenceStatus.APPROVED, 2, False),
        (OccurrenceStatus.DRAFT, 12, False),
    ],
)
def test_a_message_before_go_live_that_nobody_approved_is_open(
    status: OccurrenceStatus, days: int, is_open: bool
) -> None:
    wave = ready_wave()
    wave.go_live_on = TODAY + timedelta(days=10)
    message = make_draft(make_line(wave.programme, wave=wave), datetime(2026, 4, 14 + days, 13, tzinfo=UTC))
    message.status = status
    db.session.flush()
    found = [
        (point.place, point.key) for point in open_points(wave, TODAY, goes_live=True) if point.place is Place.MESSAGE
    ]
    assert found == ([(Place.MESSAGE, message.id)] if is_open else [])
