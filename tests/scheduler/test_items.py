"""One bad thing stops nothing else: for each line of the timetable with a poisoned first item, in the database itself."""

from datetime import timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_wave,
)
from flask import Flask
from scheduler.running_lines import Poison, left_alone, run
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from engagement import clock
from engagement.accounts.models import UsedLink
from engagement.accounts.rules import LinkPurpose
from engagement.accounts.sign_ins.actions import remember_sign_in
from engagement.audiences.actions import give_role_by_rule
from engagement.audiences.models import Audience
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.models import Person, PersonRole
from engagement.people.rules import TrainingRole
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.retention import keep_for
from engagement.privacy.rules.records import STAND_IN, RecordKind
from engagement.resistance.figures.models import ConcernFigures
from engagement.resistance.models import Concern
from engagement.resistance.rules import Sender
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.rules import Moment
from engagement.scheduler.items import one_by_one
from engagement.set_aside import SetAside
from engagement.training.models import Assignment, Leftover
from engagement.training.rules import ItemKind, LeftoverCause
from engagement.waves.models import Membership
from tests.communications.calendar_rows import make_audience
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")


def two_waves() -> tuple[int, int]:
    """Two waves of a programme, each with a department of one person and nothing settled yet."""
    programme, ids = make_programme(), []
    for number, path in enumerate(("Operations/Claims", "Finance"), 1):
        department = make_department(path)
        make_person(f"Person {path[:3]}", f"{path[:3].lower()}@example.com", department)
        ids.append(make_wave(programme, departments=(department,), number=number, name=path).id)
    db.session.commit()
    return ids[0], ids[1]


def test_a_wave_that_cant_be_placed_keeps_no_other_from_it(poison: Poison) -> None:
    first, second = two_waves()
    make_curriculum(TrainingRole.USER, (make_module("first"), ItemKind.REQUIRED))
    poison("membership", "INSERT", f"NEW.wave_id = {first}")
    for _ in range(2):
        state = run("settle-directory")
        assert (state.has_failed, state.set_aside) == (False, 1)
        assert left_alone() == [("settle-directory", "wave", str(first))]
    members = select(Membership.wave_id).where(Membership.ended_at.is_(None))
    assert list(db.session.scalars(members)) == [second]
    assert list(db.session.scalars(select(Assignment.wave_id))) == [second]
    poison.heal()  # type: ignore[attr-defined]
    assert run("settle-directory", anyway=True).set_aside == 0
    assert sorted(db.session.scalars(members)) == [first, second]


def test_a_wave_whose_training_cant_be_settled_keeps_no_other_from_it(poison: Poison) -> None:
    first, second = two_waves()
    make_curriculum(TrainingRole.USER, (make_module("first"), ItemKind.REQUIRED))
    poison("assignment", "INSERT", f"NEW.wave_id = {first}")
    assert run("settle-directory").outcome.endswith("1 assigned, 0 withdrawn, 0 asked about.")
    assert list(db.session.scalars(select(Assignment.wave_id))) == [second]
    assert left_alone() == [("settle-directory", "wave", str(first))]


@pytest.mark.parametrize(
    "rule", [{"field": "mood"}, {"none": []}, "nonsense", {"field": "department", "values": ["x"]}]
)
def test_a_rule_for_a_role_that_cant_be_understood_takes_nothing_from_anybody(app: Flask, rule: object) -> None:
    person = make_person(roles=())
    broken, good = make_audience("Broken"), make_audience("Good")
    give_role_by_rule(TrainingRole.BUILDER, broken, by=TESTER)
    give_role_by_rule(TrainingRole.SUPPORT, good, by=TESTER)
    run("settle-directory")
    db.session.execute(update(Audience).where(Audience.id == broken.id).values(rule=rule))
    other = make_person("Ben Ode", roles=())
    assert run("settle-directory").set_aside == 1
    held = select(PersonRole.person_id, PersonRole.role).order_by(PersonRole.person_id, PersonRole.role)
    assert [tuple(row) for row in db.session.execute(held)] == [
        (person.id, TrainingRole.BUILDER),
        (person.id, TrainingRole.SUPPORT),
        (other.id, TrainingRole.SUPPORT),
    ]
    assert left_alone() == [("settle-directory", "training role", "builder")]


def test_old_training_that_cant_be_let_go_keeps_no_other_from_it(poison: Poison) -> None:
    two_waves()
    make_curriculum(TrainingRole.USER, (make_module("first"), ItemKind.REQUIRED))
    run("settle-directory")
    for assignment in db.session.scalars(select(Assignment)).all():
        db.session.add(
            Leftover(
                assignment_id=assignment.id,
                person_id=assignment.person_id,
                cause=LeftoverCause.DEPARTMENT,
                asked_at=clock.now() - timedelta(days=30),
            )
        )
    db.session.flush()
    first, second = db.session.scalars(select(Leftover.id).order_by(Leftover.id))
    poison("leftover", "UPDATE", f"OLD.id = {first}")
    assert run("settle-leftovers").outcome == "1 let go."
    decided = select(Leftover.id).where(Leftover.decided_at.is_not(None))
    assert list(db.session.scalars(decided)) == [second]
    assert left_alone() == [("settle-leftovers", "old training", str(first))]


def test_a_letter_that_cant_be_handed_over_stays_in_the_letterbox_alone(app: Flask, poison: Poison) -> None:
    for words in ("Poison", "What becomes of my post?"):
        say_something(words, Sender.ANONYMOUS, secret="s", moment=Moment(clock.now().date(), "GB-ENG"))
    poison("concern", "INSERT", "NEW.text = 'Poison'")
    with clock.standing_at(clock.now() + timedelta(days=1)):
        assert not run("empty-letterbox").has_failed
    assert list(db.session.scalars(select(Concern.text))) == ["What becomes of my post?"]
    assert list(db.session.scalars(select(Letter.text))) == ["Poison"]
    poison.heal()  # type: ignore[attr-defined]
    with clock.standing_at(clock.now() + timedelta(days=2)):
        run("empty-letterbox")
    assert sorted(db.session.scalars(select(Concern.text))) == ["Poison", "What becomes of my post?"]
    assert db.session.scalar(select(func.count()).select_from(Letter)) == 0


def test_a_day_of_sign_ins_that_cant_be_written_keeps_no_other_from_it(poison: Poison) -> None:
    today = clock.now().date()
    for days, name in ((3, "first"), (2, "second")):
        remember_sign_in(make_account(f"{name}@example.com", name), on=today - timedelta(days=days))
    poison("audit_entry", "INSERT", "NEW.subject_name = 'first@example.com'")
    for _ in range(2):
        assert run("record-sign-ins").set_aside == 1
    recorded = select(AuditEntry.subject_name).where(AuditEntry.verb.like("signed in%"))
    assert list(db.session.scalars(recorded)) == ["second@example.com"]
    assert left_alone() == [("record-sign-ins", "day", (today - timedelta(days=3)).isoformat())]


def test_a_programme_whose_objections_cant_be_counted_keeps_no_other_from_it(poison: Poison) -> None:
    first, second = make_programme("One"), make_programme("Two")
    poison("concern_figures", "INSERT", f"NEW.programme_id = {first.id}")
    assert run("count-objections").outcome == "1 programme counted."
    assert list(db.session.scalars(select(ConcernFigures.programme_id))) == [second.id]
    assert left_alone() == [("count-objections", "programme", str(first.id))]


def test_somebody_who_cant_be_erased_keeps_no_other_from_it(poison: Poison) -> None:
    first, second, third = (make_person(name) for name in ("Ann Silent", "Bob Quick", "Cas Third"))
    for person, days in ((first, 400), (second, 390), (third, 380)):
        person.left_at = clock.now() - timedelta(days=days)
    keep_for(RecordKind.LEAVERS, 365, by=TESTER)
    poison("person", "UPDATE", f"OLD.id = {first.id}")
    for outcome in ("2 people who have left", "0 people who have left"):
        assert run("apply-retention").outcome == outcome
    erased = select(Person.id).where(Person.erased_at.is_not(None)).order_by(Person.id)
    assert list(db.session.scalars(erased)) == [second.id, third.id]
    assert left_alone() == [("apply-retention", "person", str(first.id))]
    poison.heal()  # type: ignore[attr-defined]
    erase_person(first, by=TESTER)
    assert db.session.scalars(select(SetAside.name)).one() == STAND_IN


def test_used_links_that_cant_be_removed_keep_nothing_else_from_it(poison: Poison) -> None:
    old = clock.now() - timedelta(days=40)
    db.session.add(UsedLink(fingerprint="x" * 64, used_at=old, purpose=LinkPurpose.SIGN_IN))
    poison("used_link", "DELETE", "OLD.fingerprint LIKE 'x%'")
    state = run("forget-expired")
    assert state.outcome == "0 attempts, 0 uploads, 0 kept forms and 0 enclosed files removed."
    assert left_alone() == [("forget-expired", "what expired:", "links")]


def test_a_database_that_is_away_ends_the_run_and_sets_nothing_aside(app: Flask) -> None:
    seen = []

    def do(key: int) -> None:
        seen.append(key)
        if key == 2:
            raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    with pytest.raises(OperationalError):
        one_by_one("plan-occurrences", "thing", [1, 2, 3], do)
    assert (seen, left_alone()) == ([1, 2], [])


def test_a_refusal_is_told_in_its_own_words_and_a_fault_by_its_name(app: Flask) -> None:
    def do(key: int) -> int:
        if key < 3:
            raise RuleBroken("The wave is closed.") if key == 1 else KeyError("a secret of somebody")
        return key

    assert one_by_one("plan-occurrences", "thing", [1, 2, 3], do) == [3]
    reasons = db.session.scalars(select(SetAside.reason).order_by(SetAside.id)).all()
    assert reasons == [
        "The wave is closed.",
        "The service met a fault that it doesn’t know (KeyError). Its log says more, at this time.",
    ]
