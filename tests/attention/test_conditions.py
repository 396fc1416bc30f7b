"""Whom a condition of a go-live needs: who is to meet it from the start, others once it is late."""

from datetime import date, timedelta

import pytest
from factories import make_account, make_person, make_programme, make_wave
from readiness.gate_rows import TODAY, say

from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.attention.queries.gates import conditions_open
from engagement.people.models import Person
from engagement.readiness.gate.actions.deciding import ConditionSaid
from engagement.readiness.gate.rules import Choice

pytestmark = pytest.mark.usefixtures("app", "frozen")


def words(person: Person, role: Role | None, on: date) -> list[str]:
    account = make_account(person.email, person.name, *([role] if role else []))
    found = conditions_open(reader_of(account, "UTC"), on, 4)
    return [getattr(need.subject, "words", "") for need in found.first]


@pytest.mark.parametrize("is_late", [False, True])
def test_a_condition_needs_its_owner_from_the_start_and_once_late_who_set_it_and_who_plans_the_wave(
    is_late: bool,
) -> None:
    owner, sponsor, planner, other = (
        make_person(name, f"{name[:3].lower()}@example.com")
        for name in ("Otto Other", "Sue Sponsor", "Ina Planner", "Ann One")
    )
    wave = make_wave(make_programme(sponsor=sponsor), go_live_on=TODAY + timedelta(days=9))
    say(wave, sponsor, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", owner, TODAY))
    on = TODAY + timedelta(days=2 if is_late else 0)
    late = " 2 days late." if is_late else ""
    assert words(owner, None, on) == [f"A condition of {wave.title}, by you until 14 April 2026.{late}"]
    theirs = [f"A condition of {wave.title}, by Otto Other until 14 April 2026.{late}"] if is_late else []
    assert words(sponsor, None, on) == words(planner, Role.CHANGE_MANAGER, on) == theirs
    assert words(other, None, on) == []
