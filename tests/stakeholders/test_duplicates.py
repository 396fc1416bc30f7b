"""Stakeholders who are on the map twice: who is proposed as the same, and who is not."""

from datetime import date

import pytest
from factories import TESTER, make_person, make_programme, make_wave
from sqlalchemy import select
from stakeholders.map_rows import add

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import NotFound
from engagement.reach import Reach
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import remove_stakeholder
from engagement.stakeholders.duplicates.actions import merge_stakeholders, say_not_the_same
from engagement.stakeholders.duplicates.queries import pair_to_merge, pairs_of, pairs_proposed
from engagement.stakeholders.duplicates.rules import are_near, near_pairs
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")
ALL = Reach(everything=True)
DAY = date(2026, 4, 14)
G = StakeholderGroup


def proposed():
    return [(pair.one.title, pair.other.title, pair.why) for pair in pairs_of(pairs_proposed(ALL))]


def merge(stays, goes, *taken):
    held = pair_to_merge(ALL, ALL, (stays.id, goes.id), DAY)
    merge_stakeholders(*held, taken, on=DAY, by=TESTER)
    db.session.commit()


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("Works Council", "works  council ", True),
        ("Works Council", "Worls council NL", True),
        ("Works Council", "Wokrs Council", True),
        ("Council of works", "Works council", True),
        ("Bröker", "Broker", True),
        ("Brokers", "Broker", True),
        ("Works council", "Works council north side", False),
        ("Works council north", "Works council south", False),
        ("Brokers", "Brokers association", False),
        ("Team 1", "Team 2", False),
        ("Team 11", "Team 1", False),
        ("Ann", "Anna", False),
        ("", "Works", False),
    ],
)
def test_names_are_near_give_or_take_a_slip(one, other, near):
    assert (are_near(one, other), are_near(other, one)) == (near, near)
    assert list(near_pairs(((1, one), (2, other)))) == ([(1, 2)] if near else [])


def test_many_names_with_a_word_in_common_are_compared_quickly():
    names = {number: f"Broker office {number}" for number in range(3_000)} | {9_001: "Borker office 7", 9_002: "Quay"}
    assert list(near_pairs(tuple(names.items()))) == [(7, 9_001)]


def test_who_looks_alike_is_proposed_with_the_reason(wave):
    other = make_wave(make_programme("Another"))
    ann = make_person("Ann Marie Lead", "ann@example.com")
    for name, place in (("Works council", wave), ("Worls Council NL", other), ("Policyholders", wave)):
        add(name, place)
    add(ann, wave)
    add(ann, other)
    add("Lead, Ann-Marie", other)
    say_contact(add("A. Lead", other), Contact(email="one@example.org"), by=TESTER)
    say_contact(add("Front desk", wave), Contact(email="one@example.org"), by=TESTER)
    gone = add("works councils", wave.programme)
    remove_stakeholder(gone, by=TESTER)
    assert proposed() == [
        ("Ann Marie Lead", "Ann Marie Lead", "The same in the directory."),
        ("A. Lead", "Front desk", "The same mail address."),
        ("Ann Marie Lead", "Lead, Ann-Marie", "The same name as somebody in the directory."),
        ("Ann Marie Lead", "Lead, Ann-Marie", "The same name as somebody in the directory."),
        ("Works council", "Worls Council NL", "Names that look alike."),
    ]


def test_an_outsider_who_became_an_employee_is_proposed_by_their_address(wave):
    say_contact(add("A. Lead", wave), Contact(email="ann@example.com"), by=TESTER)
    add(make_person("Ann Lead", "ann@example.com"), wave)
    assert proposed() == [("A. Lead", "Ann Lead", "The same mail address.")]


def test_only_whoever_keeps_all_maps_of_both_is_asked(wave):
    other = make_wave(make_programme("Another"))
    one, two = add("Works council", wave), add("Works councils", other)
    part = Reach(waves=frozenset({wave.id}))
    assert pairs_proposed(part) == []
    with pytest.raises(NotFound):
        pair_to_merge(part, part, (one.id, two.id), DAY)
    assert len(pairs_proposed(ALL)) == 1


def test_two_who_are_not_the_same_are_not_proposed_again(wave):
    one, two = add("Works council", wave), add("Works councils", wave)
    for _ in range(2):
        say_not_the_same(two, one, by=TESTER)
    assert proposed() == []
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.TOLD_APART.value)).all()
    assert [entry.changes for entry in told] == [{"other_entry": [None, one.id]}]
