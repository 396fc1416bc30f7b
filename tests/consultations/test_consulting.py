"""Consultations: what a wave waits for, what opens one again, who reads them, and what is asked of whom."""

from datetime import UTC, date, datetime

import pytest
from attention.training_rows import own_all
from factories import TESTER, make_account, make_person, make_programme, make_wave, make_workflow
from readiness.gate_rows import past_the_gate

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.accounts.scopes import rights
from engagement.attention.queries.consultations import consultations_waiting
from engagement.consultations.actions.bodies import end_member, make_body, name_member
from engagement.consultations.actions.consulting import (
    answer_question,
    ask_question,
    change_consultation,
    open_consultation,
    say_position,
)
from engagement.consultations.models import Body, Consultation
from engagement.consultations.queries.said import positions_of
from engagement.consultations.queries.standing import Shown, shown_of, shown_where
from engagement.consultations.rules import Asked, BodyDetails, BodyKind, PositionKind, PositionSaid, Stand
from engagement.consultations.scopes import consultation_for, consultations_within
from engagement.db import db
from engagement.errors import BadInput, BeyondReach, RuleBroken
from engagement.programmes.models import Workflow
from engagement.programmes.portfolio.actions import announce_version
from engagement.reach import Reach
from engagement.readiness.actions import Overruled, make_ready
from engagement.readiness.queries.obstacles import obstacles
from engagement.readiness.rules import ObstacleKind
from engagement.waves.models import Wave
from engagement.waves.queries import workflows_of_waves
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
REQUIRED = Asked(True, "Section 4", date(2026, 5, 4))
LATER = datetime(2026, 4, 15, 9, tzinfo=UTC)


def a_wave() -> Wave:
    programme, lead = make_programme(), make_person("Lea Lead")
    workflow = make_workflow(programme)
    own_all(workflow, lead)
    return make_wave(programme, workflows=(workflow,), members=[lead], lead=lead)


def council(wave: Wave) -> Body:
    return make_body(wave.programme, BodyDetails("Works council", BodyKind.WORKS_COUNCIL), None, by=TESTER)


def of(consultation: Consultation) -> Shown:
    (shown,) = shown_of([consultation])
    return shown


def says(kind: PositionKind, words: str = "In words.") -> PositionSaid:
    return PositionSaid(kind, words, TODAY)


def stands_against(wave: Wave, to: WaveStatus = WaveStatus.READY) -> list[str]:
    found = obstacles(wave, TODAY, to=to)
    return [each.why.partition(". ")[2] for each in found if each.kind is ObstacleKind.RIGHT]


def test_a_wave_waits_for_a_required_position_and_again_after_a_new_version() -> None:
    wave = a_wave()
    body = council(wave)
    row = open_consultation(wave, body, REQUIRED, today=TODAY, by=TESTER)
    with pytest.raises(BadInput, match="asked about Wave 3: Property claims already"):
        open_consultation(wave, body, REQUIRED, today=TODAY, by=TESTER)
    assert stands_against(wave) == ["Works council has given no position yet."]
    say_position(row, says(PositionKind.OBJECTS), today=TODAY, by=TESTER)
    assert stands_against(wave) == ["Works council objects."]
    say_position(row, says(PositionKind.CONDITIONS), today=TODAY, by=TESTER)
    assert (stands_against(wave), of(row).stand) == ([], Stand.CONDITIONS)
    (workflow,) = wave_workflows(wave)
    announce_version(workflow, "It also sorts photos.", TODAY, by=TESTER)
    shown = of(row)
    assert (shown.stand, shown.since_words) == (Stand.AGAIN, "Claims triage has version 2: It also sorts photos.")
    assert stands_against(wave) == [
        "Works council has to be asked again: Claims triage has version 2: It also sorts photos."
    ]
    say_position(row, says(PositionKind.AGREES, ""), today=TODAY, by=TESTER)
    assert of(row).stand is Stand.AGREES
    assert [each.kind for each in positions_of(row.id)] == [
        PositionKind.AGREES,
        PositionKind.CONDITIONS,
        PositionKind.OBJECTS,
    ]
    change_consultation(row, Asked(False, "", None), today=TODAY, by=TESTER)
    say_position(row, says(PositionKind.OBJECTS), today=TODAY, by=TESTER)
    assert stands_against(wave) == []
    other = make_wave(make_programme("Another"))
    with pytest.raises(RuleBroken, match="belongs to another programme"):
        open_consultation(other, body, REQUIRED, today=TODAY, by=TESTER)


def wave_workflows(wave: Wave) -> list[Workflow]:
    return workflows_of_waves([wave.id])[wave.id]


def test_who_plans_the_programme_goes_past_it_and_an_objection_or_a_newer_version_is_something_else() -> None:
    wave = a_wave()
    row = open_consultation(wave, council(wave), REQUIRED, today=TODAY, by=TESTER)
    reasons = {each.name: "They said yes by phone." for each in obstacles(wave, TODAY)}
    manager = Overruled(reasons, Reach(programmes=frozenset({wave.programme_id})))
    with pytest.raises(RuleBroken, match="not met: Bodies that have to be asked gave their position"):
        make_ready(wave, reason="Rehearsed.", overruled=manager, today=TODAY, by=TESTER)
    past_the_gate(wave)
    make_ready(wave, reason="Rehearsed.", overruled=manager, today=TODAY, by=TESTER)
    assert stands_against(wave, WaveStatus.LIVE) == []
    say_position(row, says(PositionKind.OBJECTS), today=TODAY, by=TESTER).said_at = LATER
    assert stands_against(wave, WaveStatus.LIVE) == ["Works council objects."]
    say_position(row, says(PositionKind.AGREES), today=TODAY, by=TESTER)
    announce_version(wave_workflows(wave)[0], "It also sorts photos.", TODAY, by=TESTER).said_at = LATER
    db.session.flush()
    assert len(stands_against(wave, WaveStatus.LIVE)) == 1


def test_who_speaks_for_a_body_reads_its_consultations_and_no_others() -> None:
    wave, member = a_wave(), make_person("Rea Council", "rea@example.com")
    body = council(wave)
    own = open_consultation(wave, body, REQUIRED, today=TODAY, by=TESTER)
    union = make_body(wave.programme, BodyDetails("Union", BodyKind.UNION), None, by=TESTER)
    others = open_consultation(wave, union, REQUIRED, today=TODAY, by=TESTER)
    account = make_account("rea@example.com", "Rea Council")
    account.person_id = member.id
    named = name_member(body, member, by=TESTER)
    assert name_member(body, member, by=TESTER) is named
    reader = reader_of(account, "UTC")
    overseeing, representing = rights.overseeing(reader), rights.representing(reader)
    seen = consultations_within(overseeing, representing)
    assert [each.consultation.id for each in shown_where(seen)] == [own.id]
    assert consultation_for(overseeing, representing, own.id) is own
    for reach, asked in ((representing, others.id), (None, own.id)):
        with pytest.raises(BeyondReach):
            consultation_for(overseeing, reach, asked)
    limited = rights.representing(reader.as_employee())
    with pytest.raises(BeyondReach):
        consultation_for(overseeing, limited, own.id)
    end_member(named, by=TESTER)
    assert shown_where(consultations_within(overseeing, representing)) == []


def test_questions_deadlines_and_new_versions_wait_for_who_plans_the_wave() -> None:
    wave = a_wave()
    manager = reader_of(make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER), "UTC")
    row = open_consultation(wave, council(wave), REQUIRED, today=TODAY, by=TESTER)

    def waiting(on: date = TODAY) -> list[str]:
        return [need.subject.words for need in consultations_waiting(manager, on, 5).first]

    assert waiting() == []
    question = ask_question(row, "Who sees the counts?", by=TESTER)
    assert waiting() == ["1 question has no answer."]
    for text in ("", "x" * 5_001):
        with pytest.raises(BadInput):
            answer_question(question, text, by=TESTER)
    answer_question(question, "Nobody.", by=TESTER)
    assert waiting() == []
    assert waiting(date(2026, 4, 27)) == ["The deadline is 4 May 2026, in 7 days."]
    assert waiting(date(2026, 5, 6)) == ["The deadline is 4 May 2026, 2 days ago."]
    say_position(row, says(PositionKind.AGREES), today=TODAY, by=TESTER)
    assert waiting(date(2026, 5, 6)) == []
