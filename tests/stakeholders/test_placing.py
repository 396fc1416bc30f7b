"""The map at any moment: the end of a day is what a replay of all that happened gives, and labels follow present posts."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from factories import TESTER, make_person, make_programme, make_wave
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engagement import clock
from engagement.db import db
from engagement.reach import Reach
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.models import StakeholderPlace
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.scopes import doors_to, places_within, stands_within_alone
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.queries.movement import movement_since
from engagement.stakeholders.standings.queries.placing import stood
from engagement.stakeholders.standings.queries.reading import MapAt
from engagement.stakeholders.standings.queries.telling import Owner, reasons, told
from engagement.stakeholders.standings.rules import Level, Quadrant, Standing

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup
ON = date(2026, 4, 14)
EVERYTHING = Reach(everything=True)
HOUR = timedelta(hours=1)


def add(whom, *places, group=G.OTHERS, **said):
    return mapping.add_stakeholder(whom, group, places=places, by=TESTER, **said)


def say(row, reason="Why", **said):
    return say_standing(row, Standing(**said), reason, on=ON, by=TESTER)


def places(rows):
    return {row.stakeholder_id: (row.influence, row.interest, row.level_now, row.level_wanted) for row in rows}


def moves(found):
    """Return who moved, came and left, the ones who moved furthest first."""
    kinds = [[], [], []]
    for move in found.first:
        kinds[0 if move.before and move.now else 1 if move.now else 2].append(move.stakeholder_id)
    assert [len(kind) for kind in kinds] == [found.moved, found.came, found.left]
    assert [key for kind in kinds for key in kind] == [move.stakeholder_id for move in found.first]
    return kinds


def replayed_moves(then, now):
    """Return what `moves` has to be, given where everybody stood, by name as their ids are."""

    def distance(key):
        ways = [(old, new) for old, new in zip(then[key][:2], now[key][:2], strict=True)]
        return 0 if None in (each for way in ways for each in way) else sum((old - new) ** 2 for old, new in ways)

    moved = sorted(key for key in then if key in now and then[key] != now[key])
    return [sorted(moved, key=lambda key: -distance(key)), sorted(now.keys() - then), sorted(then.keys() - now)]


@dataclass
class Replayed:
    """What a patient reader of the history would have noted of one stakeholder."""

    on_waves: set[int]
    standing: tuple = (None, None, None, None)
    is_removed: bool = False


@dataclass
class Story:
    """Two waves, three stakeholders, and the map after each hour."""

    waves: list
    rows: list
    now: dict[int, Replayed]
    after: list[dict[int, dict[int, tuple]]] = field(default_factory=list)

    def note(self):
        self.after.append(
            {
                wave.id: {
                    key: one.standing for key, one in self.now.items() if not one.is_removed and wave.id in one.on_waves
                }
                for wave in self.waves
            }
        )

    def act(self, step):
        kind, which, *rest = step
        row = self.rows[which]
        one = self.now[row.id]
        if kind == "say" and not one.is_removed:
            values = tuple(rest[0])
            say(row, influence=values[0], interest=values[1], level_now=values[2], level_wanted=values[3])
            one.standing = values
        elif kind == "place" and not one.is_removed:
            chosen = [self.waves[n] for n in sorted(rest[0])]
            mapping.change_stakeholder(row, G.OTHERS, places=chosen, name=row.name, by=TESTER)
            one.on_waves = {wave.id for wave in chosen}
        elif kind == "remove":
            mapping.remove_stakeholder(row, by=TESTER)
            one.is_removed = True
        elif kind == "return":
            mapping.put_back(row, by=TESTER)
            one.is_removed = False


tenths = st.none() | st.integers(0, 100)
levels = st.none() | st.sampled_from(Level)
steps = st.lists(
    st.tuples(st.just("say"), st.integers(0, 2), st.tuples(tenths, tenths, levels, levels))
    | st.tuples(st.just("place"), st.integers(0, 2), st.sets(st.integers(0, 1), min_size=1))
    | st.tuples(st.sampled_from(["remove", "return"]), st.integers(0, 2)),
    max_size=14,
)


BEGUN = datetime(2026, 4, 14, 9, tzinfo=UTC)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, together=st.sets(st.integers(0, 13)))
def test_the_map_of_any_moment_is_what_a_replay_gives(app, wave, frozen, steps, together):
    """Steps in `together` happen at the same instant as the step before, as two clicks within a clock's tick do.

    Each engine draws stories of its own.
    """
    frozen.move_to(BEGUN)
    programme = make_programme("Replayed")
    waves = [make_wave(programme, number=1, name="One"), make_wave(programme, number=2, name="Two")]
    rows = [add(f"Group {n}", *waves) for n in range(3)]
    story = Story(waves, rows, {row.id: Replayed({each.id for each in waves}) for row in rows})
    story.note()
    ends = {}
    for number, step in enumerate(steps):
        if number not in together:
            frozen.shift(HOUR)
        story.act(step)
        story.note()
        ends[clock.now()] = story.after[-1]
    maps = {each.id: Filters(wave_id=each.id) for each in waves}
    known = StakeholderPlace.programme_id == programme.id
    for end, then in ends.items():
        just_after = end + timedelta(microseconds=1)
        found = {key: places(stood(known, asked, before=just_after, on=ON)) for key, asked in maps.items()}
        assert found == then
    assert {key: places(stood(known, asked, on=ON)) for key, asked in maps.items()} == story.after[-1]
    assert stood(known, before=BEGUN, on=ON) == []
    moments = [
        (BEGUN, {each.id: {} for each in waves}),
        *((end + timedelta(microseconds=1), then) for end, then in ends.items()),
        (None, story.after[-1]),
    ]
    reach = Reach(programmes=frozenset({programme.id}))
    for earlier, later in [*pairwise(moments), *((each, moments[-1]) for each in moments[:-1])]:
        for key, asked in maps.items():
            then, now = (MapAt(reach, asked, before, ON) for before, _ in (earlier, later))
            assert moves(movement_since(then, now, 9)) == replayed_moves(earlier[1][key], later[1][key])
    db.session.rollback()


def test_what_happens_at_midnight_belongs_to_the_new_day(wave):
    midnight = BEGUN.replace(hour=0, minute=0, second=0, microsecond=0)
    with clock.standing_at(midnight - timedelta(days=3)):
        row = add("Works council", wave)
    with clock.standing_at(midnight - timedelta(microseconds=1)):
        say(row, influence=10, interest=20)
    with clock.standing_at(midnight):
        say(row, influence=30, interest=40)
    assert places(stood(before=midnight, on=ON)) == {row.id: (10, 20, None, None)}
    assert places(stood(before=midnight + timedelta(days=1), on=ON)) == {row.id: (30, 40, None, None)}
    assert places(stood(on=ON)) == {row.id: (30, 40, None, None)}


def test_a_past_map_tells_no_levels_of_whom_none_may_be_kept_today(wave):
    ann = make_person("Ann Lead", "ann@example.com")
    wave.lead = ann
    row = add(ann, wave)
    say(row, influence=70, interest=80, level_now=Level.RESISTANT, level_wanted=Level.LEADING, reason="She said no.")
    later = clock.now() + HOUR
    assert places(stood(before=later, on=ON)) == {row.id: (70, 80, Level.RESISTANT, Level.LEADING)}
    assert [said.text for said in reasons([row.id], on=ON).values()] == ["She said no."]
    wave.lead = None
    db.session.flush()
    for before in (later, None):
        (found,) = stood(before=before, on=ON)
        assert (found.said, found.is_labelled) == (Standing(70, 80), False)
        assert (found.gap, found.urgency) == (None, None)
        assert reasons([row.id], before=before, on=ON) == {}


def test_filters_hold_for_the_moment_that_is_asked_for(wave):
    ann, bob = make_person("Ann Owner", "ann@example.com"), make_person("Bob Owner", "bob@example.com")
    row = add("Brokers", wave, group=G.CUSTOMERS, owner=ann, role="Ask why")
    first = clock.now() + HOUR
    with clock.standing_at(clock.now() + 2 * HOUR):
        mapping.change_stakeholder(row, G.OTHERS, places=[wave.programme], name="Brokers", owner=bob, by=TESTER)
    for before, group, owner, words in ((first, G.CUSTOMERS, ann, "ask"), (None, G.OTHERS, bob, "")):
        for asked in (
            Filters(group=group),
            Filters(owner_id=owner.id),
            Filters(wave_id=wave.id),
            Filters(programme_id=wave.programme_id),
            Filters(words=f"brokers {words}"),
        ):
            assert [found.stakeholder_id for found in stood(filters=asked, before=before, on=ON)] == [row.id]
    assert stood(filters=Filters(group=G.CUSTOMERS), on=ON) == []
    assert stood(filters=Filters(owner_id=ann.id), on=ON) == []
    assert stood(filters=Filters(words="ask"), on=ON) == []
    assert stood(filters=Filters(owner_id=bob.id), before=first, on=ON) == []
    assert told([row.id], before=first)[row.id].owner == Owner(ann.name, has_left=False)


def test_a_place_out_of_reach_shows_nobody(wave):
    other = make_wave(make_programme("Another"), name="Elsewhere")
    both = add("Policyholders", wave, other)
    reach = places_within(Reach(waves=frozenset({wave.id})))
    assert [found.stakeholder_id for found in stood(reach, Filters(wave_id=wave.id), on=ON)] == [both.id]
    assert stood(reach, Filters(wave_id=other.id), on=ON) == []


def test_movement_says_who_moved_came_and_left(wave, frozen):
    council, brokers, gone = (add(name, wave) for name in ("Works council", "Brokers", "Consultants"))
    say(council, influence=59, interest=84, level_now=Level.RESISTANT)
    say(brokers, influence=42, interest=63)
    then, now = (MapAt(EVERYTHING, Filters(), before, ON) for before in (clock.now() + HOUR, None))
    frozen.shift(2 * HOUR)
    say(council, influence=69, interest=86, level_now=Level.NEUTRAL)
    say(brokers, influence=42, interest=63, level_now=Level.SUPPORTIVE)
    mapping.remove_stakeholder(gone, by=TESTER)
    letters = add("Letters", wave)
    found = movement_since(then, now, 9)
    assert moves(found) == [[council.id, brokers.id], [letters.id], [gone.id]]
    assert [move.words for move in found.first[:2]] == [
        "Power 5.9 → 6.9, interest 8.4 → 8.6, engagement resistant → neutral.",
        "Engagement supportive.",
    ]
    assert (movement_since(then, now, 1).total, len(movement_since(then, now, 1).first)) == (4, 1)
    asked = Filters(group=G.CUSTOMERS)
    assert moves(movement_since(replace(then, filters=asked), replace(now, filters=asked), 9)) == [[], [], []]
    later = replace(then, before=clock.now() + HOUR)
    assert movement_since(later, now, 9).total == 0


def test_gap_and_quadrant_follow_from_what_was_said(wave):
    council, unplaced = add("Works council", wave), add("Unplaced", wave)
    say(council, influence=75, interest=20, level_now=Level.RESISTANT, level_wanted=Level.SUPPORTIVE)
    say(unplaced, influence=75, level_now=Level.RESISTANT)
    found = {row.stakeholder_id: row for row in stood(on=ON)}
    first, second = found[council.id], found[unplaced.id]
    assert (first.quadrant, first.gap, first.urgency, first.is_placed) == (Quadrant.KEEP_SATISFIED, 2, 150, True)
    assert (second.quadrant, second.gap, second.urgency, second.is_placed) == (None, None, None, False)


def test_who_may_move_whom_is_the_same_for_one_and_for_all(wave):
    other = make_wave(make_programme("Another"), name="Elsewhere")
    rows = [add("Own", wave), add("Both", wave, other), add("Wide", wave.programme), add("Foreign", other)]
    moved = add("Moved here", other)
    mapping.change_stakeholder(moved, G.OTHERS, places=[wave], name="Moved here", by=TESTER)
    rows.append(moved)
    for planning in (
        EVERYTHING,
        Reach(),
        Reach(waves=frozenset({wave.id})),
        Reach(programmes=frozenset({wave.programme_id})),
    ):
        doors = doors_to([row.id for row in rows], EVERYTHING, planning)
        assert doors == {row.id: stands_within_alone(planning, row) for row in rows}
    assert set(doors_to([row.id for row in rows], Reach(waves=frozenset({wave.id})), Reach())) == {
        rows[0].id,
        rows[1].id,
        moved.id,
    }
