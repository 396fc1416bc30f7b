"""Deciding at the gate of a wave: what is kept, who is heard, what opens it again, and who goes past it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from factories import TESTER, make_person, make_programme, make_wave, make_workflow
from flask import Flask
from readiness.gate_rows import TODAY, object_severely, past_the_gate, say
from sqlalchemy import select

from engagement.accounts.models import Account
from engagement.communications.actions.sending import decide_held
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput, NotAllowed, RuleBroken
from engagement.mail.models import Delivery, Mailing
from engagement.people.models import Person
from engagement.reach import Reach
from engagement.readiness.actions import Overruled, go_live, make_ready
from engagement.readiness.criteria.actions import Terms, set_terms
from engagement.readiness.criteria.queries.standing import Standing, standings_of
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.gate.actions.deciding import ConditionSaid, end_approver, name_approver, settle_condition
from engagement.readiness.gate.actions.opening import end_override, go_past, reopen_gate
from engagement.readiness.gate.queries.history import conditions_of, decisions_of, values_of
from engagement.readiness.gate.queries.present import Gate, gate_of
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
def sponsor() -> Person:
    return make_person("Sue Sponsor", "sue@example.com")


@pytest.fixture
def wave(sponsor: Person) -> Wave:
    programme = make_programme(sponsor=sponsor)
    people = [make_person("Ann One", "ann@example.com")]
    return make_wave(
        programme, workflows=(make_workflow(programme),), members=people, lead=people[0], go_live_on=IN_A_WEEK
    )


def gate(wave: Wave, on: date = TODAY) -> Gate:
    return gate_of(wave, on)


def gates_stand(wave: Wave) -> list[ObstacleKind]:
    return [each.kind for each in obstacles(wave, TODAY) if not each.kind.can_be_overruled]


def test_a_decision_keeps_the_criteria_as_they_were_and_takes_the_place_of_the_former(wave, sponsor):
    assert (gate(wave).state, gates_stand(wave)) == (GateState.UNDECIDED, [ObstacleKind.GATE])
    stranger = make_person("Otto Other", "otto@example.com")
    with pytest.raises(NotAllowed):
        say(wave, stranger)
    first = say(wave, sponsor, Choice.NO_GO, " Two are ill. ")
    assert (gate(wave).state, first.reason, first.go_live_on) == (GateState.SHUT, "Two are ill.", IN_A_WEEK)
    second = say(wave, sponsor)
    assert (gate(wave).state, gates_stand(wave)) == (GateState.PASSED, [])
    assert [(row.id, row.ended_at is None) for row in decisions_of(wave.id)] == [(second.id, True), (first.id, False)]
    set_terms(wave, CriterionKind.CHAMPIONS, Terms(need=50, left_out="They all know it."), by=TESTER)
    kept = {row.name: row for row in values_of(second.id)}
    now = {each.name: each for each in _criteria(wave)}
    assert (kept["champions"].state, now["champions"].state) == (CriterionState.SHORT, CriterionState.NOT_NEEDED)
    assert (kept["champions"].met, kept["champions"].total, kept["champions"].need) == (0, 1, 80)
    assert kept["champions"].sentence.startswith("0 of 1 champions needed are there")
    assert len(kept) == len(now) == 15


def _criteria(wave: Wave) -> Sequence[Standing]:
    return standings_of([wave], TODAY)[wave.id].criteria


def test_all_who_are_named_are_heard_and_another_view_stays_beside_the_decision(wave, sponsor):
    other = make_person("Olga Officer", "olga@example.com")
    row = name_approver(wave, other, by=TESTER)
    for person in (other, sponsor):
        with pytest.raises(BadInput, match="decides here already"):
            name_approver(wave, person, by=TESTER)
    say(wave, sponsor)
    assert (gate(wave).state, [person.name for person in gate(wave).unheard]) == (GateState.UNDECIDED, ["Olga Officer"])
    against = say(wave, other, Choice.NO_GO, "Too early.")
    assert (gate(wave).state, gate(wave).dissent) == (GateState.PASSED, [against])
    assert gate(wave).sentence == "Sue Sponsor said go on 14 April 2026. Olga Officer thought otherwise."
    end_approver(row, by=TESTER)
    assert (gate(wave).state, gate(wave).dissent) == (GateState.PASSED, [])
    with pytest.raises(RuleBroken, match="no longer an approver"):
        end_approver(row, by=TESTER)
    sponsor.left_at = datetime(2026, 4, 1, tzinfo=UTC)
    db.session.flush()
    assert (gate(wave).decider, gate(wave).rule_words.partition(".")[0]) == (None, "Nobody can decide yet")


def test_what_is_wrong_with_a_decision_has_its_own_sentence(wave, sponsor):
    whole = ConditionSaid("Two more people", sponsor, TODAY)
    wrong = [
        (None, "Why.", (), ["choice"]),
        (Choice.GO, "  ", (), ["reason"]),
        (Choice.GO, "x" * 2_001, (), ["reason"]),
        (Choice.CONDITIONS, "Why.", (), ["text_1"]),
        (Choice.GO, "Why.", (whole,), ["choice"]),
        (Choice.CONDITIONS, "Why.", (ConditionSaid("", None, None, 2),), ["text_2", "owner_2", "due_2"]),
        (Choice.CONDITIONS, "Why.", (ConditionSaid("A", sponsor, TODAY - timedelta(days=1)),), ["due_1"]),
    ]
    for choice, reason, conditions, fields in wrong:
        with pytest.raises(BadInput) as refused:
            say(wave, sponsor, choice, reason, *conditions)
        assert list(refused.value.problems) == fields
    with pytest.raises(RuleBroken, match="stands otherwise than when you opened the page"):
        say(wave, sponsor, seen="training=met")
    assert decisions_of(wave.id) == []
    row = say(wave, sponsor, Choice.CONDITIONS, "Help comes.", whole)
    (condition,) = conditions_of(row.id)
    for note in (" ", "x" * 2_001):
        with pytest.raises(BadInput) as refused:
            settle_condition(condition, note, by=TESTER)
        assert list(refused.value.problems) == ["note"]
    settle_condition(condition, "They came.", by=TESTER)
    with pytest.raises(RuleBroken, match="settled already"):
        settle_condition(condition, "Again.", by=TESTER)
    wave.status = WaveStatus.LIVE
    with pytest.raises(RuleBroken, match="Nothing is decided before its go-live any more"):
        say(wave, sponsor)


def test_who_goes_past_the_gate_says_why_and_until_when_and_then_it_stands_again(wave):
    for until in (None, TODAY - timedelta(days=1), TODAY + timedelta(days=61)):
        with pytest.raises(BadInput) as refused:
            go_past(wave, "Why.", until, on=TODAY, by=TESTER)
        assert list(refused.value.problems) == ["until_on"]
    with pytest.raises(BadInput) as refused:
        go_past(wave, "  ", TODAY, on=TODAY, by=TESTER)
    assert list(refused.value.problems) == ["reason"]
    row = go_past(wave, "The board wants it.", TODAY, on=TODAY, by=TESTER)
    assert (gate(wave).state, gates_stand(wave)) == (GateState.OVERRIDDEN, [])
    assert gate(wave, TODAY + timedelta(days=1)).state is GateState.UNDECIDED
    end_override(row, by=TESTER)
    assert gates_stand(wave) == [ObstacleKind.GATE]
    with pytest.raises(RuleBroken, match="stands again already"):
        end_override(row, by=TESTER)


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
    assert watch_gates(settings) == "0 opened again, 0 messages held. 0 letters queued."
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


def letters() -> list[tuple[str, str]]:
    """Return the letters about gates that were queued, each once: to whom, and its subject as they read it."""
    rows = db.session.scalars(
        select(Delivery).join(Mailing).where(Mailing.title.startswith("Gate of ")).order_by(Delivery.id)
    )
    return [(row.address, filled(row.mailing.subject, row.filled)) for row in rows]


def filled(text: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("{{ " + name + " }}", value)
    return text


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


def test_a_condition_is_written_to_its_owner_and_stays_until_it_is_settled_also_when_the_gate_opens_again(
    settings, wave, sponsor, frozen: time_machine.Traveller
):
    owner = make_person("Otto Other", "otto@example.com")
    asked = ConditionSaid("Two more people", owner, IN_A_WEEK + timedelta(days=1))
    own = ConditionSaid("I open the session", sponsor, TODAY, 2)
    first = say(wave, sponsor, Choice.CONDITIONS, "Help comes.", asked, own)
    assert letters() == [("otto@example.com", f"A condition of {wave.title} is yours to meet")]
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
