"""Training of one wave waits while its people are left to settle with another one, unless somebody says why not."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave
from flask import Flask
from sqlalchemy import select

from engagement import clock
from engagement.audiences.queries import members, why
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.due_days import give_own_due_day
from engagement.training.models import Assignment
from engagement.training.queries.clashes import people_held_back, quiet_clashes
from engagement.training.queries.learning import LearningItem, learning_of, next_of, rest_of
from engagement.training.queries.progress import learners, overdue_learners
from engagement.training.rules import ItemKind, LearningState
from engagement.training.waiting.actions import let_training_go_on, let_training_wait
from engagement.training.waiting.queries import due_days, standing_overrides
from engagement.training.waiting.rules import Wait, longest
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.models import Membership, Wave
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")
#: The clock of these tests stands on 14 April. Training is due on 16 April; the other wave is left to settle until the 20th.
TODAY, QUIET_UNTIL = date(2026, 4, 14), date(2026, 4, 20)
LATE = {"field": "training_state", "values": ["overdue"]}
MARCH = [date(2026, 3, n) for n in range(1, 32)]


@pytest.mark.parametrize(
    ("spans", "wait"),
    [
        ([], None),
        ([("One", MARCH[9], True)], Wait("One", MARCH[9], MARCH[9])),
        ([("One", MARCH[3], True)], Wait("One", None, MARCH[3])),
        ([("One", MARCH[9], False)], Wait("One", None, MARCH[9])),
        ([("Two", MARCH[11], True), ("One", MARCH[9], True)], Wait("Two", MARCH[11], MARCH[11])),
        ([("Two", MARCH[11], False), ("One", MARCH[9], True)], Wait("One", MARCH[9], MARCH[11])),
    ],
)
def test_of_several_quiet_periods_the_longest_counts(spans, wait):
    assert longest(spans, MARCH[5]) == wait
    if wait is not None:
        assert [wait.due_on(MARCH[0]), wait.due_on(MARCH[30])] == [wait.settled_on + timedelta(days=7), MARCH[30]]


@pytest.fixture
def wave(app: Flask) -> Wave:
    """A wave whose training is due on 16 April, with Ana, Ben and Cy, who have done nothing; Ana and Ben are left to settle."""
    make_curriculum(TrainingRole.USER, (make_module("reading"), ItemKind.REQUIRED))
    people = [make_person(name) for name in ("Ana Lima", "Ben Ode", "Cy Poe")]
    programme = make_programme()
    made = make_wave(programme, members=people, go_live_on=date(2026, 4, 23))
    settling = make_wave(
        programme, number=1, name="Motor", members=people[:2], status=WaveStatus.LIVE, go_live_on=date(2026, 4, 6)
    )
    settling.stabilises_until_on = QUIET_UNTIL
    settle_assignments(clock.now(), made.id)
    return made


def motor() -> Wave:
    return db.session.scalars(select(Wave).where(Wave.name == "Motor")).one()


def own(name: str, on: date) -> LearningItem:
    (item,) = learning_of(db.session.scalars(select(Person.id).where(Person.name == name)).one(), on)
    return item


def late_on(wave: Wave, *days: date) -> list[list[str]]:
    """Who is late on these days: for the wave's list, for audiences, one by one, by everybody's list and by the days of the list."""
    found = []
    for on in days:
        late = [person.name for person in db.session.scalars(overdue_learners(on, wave.id))]
        people = db.session.scalars(select(Person)).all()
        due = db.session.execute(learners(wave.id, due=due_days(wave, on)))
        assert (
            set(late)
            == {person.name for person in db.session.scalars(members(LATE, on))}
            == {person.name for person in people if why(LATE, person, on)[0].is_met}
            == {person.name for person in people if any(item.is_overdue for item in learning_of(person.id, on))}
            == {row.name for row in due if row.due_on < on}
        )
        found.append(late)
    return found


def test_training_waits_and_has_a_week_after_the_quiet_period(wave: Wave) -> None:
    everybody = ["Ana Lima", "Ben Ode", "Cy Poe"]
    days = (date(2026, 4, 16), date(2026, 4, 17), QUIET_UNTIL, date(2026, 4, 27), date(2026, 4, 28))
    assert late_on(wave, *days) == [[], ["Cy Poe"], ["Cy Poe"], ["Cy Poe"], everybody]
    item = own("Ana Lima", QUIET_UNTIL)
    assert (item.state, item.due_on, next_of([item])) == (LearningState.WAITING, date(2026, 4, 27), None)
    assert rest_of([item]) == Wait(motor().title, QUIET_UNTIL, QUIET_UNTIL)
    after = own("Ana Lima", date(2026, 4, 21))
    assert (after.state, after.due_on, next_of([after])) == (LearningState.OPEN, date(2026, 4, 27), after)
    assert (own("Cy Poe", TODAY).due_on, rest_of([own("Cy Poe", TODAY)])) == (date(2026, 4, 16), None)
    of_ana = db.session.scalars(select(Assignment).join(Person).where(Person.name == "Ana Lima")).one()
    give_own_due_day(of_ana, date(2026, 4, 15), reason="Travels.", by=TESTER)
    assert late_on(wave, date(2026, 4, 16)) == [["Ana Lima"]]


@pytest.mark.parametrize(
    ("how", "late"),
    [
        ("closed", ["Cy Poe"]),
        ("rolled back", ["Ana Lima", "Ben Ode", "Cy Poe"]),
        ("left", ["Ben Ode", "Cy Poe"]),
        ("planned", ["Ana Lima", "Ben Ode", "Cy Poe"]),
    ],
)
def test_only_a_wave_that_settles_holds_back(wave: Wave, how: str, late: list[str]) -> None:
    if how == "closed":
        motor().status = WaveStatus.CLOSED
    elif how == "rolled back":
        motor().status = WaveStatus.ROLLED_BACK
    elif how == "planned":
        motor().status = WaveStatus.READY
    else:
        ended = select(Membership).join(Person).where(Membership.wave_id == motor().id, Person.name == "Ben Ode")
        db.session.scalars(ended).one().ended_at = clock.now()
    db.session.flush()
    assert late_on(wave, date(2026, 4, 17)) == [late]
    is_asked = next_of([own("Ana Lima", date(2026, 4, 17))]) is not None
    assert is_asked == (how != "left")


def test_somebody_says_why_it_goes_on_and_is_not_asked_again(wave: Wave) -> None:
    (clash,) = quiet_clashes(wave, TODAY)
    assert (clash.settling, clash.people, clash.until_on, clash.due_on) == (motor(), 2, QUIET_UNTIL, date(2026, 4, 27))
    assert (clash.goes_on, clash.is_too_late) == (None, True)
    assert [person.name for person in db.session.scalars(people_held_back(wave, motor()))] == ["Ana Lima", "Ben Ode"]
    by = make_account("manager@example.com").actor
    for reason in ("  ", "x" * 1_001):
        with pytest.raises(BadInput, match="Say why"):
            let_training_go_on(wave, motor(), people=2, reason=reason, by=by)
    row = let_training_go_on(wave, motor(), people=2, reason=" They asked for it. ", by=by)
    assert row is not None
    assert (row.reason, row.until_on, row.people) == ("They asked for it.", QUIET_UNTIL, 2)
    assert let_training_go_on(wave, motor(), people=2, reason="Again", by=by) is None
    assert [each.goes_on for each in quiet_clashes(wave, TODAY)] == [row]
    assert late_on(wave, date(2026, 4, 17)) == [["Ana Lima", "Ben Ode", "Cy Poe"]]
    let_training_wait(wave, row, by=by)
    let_training_wait(wave, row, by=by)
    assert (standing_overrides(wave.id), late_on(wave, date(2026, 4, 17))) == ([], [["Cy Poe"]])
    told = select(AuditEntry.verb).where(AuditEntry.verb.like("let training %")).order_by(AuditEntry.id)
    assert list(db.session.scalars(told)) == ["let training go on", "let training wait"]


def test_clashes_are_those_to_come_of_people_with_something_to_finish(wave: Wave, statements: Statements) -> None:
    db.session.refresh(wave)
    with statements() as sent:
        assert len(quiet_clashes(wave, TODAY)) == 1
    assert len(sent) == 4
    opens = MilestoneDetails(MilestoneKind.TRAINING_OPENS, falls_on=date(2026, 4, 21))
    add_milestone(wave, opens, country="GB-ENG", by=TESTER)
    assert quiet_clashes(wave, TODAY) == []
    motor().stabilises_until_on = date(2026, 5, 2)
    assert [clash.people for clash in quiet_clashes(wave, TODAY)] == [2]
    motor().status = WaveStatus.PLANNED
    assert [clash.people for clash in quiet_clashes(wave, TODAY)] == [2]
    motor().go_live_on = date(2026, 4, 17)
    assert quiet_clashes(wave, TODAY) == []
    wave.status = WaveStatus.CANCELLED
    assert quiet_clashes(wave, date(2026, 4, 18)) == []
