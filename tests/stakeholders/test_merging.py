"""Two entries of one stakeholder made one: what merging keeps, and whom it refuses."""

from datetime import date

import pytest
from factories import TESTER, make_department, make_person, make_programme, make_wave
from sqlalchemy import select
from stakeholders.map_rows import add, promise

from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import RuleBroken
from engagement.people import actions as people
from engagement.privacy.actions.erasing import erase_person
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.privacy.queries.data_file import data_of
from engagement.privacy.rules.records import STAND_IN
from engagement.reach import Reach
from engagement.stakeholders import queries
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import open_places, put_back
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.commitments.actions.promising import PROMISED_ONCE
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.duplicates.actions import merge_stakeholders
from engagement.stakeholders.duplicates.queries import pair_to_merge, pairs_of, pairs_proposed
from engagement.stakeholders.health.actions import judge_health
from engagement.stakeholders.health.queries import judgement_of
from engagement.stakeholders.history.queries import history_of
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.models import Stakeholder, StakeholderNote
from engagement.stakeholders.relations.actions import say_relation
from engagement.stakeholders.relations.queries.network import network_within
from engagement.stakeholders.relations.rules import RelationKind
from engagement.stakeholders.rhythm.actions import say_own_rhythm
from engagement.stakeholders.rhythm.queries.said import own_rhythm
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.rules import Contact, StakeholderGroup
from engagement.stakeholders.standings.actions import forget_labels, say_standing
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.posts import labels_to_forget
from engagement.stakeholders.standings.rules import Level, Standing
from engagement.verbs import Verb

pytestmark = pytest.mark.usefixtures("frozen")
ALL = Reach(everything=True)
DAY = date(2026, 4, 14)


def merge(stays, goes, *taken):
    held = pair_to_merge(ALL, ALL, (stays.id, goes.id), DAY)
    merge_stakeholders(*held, taken, on=DAY, by=TESTER)
    db.session.commit()


def test_merging_loses_nothing(wave, frozen):
    other = make_wave(make_programme("Another"), name="Elsewhere")
    one = add("Works council", wave, role="Has to agree.")
    two = add("Worls council NL", other, role="Asks for notice.", group=StakeholderGroup.CUSTOMERS)
    say_contact(two, Contact("Council", "council@example.com"), by=TESTER)
    say_standing(one, Standing(70), on=DAY, by=TESTER)
    say_standing(two, Standing(40, 50, None, Level.RESISTANT), "They said so.", on=DAY, by=TESTER)
    for row in (one, two):
        write_note(row, f"On {row.name}", by=TESTER)
    frozen.shift(3_600)
    merge(one, two, "contact", "standing")
    line = queries.line_for(ALL, one.id)
    assert (line.place_words, line.profile.role) == ("Wave 3: Property claims, Wave 3: Elsewhere", "Has to agree.")
    assert one.contact == Contact("Council", "council@example.com")
    assert sorted(note.text for note in queries.notes_of(one.id)) == ["On Works council", "On Worls council NL"]
    now = db.session.scalars(
        select(StakeholderStanding).where(StakeholderStanding.stakeholder_id == one.id).order_by(StakeholderStanding.id)
    ).all()
    assert [row.said(with_labels=True) for row in now] == [Standing(70), Standing(40, 50, None, Level.RESISTANT)]
    told = [line.words for line in history_of(one.id, queries.EVERY_PLACE)]
    assert told[0] == (
        "On the map of Wave 3: Elsewhere. Power 7.0 → 4.0, interest 5.0, engagement resistant. “Taken over when two entries "
        "were merged.” As “Worls council NL”: Made one with this entry."
    )
    assert "As “Worls council NL”: Put among the customers." in told[1]
    assert "As “Worls council NL”: Power 4.0, interest 5.0, engagement resistant. “They said so.”" in told[1].replace(
        "On the map of Wave 3: Elsewhere. ", "As “Worls council NL”: "
    )
    listed = db.session.scalars(queries.stakeholders_listed(queries.EVERY_PLACE, queries.Filters(with_removed=True)))
    assert [row.id for row in listed] == [one.id]
    assert (two.merged_into_id, pairs_of(pairs_proposed(ALL))) == (one.id, [])
    with pytest.raises(RuleBroken, match="is one with another entry now"):
        put_back(two, by=TESTER)


def test_what_was_promised_to_both_in_one_talk_stands_once(wave):
    one, two = add("Works council", wave), add("Worls council NL", wave)
    sam = make_person("Sam Bakker")
    talk = log_interaction([one, two], Said(Channel.MEETING, DAY, "About rotas."), on=DAY, by=TESTER)
    for interaction in (talk, None):
        for row in (one, two):
            promise(row, sam, due=DAY, interaction=interaction)
    merge(one, two)
    rows = db.session.scalars(select(Commitment).order_by(Commitment.id)).all()
    assert {row.stakeholder_id for row in rows} == {one.id}
    # Those of no talk may have been meant twice.
    assert [row.outcome for row in rows] == [None, Outcome.NO_LONGER_WANTED, None, None]
    assert rows[1].outcome_words == PROMISED_ONCE


def test_relations_rhythm_and_judgement_hold_of_the_one_who_stays(wave):
    kept, gone, other = add("Works council", wave), add("Works councils", wave), add("Brokers", wave)
    for first, second in ((gone, other), (kept, other), (other, gone), (gone, kept)):
        say_relation(first, second, RelationKind.INFLUENCES, on=DAY, by=TESTER)
    say_own_rhythm(gone, Every.WEEK, by=TESTER)
    judge_health(gone, 70, "They call us first.", on=DAY, by=TESTER)
    merge(kept, gone)
    pairs = network_within(Reach(everything=True), DAY, kind=RelationKind.INFLUENCES).pairs()
    assert set(pairs) == {(kept.id, other.id), (other.id, kept.id)}
    assert own_rhythm(kept.id).every is Every.WEEK
    assert judgement_of(kept.id).figure == 70


def test_of_a_person_without_a_post_no_judgement_is_taken_over(wave):
    person, gone = add(make_person("Ann Lead", "ann@example.com"), wave), add("A. Lead", wave)
    judge_health(gone, 20, "She is against it.", on=DAY, by=TESTER)
    merge(person, gone)
    assert (judgement_of(person.id), judgement_of(gone.id)) == (None, None)


def test_who_was_merged_before_leads_to_the_last_one(wave):
    one, two, three = (add(f"Works council{end}", wave) for end in ("", "s", " NL"))
    merge(two, three)
    merge(one, two)
    assert {two.merged_into_id, three.merged_into_id} == {one.id}
    [told] = history_of(one.id, queries.EVERY_PLACE)
    assert "As “Works councils”: " in told.words
    assert "As “Works council NL”: " in told.words


def test_a_person_stays_and_nothing_of_their_attitude_does(wave):
    ann = make_person("Ann Lead", "ann@example.com")
    person, outside = add(ann, wave), add("Ann Lead", wave.programme)
    say_standing(outside, Standing(40, 50, 60, Level.RESISTANT), "She said no.", on=DAY, by=TESTER)
    db.session.commit()
    with pytest.raises(RuleBroken, match="is in the directory, so this entry has to stay"):
        merge(outside, person)
    db.session.rollback()
    merge(person, outside, "standing")
    stored = db.session.scalars(select(StakeholderStanding).order_by(StakeholderStanding.id)).all()
    assert [(row.said(with_labels=True), row.reason) for row in stored] == [
        (Standing(40, 50), ""),
        (Standing(40, 50), "Taken over when two entries were merged."),
    ]
    assert list(open_places(person)) == [(wave.programme_id, None)]


def test_what_was_said_of_a_merged_entry_goes_when_the_persons_post_ends(wave):
    ann = make_person("Ann Lead", "ann@example.com")
    wave.lead = ann
    person, outside = add(ann, wave), add("Ann Lead", wave.programme)
    say_standing(outside, Standing(40, level_now=Level.RESISTANT), on=DAY, by=TESTER)
    merge(person, outside)
    assert labels_to_forget(DAY) == []
    wave.lead = None
    db.session.flush()
    assert labels_to_forget(DAY) == [outside.id]
    assert forget_labels(outside.id, DAY)
    assert db.session.scalars(select(StakeholderStanding.level_now)).all() == [None]


def test_two_different_people_are_never_one(wave):
    one, two = add(make_person("Ann Lead", "a@example.com"), wave), add(make_person("Ann Lead", "b@example.com"), wave)
    with pytest.raises(RuleBroken):
        merge(one, two)
    department = add(make_department("Legal"), wave)
    with pytest.raises(RuleBroken):
        merge(one, department)
    with pytest.raises(RuleBroken, match="Choose two different entries"):
        merge(one, one)


def test_the_file_and_the_erasing_of_a_person_reach_what_was_merged_into_theirs(wave):
    ann = make_person("Ann Lead", "ann@example.com")
    person, outside = add(ann, wave), add("Ann of Brokers", wave, role="Her words.")
    say_contact(outside, Contact("Brokers", "a@example.org"), by=TESTER)
    write_note(outside, "Likes calls.", by=TESTER)
    merge(person, outside)
    about = data_of(ann, with_concerns=True)["about_them"]
    assert [row["name"] for row in about["stakeholder"]] == ["", "Ann of Brokers"]
    assert [row["text"] for row in about["stakeholder_note"]] == ["Likes calls."]
    assert "Her words." in {row["role"] for row in about["stakeholder_profile"]}
    people.mark_as_left(ann, by=TESTER)
    erase_person(ann, by=TESTER)
    db.session.commit()
    assert (outside.name, outside.contact) == (STAND_IN, Contact())
    assert db.session.scalars(select(StakeholderNote.text)).all() == [""]
    told = repr(db.session.execute(select(AuditEntry.subject_name, AuditEntry.changes)).all())
    assert "Brokers" not in told


def test_erasing_an_outsider_erases_what_was_merged_into_them(wave):
    one, two = add("Zed Broker", wave), add("Zed Brokers", wave, role="Sells.")
    merge(one, two)
    erase_outsider(one, by=TESTER)
    assert {row.name for row in db.session.scalars(select(Stakeholder))} == {STAND_IN}
    assert "Sells." not in repr(history_of(one.id, queries.EVERY_PLACE))
    entries = select(AuditEntry.subject_name).where(AuditEntry.subject_kind == "stakeholder")
    assert set(db.session.scalars(entries)) == {STAND_IN}


def test_the_audit_names_entries_by_number(wave):
    one, two = add("Works council", wave), add("Works councils", wave)
    merge(one, two)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == Verb.MERGED_STAKEHOLDERS.value)).one()
    assert (entry.subject_name, entry.changes, entry.wave_id) == (
        "Works council",
        {"merged_entry": [None, two.id]},
        wave.id,
    )
