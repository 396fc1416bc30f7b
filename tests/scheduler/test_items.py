"""One bad thing stops nothing else: for each line of the timetable with a poisoned first item, in the database itself."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_wave,
    signed_in,
)
from flask import Flask
from mail.outbox import FROM, link_for, make_mailing, queue
from mail.smtp_peer import smtp_peer
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import OperationalError

from engagement import clock
from engagement.accounts.models import UsedLink
from engagement.accounts.rules import LinkPurpose, Role
from engagement.accounts.sign_ins.actions import remember_sign_in
from engagement.audiences.actions import give_role_by_rule
from engagement.audiences.models import Audience
from engagement.audit import AuditEntry
from engagement.communications.actions.planning import schedule_briefing
from engagement.communications.actions.sending import decide_held
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.models import Delivery, Mailing, Reminder
from engagement.mail.outbox.actions import claiming
from engagement.mail.outbox.actions.delivering import deliver_until_empty
from engagement.mail.rules import DeliveryState
from engagement.mail.wire.actions.transport import Transport
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
from engagement.scheduler.running import LineState, line_states, run_if_due
from engagement.scheduler.timetable import line_named
from engagement.set_aside import SetAside
from engagement.training.models import Assignment, Leftover
from engagement.training.rules import ItemKind, LeftoverCause
from engagement.waves.models import Membership
from tests.communications.calendar_rows import AT_TWO, make_approved, make_approver, make_audience, make_line
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")
#: Makes the database refuse one kind of statement on the rows that meet a condition.
Poison = Callable[..., None]


@pytest.fixture
def poison(app: Flask) -> Iterator[Poison]:
    on_postgresql, poisoned = db.engine.dialect.name == "postgresql", []

    def make(table: str, operation: str, when: str) -> None:
        db.session.commit()
        poisoned.append(table)
        if on_postgresql:
            db.session.execute(
                text(
                    "CREATE OR REPLACE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$ BEGIN RAISE EXCEPTION 'poisoned by a test'; END $$"
                )
            )
            how = f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION poison()"
        else:
            how = f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'poisoned by a test'); END"
        db.session.execute(text(f"CREATE TRIGGER poison BEFORE {operation} ON {table} {how}"))
        db.session.commit()

    def heal() -> None:
        db.session.rollback()
        while poisoned:
            db.session.execute(text(f"DROP TRIGGER poison{f' ON {poisoned.pop()}' if on_postgresql else ''}"))
            if not on_postgresql:
                poisoned.clear()
        db.session.commit()

    make.heal = heal  # type: ignore[attr-defined]
    yield make
    heal()


def run(name: str, *, anyway: bool = False) -> LineState:
    """Run a line as the clock would, whenever that is, and return what became of it."""
    line = line_named(name)
    assert line is not None
    db.session.commit()
    with clock.standing_at(max(clock.now(), AT_TWO)):
        state = next(state for state in line_states() if state.name == name)
    at = max(clock.now(), state.due_at or clock.now())
    with clock.standing_at(at):
        assert run_if_due(line, anyway=anyway)
        return next(state for state in line_states() if state.name == name)


def left_alone() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(select(SetAside).order_by(SetAside.id))
    return [(row.line, row.kind, row.key) for row in rows]


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


def test_a_cadence_that_makes_no_sense_keeps_no_other_from_being_planned(app: Flask) -> None:
    bad, good = (make_line(cadence="FREQ=WEEKLY;BYDAY=MO", name=name, **shared(name)) for name in ("Bad", "Good"))
    db.session.execute(delete(Occurrence))
    db.session.execute(update(Communication).where(Communication.id == bad.id).values(cadence="FREQ=WHENEVER"))
    state = run("plan-occurrences")
    assert (state.has_failed, state.outcome) == (False, "14 planned, 0 missed.")
    assert set(db.session.scalars(select(Occurrence.communication_id))) == {good.id}
    assert left_alone() == [("plan-occurrences", "communication", str(bad.id))]


_SHARED: dict[str, object] = {}


def shared(name: str) -> dict[str, object]:
    """What two communications of one programme have in common, made with the first of them."""
    if name in ("Bad", "One"):
        line = {"programme": make_programme(), "audience": make_audience(), "owner": make_account()}
        _SHARED.update(line)
    return dict(_SHARED)


def test_a_message_that_cant_be_marked_as_missed_keeps_no_other_from_it(poison: Poison) -> None:
    lines = [make_line(name=name, **shared(name)) for name in ("One", "Two")]  # type: ignore[arg-type]
    first, second = (schedule_briefing(line, AT_TWO, by=line.owner.actor) for line in lines)
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(AT_TWO + timedelta(minutes=1)):
        assert run("plan-occurrences").outcome == "0 planned, 1 missed."
    assert db.session.get_one(Occurrence, second.id).status is OccurrenceStatus.MISSED
    assert left_alone() == [("plan-occurrences", "occurrence", str(first.id))]


def two_due() -> tuple[Occurrence, Occurrence]:
    make_person("Ann Silent", "ann@example.com")
    approver = make_approver()
    first, second = (
        make_approved(make_line(name=name, **shared(name)), approver=approver)  # type: ignore[arg-type]
        for name in ("One", "Two")
    )
    return first, second


def test_a_message_that_can_be_sent_to_nobody_is_held_with_its_reason(app: Flask) -> None:
    first, second = two_due()
    first.communication.audience = make_audience("Broken")
    db.session.flush()
    db.session.execute(update(Audience).where(Audience.name == "Broken").values(rule={"field": "mood"}))
    with clock.standing_at(AT_TWO):
        run("queue-occurrences")
    assert (first.status, second.status) == (OccurrenceStatus.HELD, OccurrenceStatus.SENDING)
    assert first.reason == "The audience “Broken” asks for other people than when it was approved."
    owner = signed_in(app, make_account("cm@example.com", "Cora May", Role.CHANGE_MANAGER))
    for path in (f"/occurrences/{first.id}", "/", f"/audiences/{first.communication.audience_id}", "/audiences"):
        answer = owner.get(path)
        assert answer.status_code == 200, path
    assert "can’t be understood" in owner.get(f"/occurrences/{first.id}").get_data(as_text=True)


def test_a_fault_while_queueing_holds_one_message_and_sends_the_next(poison: Poison) -> None:
    first, second = two_due()
    poison("mailing", "INSERT", "NEW.title LIKE 'One%'")
    with clock.standing_at(AT_TWO):
        state = run("queue-occurrences")
        assert state.outcome == f"{second.id} queued; 1 held or set aside because of a fault"
    assert (first.status, second.status) == (OccurrenceStatus.HELD, OccurrenceStatus.SENDING)
    assert first.reason.startswith("It could not be made ready to send. The service met a fault that it doesn’t know (")
    assert "poisoned" not in first.reason
    with clock.standing_at(AT_TWO + timedelta(minutes=1)):
        assert run("queue-occurrences").outcome == "Nothing was due."
    assert left_alone() == []
    poison.heal()  # type: ignore[attr-defined]
    with clock.standing_at(AT_TWO + timedelta(minutes=2)):
        decide_held(first, True, by=first.communication.owner.actor)
        assert run("queue-occurrences").outcome == f"{first.id} queued"


def test_a_message_that_cant_even_be_held_is_left_alone_and_shown(app: Flask, poison: Poison) -> None:
    first, second = two_due()
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(AT_TWO):
        for outcome in (f"{second.id} queued; 1 held or set aside because of a fault", None):
            state = run("queue-occurrences")
            assert (state.has_failed, state.set_aside) == (False, 1)
            assert outcome is None or state.outcome == outcome
    assert left_alone() == [("queue-occurrences", "occurrence", str(first.id))]
    writer = signed_in(app, make_account("cm@example.com", "Cora May", Role.CHANGE_MANAGER))
    for path in ("/", "/admin/jobs", f"/occurrences/{first.id}"):
        page = writer.get(path).get_data(as_text=True)
        assert "The service met a fault that it doesn’t know" in page, path
    assert "left alone" not in writer.get(f"/occurrences/{second.id}").get_data(as_text=True)
    poison.heal()  # type: ignore[attr-defined]
    row = db.session.scalars(select(SetAside.id)).one()
    assert (
        writer.post(f"/admin/set-aside/{row}/trying", data={"from": "page"})
        .headers["Location"]
        .endswith(f"/occurrences/{first.id}")
    )
    with clock.standing_at(AT_TWO):
        assert run("queue-occurrences").outcome == f"{first.id} queued"


def test_a_delivery_that_cant_be_taken_back_keeps_no_other_from_it(poison: Poison) -> None:
    for name in ("Ann Silent", "Bob Quick"):
        make_person(name)
    queue(make_mailing())
    first, second = claiming.claim_batch("dead", 2, clock.now())
    poison("delivery", "UPDATE", f"OLD.id = {first.id}")
    with clock.standing_at(clock.now() + claiming.LEASE):
        assert run("settle-deliveries").outcome.startswith("1 taken back, 0 not certain")
    assert db.session.get_one(Delivery, second.id).state is DeliveryState.QUEUED
    assert left_alone() == [("settle-deliveries", "delivery", str(first.id))]


def test_a_mailing_that_cant_be_closed_or_stopped_keeps_no_other_from_it(poison: Poison) -> None:
    first, second = two_due()
    with clock.standing_at(AT_TWO):
        run("queue-occurrences")
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    poison("occurrence", "UPDATE", f"OLD.id = {first.id}")
    assert run("settle-deliveries").outcome.endswith("0 stopped, 1 mailings closed.")
    assert db.session.get_one(Occurrence, second.id).status is OccurrenceStatus.SENT
    assert left_alone() == [("settle-deliveries", "occurrence", str(first.id))]


def test_reminders_of_one_message_that_fail_keep_no_other_from_being_sent(poison: Poison) -> None:
    make_person("Ann Silent", "ann@example.com")
    approver, messages = make_approver(), []
    for name in ("One", "Two"):
        line = make_line(name=name, asks_confirmation=True, remind_after_days=2, **shared(name))  # type: ignore[arg-type]
        messages.append(make_approved(line, approver=approver))
    with clock.standing_at(AT_TWO):
        run("queue-occurrences")
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT, sent_at=AT_TWO))
    first, second = messages
    poison("reminder", "INSERT", f"NEW.of_mailing_id = {first.mailing_id}")
    with clock.standing_at(AT_TWO + timedelta(days=3)):
        assert run("send-reminders").outcome == "1 reminders queued."
        assert run("send-reminders").outcome == "0 reminders queued."
    assert list(db.session.scalars(select(Reminder.of_mailing_id))) == [second.mailing_id]
    assert left_alone() == [("send-reminders", "occurrence", str(first.id))]


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
    assert run("count-objections").outcome == "1 programmes counted."
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
    assert state.outcome == "0 attempts, 0 uploads and 0 kept forms removed."
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


@pytest.mark.parametrize(
    "filled", [{}, {"first_name": "Ann", "me_link": None}, ["Ann"], {"first_name": {}, "me_link": 3}]
)
def test_a_delivery_that_cant_be_written_is_refused_and_the_next_goes_out(app: Flask, filled: object) -> None:
    for name in ("Ann Silent", "Bob Quick", "Cas Third"):
        make_person(name)
    queue(make_mailing())
    first = db.session.scalars(select(Delivery).order_by(Delivery.id)).first()
    assert first is not None
    db.session.execute(update(Delivery).where(Delivery.id == first.id).values(filled=filled))
    db.session.commit()
    with smtp_peer() as peer:
        counts = deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    assert counts.total == 3
    assert counts.sent >= 2
    assert sorted(peer.recipients)[-2:] == ["bob.quick@example.com", "cas.third@example.com"]


def test_a_delivery_whose_outcome_cant_be_written_stops_no_other(poison: Poison) -> None:
    for name in ("Ann Silent", "Bob Quick", "Cas Third"):
        make_person(name)
    queue(make_mailing())
    first = db.session.scalars(select(Delivery.id).order_by(Delivery.id)).first()
    poison("delivery", "UPDATE", f"OLD.id = {first} AND NEW.state = 'sent'")
    with smtp_peer() as peer:
        deliver_until_empty(Transport(peer.url), "one", link_for, FROM)
    assert len(peer.recipients) == 3
    states = db.session.execute(select(Delivery.id, Delivery.state).order_by(Delivery.id)).all()
    assert [state for key, state in states if key != first] == [DeliveryState.SENT, DeliveryState.SENT]
    assert [state for key, state in states if key == first] == [DeliveryState.ATTEMPTING]
    assert db.session.scalar(select(func.count()).select_from(Mailing)) == 1
