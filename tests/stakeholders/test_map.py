"""The stakeholder map: who is put on it, what is said of them over time, taking off and putting back, private notes."""

from datetime import timedelta

import pytest
from factories import TESTER, make_change_manager, make_department, make_person, make_programme, make_wave
from sqlalchemy import select, true
from sqlalchemy.exc import IntegrityError

from engagement import clock
from engagement.attention.queries.holding import held_by
from engagement.attention.rules import Kind
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.people import actions as people
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.actions.notes import withdraw_note, write_note
from engagement.stakeholders.filters.queries import owners_within, register_of
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.models import Stakeholder, StakeholderNote, StakeholderPlace, StakeholderProfile
from engagement.stakeholders.queries import Filters
from engagement.stakeholders.rules import StakeholderGroup

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup


def add(whom="Works council", *places, group=G.OTHERS, by=TESTER, **said):
    return mapping.add_stakeholder(whom, group, places=places, by=by, **said)


def listed(**filters):
    return [row.title for row in db.session.scalars(queries.stakeholders_listed(true(), Filters(**filters)))]


def on_map_of(wave):
    return listed(wave_id=wave.id)


def history(row):
    return [line.words for line in history_of(row.id, true())]


def test_whoever_is_added_is_on_the_map_of_the_wave_at_once(app):
    wave, other = make_wave(), make_wave(make_programme("Another"))
    department = make_department("Operations/Claims")
    for whom in (make_person("Ann Lead"), department, "Works council"):
        add(whom, wave)
    assert on_map_of(wave) == ["Ann Lead", "Operations/Claims", "Works council"]
    assert on_map_of(other) == []


def test_a_whole_programme_stands_for_each_of_its_waves_also_later_ones(app):
    programme = make_programme()
    first = make_wave(programme, number=1)
    row = add("Works council", programme, first)
    later = make_wave(programme, number=2)
    assert [on_map_of(wave) for wave in (first, later)] == [["Works council"], ["Works council"]]
    [line] = queries.lines_of(select(Stakeholder).where(Stakeholder.id == row.id))
    assert line.place_words == "All of Claims and finance"


def test_somebody_can_stand_on_maps_of_two_programmes(app):
    wave, other = make_wave(), make_wave(make_programme("Another"), number=1)
    add("Works council", wave, other)
    assert on_map_of(wave) == on_map_of(other) == ["Works council"]


@pytest.mark.parametrize("kind", ["person", "department", "name"])
def test_nobody_is_put_on_one_map_twice(app, kind):
    programme = make_programme()
    wave, other = make_wave(programme, number=1), make_wave(programme, number=2)
    whom = {"person": make_person(), "department": make_department("Legal"), "name": "Works Council"}[kind]
    again = "works  council" if kind == "name" else whom
    row = add(whom, wave)
    add(again, other)
    for place in (wave, programme):
        with pytest.raises(BadInput) as refused:
            add(again, place)
        assert refused.value.problems == {kind: refused.value.sentence}
    mapping.remove_stakeholder(row, by=TESTER)
    add(again, wave)
    with pytest.raises(BadInput, match="is on this map already"):
        mapping.put_back(row, by=TESTER)


def test_what_makes_no_sense_is_refused(app):
    wave, gone = make_wave(), make_person("Gone Person", "gone@example.com")
    closed, open_one = make_department("Closed"), make_department("Open")
    people.merge_department(closed, open_one, by=TESTER)
    people.mark_as_left(gone, by=TESTER)
    for whom, error in ((gone, "has left"), (closed, "is closed")):
        with pytest.raises(RuleBroken, match=error):
            add(whom, wave)
    with pytest.raises(RuleBroken, match="has left"):
        add("Brokers", wave, owner=gone)
    for whom, places, said, field in (
        (" ", [wave], {}, "name"),
        ("x" * 201, [wave], {}, "name"),
        ("Brokers", [], {}, "places"),
        ("Brokers", [wave], {"role": "x" * 5_001}, "role"),
    ):
        with pytest.raises(BadInput) as refused:
            add(whom, *places, **said)
        assert list(refused.value.problems) == [field]
    assert listed() == []


def test_what_was_said_before_stays_with_its_author_and_day(app, frozen):
    ines, ann, bob = make_change_manager().actor, make_person("Ann Owner"), make_person("Bob Owner")
    wave = make_wave()
    row = add("Brokers", wave, group=G.CUSTOMERS, role="Ask why.", owner=ann, by=ines)
    frozen.shift(timedelta(days=3))
    for _ in range(2):
        mapping.change_stakeholder(
            row, G.BUSINESS_LEADERS, places=[wave.programme], role="", owner=bob, name="Brokers", by=TESTER
        )
    assert [(line.words, line.by, line.at.day) for line in history_of(row.id, true())] == [
        (
            "Moved from customers to business leaders. Looked after by Bob Owner. Role taken out. "
            "No longer on the map of Wave 3: Property claims. On the map of the whole of Claims and finance.",
            None,
            17,
        ),
        (
            "Put among the customers. Looked after by Ann Owner. Role: “Ask why.” On the map of Wave 3: Property claims.",
            "Ines Okafor",
            14,
        ),
    ]
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "stakeholder").order_by("id"))
    assert [(entry.verb, entry.actor_name, entry.changes) for entry in entries] == [
        ("added stakeholder", "Ines Okafor", {"group": [None, "customers"], "looked after by": [None, "Ann Owner"]}),
        (
            "changed stakeholder",
            "The tests",
            {
                "group": ["customers", "business_leaders"],
                "role": ["Ask why.", ""],
                "looked after by": ["Ann Owner", "Bob Owner"],
                "maps": [["Wave 3: Property claims"], ["All of Claims and finance"]],
            },
        ),
    ]


def test_taking_off_the_map_is_dated_and_can_be_undone(app, frozen):
    ines = make_change_manager().actor
    wave = make_wave()
    row = add("Consultants", wave)
    frozen.shift(timedelta(hours=1))
    for _ in range(2):
        mapping.remove_stakeholder(row, reason="Contract ended.", by=ines)
    assert on_map_of(wave) == []
    assert listed(with_removed=True) == ["Consultants"]
    with pytest.raises(RuleBroken, match="Put them back first"):
        mapping.change_stakeholder(row, G.OTHERS, places=[wave], name="Consultants", by=ines)
    frozen.shift(timedelta(hours=1))
    for _ in range(2):
        mapping.put_back(row, by=ines)
    assert on_map_of(wave) == ["Consultants"]
    assert history(row)[:2] == ["Put back.", "Taken off the map. “Contract ended.”"]
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_kind == "stakeholder").order_by("id"))
    assert list(verbs) == ["added stakeholder", "removed stakeholder", "put back stakeholder"]


def test_a_note_stands_in_no_audit_entry_and_can_be_taken_back(app):
    ines = make_change_manager().actor
    row = add("Works council", make_wave())
    note = write_note(row, " The chair wants a call first. ", by=ines)
    assert [(n.text, n.author.name) for n in queries.notes_of(row.id)] == [
        ("The chair wants a call first.", "Ines Okafor")
    ]
    for _ in range(2):
        withdraw_note(note, by=ines)
    db.session.expire_all()
    assert [(n.text, n.withdrawn_by.name) for n in queries.notes_of(row.id)] == [("", "Ines Okafor")]
    told = db.session.scalars(select(AuditEntry).where(AuditEntry.verb.contains("note"))).all()
    assert [(entry.verb, entry.changes) for entry in told] == [
        ("wrote stakeholder note", {}),
        ("withdrew stakeholder note", {}),
    ]
    with pytest.raises(BadInput, match="Write the note first"):
        write_note(row, "  ", by=ines)


def test_the_list_is_narrowed_by_each_filter_and_by_words(app):
    programme = make_programme()
    first, second = make_wave(programme, number=1), make_wave(make_programme("Another"), number=1)
    ann = make_person("Ann Owner", "ann@example.com")
    add("Brokers", first, group=G.CUSTOMERS, role="Explain 100 % of it.", owner=ann)
    add("Board", programme, group=G.EXECUTIVE_SPONSORS)
    add(make_person("Zoë Ünder", "zoe@example.com"), second, group=G.END_USERS)
    assert listed() == ["Board", "Zoë Ünder", "Brokers"]
    assert listed(programme_id=programme.id) == ["Board", "Brokers"]
    assert listed(wave_id=first.id) == ["Board", "Brokers"]
    assert listed(wave_id=second.id) == ["Zoë Ünder"]
    assert listed(group=G.CUSTOMERS) == ["Brokers"]
    assert listed(owner_id=ann.id) == ["Brokers"]
    assert listed(words="ünder ZOË") == ["Zoë Ünder"]
    assert listed(words="100 %") == ["Brokers"]
    assert listed(words="_") == []
    assert register_of(Reach(everything=True)).groups == dict.fromkeys(G, 0) | {
        G.CUSTOMERS: 1,
        G.EXECUTIVE_SPONSORS: 1,
        G.END_USERS: 1,
    }
    assert [person.name for person in owners_within(Reach(everything=True))] == ["Ann Owner"]
    assert register_of(Reach(everything=True)).alone == 2
    people.mark_as_left(ann, by=TESTER)
    assert register_of(Reach(everything=True)).alone == 3


def test_a_list_takes_as_many_statements_for_thirty_as_for_one(app, statements):
    wave, owner = make_wave(), make_person("Ann Owner")
    add("Name 0", wave, owner=owner)

    def sent():
        db.session.expire_all()
        with statements() as found:
            for line in queries.lines_of(queries.stakeholders_listed(true(), Filters())):
                assert (line.profile.owner.name, line.place_words) == ("Ann Owner", "Wave 3: Property claims")
        return len(found)

    one = sent()
    for number in range(1, 30):
        add(make_person(f"Person {number}", f"p{number}@example.com"), wave, owner=owner)
    assert sent() == one


def test_who_looks_after_whom_is_found_also_after_they_left(app):
    wave, ann = make_wave(), make_person("Ann Owner")
    kept, given, removed = (add(name, wave, owner=ann) for name in ("Kept", "Given", "Removed"))
    mapping.change_stakeholder(given, G.OTHERS, places=[wave], name="Given", by=TESTER)
    mapping.remove_stakeholder(removed, by=TESTER)
    people.mark_as_left(ann, by=TESTER)
    assert [(thing.kind, thing.key) for thing in held_by(ann)] == [(Kind.STAKEHOLDER, kept.id)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda row, now: StakeholderProfile(stakeholder_id=row.id, group=G.OTHERS, role="", said_at=now),
        lambda row, now: Stakeholder(kind=row.kind, name="", added_at=now),
        lambda row, now: StakeholderPlace(
            stakeholder_id=row.id, programme_id=db.session.scalar(select(StakeholderPlace.programme_id)), added_at=now
        ),
        lambda row, now: StakeholderNote(stakeholder_id=row.id + 1, text="", written_at=now),
    ],
)
def test_the_database_refuses_what_the_map_cannot_mean(app, wrong):
    row = add("Works council", make_wave().programme)
    db.session.add(wrong(row, clock.now()))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_each_group_says_what_it_needs_in_one_line():
    needs = [group.need for group in G]
    assert len(set(needs)) == 6
    assert all(need.endswith(".") and len(need) < 100 for need in needs)
