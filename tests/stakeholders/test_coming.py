"""What comes next on a map: late contacts and promises first, then what is due, only of those on the map and as far as it may be read."""

from datetime import timedelta

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave
from stakeholders.map_rows import promise
from stakeholders.touch_rows import ON, add, talk

from engagement import clock
from engagement.people import actions as people
from engagement.reach import Reach
from engagement.stakeholders.actions.mapping import remove_stakeholder
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.rhythm.actions import say_own_rhythm, say_rhythms
from engagement.stakeholders.rhythm.queries.coming import next_on_map
from engagement.stakeholders.rhythm.rules import USUAL, Every
from engagement.stakeholders.standings.queries.reading import MapAt
from engagement.stakeholders.standings.rules import Quadrant

pytestmark = pytest.mark.usefixtures("frozen")
EVERYTHING, NOTHING = Reach(everything=True), Reach()


def coming(on=ON, *, maps=EVERYTHING, filters=None, reading=EVERYTHING, most=5):
    """Return whom, in how many days, and by what each of the first comes."""
    found = next_on_map(MapAt(maps, filters or Filters(), None, on), reading, most)
    return [
        (each.stakeholder_id, (each.due_on - on).days, each.promised.text if each.promised else each.every)
        for each in found
    ]


def test_the_latest_come_first_and_then_what_is_next(wave, sam):
    council, brokers, letters = add("Works council", wave), add("Brokers", wave, at=(60, 40)), add("Letters", wave)
    add("Not placed", wave, at=None)
    talk(council, ago=20)
    talk(brokers, ago=30)
    talk(letters, ago=3)
    promise(letters, sam, "Send the rota", due=ON + timedelta(days=9))
    assert coming() == [
        (council.id, -6, Every.TWO_WEEKS),
        (brokers.id, 1, Every.MONTH),
        (letters.id, 9, "Send the rota"),
        (letters.id, 11, Every.TWO_WEEKS),
    ]
    assert coming(ON + timedelta(days=10), most=3) == [
        (council.id, -16, Every.TWO_WEEKS),
        (brokers.id, -9, Every.MONTH),
        (letters.id, -1, "Send the rota"),
    ]


def test_the_closer_rhythm_counts_and_one_of_their_own_before_it(wave):
    other = make_wave(make_programme("Another"))
    say_rhythms(other.programme, {**USUAL, Quadrant.WORK_CLOSELY: Every.WEEK}, by=TESTER)
    both, own, never = add("On both", wave, other), add("Own", wave), add("Never", wave)
    say_own_rhythm(own, Every.QUARTER, by=TESTER)
    say_own_rhythm(never, Every.NEVER, by=TESTER)
    talk(both, own, never, ago=5)
    assert coming() == [(both.id, 2, Every.WEEK), (own.id, 87, Every.QUARTER)]


def test_only_those_on_the_map_that_is_asked_for(wave, sam):
    other = make_wave(make_programme("Another"))
    here, there, off = add("Brokers", wave, role="Ask why"), add("Suppliers", other), add("Consultants", wave)
    left, closed = add(make_person("Ann Gone", "ann@example.com"), wave), add(make_department("Motor"), wave)
    for row in (here, there, off):
        promise(row, sam, "Call back", due=ON + timedelta(days=2))
    remove_stakeholder(off, by=TESTER)
    people.mark_as_left(left.person, by=TESTER)
    closed.department.closed_at = clock.now()
    everybody = {here.id, there.id}
    assert {key for key, *_ in coming()} == everybody
    for asked in (
        {"maps": Reach(programmes=frozenset({wave.programme_id}))},
        {"filters": Filters(wave_id=wave.id)},
        {"filters": Filters(programme_id=wave.programme_id)},
        {"filters": Filters(words="ask BROKERS")},
    ):
        assert {key for key, *_ in coming(**asked)} == {here.id}, asked


def test_promises_are_told_to_those_who_may_read_them(wave, sam):
    row = add("Brokers", wave)
    promise(row, sam, "Call back", due=ON + timedelta(days=2))
    contact, promised = (row.id, 14, Every.TWO_WEEKS), (row.id, 2, "Call back")
    assert coming(reading=NOTHING) == [contact]
    assert coming(reading=Reach(waves=frozenset({wave.id}))) == [promised, contact]
    assert coming(reading=Reach(person_id=sam.id)) == [promised, contact]


def test_of_nobody_nothing_comes(wave):
    assert coming() == []
