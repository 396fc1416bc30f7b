"""What a sheet says of gates: the first sentence, how each wave stands, what was decided, and what it waits for."""

from datetime import timedelta

import pytest
from factories import TESTER, make_people, make_person, make_programme, make_wave, make_workflow
from readiness.gate_rows import TODAY, object_severely, past_the_gate, say
from sqlalchemy import select

from engagement import clock
from engagement.consultations.models import Body, Consultation
from engagement.consultations.rules import BodyKind
from engagement.db import db
from engagement.people.models import Person
from engagement.readiness.criteria.queries.standing import standings_of
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.readiness.gate.actions.deciding import ConditionSaid, settle_condition
from engagement.readiness.gate.actions.opening import reopen_gate
from engagement.readiness.gate.queries.history import conditions_of
from engagement.readiness.gate.queries.present import gate_of
from engagement.readiness.gate.rules import Choice
from engagement.reports.queries.decisions import unmet_words
from engagement.reports.queries.programme import ProgrammeReport, programme_report
from engagement.reports.queries.standing import lede_of, standing_of
from engagement.reports.rules.decisions import DecisionKind
from engagement.reports.snapshots.actions import freeze_report
from engagement.waves.models import Wave
from engagement.waves.rules import WaveStatus
from tests.attention.training_rows import assign

pytestmark = pytest.mark.usefixtures("app", "frozen")


@pytest.fixture
def sponsor() -> Person:
    return make_person("Sue Sponsor", "sue@example.com")


@pytest.fixture
def wave(sponsor: Person) -> Wave:
    """A wave whose go-live is too far ahead for its criteria to have to be met."""
    programme = make_programme(sponsor=sponsor)
    return make_wave(
        programme, workflows=(make_workflow(programme),), members=make_people(3), go_live_on=TODAY + timedelta(days=29)
    )


def report(wave: Wave, days: int = 0) -> ProgrammeReport:
    return programme_report(wave.programme, TODAY + timedelta(days=days), 5)


def state(wave: Wave, days: int = 0) -> str:
    return next(line.state.word for line in report(wave, days).waves if line.wave == wave)


def against(wave: Wave, days: int = 0) -> str:
    return standing_of(report(wave, days)).sentence


def ask_the_works_council(wave: Wave) -> None:
    body = Body(programme=wave.programme, kind=BodyKind.WORKS_COUNCIL, name="Works council", made_at=clock.now())
    db.session.add_all([body, Consultation(wave=wave, body=body, is_required=True, opened_at=clock.now())])
    db.session.flush()


def test_a_gate_that_is_open_again_comes_first_however_far_ahead_its_wave_is(wave, sponsor):
    near = make_wave(
        wave.programme, number=4, name="Motor", members=make_people(0), go_live_on=TODAY + timedelta(days=20)
    )
    assert state(wave) == "Planned"
    say(wave, sponsor)
    object_severely(wave)
    assert reopen_gate(wave.id, TODAY)
    found = report(wave)
    short = next(unmet_words(line.ready.tally) for line in found.waves if line.wave == wave and line.ready)
    assert standing_of(found).against[:2] == [
        f"wave 3, Property claims, goes live on 13 May, its gate is open again, and {short}",
        "wave 4, Motor, goes live on 4 May, and nobody is in it",
    ]
    assert (state(wave), state(near)) == ("Open again", "Not ready")
    assert lede_of(found, standing_of(found)).count("obody is in it") == 1


def test_a_wave_without_people_shortly_ahead_is_not_on_track_rather_than_not_known(wave):
    wave.status = WaveStatus.CANCELLED
    empty = make_wave(wave.programme, number=5, name="Empty", go_live_on=TODAY + timedelta(days=28))
    assert standing_of(report(wave)).is_on_track is False
    assert "wave 5, Empty, goes live on 12 May, and nobody is in it" in against(wave)
    empty.go_live_on = TODAY + timedelta(days=29)
    assert standing_of(report(wave)).is_on_track is None
    empty.status = WaveStatus.LIVE
    assert "wave 5, Empty, is live, and nobody is in it" in against(wave)


def test_criteria_have_to_be_met_near_the_go_live_unless_its_gate_is_passed(wave, sponsor):
    wave.go_live_on = TODAY + timedelta(days=28)
    assert state(wave) == "Not ready"
    assert "wave 3, Property claims, goes live on 12 May, and" in against(wave)
    say(wave, sponsor)
    assert state(wave) == "Planned"
    say(wave, sponsor, Choice.NO_GO)
    assert (state(wave), "was stopped at its gate" in against(wave)) == ("No-go", True)


def test_leave_to_go_on_that_ran_out_and_conditions_that_are_late_are_reasons(wave, sponsor):
    past_the_gate(wave, TODAY - timedelta(days=20))
    wave.go_live_on, wave.status = TODAY + timedelta(days=60), WaveStatus.READY
    assert (state(wave, 10), "without its gate" in against(wave, 10)) == ("Ready", False)
    assert state(wave, 11) == "Not ready"
    assert (
        "wave 3, Property claims, goes live on 13 June, it could go on without its gate only until 24 April"
        in against(wave, 11)
    )
    condition = ConditionSaid("Two more people answer at the desk", sponsor, TODAY + timedelta(days=2))
    say(wave, sponsor, Choice.CONDITIONS, "The desk gets help.", condition)
    assert "should have been met" not in against(wave, 2)
    assert "1 condition of its go should have been met, by 16 April" in against(wave, 13)
    (told,) = report(wave, 13).decided
    assert told.words.endswith("Late: “Two more people answer at the desk”, Sue Sponsor, until 16 April 2026.")


def test_what_a_live_wave_still_owes_to_its_go_is_a_reason_and_named(wave, sponsor):
    wave.go_live_on = TODAY + timedelta(days=1)
    due = TODAY + timedelta(days=2)
    conditions = [ConditionSaid("Two more people answer at the desk", sponsor, due)]
    conditions.append(ConditionSaid("Payments are looked at twice", sponsor, due + timedelta(days=9)))
    say(wave, sponsor, Choice.CONDITIONS, "The desk gets help.", *conditions)
    wave.status = WaveStatus.LIVE
    assert (report(wave, 2).decided, "should have been met" in against(wave, 2)) == ([], False)
    assert "wave 3, Property claims, is live, and 1 condition of its go should have been met, by 16 April" in against(
        wave, 3
    )
    (told,) = report(wave, 3).decided
    assert told.words == (
        "Live since 15 April 2026. Late: “Two more people answer at the desk”, Sue Sponsor, until 16 April 2026."
    )
    assert told.stands == "live since 15 April 2026, 1 condition late"
    assert "2 conditions of its go" in against(wave, 12)
    first, *_ = conditions_of(gate_of(wave, TODAY).said[sponsor.id].id)
    settle_condition(first, "Lena answers.", by=TESTER)
    assert "should have been met" not in against(wave, 3)
    wave.status = WaveStatus.CLOSED
    assert report(wave, 12).decided == []


def test_who_lets_a_wave_through_knows_what_is_not_met(wave, sponsor):
    wave.go_live_on = TODAY + timedelta(days=10)
    found = report(wave)
    unmet = next(unmet_words(line.ready.tally) for line in found.waves if line.ready)
    assert unmet in standing_of(found).sentence
    say(wave, sponsor)
    assert (state(wave), unmet in against(wave)) == ("Planned", False)


def test_after_a_no_go_nothing_is_asked_about_its_day_until_that_has_passed(wave, sponsor):
    wave.go_live_on = wave.training_due_on = TODAY + timedelta(days=10)
    found = report(wave)
    assert [each.kind for each in found.decisions if each.kind is not DecisionKind.OWNERSHIP] == [DecisionKind.GATE]
    say(wave, sponsor, Choice.NO_GO)
    found = report(wave)
    assert [each for each in found.decisions if each.kind is not DecisionKind.OWNERSHIP] == []
    assert lede_of(found, standing_of(found)).endswith("No further wave is planned.")
    (left,) = [each for each in report(wave, 11).decisions if each.kind is not DecisionKind.OWNERSHIP]
    assert left.title == "Set a new day for wave 3 (Property claims)"


def test_who_said_go_is_not_asked_whether_the_day_is_kept(wave, sponsor):
    assign(wave, list(db.session.scalars(select(Person).where(Person.email.startswith("person")))), 0)
    wave.go_live_on, wave.training_due_on = TODAY + timedelta(days=20), TODAY
    (asked,) = [each for each in report(wave).decisions if each.kind is not DecisionKind.OWNERSHIP]
    assert asked.title == "Decide whether wave 3 (Property claims) keeps 4 May"
    say(wave, sponsor)
    assert [each for each in report(wave).decisions if each.kind is not DecisionKind.OWNERSHIP] == []


def test_that_nothing_can_be_foreseen_of_training_is_no_second_proposal(wave):
    wave.go_live_on = wave.training_due_on = TODAY + timedelta(days=10)
    (decision,) = [each for each in report(wave).decisions if each.kind is DecisionKind.GATE]
    assert decision.proposal.count("The figures propose") == 1


def test_a_wave_that_was_let_through_waits_for_what_others_have_a_right_to(wave, sponsor):
    ask_the_works_council(wave)
    wave.go_live_on = TODAY + timedelta(days=10)
    say(wave, sponsor)
    assert "goes live on 24 April, and waits for “Bodies that have to be asked gave their position”" in against(wave)


def test_a_passed_gate_names_what_others_have_a_right_to_first(wave, sponsor):
    ask_the_works_council(wave)
    say(wave, sponsor)
    (told,) = report(wave).decided
    assert told.words == (
        "Passed, but waits for “Bodies that have to be asked gave their position”. Sue Sponsor said go on 14 April 2026."
    )
    wave.go_live_on = TODAY + timedelta(days=10)
    assert state(wave) == "Not ready"


def test_a_passed_gate_that_opens_again_within_minutes_is_not_told_as_passed_alone(wave, sponsor):
    say(wave, sponsor)
    object_severely(wave)
    (told,) = report(wave).decided
    assert told.stands == "Passed, but opens again within minutes: “No severe concern is open” is no longer met"


def test_a_frozen_report_keeps_gates_and_decisions_without_names_of_people(wave, sponsor):
    other = make_wave(
        wave.programme, number=4, name="Motor", members=make_people(0), go_live_on=TODAY + timedelta(days=90)
    )
    say(wave, sponsor)
    object_severely(wave)
    assert reopen_gate(wave.id, TODAY)
    say(other, sponsor)
    kept = freeze_report(wave.programme, TODAY, 5, by=TESTER).stood.splitlines()
    assert "Wave 3: Property claims: Open again, go-live 13 May" in kept
    assert "Wave 4: Motor: Planned, go-live 13 July" in kept
    assert "Decision needed: Go or no-go for wave 3 (Property claims) by Wednesday 6 May 2026" in kept
    assert "Decided: Wave 4, Motor: Passed" in kept
    assert sponsor.name not in "".join(kept)


def test_the_proposal_names_what_the_sentence_on_the_gate_leaves_out(wave, sponsor):
    say(wave, sponsor)
    object_severely(wave)
    reopen_gate(wave.id, TODAY)
    (decision,) = [each for each in report(wave).decisions if each.title.startswith("Go or no-go")]
    short = [each for each in standings_of([wave], TODAY)[wave.id].criteria if each.state is CriterionState.SHORT]
    fallen, others = (
        CriterionKind.CONCERNS.word,
        [each.title for each in short if each.kind is not CriterionKind.CONCERNS],
    )
    assert decision.words.count(f"“{fallen}”") == 1
    assert f"criteria are not met, also “{others[0]}”" in decision.proposal
