"""The sponsor chain: who stands at each step, gaps in words, whose level is told, and what is told to a planner."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_change_manager, make_department, make_person, make_programme, make_wave

from engagement import clock
from engagement.accounts.queries import reader_of
from engagement.accounts.rules import Role
from engagement.attention.queries.leadership import chains_needed
from engagement.attention.rules import Reason
from engagement.db import db
from engagement.people import actions as people
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.chain.queries import broken_chains, chains_of
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Level, Standing
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
ON = date(2026, 4, 14)


@pytest.fixture
def wave(app):
    make_department("Operations").manager = make_person("Olga Operations", "olga@example.com", "Operations")
    return make_wave(departments=(make_department("Operations/Claims/Motor"),))


def put(person, place):
    return add_stakeholder(person, StakeholderGroup.BUSINESS_LEADERS, places=[place], by=TESTER)


def told(wave):
    [chain] = chains_of([wave], ON)
    return [
        (link.person.name if link.person else None, link.post_words, link.gap and link.gap.value)
        for link in chain.links
    ]


def head(path, name):
    person = make_person(name, f"{name.split()[0].lower()}@example.com", path)
    make_department(path).manager = person
    return person


def test_a_chain_goes_from_the_sponsor_through_the_heads_above_to_the_department(wave):
    top, sponsor = (
        make_person("Tilda Top", "tilda@example.com", None),
        make_person("Sven Sponsor", "sven@example.com", None),
    )
    mona = head("Operations/Claims/Motor", "Mona Motor")
    wave.programme.sponsor, wave.sponsor = top, sponsor
    for person in (top, sponsor, mona, make_department("Operations").manager):
        put(person, wave)
    assert told(wave) == [
        ("Tilda Top", "sponsor of Claims and finance", None),
        ("Sven Sponsor", f"sponsor of {wave.title}", None),
        ("Olga Operations", "head of Operations", None),
        ("Mona Motor", "head of Operations/Claims/Motor", None),
    ]
    assert broken_chains([wave], ON) == []


def test_who_has_several_posts_in_a_row_stands_once(wave):
    olga = make_department("Operations").manager
    wave.programme.sponsor = wave.sponsor = olga
    put(olga, wave.programme)
    assert told(wave)[0] == (
        "Olga Operations",
        f"sponsor of Claims and finance, sponsor of {wave.title}, head of Operations",
        None,
    )


def test_gaps_say_that_nobody_stands_there_has_left_or_is_not_on_the_map(wave):
    mona = head("Operations/Claims/Motor", "Mona Motor")
    people.mark_as_left(mona, by=TESTER)
    assert told(wave) == [
        (None, "sponsor of Claims and finance", "nobody"),
        ("Olga Operations", "head of Operations", "not_on_map"),
        ("Mona Motor", "head of Operations/Claims/Motor", "left"),
    ]
    [broken] = broken_chains([wave], ON)
    assert broken.words == (
        "Nobody is named: sponsor of Claims and finance. Mona Motor has left: head of Operations/Claims/Motor."
    )
    make_department("Operations/Claims/Motor").manager = None
    assert told(wave)[-1] == (None, "head of Operations/Claims/Motor", "nobody")


def test_who_stands_on_another_wave_s_map_is_not_on_this_one(wave):
    olga = make_department("Operations").manager
    put(olga, make_wave(wave.programme, number=4, name="Later"))
    assert told(wave)[1] == ("Olga Operations", "head of Operations", "not_on_map")


@pytest.mark.parametrize(
    ("level", "gap"),
    [(None, None), (Level.UNAWARE, "not_supportive"), (Level.NEUTRAL, "not_supportive"), (Level.SUPPORTIVE, None)],
)
def test_who_is_not_won_yet_is_a_gap_only_where_that_is_kept(wave, level, gap):
    olga = make_department("Operations").manager
    row = put(olga, wave)
    if level is not None:
        say_standing(row, Standing(level_now=level), on=ON, by=TESTER)
    assert told(wave)[1] == ("Olga Operations", "head of Operations", gap)
    assert [link.person for b in broken_chains([wave], ON) for link in b.links if link.person] == []


def test_the_statements_do_not_grow_with_departments(wave, statements):
    counts = []
    for number in (1, 6):
        waves = []
        for n in range(number):
            head(f"Desk {number}/Sub {n}", f"N{number}{n} Head")
            waves.append(
                make_wave(
                    wave.programme,
                    number=10 * number + n,
                    name="W",
                    departments=(make_department(f"Desk {number}/Sub {n}"),),
                )
            )
        db.session.commit()
        db.session.expire_all()
        # Waves come to it with their programme and sponsors loaded.
        names = [w.title for w in waves if w.programme.sponsor is None and w.sponsor is None]
        with statements() as sent:
            assert len(chains_of(waves, ON)) == len(names)
        counts.append(len(sent))
    assert counts[0] == counts[1]


def needs(account, waves):
    return {(each.reason, each.count) for each in chains_needed(reader_of(account, "UTC"), waves, ON, 4) if each.count}


def test_a_planner_is_told_of_a_broken_chain_of_a_wave_that_is_near(wave):
    manager = make_change_manager()
    assert needs(manager, [wave]) == {(Reason.BROKEN_CHAIN, 1)}
    wave.go_live_on = ON + timedelta(days=61)
    assert needs(manager, [wave]) == set()
    wave.go_live_on, wave.status = ON + timedelta(days=10), WaveStatus.LIVE
    assert needs(manager, [wave]) == set()
    wave.status = WaveStatus.PLANNED
    assert needs(manager, [make_wave(make_programme("Empty"))]) == set()
    assert clock.now().date() == ON
    assert needs(make_account("t@example.com", "Trainer", Role.TRAINER), []) == set()
