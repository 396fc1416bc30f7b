"""Relations of stakeholders: what is derived, what can be said, circles, who sees what, and how a picture is laid out."""

from datetime import date

import pytest
from factories import TESTER, make_account, make_department, make_person, make_programme, make_wave
from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.privacy.queries.data_file import data_of
from engagement.reach import Reach
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.relations.actions import end_relation, say_relation
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.queries.former import ended_relations
from engagement.stakeholders.relations.queries.network import network_within, relations_of
from engagement.stakeholders.relations.rules import RelationKind, around, closes_circle, in_columns
from engagement.stakeholders.rules import StakeholderGroup
from engagement.verbs import Verb
from engagement.waves.rules import WaveStatus

pytestmark = pytest.mark.usefixtures("frozen")
ON = date(2026, 4, 14)
K = RelationKind
ALL = Reach(everything=True)


@pytest.fixture
def wave(app):
    return make_wave(departments=(make_department("Operations/Claims"),))


def put(whom, place, group=StakeholderGroup.OTHERS):
    return add_stakeholder(whom, group, places=[place], by=TESTER)


def say(first, second, kind=K.INFLUENCES):
    return say_relation(first, second, kind, on=ON, by=TESTER)


def known(reach=ALL, filters=Filters()):  # noqa: B008
    found = network_within(reach, ON, filters)
    if filters == Filters():
        of_each = {each for row in db.session.scalars(select(Stakeholder)) for each in relations_of(reach, row, ON)}
        assert of_each == set(found.relations)
    return {(r.first.title, r.kind.value, r.second.title): r.says or "said" for r in found.relations}


@pytest.mark.parametrize(
    ("pairs", "new", "way"),
    [
        ([(1, 2), (2, 3)], (3, 1), [1, 2, 3]),
        ([(1, 2), (2, 3)], (1, 3), []),
        ([(2, 1)], (1, 2), [2, 1]),
        ([], (1, 2), []),
        ([(1, 2), (2, 1)], (3, 1), []),
    ],
)
def test_a_circle_is_found_however_long(pairs, new, way):
    assert closes_circle(pairs, new) == way


def test_around_somebody_are_those_within_two_steps_in_either_direction():
    pairs = [(1, 2), (3, 2), (3, 4), (4, 5)]
    assert around(pairs, 1) == {1, 2, 3}
    assert around(pairs, 3) == {1, 2, 3, 4, 5}


def test_columns_are_ordered_so_that_lines_cross_less():
    assert in_columns([[1, 2, 3], [4, 5, 6]], [(1, 6), (2, 5), (3, 4)]) in (
        [[1, 2, 3], [6, 5, 4]],
        [[3, 2, 1], [4, 5, 6]],
    )
    assert in_columns([], []) == []


def test_the_directory_says_who_reports_to_whom_past_those_who_are_not_on_the_map(wave):
    top = make_person("Tilda Top", "top@example.com", "Executive")
    middle = make_person("Mona Middle", "middle@example.com", "Operations", manager=top)
    low = make_person("Lars Low", "low@example.com", "Operations", manager=middle)
    make_department("Operations").manager = top
    for whom in (top, low, make_department("Operations/Claims")):
        put(whom, wave)
    assert known() == {
        ("Lars Low", "reports_to", "Tilda Top"): "by the directory, through others",
        ("Operations/Claims", "reports_to", "Tilda Top"): "head of a department above",
    }
    put(middle, wave)
    make_department("Operations/Claims").manager = middle
    assert known() == {
        ("Lars Low", "reports_to", "Mona Middle"): "by the directory",
        ("Mona Middle", "reports_to", "Tilda Top"): "by the directory",
        ("Operations/Claims", "reports_to", "Mona Middle"): "head of the department",
    }


def test_managers_in_a_circle_end(wave):
    one = make_person("One", "one@example.com")
    two = make_person("Two", "two@example.com", manager=one)
    one.manager = two
    put(one, wave)
    put(two, wave)
    assert known() == {
        ("One", "reports_to", "Two"): "by the directory",
        ("Two", "reports_to", "One"): "by the directory",
    }


def test_waves_say_who_sponsors_and_who_is_champion(wave):
    high, sponsor = (
        make_person("Hanna High", "high@example.com", None),
        make_person("Sven Sponsor", "s@example.com", None),
    )
    champion = make_person("Carla", "carla@example.com", "Operations/Claims")
    wave.programme.sponsor, wave.sponsor = high, sponsor
    for whom in (high, sponsor, champion, make_department("Operations/Claims"), make_department("Sales")):
        put(whom, wave)
    appoint_champion(wave, champion, from_on=ON, by=TESTER)
    assert known() == {
        ("Sven Sponsor", "sponsors", "Operations/Claims"): f"sponsor of {wave.title}",
        ("Hanna High", "sponsors", "Sven Sponsor"): f"sponsor of {wave.programme.name}",
        ("Carla", "champions", "Operations/Claims"): f"champion of {wave.title}",
    }
    wave.status = WaveStatus.CLOSED
    assert known() == {}


def test_what_is_said_stands_with_its_author_and_stays_when_it_has_ended(wave):
    council, brokers = put("Works council", wave), put("Brokers", wave)
    row = say(council, brokers)
    say(brokers, council)
    assert known() == {
        ("Works council", "influences", "Brokers"): "said",
        ("Brokers", "influences", "Works council"): "said",
    }
    end_relation(row, by=TESTER)
    end_relation(row, by=TESTER)
    assert ("Works council", "influences", "Brokers") not in known()
    assert [r.id for r in ended_relations(council.id, true())] == [row.id]
    assert "No longer: influences Brokers." in history_of(council.id, true())[0].words
    assert "No longer: influenced by Works council." in history_of(brokers.id, true())[0].words
    assert "Works council" not in str(history_of(brokers.id, true(), Stakeholder.id == brokers.id))
    say(council, brokers)
    verbs = db.session.scalars(
        select(AuditEntry.verb).where(AuditEntry.verb.in_((Verb.SAID_RELATION, Verb.ENDED_RELATION)))
    )
    assert sorted(verbs) == [Verb.ENDED_RELATION, *[Verb.SAID_RELATION] * 3]
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.ENDED_RELATION)).one()
    assert told.changes == {"relation": ["influences", None], "to": ["somebody outside the directory", None]}


def test_what_makes_no_relation_is_refused_with_a_sentence(wave):
    boss = make_person("Boss", "boss@example.com")
    person = make_person("Person", "p@example.com", manager=boss)
    rows = {
        name: put(whom, wave) for name, whom in {"boss": boss, "person": person, "a": "A", "b": "B", "c": "C"}.items()
    }
    a, b, c = rows["a"], rows["b"], rows["c"]
    for first, second, kind, sentence in (
        (a, a, K.INFLUENCES, "nobody stands in a relation to themselves"),
        (a, b, K.CHAMPIONS, "Champions are appointed on the page of their wave"),
        (rows["boss"], rows["person"], K.REPORTS_TO, "The directory says to whom Boss reports"),
    ):
        with pytest.raises(BadInput, match=sentence):
            say(first, second, kind)
    say(a, b, K.REPORTS_TO)
    say(b, c, K.REPORTS_TO)
    with pytest.raises(BadInput, match="That is known already: A reports to B"):
        say(a, b, K.REPORTS_TO)
    with pytest.raises(BadInput, match="That would be a circle: A reports to C already, directly or through others"):
        say(c, a, K.REPORTS_TO)
    say(c, rows["person"], K.REPORTS_TO)
    with pytest.raises(BadInput, match="That would be a circle"):
        say(rows["boss"], a, K.REPORTS_TO)


def test_the_database_allows_one_open_relation_of_a_kind_and_none_to_oneself(wave):
    a, b = put("A", wave), put("B", wave)
    say(a, b)
    for to in (b, a):
        db.session.add(StakeholderRelation(from_id=a.id, to_id=to.id, kind=K.INFLUENCES, said_at=clock.now()))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()
        a, b = put("A", w := make_wave(make_programme(f"Again {to}"))), put("B", w)
        say(a, b)


def test_who_was_taken_off_the_map_has_no_relations_until_they_are_back(wave):
    a, b = put("A", wave), put("B", wave)
    say(a, b)
    remove_stakeholder(b, by=TESTER)
    assert known() == {}
    with pytest.raises(RuleBroken, match="B was taken off the map"):
        say(a, b, K.SPONSORS)


def test_both_have_to_be_within_reach(wave):
    other = make_wave(make_programme("Other"))
    a, b, c = put("A", wave), put("B", wave), put("C", other)
    say(a, b)
    say(a, c)
    assert known(Reach(waves=frozenset([wave.id]))) == {("A", "influences", "B"): "said"}
    assert known(filters=Filters(programme_id=other.programme_id)) == {}
    assert set(known()) == {("A", "influences", "B"), ("A", "influences", "C")}


def test_the_statements_do_not_grow_with_the_map(wave, statements):
    top = make_person("Top", "top@example.com", "Executive")
    wave.programme.sponsor = top
    put(top, wave)
    counts = []
    for number in (2, 9):
        for n in range(number):
            put(make_person(f"P{number}{n}", f"p{number}{n}@example.com", manager=top), wave)
            put(make_department(f"Operations/Claims/D{number}{n}"), wave)
        db.session.commit()
        db.session.expire_all()
        with statements() as sent:
            assert len(network_within(ALL, ON).relations) >= number
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_file_of_a_person_says_that_there_were_relations_and_not_to_whom(wave):
    person, author = (
        make_person("Ann", "ann@example.com"),
        make_account("ines@example.com", "Ines", Role.CHANGE_MANAGER),
    )
    say_relation(put(person, wave), put("Works council", wave), K.INFLUENCES, on=ON, by=author.actor)
    told = data_of(person, with_concerns=False)["about_them"]["stakeholder_relation"]
    assert [set(row) for row in told] == [{"id", "kind", "said_at", "ended_at"}]
