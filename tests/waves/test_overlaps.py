"""Waves that ask something of the same people at the same time: the rule alone, and the numbers from the tables."""

from datetime import date, timedelta

from factories import make_person, make_programme, make_wave
from flask import Flask

from engagement import clock
from engagement.db import db
from engagement.waves.models import Membership
from engagement.waves.overlaps.queries import others_of_people, overlaps_of
from engagement.waves.overlaps.rules import Asking, Overlap, overlaps
from engagement.waves.rules import WaveStatus
from tests.conftest import Statements

MAY = [date(2026, 5, n) for n in range(1, 32)]


def test_only_common_days_of_common_people_are_an_overlap():
    asking = [Asking(1, MAY[0], MAY[9]), Asking(2, MAY[9], MAY[19]), Asking(3, MAY[20], MAY[30])]
    shared = {(1, 2): 4, (2, 3): 5, (1, 9): 6, (1, 3): 0}
    assert overlaps(asking, shared) == [Overlap(1, 2, 4, MAY[9], MAY[9])]
    assert overlaps([Asking(2, MAY[9], MAY[25]), *asking[::2]], shared)[-1] == Overlap(2, 3, 5, MAY[20], MAY[25])


def test_people_in_two_open_waves_are_counted_once_for_each_pair(app: Flask, statements: Statements):
    people = [make_person(f"Person Number{n}") for n in range(4)]
    programme, today = make_programme(), clock.now().date()
    one = make_wave(programme, number=1, members=people[:3], go_live_on=today + timedelta(days=10))
    two = make_wave(programme, number=2, members=people[1:], go_live_on=today + timedelta(days=12))
    late = make_wave(programme, number=3, members=people, go_live_on=today + timedelta(days=200))
    over = make_wave(programme, number=4, members=people, go_live_on=today, status=WaveStatus.CLOSED)
    waves = [one, two, late, over]
    with statements() as sent:
        [found] = overlaps_of(waves)
    assert (found.first_id, found.second_id, found.people, found.other(one.id)) == (one.id, two.id, 2, two.id)
    assert (found.begins_on, found.ends_on) == (two.training_due_on, one.go_live_on)
    assert len(sent) == 2
    assert others_of_people(one.id, [p.id for p in people[:2]]) == {people[0].id: [late], people[1].id: [two, late]}
    two.status = WaveStatus.ROLLED_BACK
    assert overlaps_of(waves) == []
    two.status = WaveStatus.LIVE
    for row in db.session.query(Membership).filter_by(wave_id=two.id):
        row.ended_at = clock.now()
    db.session.flush()
    assert overlaps_of(waves) == []
