"""Who is named to judge a criterion hears so once, and has it among their tasks until they judged it."""

from datetime import timedelta

import pytest
from factories import TESTER, make_account, make_person
from readiness.gate_rows import TODAY
from readiness.letters_read import letters, texts

from engagement.accounts.queries import account_of_person, reader_of
from engagement.attention.queries.gates import asked_at_gates
from engagement.people.models import Person
from engagement.readiness.criteria.actions import Terms, change_criterion, judge, set_terms, write_criterion
from engagement.readiness.criteria.rules import CriterionKind, CriterionState
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("app", "frozen")


def asked(person: Person) -> list[tuple[str, int]]:
    """Return which criteria wait for somebody's judgement, and how late each is."""
    account = account_of_person(person.id) or make_account(person.email, person.name)
    return [(need.name, need.days_late) for need in asked_at_gates(reader_of(account, "UTC"), TODAY, 5)[2].first]


def test_who_judges_is_written_to_once_when_named_and_not_who_names_themself(wave):
    finn, gita = (make_person(name, f"{name.lower()}@example.com") for name in ("Finn", "Gita"))
    row = write_criterion(wave, Terms("The fallback is rehearsed", finn), by=TESTER)
    subject = f"You judge whether {wave.title} is ready in one respect"
    assert letters() == [("finn@example.com", subject)]
    # What somebody wrote stays on the page; the letter names the day by which it is needed.
    assert ("rehearsed" in texts()[0], "Judge it by Tuesday 14 April 2026" in texts()[0]) == (False, True)
    change_criterion(row, Terms("The fallback is rehearsed twice", finn), by=TESTER)
    assert len(letters()) == 1
    change_criterion(row, Terms("The fallback is rehearsed twice", gita), by=TESTER)
    assert letters()[1:] == [("gita@example.com", subject)]
    change_criterion(row, Terms("The fallback is rehearsed twice", gita, left_out="It is small."), by=TESTER)
    change_criterion(row, Terms("The fallback is rehearsed twice", gita), by=TESTER)
    assert letters()[2:] == [("gita@example.com", subject)]
    planner = make_account("ines@example.com", "Ines Okafor")
    planner.person = make_person("Ines Okafor", "ines@example.com")
    write_criterion(wave, Terms("The desk is staffed", planner.person), by=planner.actor)
    # Who sees to what the service counts has nothing to judge.
    set_terms(wave, CriterionKind.CHAMPIONS, Terms(owner=finn), by=TESTER)
    wave.status = WaveStatus.LIVE
    write_criterion(wave, Terms("It still works", finn), by=TESTER)
    assert len(letters()) == 3


def test_a_criterion_waits_for_who_judges_it_until_they_did_or_nobody_asks(wave):
    finn, gita = (make_person(name, f"{name.lower()}@example.com") for name in ("Finn", "Gita"))
    wave.go_live_on = TODAY + timedelta(days=5)
    first = write_criterion(wave, Terms("The fallback is rehearsed", finn), by=TESTER)
    second = write_criterion(wave, Terms("The desk is staffed", finn), by=TESTER)
    set_terms(wave, CriterionKind.CHAMPIONS, Terms(owner=finn), by=TESTER)
    assert asked(finn) == [("The fallback is rehearsed", 2), ("The desk is staffed", 2)]
    assert asked(gita) == []
    judge(first, CriterionState.SHORT, "One team is left.", by=TESTER)
    assert asked(finn) == [("The desk is staffed", 2)]
    change_criterion(second, Terms("The desk is staffed", gita), by=TESTER)
    assert (asked(finn), asked(gita)) == ([], [("The desk is staffed", 2)])
    wave.status = WaveStatus.LIVE
    assert asked(gita) == []
    wave.status = WaveStatus.READY
    change_criterion(second, Terms("The desk is staffed", gita, left_out="It is small."), by=TESTER)
    assert asked(gita) == []
