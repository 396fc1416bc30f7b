"""Who counts as a friendly user in numbers of use, and that no single mark shows whether somebody uses it."""

import pytest
from adoption.usage_rows import FLOOR, TODAY, back, bring, numbers_of, scene
from factories import TESTER
from sqlalchemy import select

from engagement import clock
from engagement.adoption.actions.counting import count_wave, counts_that_differ, waves_to_count
from engagement.adoption.actions.uploads import take_back
from engagement.adoption.actions.writing import PersonUse
from engagement.adoption.queries.figures import figures_of_waves
from engagement.db import db
from engagement.waves.models import Membership
from engagement.waves.volunteers.actions import mark_volunteers, take_back_volunteers

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_who_came_of_their_own_will_counts_as_a_friendly_user_as_soon_as_the_clock_counts() -> None:
    wave, (triage, _), people = scene()
    bring(wave.programme, *(PersonUse(person.id, triage.id, back(2), 1) for person in people[:8]))
    assert (numbers_of(wave).friendly, figures_of_waves([wave], TODAY, floor=2)[0].parts[0].is_pilot_evidence) == (
        0,
        False,
    )
    mark_volunteers(wave, people[1:7], by=TESTER)
    assert waves_to_count(TODAY) == [wave.id]
    count_wave(wave.id, floor=FLOOR)
    assert (numbers_of(wave).friendly, numbers_of(wave).friendly_used, waves_to_count(TODAY)) == (6, 6, [])
    assert counts_that_differ(TODAY) == []
    # As many others: it has to be counted anew, and so few don't move.
    take_back_volunteers(wave, people[1:2], by=TESTER)
    mark_volunteers(wave, people[9:10], by=TESTER)
    assert waves_to_count(TODAY) == [wave.id]
    count_wave(wave.id, floor=FLOOR)
    assert (numbers_of(wave).friendly, numbers_of(wave).friendly_used, waves_to_count(TODAY)) == (6, 6, [])
    small = figures_of_waves([wave], TODAY, floor=5)[0].parts[0]
    # Of everybody else fewer than the floor used it, so nothing is told of either group.
    assert (small.shown.friendly, small.is_pilot_evidence) == (None, False)


def test_friendly_users_change_by_the_floor_at_least_so_that_a_mark_shows_nobodys_use() -> None:
    wave, (triage, _), people = scene(40)
    of_all = [PersonUse(person.id, triage.id, back(2), 1) for person in people[::2]]
    mark_volunteers(wave, people[:12], by=TESTER)

    def now() -> tuple[int, int]:
        """How many are friendly users, and used it, after the clock looked; a file and a full count say the same."""
        for wave_id in waves_to_count(TODAY):
            count_wave(wave_id, floor=FLOOR)
        assert (waves_to_count(TODAY), counts_that_differ(TODAY)) == ([], [])
        return numbers_of(wave).friendly, numbers_of(wave).friendly_used

    bring(wave.programme, *of_all)
    assert now() == (12, 6)
    # One person, whether they use it or not; four; and one each way, with four the other way.
    for those in (people[12:13], people[13:14], people[12:16]):
        mark_volunteers(wave, those, by=TESTER)
        assert now() == (12, 6)
    take_back_volunteers(wave, people[:1], by=TESTER)
    assert now() == (12, 6)
    # A file counts at once, and leaves it to the clock who is friendly.
    mark_volunteers(wave, people[16:17], by=TESTER)
    bring(wave.programme, *of_all)
    assert (numbers_of(wave).friendly, waves_to_count(TODAY)) == (12, [wave.id])
    assert now() == (17, 9)
    take_back_volunteers(wave, people[1:5], by=TESTER)
    assert now() == (12, 6)


def test_who_left_the_wave_does_not_make_up_the_floor_for_a_mark() -> None:
    wave, (triage, _), people = scene(40)
    mark_volunteers(wave, people[:12], by=TESTER)
    bring(wave.programme, *(PersonUse(person.id, triage.id, back(2), 1) for person in people[::2]))
    left = select(Membership).where(Membership.person_id.in_([person.id for person in people[1:5]]))
    for membership in db.session.scalars(left).all():
        membership.ended_at = clock.now()
    take_back_volunteers(wave, people[:1], by=TESTER)
    count_wave(wave.id, floor=FLOOR)
    assert (numbers_of(wave).friendly, numbers_of(wave).friendly_used) == (8, 4)


def test_numbers_taken_back_and_brought_again_leave_who_is_friendly() -> None:
    wave, (triage, _), people = scene(40)
    mark_volunteers(wave, people[:12], by=TESTER)
    rows = [PersonUse(person.id, triage.id, back(2), 1) for person in people[::2]]
    upload = bring(wave.programme, *rows)
    take_back(upload, by=TESTER)
    mark_volunteers(wave, people[12:13], by=TESTER)
    count_wave(wave.id, floor=FLOOR)
    bring(wave.programme, *rows)
    assert (numbers_of(wave).friendly, numbers_of(wave).friendly_used) == (12, 6)
