"""Who is to meet a condition hears of it once it is certain, and again when it is asked no more."""

from datetime import timedelta

import pytest
import time_machine
from factories import TESTER, make_person
from readiness.gate_rows import TODAY, gate, object_severely, say
from readiness.letters_read import letters, texts

from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people.models import Person
from engagement.readiness.gate.actions.deciding import ConditionSaid, end_approver, name_approver, settle_condition
from engagement.readiness.gate.actions.opening import reopen_gate
from engagement.readiness.gate.queries.history import conditions_of
from engagement.readiness.gate.rules import Choice
from engagement.waves.models import Wave

pytestmark = pytest.mark.usefixtures("app", "frozen")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def olga(wave: Wave) -> Person:
    """Who is heard beside the sponsor."""
    person = make_person("Olga Officer", "olga@example.com")
    name_approver(wave, person, by=TESTER)
    return person


@pytest.fixture
def otto() -> Person:
    return make_person("Otto Other", "otto@example.com")


def to(person: Person) -> list[str]:
    """Return the first words of the subjects of the letters to somebody."""
    return [
        subject.partition(" of ")[2].rpartition(" is ")[2] for address, subject in letters() if address == person.email
    ]


YOURS, NO_MORE = "yours to meet", "not asked any more"


def test_a_condition_of_who_is_only_heard_is_told_when_the_last_word_is_go(wave, sponsor, olga, otto, frozen):
    first = say(wave, olga, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", otto, TOMORROW))
    assert to(otto) == []
    # What nobody was told of is taken back without a word.
    frozen.shift(60)
    say(wave, olga, Choice.NO_GO, "No help comes.")
    assert to(otto) == []
    with pytest.raises(RuleBroken, match="This condition went with the former decision"):
        settle_condition(conditions_of(first.id)[0], "They came.", by=TESTER)
    frozen.shift(60)
    say(wave, olga, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", otto, TOMORROW))
    say(wave, sponsor, Choice.NO_GO)
    assert to(otto) == []
    frozen.shift(60)
    say(wave, sponsor)
    assert to(otto) == [YOURS]
    assert (
        f"Olga Officer said go for {wave.title} under a condition, and named you as the one who meets it until "
        "Wednesday 15 April 2026." in texts()[-1]
    )
    # Whoever decides anew tells nobody twice.
    frozen.shift(60)
    say(wave, sponsor)
    assert to(otto) == [YOURS]
    frozen.shift(60)
    say(wave, olga, Choice.NO_GO, "No help comes.")
    assert to(otto) == [YOURS, NO_MORE]
    assert "Olga Officer decided anew" in texts()[-1]


def test_the_last_word_itself_tells_at_once_and_who_is_asked_something_else_gets_one_letter(
    wave, sponsor, olga, otto, frozen
):
    nora = make_person("Nora New", "nora@example.com")
    asked = [ConditionSaid("Two more people", otto, TOMORROW), ConditionSaid("A rota", nora, TOMORROW, 2)]
    own = ConditionSaid("I open it", sponsor, TOMORROW, 3)
    say(wave, sponsor, Choice.CONDITIONS, "Help comes.", *asked, own)
    assert (to(otto), to(nora), to(sponsor)) == ([YOURS], [YOURS], [])
    rota = gate(wave).open_conditions[1]
    settle_condition(rota, "It hangs there.", by=TESTER)
    frozen.shift(60)
    say(wave, sponsor, Choice.CONDITIONS, "More help comes.", ConditionSaid("Three more people", otto, TOMORROW))
    # What was done is not taken back from who did it.
    assert (to(otto), to(nora), to(sponsor)) == ([YOURS, YOURS], [YOURS], [])
    frozen.shift(60)
    say(wave, sponsor, Choice.NO_GO)
    assert (to(otto), to(nora)) == ([YOURS, YOURS, NO_MORE], [YOURS])


def test_a_gate_that_opened_again_keeps_what_is_asked_and_tells_it_when_it_becomes_certain(
    wave, sponsor, olga, otto, frozen
):
    say(wave, olga, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", otto, TOMORROW))
    object_severely(wave)
    db.session.commit()
    frozen.shift(60)
    assert reopen_gate(wave.id, TODAY)
    assert to(otto) == []
    frozen.shift(60)
    say(wave, sponsor)
    assert to(otto) == [YOURS]
    settle_condition(gate(wave).open_conditions[0], "They came.", by=TESTER)


def test_where_nobody_has_the_last_word_all_who_are_named_make_it_certain(
    wave, sponsor, olga, otto, frozen: time_machine.Traveller
):
    nora = make_person("Nora New", "nora@example.com")
    row = name_approver(wave, nora, by=TESTER)
    wave.programme.sponsor = None
    db.session.flush()
    say(wave, olga, Choice.CONDITIONS, "Help comes.", ConditionSaid("Two more people", otto, TOMORROW))
    assert to(otto) == []
    say(wave, nora)
    assert to(otto) == [YOURS]
    end_approver(row, by=TESTER)
