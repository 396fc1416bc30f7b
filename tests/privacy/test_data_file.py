"""The file of one person's data: about them whole, by them without others, and of others' matters only the post."""

import json
from datetime import date

import pytest
from factories import (
    TESTER,
    hand_over_letters,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_wave,
    make_workflow,
)
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import Base, db
from engagement.mail.actions.building import build_mailing
from engagement.mail.actions.queueing import queue_for_address
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.rules import Letter, MailingKind
from engagement.people.actions import name_department_manager
from engagement.privacy.queries.data_file import data_of
from engagement.privacy.queries.reach import NOBODY, REACH
from engagement.privacy.queries.subject import leads_to
from engagement.programmes import actions as programmes
from engagement.programmes.rules import OwnershipPart
from engagement.resistance import actions as resistance
from engagement.resistance.models import About, Concern
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.rules import Moment
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Level, Standing

pytestmark = pytest.mark.usefixtures("frozen")
SECRET = "only for tests"
ON = date(2026, 4, 14)


@pytest.fixture
def ines(app):
    """Somebody who works with what others say, and whose account has an id that is nobody's person id."""
    make_account("first@example.com", "First Account")
    person = make_person("Ines Okafor", "ines@example.com")
    make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER)
    db.session.flush()
    return person


def _account(person):
    return accounts.account_for_person(person)


def _concern(text: str, sender: Sender, by=None) -> Concern:
    before = set(db.session.scalars(select(Concern.id)))
    saying.say_something(text, sender, secret=SECRET, moment=Moment(ON, "GB-ENG"), by=by)
    hand_over_letters(ON)
    return db.session.scalars(select(Concern).where(Concern.id.not_in(before))).one()


def test_every_table_is_decided_upon_with_every_column_that_leads_to_somebody():
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    assert set(REACH) == set(tables)
    for name, reach in REACH.items():
        leading = {column.name for column in tables[name].columns if leads_to(column)}
        decided = {*reach.about, *reach.by, *reach.posts, *reach.beside}
        assert decided == leading, name
        named = {*reach.without, *(column for columns in reach.by.values() for column in columns)}
        posts = {c for p in reach.posts.values() for c in (*p.named_by, p.since, p.until) if c is not None}
        assert named | posts <= set(tables[name].columns.keys()), name
        hidden = {column for column in leading if column not in reach.about and column not in reach.beside}
        assert not reach.about or hidden <= set(reach.without), f"{name} tells who else is meant"
    assert "concern" not in {name for name, reach in REACH.items() if reach is NOBODY}


def test_what_is_about_a_person_is_told_whole(app):
    person, wave = make_person("Zofia Sand", "zofia@example.com"), make_wave(workflows=())
    make_workflow(wave.programme)
    account = _account(person)
    programmes.name_holder(
        make_workflow(wave.programme, "Triage"), OwnershipPart.OPERATIONAL_OWNER, person, by=account.actor
    )
    mailing = build_mailing(MailingKind.NOTICE, Letter("Hello", "Dear {{ name }}", "<p>{{ name }}</p>"))
    copy = queue_for_address(mailing, person.email, person.name, {"name": person.name}, person_id=person.id)
    mailing.asks_confirmation = True
    acknowledge(copy, by=account.actor)
    _concern("I, Zofia Sand, object.", Sender.NAMED, by=account.actor)
    row = add_stakeholder(
        person, StakeholderGroup.BUSINESS_LEADERS, places=[wave], role="She speaks for the floor.", by=TESTER
    )
    write_note(row, "She wants a call first.", by=make_account().actor)
    say_standing(row, Standing(80, level_now=Level.NEUTRAL), "She runs letters.", on=ON, by=TESTER)
    db.session.commit()
    found = data_of(person, with_concerns=True)
    about = found["about_them"]
    assert about["person"][0]["name"] == "Zofia Sand"
    assert set(about) == {
        "account",
        "acknowledgement",
        "audit_entry",
        "concern",
        "delivery",
        "ownership",
        "person",
        "person_role",
        "stakeholder",
        "stakeholder_note",
        "stakeholder_place",
        "stakeholder_profile",
        "stakeholder_standing",
    }
    assert [row["text"] for row in about["concern"]] == ["I, Zofia Sand, object."]
    assert [row["text"] for row in about["stakeholder_note"]] == ["She wants a call first."]
    assert [row["role"] for row in about["stakeholder_profile"]] == ["She speaks for the floor."]
    (stood,) = about["stakeholder_standing"]
    assert [stood[name] for name in ("influence", "level_now", "reason")] == [80, "neutral", "She runs letters."]
    assert "password_hash" not in about["account"][0]
    assert json.loads(json.dumps(found)) == found


def test_what_was_said_is_told_to_each_who_took_part_without_the_others(app):
    wave, ines = make_wave(), make_account()
    ann, bob = make_person("Ann Sand", "ann@example.com"), make_person("Bob Stone", "bob@example.com")
    rows = [add_stakeholder(each, StakeholderGroup.OTHERS, places=[wave], by=TESTER) for each in (ann, bob)]
    said = Said(Channel.CALL, ON, "Ann Sand agrees, Bob Stone does not.", "Bob’s rota", colleague_id=bob.id)
    talk = log_interaction(rows, said, on=ON, by=ines.actor)
    db.session.commit()
    (told,) = data_of(ann, with_concerns=True)["about_them"]["interaction_wording"]
    assert (told["notes"], told["topics"]) == ("Ann Sand agrees, somebody else does not.", "somebody else’s rota")
    assert "colleague_id" not in told
    file = data_of(bob, with_concerns=True)
    assert [row["notes"] for row in file["about_them"]["interaction_wording"]] == [
        "somebody else agrees, Bob Stone does not."
    ]
    assert [(row["post"], row["reference"]) for row in file["posts"]] == [("Took part", str(talk.id))]
    author = make_person("Ines Okafor", "ines@example.com")
    db.session.flush()
    ines.person_id = author.id
    db.session.commit()
    (own,) = data_of(author, with_concerns=True)["by_them"]["interaction_wording"]
    assert own["notes"] == "somebody else agrees, somebody else does not."


def test_a_concern_that_somebody_only_answers_is_told_by_its_number_alone(ines):
    other = make_person("Joanna Other", "joanna@example.com")
    unknown = _concern("Nobody knows it was me.", Sender.ANONYMOUS)
    named = _concern("I, Joanna Other, object.", Sender.NAMED, by=_account(other).actor)
    by = _account(ines).actor
    for concern in (unknown, named):
        concern.owner_id = by.account_id
        resistance.answer(concern, "We will talk, said Ines.", by=by, on=ON)
    saying.say_back(named, "Thank you from Joanna.", on=ON)
    db.session.commit()
    found = data_of(ines, with_concerns=True)
    text = json.dumps(found, ensure_ascii=False)
    for word in ("Joanna", "Nobody knows", "object", f'"person_id": {other.id}'):
        assert word not in text, word
    assert [(row["thing"], row["post"], row["reference"]) for row in found["posts"]] == [
        ("concern", "Owner", str(number)) for number in sorted((unknown.id, named.id))
    ]
    assert [row["text"] for row in found["by_them"]["concern_reply"]] == ["We will talk, said Ines."] * 2


def test_the_sender_of_a_concern_gets_their_own_part_of_the_conversation(ines):
    other = make_person("Joanna Other", "joanna@example.com")
    named = _concern("I object.", Sender.NAMED, by=_account(other).actor)
    resistance.answer(named, "We will talk, said Ines.", by=_account(ines).actor, on=ON)
    saying.say_back(named, "Thank you from Joanna.", on=ON)
    db.session.commit()
    found = data_of(other, with_concerns=True)
    assert [row["text"] for row in found["by_them"]["concern_reply"]] == ["Thank you from Joanna."]
    assert "We will talk" not in json.dumps(found)


def test_what_somebody_took_down_for_another_person_is_told_without_that_persons_words(ines):
    resistance.log_concern("Joanna Other told me so.", About(Source.OTHER), by=_account(ines).actor, on=ON)
    db.session.commit()
    found = data_of(ines, with_concerns=True)
    assert "Joanna" not in json.dumps(found)
    assert [set(row) for row in found["by_them"]["concern"]] == [{"id", "received_on"}]


def test_posts_are_told_in_one_line_each(ines):
    programme = make_programme(sponsor=ines)
    make_wave(programme, lead=ines)
    name_department_manager(make_department("Operations/Claims"), ines, by=TESTER)
    outside = add_stakeholder("Brokers United", StakeholderGroup.CUSTOMERS, places=[programme], owner=ines, by=TESTER)
    db.session.commit()
    found = data_of(ines, with_concerns=True)
    assert [(row["thing"], row["post"], row["reference"], row["since"]) for row in found["posts"]] == [
        ("department", "Manager", "Operations/Claims", None),
        ("programme", "Sponsor", "Claims and finance", None),
        ("stakeholder", "Looks after", str(outside.id), "2026-04-14T08:00:00+00:00"),
        ("wave", "Wave lead", "3 Property claims", None),
    ]
    assert "Brokers" not in json.dumps(found)


def test_a_note_about_somebody_else_keeps_its_words_without_their_name(ines):
    other, wave = make_person("Joanna Other", "joanna@example.com"), make_wave()
    row = add_stakeholder(other, StakeholderGroup.BUSINESS_LEADERS, places=[wave], by=TESTER)
    write_note(row, "Call Joanna Other early; Joanna likes that.", by=_account(ines).actor)
    db.session.commit()
    assert [row["text"] for row in data_of(ines, with_concerns=True)["by_them"]["stakeholder_note"]] == [
        "Call somebody else early; somebody else likes that."
    ]


def test_of_what_somebody_did_to_others_the_audit_tells_when_and_what(ines):
    by = _account(ines).actor
    other = make_person("Joanna Other", "joanna@example.com")
    wave = make_wave()
    add_stakeholder(other, StakeholderGroup.BUSINESS_LEADERS, places=[wave], owner=ines, by=by)
    db.session.commit()
    found = data_of(ines, with_concerns=True)
    done = found["by_them"]["audit_entry"]
    assert done == [{"at": "2026-04-14T08:00:00+00:00", "verb": "added stakeholder", "subject_kind": "stakeholder"}]
    assert "gave role" in [row["verb"] for row in found["about_them"]["audit_entry"]]
    assert all("actor_name" not in row and "actor_id" not in row for row in found["about_them"]["audit_entry"])
    # In what is told about the stakeholder, who looks after them is somebody else.
    about_other = data_of(other, with_concerns=True)["about_them"]["audit_entry"]
    assert about_other[-1]["changes"]["looked after by"] == [None, "somebody else"]
    assert about_other[-1]["subject_name"] == "Joanna Other"


def test_who_may_not_read_the_log_gets_no_word_and_no_number_of_concerns(ines):
    other = make_person("Joanna Other", "joanna@example.com")
    own = _concern("I, Ines, object.", Sender.NAMED, by=_account(ines).actor)
    theirs = _concern("Nobody knows it was me.", Sender.ANONYMOUS)
    for concern in (own, theirs):
        resistance.take_over(concern, _account(ines), by=_account(other).actor)
        resistance.answer(concern, "We will talk, said Ines.", by=_account(ines).actor, on=ON)
    db.session.commit()
    found = data_of(ines, with_concerns=False)
    text = json.dumps(found, ensure_ascii=False)
    for word in ("object", "Nobody knows", "We will talk", str(own.id), str(theirs.id)):
        assert word not in text, word
    assert found["posts"] == []
    assert not [name for part in ("about_them", "by_them") for name in found[part] if name.startswith("concern")]
    assert "is left out too" in found["read_me"]
    assert "I, Ines, object." in json.dumps(data_of(ines, with_concerns=True))
