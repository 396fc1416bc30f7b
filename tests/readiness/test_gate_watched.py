"""What gates do by themselves: they hold messages, and write to who has to decide or to meet a condition."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from factories import TESTER, make_account, make_person
from flask import Flask
from readiness.gate_rows import TODAY, gate, gates_stand, object_severely, past_the_gate, say
from readiness.letters_read import letters, texts
from sqlalchemy import select, update

from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.communications.actions.sending import decide_held
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.mail.models import Delivery
from engagement.reach import Reach
from engagement.readiness.actions import Overruled, go_live, make_ready
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.gate.actions.deciding import ConditionSaid, name_approver, settle_condition
from engagement.readiness.gate.actions.opening import end_override, go_past, reopen_gate
from engagement.readiness.gate.models import GateApprover
from engagement.readiness.gate.queries.history import conditions_of
from engagement.readiness.gate.queries.watching import gates_fallen
from engagement.readiness.gate.rules import Choice, GateState
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.rules import ObstacleKind
from engagement.readiness.scopes import is_asked_of
from engagement.resistance.rules import ConcernStatus
from engagement.scheduler.gate_jobs import ask_approvers, reopen_gates, watch_gates
from engagement.scheduler.message_jobs import queue_occurrences
from engagement.settings import Settings
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.communications.calendar_rows import make_approved, make_approver, make_audience, make_line

pytestmark = pytest.mark.usefixtures("app", "frozen")
IN_A_WEEK = TODAY + timedelta(days=7)


@pytest.fixture
def settings(app: Flask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


@pytest.fixture
def line(wave: Wave) -> Communication:
    return make_line(wave.programme, wave=wave, audience=make_audience())


@pytest.fixture
def reviewer() -> Account:
    return make_approver()


def sent(settings: Settings, line: Communication, reviewer: Account, hour: int) -> OccurrenceStatus:
    """Return what becomes of a message that is approved now and due at this hour of the day before go-live."""
    message = make_approved(line, datetime(2026, 4, 20, hour, tzinfo=UTC), approver=reviewer)
    db.session.commit()
    queue_occurrences(settings)
    db.session.refresh(message)
    return message.status


def test_a_gate_opens_again_when_a_criterion_falls_and_holds_what_goes_out_around_the_go_live(
    app, wave, sponsor, frozen: time_machine.Traveller
):
    settings = app.config["SETTINGS"]
    name_approver(wave, make_person("Olga Officer", "olga@example.com"), by=TESTER)
    for person in gate(wave).approvers:
        say(wave, person)
    line = make_line(wave.programme, wave=wave, audience=make_audience())
    soon = make_approved(line, datetime(2026, 4, 20, 13, tzinfo=UTC))
    db.session.commit()
    assert (gates_fallen(TODAY), reopen_gate(wave.id, TODAY)) == ([], False)
    concern = object_severely(wave)
    db.session.commit()
    assert gates_fallen(TODAY) == [wave.id]
    # The step itself looks once more, before the clock does.
    assert gates_stand(wave) == [ObstacleKind.GATE]
    assert reopen_gates(settings) == "1 opened again, 0 messages held."
    (again,) = gate(wave).reopenings
    assert again.reason == "“No severe concern is open” is no longer met."
    assert gate(wave).state is GateState.REOPENED
    db.session.refresh(soon)
    assert (soon.status, "is open again" in soon.reason) == (OccurrenceStatus.HELD, True)
    told = [address for address, subject in letters() if subject.startswith("Decide again")]
    assert told == ["sue@example.com", "olga@example.com"]
    assert f"Something that was met when {wave.title} was decided is not met any more. So the decision" in texts()[-1]
    colleague = make_account("ann@example.com", "Ann Approver", Role.CHANGE_MANAGER)
    make_approved(line, datetime(2026, 4, 21, 13, tzinfo=UTC), approver=colleague)
    db.session.commit()
    assert reopen_gates(settings) == "0 opened again, 1 message held."
    assert watch_gates(settings) == "0 opened again, 0 messages held. 0 stand again. 0 letters queued."
    # What somebody lets go all the same is held once more at its moment, until the gate is decided.
    decide_held(soon, True, by=TESTER)
    db.session.commit()
    queue_occurrences(settings)
    db.session.refresh(soon)
    assert soon.status is OccurrenceStatus.HELD
    with pytest.raises(RuleBroken, match="the gate is not passed"):
        make_ready(wave, reason="R.", overruled=Overruled({}, Reach(everything=True)), today=TODAY, by=TESTER)
    frozen.shift(60)
    concern.status, concern.waiting_since_on, concern.answered_on = ConcernStatus.ANSWERED, None, TODAY
    for person in gate(wave).approvers:
        say(wave, person)
    assert gate(wave).state is GateState.PASSED
    reasons = {each.name: "Nobody counts it." for each in obstacles(wave, TODAY)}
    make_ready(wave, reason="R.", overruled=Overruled(reasons, Reach(everything=True)), today=TODAY, by=TESTER)
    object_severely(wave)
    past_the_gate(wave)
    assert (reopen_gate(wave.id, TODAY), gates_fallen(TODAY)) == (False, [])
    # Nothing opens while somebody goes past the gate, so nobody is told that it will.
    assert gate(wave).fallen(standings_of([wave], TODAY)[wave.id], TODAY) == []
    go_live(wave, TODAY, reason="Began.", overruled=Overruled({}, Reach(everything=True)), today=TODAY, by=TESTER)
    assert wave.status is WaveStatus.LIVE


def test_messages_are_held_until_a_gate_that_opened_again_is_passed_whoever_has_spoken_since(
    settings, wave, sponsor, line, reviewer, frozen: time_machine.Traveller
):
    name_approver(wave, make_person("Olga Officer", "olga@example.com"), by=TESTER)
    _, olga = gate(wave).approvers
    say(wave, sponsor)
    say(wave, olga)
    assert sent(settings, line, reviewer, 8) is OccurrenceStatus.APPROVED
    object_severely(wave)
    db.session.commit()
    assert reopen_gates(settings) == "1 opened again, 0 messages held."
    # One of two has spoken: it is not passed, so nothing goes out, whatever they said.
    for choice, words in ((Choice.NO_GO, "no-go"), (Choice.GO, "go")):
        frozen.shift(60)
        say(wave, olga, choice)
        assert gate(wave).state is GateState.REOPENED
        assert gate(wave).sentence == (
            "It opened again on 14 April 2026: “No severe concern is open” is no longer met. "
            f"Olga Officer said {words} on 14 April 2026. Sue Sponsor has not decided yet."
        )
        assert sent(settings, line, reviewer, 9 if choice is Choice.GO else 10) is OccurrenceStatus.HELD
    say(wave, sponsor, Choice.NO_GO)
    assert (gate(wave).state, sent(settings, line, reviewer, 11)) == (GateState.SHUT, OccurrenceStatus.HELD)
    override = go_past(wave, "The board wants it.", TODAY, on=TODAY, by=TESTER)
    assert (gate(wave).state, sent(settings, line, reviewer, 12)) == (GateState.OVERRIDDEN, OccurrenceStatus.APPROVED)
    end_override(override, by=TESTER)
    assert sent(settings, line, reviewer, 13) is OccurrenceStatus.HELD
    say(wave, sponsor)
    assert (gate(wave).state, sent(settings, line, reviewer, 14)) == (GateState.PASSED, OccurrenceStatus.APPROVED)


def test_a_first_no_go_holds_the_messages_of_a_go_live_that_will_not_happen_and_nothing_reopens_it(
    settings, wave, sponsor, line, reviewer
):
    # Nobody has decided yet: that it waits for a decision is said elsewhere, and holds nothing.
    assert (gate(wave).state, sent(settings, line, reviewer, 8)) == (GateState.UNDECIDED, OccurrenceStatus.APPROVED)
    say(wave, sponsor, Choice.NO_GO)
    assert sent(settings, line, reviewer, 9) is OccurrenceStatus.HELD
    held = db.session.scalars(select(Occurrence.reason).where(Occurrence.status == OccurrenceStatus.HELD)).all()
    assert len(held) == 2
    assert all(" says no-go. Move the go-live or decide at the gate first" in reason for reason in held)
    # What gets worse does not question a no-go.
    object_severely(wave)
    db.session.commit()
    assert (gates_fallen(TODAY), reopen_gate(wave.id, TODAY), gate(wave).state) == ([], False, GateState.SHUT)
    wave.go_live_on += timedelta(days=28)
    assert sent(settings, line, reviewer, 10) is OccurrenceStatus.APPROVED


def test_who_decides_is_written_to_when_named_and_once_when_the_day_is_near(
    settings, wave, sponsor, frozen: time_machine.Traveller
):
    wave.go_live_on = TODAY + timedelta(days=21)
    name_approver(wave, make_person("Olga Officer", "olga@example.com"), by=TESTER)
    assert letters() == [("olga@example.com", f"You are heard at the gate of {wave.title}")]
    assert gate(wave).decide_by_on == TODAY + timedelta(days=14)
    assert ask_approvers(settings) == "0 letters queued."
    frozen.shift(timedelta(days=7))
    near = TODAY + timedelta(days=7)
    # Who is named now is told now that the day is near.
    name_approver(wave, make_person("Nora New", "nora@example.com"), by=TESTER)
    say(wave, sponsor, on=near)
    assert (gate(wave, near).waits(near), ask_approvers(settings)) == (True, "1 letter queued.")
    assert letters()[2:] == [("olga@example.com", f"Go or no-go for {wave.title}: decide now")]
    assert ask_approvers(settings) == "0 letters queued."
    # For another day they are asked anew, in time for that.
    wave.go_live_on += timedelta(days=30)
    db.session.commit()
    assert ask_approvers(settings) == "0 letters queued."
    frozen.shift(timedelta(days=30))
    assert ask_approvers(settings) == "2 letters queued."


def test_who_decides_is_asked_in_their_hours_and_so_never_once_they_have_decided(
    settings, wave, sponsor, frozen: time_machine.Traveller
):
    name_approver(wave, make_person("Olga Officer", "olga@example.com", timezone="America/New_York"), by=TESTER)
    wave.go_live_on = TODAY + timedelta(days=3)
    db.session.execute(update(GateApprover).values(named_at=datetime(2026, 3, 1, tzinfo=UTC)))
    db.session.commit()
    before = len(letters())
    # In the evening nobody is written to. What lay in the outbox overnight went out although it was decided meanwhile.
    frozen.move_to(datetime(2026, 4, 14, 3, tzinfo=UTC))
    assert ask_approvers(settings) == "0 letters queued."
    frozen.move_to(datetime(2026, 4, 14, 8, tzinfo=UTC))
    assert ask_approvers(settings) == "1 letter queued."
    assert letters()[before:] == [("sue@example.com", f"Go or no-go for {wave.title}: decide now")]
    # The day has passed: it is not asked for as if it were ahead.
    assert "It was to be decided by Friday 10 April 2026: what goes out since then" in texts()[-1]
    assert "Decide by" not in texts()[-1]
    _, olga = gate(wave).approvers
    say(wave, olga)
    db.session.commit()
    frozen.move_to(datetime(2026, 4, 14, 15, tzinfo=UTC))
    assert ask_approvers(settings) == "0 letters queued."
    assert len(letters()) == before + 1
    due = db.session.scalars(select(Delivery).where(Delivery.due_at > Delivery.queued_at)).all()
    assert due == []


def test_a_condition_is_written_to_its_owner_and_stays_until_it_is_settled_also_when_the_gate_opens_again(
    settings, wave, sponsor, frozen: time_machine.Traveller
):
    owner = make_person("Otto Other", "otto@example.com")
    asked = ConditionSaid("Two more people", owner, IN_A_WEEK + timedelta(days=1))
    own = ConditionSaid("I open the session", sponsor, TODAY, 2)
    first = say(wave, sponsor, Choice.CONDITIONS, "Help comes.", asked, own)
    assert letters() == [("otto@example.com", f"A condition of {wave.title} is yours to meet")]
    # A day is named with its year: it may be another one.
    assert "until Wednesday 22 April 2026" in texts()[0]
    mine, theirs = gate(wave).open_conditions
    assert (mine.text, mine.is_after_go_live, theirs.is_after_go_live) == ("I open the session", False, True)
    settle_condition(mine, "It is planned.", by=TESTER)
    object_severely(wave)
    db.session.commit()
    frozen.shift(60)
    assert reopen_gate(wave.id, TODAY)
    assert (gate(wave).state, gate(wave).conditions) == (GateState.REOPENED, [theirs])
    assert "1 condition is open." in gate(wave).sentence
    assert is_asked_of(wave.id, Reach(person_id=owner.id))
    # Deciding anew leaves it open as well; only who changes a decision that stands says anew what is asked.
    frozen.shift(60)
    again = say(wave, sponsor, Choice.CONDITIONS, "Still.", ConditionSaid("One more", owner, TODAY))
    assert [row.text for row in gate(wave).open_conditions] == ["One more", "Two more people"]
    frozen.shift(60)
    say(wave, sponsor)
    assert again.ended_at is not None
    assert [row.text for row in gate(wave).open_conditions] == ["Two more people"]
    settle_condition(conditions_of(first.id)[1], "They came.", by=TESTER)
    assert (gate(wave).conditions, is_asked_of(wave.id, Reach(person_id=owner.id))) == ([], False)
