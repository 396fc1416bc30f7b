"""What was said with stakeholders: logging, correcting, withdrawing, who reads it, and whose feelings are kept."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import TESTER, make_change_manager, make_department, make_person, make_programme, make_wave
from sqlalchemy import select
from stakeholders.map_rows import add

from engagement import clock
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, BeyondReach, NotFound, RuleBroken
from engagement.reach import Reach
from engagement.scheduler.stakeholder_jobs import forget_labels
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.interactions import actions
from engagement.stakeholders.interactions.models import InteractionWording
from engagement.stakeholders.interactions.queries.naming import stakeholders_named, written_as
from engagement.stakeholders.interactions.queries.timeline import (
    interactions_of,
    last_contacts,
    sentiments_to_forget,
    shown,
)
from engagement.stakeholders.interactions.rules import Channel, Said, Sentiment
from engagement.stakeholders.interactions.scopes import interaction_for, interaction_to_change
from engagement.stakeholders.scopes import stakeholders_within

pytestmark = pytest.mark.usefixtures("frozen")
ON = date(2026, 4, 14)
ALL = Reach(everything=True)
SAID = Said(Channel.CALL, ON - timedelta(days=1), "They ask for eight weeks of notice.", "notice")


def log(*parties, said=SAID, by=TESTER):
    return actions.log_interaction(parties, said, on=ON, by=by)


def timeline(row, reach=ALL, maps=ALL):
    return shown(db.session.scalars(interactions_of(row.id, reach)).all(), maps, ON)


def stored():
    rows = db.session.scalars(select(InteractionWording).order_by(InteractionWording.id))
    return [(row.notes, row.topics, row.sentiment, row.superseded_at is None) for row in rows]


def test_an_interaction_stands_with_everybody_who_took_part_the_newest_first(wave):
    council, brokers = add("Works council", wave), add("Brokers", wave)
    log(council, brokers, council)
    log(council, said=replace(SAID, happened_on=ON - timedelta(days=9), notes="Before."))
    log(council, said=replace(SAID, happened_on=ON, notes="Since."))
    assert [one.wording.notes for one in timeline(council)] == ["Since.", SAID.notes, "Before."]
    (one,) = timeline(brokers)
    assert ([row.title for row in one.parties], one.others, one.is_corrected) == (
        ["Works council", "Brokers"],
        0,
        False,
    )
    assert last_contacts([council.id, brokers.id], ON) == {council.id: ON, brokers.id: SAID.happened_on}
    assert last_contacts([council.id], ON - timedelta(days=2)) == {council.id: ON - timedelta(days=9)}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"notes": "  "}, "notes"),
        ({"notes": "x" * 5_001}, "notes"),
        ({"topics": "x" * 301}, "topics"),
        ({"happened_on": ON + timedelta(days=1)}, "happened_on"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(wave, said, field):
    with pytest.raises(BadInput) as refused:
        log(add("Brokers", wave), said=replace(SAID, **said))
    assert list(refused.value.problems) == [field]
    assert stored() == []


def test_somebody_has_to_be_there_and_on_the_map(wave):
    with pytest.raises(BadInput, match="Name at least one stakeholder"):
        log()
    gone = add("Brokers", wave)
    mapping.remove_stakeholder(gone, by=TESTER)
    with pytest.raises(RuleBroken, match="Brokers was taken off the map"):
        log(gone)


def test_a_correction_keeps_the_former_words_with_their_author(wave, frozen):
    council, ines = add("Works council", wave), make_change_manager().actor
    row = log(council)
    assert actions.correct_interaction(row, SAID, on=ON, by=ines) is False
    frozen.shift(timedelta(hours=1))
    assert actions.correct_interaction(row, replace(SAID, notes="They ask for nine weeks."), on=ON, by=ines)
    assert stored() == [(SAID.notes, "notice", None, False), ("They ask for nine weeks.", "notice", None, True)]
    (one,) = timeline(council)
    assert (one.wording.notes, one.wording.said_by.name, one.is_corrected) == (
        "They ask for nine weeks.",
        "Ines Okafor",
        True,
    )


def test_withdrawing_takes_every_word_and_the_contact(wave):
    council = add("Works council", wave)
    row = log(council, said=replace(SAID, sentiment=Sentiment.CRITICAL))
    actions.correct_interaction(row, replace(SAID, notes="Corrected."), on=ON, by=TESTER)
    for _ in range(2):
        actions.withdraw_interaction(row, by=TESTER)
    assert stored() == [("", "", None, False), ("", "", None, True)]
    assert last_contacts([council.id], ON) == {}
    assert len(timeline(council)) == 1
    with pytest.raises(RuleBroken, match="its words are gone"):
        actions.correct_interaction(row, SAID, on=ON, by=TESTER)


def test_the_audit_tells_of_each_stakeholder_and_no_words(wave):
    row = log(add("Works council", wave), add("Brokers", wave))
    actions.correct_interaction(row, replace(SAID, notes="Corrected."), on=ON, by=TESTER)
    actions.withdraw_interaction(row, by=TESTER)
    told = select(AuditEntry.verb, AuditEntry.subject_name, AuditEntry.changes).where(
        AuditEntry.verb.contains("interaction")
    )
    assert [tuple(entry) for entry in db.session.execute(told.order_by(AuditEntry.id))] == [
        (f"{did} interaction", whom, {})
        for did in ("logged", "corrected", "withdrew")
        for whom in ("Works council", "Brokers")
    ]


def test_how_an_employee_spoke_is_kept_only_with_a_post(app, wave):
    ann, council = make_person("Ann Employee"), add("Works council", wave)
    row = add(ann, wave)
    against = replace(SAID, sentiment=Sentiment.CRITICAL)
    for parties in ((row,), (council, row)):
        with pytest.raises(BadInput) as refused:
            log(*parties, said=against)
        assert refused.value.problems == {"sentiment": actions.NO_SENTIMENT}
    wave.lead = ann
    db.session.flush()
    log(council, row, said=against)
    log(council, said=against)
    assert [one.sentiment for one in timeline(row)] == [Sentiment.CRITICAL]
    wave.lead = None
    db.session.flush()
    # Not told from this moment, although it is still stored.
    assert [one.sentiment for one in timeline(row)] == [None]
    assert len(sentiments_to_forget(ON)) == 1
    db.session.commit()
    assert forget_labels(app.config["SETTINGS"]) == "1 emptied."
    assert [sentiment for _, _, sentiment, _ in stored()] == [None, Sentiment.CRITICAL]
    assert forget_labels(app.config["SETTINGS"]) == "0 emptied."


def test_it_is_read_by_who_keeps_a_map_of_anybody_who_took_part(wave):
    other = make_wave(make_programme("Another"), name="Elsewhere")
    foreign = make_wave(make_programme("A third"), name="Far off")
    council, brokers = add("Works council", wave), add("Brokers", other)
    shared, own = log(council, brokers), log(council)
    here, there = Reach(waves=frozenset({wave.id})), Reach(waves=frozenset({other.id}))
    assert [(one.interaction, one.others) for one in timeline(council, here, here)] == [(own, 0), (shared, 1)]
    assert [interaction_for(reach, shared.id).id for reach in (here, there)] == [shared.id] * 2
    (one,) = timeline(brokers, there, there)
    assert ([row.title for row in one.parties], one.others) == (["Brokers"], 1)
    with pytest.raises(NotFound):
        interaction_for(there, own.id)
    with pytest.raises(NotFound):
        interaction_for(Reach(waves=frozenset({foreign.id})), shared.id)
    with pytest.raises(BeyondReach):
        interaction_for(Reach(), shared.id)
    with pytest.raises(BeyondReach):
        interaction_to_change(ALL, Reach(waves=frozenset({foreign.id})), shared.id)
    assert interaction_to_change(here, there, shared.id) is shared


def test_a_timeline_takes_as_many_statements_for_fifty_as_for_one(wave, statements):
    council, brokers = add("Works council", wave), add("Brokers", wave)
    log(council)
    db.session.commit()
    counted = []
    for _ in range(2):
        db.session.expire_all()
        with statements() as sent:
            timeline(council)
        counted.append(len(sent))
        for _ in range(50):
            log(council, brokers)
        db.session.commit()
    assert counted[0] == counted[1]


def test_lines_name_stakeholders_by_name_address_or_number(wave):
    ann = add(make_person("Ann O’Brien", "ann@example.com"), wave)
    claims = add(make_department("Operations/Claims"), wave)
    twins = [add("Brokers", wave), add("Brokers", make_wave(make_programme("Another")))]
    among = stakeholders_within(ALL)
    assert list(
        stakeholders_named(["ann obrien", " ANN@example.com ", f"#{claims.id}", "operations/claims"], among).found
    ) == [
        ann,
        ann,
        claims,
        claims,
    ]
    assert list(stakeholders_named(["Brokers", "clai", "Nobody", "#99999"], among).problems) == [
        f"2 entries on your maps are called “Brokers”. Write its number instead: #{twins[0].id} or #{twins[1].id}.",
        "Nobody on your maps is called “clai”. Did you mean “Operations/Claims”?",
        "Nobody on your maps is called “Nobody”.",
        "Nobody on your maps is called “#99999”.",
    ]
    assert written_as([ann, twins[1]], among) == f"Ann O’Brien\n#{twins[1].id}"
    only = stakeholders_within(Reach(waves=frozenset({wave.id})))
    assert list(stakeholders_named(["brokers"], only).found) == [twins[0]]
    mapping.remove_stakeholder(twins[0], by=TESTER)
    assert list(stakeholders_named(["brokers"], only).found) == []


def test_the_moment_is_kept_beside_the_day(wave):
    began = clock.now() - timedelta(days=1)
    row = log(add("Brokers", wave), said=replace(SAID, began_at=began))
    assert timeline_wording(row).began_at == began


def timeline_wording(row):
    return db.session.scalars(select(InteractionWording).where(InteractionWording.interaction_id == row.id)).one()
