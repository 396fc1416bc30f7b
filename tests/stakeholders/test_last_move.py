"""Who was last judged to stand elsewhere on a map, and what may be told of it."""

from datetime import timedelta

import pytest
from factories import TESTER, make_change_manager, make_person, make_programme, make_wave
from stakeholders.map_rows import ON, add, say

from engagement import clock
from engagement.reach import Reach
from engagement.stakeholders.actions.mapping import remove_stakeholder
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.standings.queries.movement import last_move
from engagement.stakeholders.standings.queries.reading import MapAt
from engagement.stakeholders.standings.rules import Level

pytestmark = pytest.mark.usefixtures("frozen")


def last(*, before=None, filters=None, maps=None):
    """Return who moved last, how, why and by whom; None for nobody."""
    found = last_move(MapAt(maps or Reach(everything=True), filters or Filters(), before, ON))
    return found and (found.move.stakeholder_id, found.move.words, found.reason.text, found.reason.by)


def test_the_newest_move_is_told_with_its_reason(wave, frozen):
    ines = make_change_manager().actor
    row, other = add("Broker Service", wave), add("Works council", wave)
    say(row, influence=59, interest=84)
    assert last() is None
    frozen.shift(timedelta(hours=1))
    say(row, "They own the June renewals.", by=ines, influence=69, interest=86)
    moved = (row.id, "Power 5.9 → 6.9, interest 8.4 → 8.6.", "They own the June renewals.", "Ines Okafor")
    assert last() == moved
    frozen.shift(timedelta(hours=1))
    noon = clock.now()
    say(other, influence=80, interest=80)
    say(row, influence=69, interest=86, level_wanted=Level.NEUTRAL)
    assert last() == moved
    frozen.shift(timedelta(hours=1))
    say(other, "Less now.", influence=70, interest=80)
    assert last() == (other.id, "Power 8.0 → 7.0.", "Less now.", None)
    assert last(before=noon) == moved
    remove_stakeholder(other, by=TESTER)
    assert last() == moved


def test_of_two_judgements_of_one_instant_the_second_counts(wave):
    row = add("Brokers", wave)
    for power in (10, 20, 30):
        say(row, "So it is.", influence=power)
    assert last()[1] == "Power 2.0 → 3.0."


def test_only_the_map_that_is_asked_for_counts(wave):
    other = make_wave(make_programme("Another"))
    here, there = add("Brokers", wave), add("Suppliers", other)
    for row in (here, there):
        say(row, influence=10)
        say(row, "More.", influence=20)
    assert last()[0] == there.id
    assert last(filters=Filters(wave_id=wave.id))[0] == here.id
    assert last(filters=Filters(words="brokers"))[0] == here.id
    assert last(maps=Reach(waves=frozenset({wave.id})))[0] == here.id


def test_nothing_is_told_of_attitudes_that_must_not_be_kept(wave):
    ann = make_person("Ann Lead", "ann@example.com")
    wave.lead = ann
    row = add(ann, wave)
    say(row, influence=50, level_now=Level.NEUTRAL)
    say(row, "Her team left it to her.", influence=60, level_now=Level.NEUTRAL)
    say(row, "She refused.", influence=60, level_now=Level.RESISTANT)
    assert last()[1:3] == ("Engagement neutral → resistant.", "She refused.")
    wave.lead = None
    assert last()[1:3] == ("Power 5.0 → 6.0.", "")
