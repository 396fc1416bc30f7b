"""Messages to stakeholders outside the directory: whom an audience reaches, what they read, and when nothing is sent."""

from datetime import timedelta

import pytest
from factories import TESTER, make_person, make_programme, make_wave
from mail.outbox import claim
from sqlalchemy import select, update

from engagement import clock
from engagement.audiences.outside.queries import outsiders_in
from engagement.communications.actions.approving import approve, ask_approval
from engagement.communications.actions.calendar import refuse_readers_beyond
from engagement.communications.actions.sending import resume_occurrence
from engagement.communications.actions.writing import write_occurrence, write_translation
from engagement.communications.queries.one_message import occurrence_page, readers_outside
from engagement.communications.queries.outside import values_outside, why_outside
from engagement.communications.rules import OccurrenceStatus
from engagement.db import db
from engagement.errors import BadInput
from engagement.mail.models import Delivery
from engagement.mail.queries import DeliveryFilters, deliveries_listed, html_for, subject_for, text_for, translations_in
from engagement.mail.rules import DeliveryState
from engagement.privacy.actions.outsiders import erase_outsider
from engagement.reach import Reach
from engagement.stakeholders.actions.contacts import say_contact
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.copies.actions import OFF_THE_MAP
from engagement.stakeholders.copies.queries import copies_to
from engagement.stakeholders.rules import Contact, StakeholderGroup
from tests.communications.calendar_rows import (
    AT_TWO,
    TEXT,
    deliveries,
    make_approved,
    make_approver,
    make_audience,
    make_draft,
    make_line,
    queue,
)

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup
CUSTOMERS = {"field": "stakeholder_group", "values": ["customers"]}
NOT_CUSTOMERS = {"not": CUSTOMERS}
CLAIMS = {"field": "department", "values": [1]}


@pytest.fixture
def wave(app):
    return make_wave()


def put(name, *places, group=G.CUSTOMERS, email="", organisation="", language=""):
    row = add_stakeholder(name, group, places=places, by=TESTER)
    say_contact(row, Contact(organisation, email, language), by=TESTER)
    db.session.flush()
    return row


def names(rule):
    return [each.name for each in outsiders_in(rule, clock.today("UTC"))]


def message(wave, rule=CUSTOMERS, **details):
    line = make_line(wave.programme, audience=make_audience("Customers", rule), **details)
    return make_approved(line)


@pytest.mark.parametrize(
    ("rule", "reached"),
    [
        (CUSTOMERS, ["Brokers", "Policyholders"]),
        (NOT_CUSTOMERS, []),
        ({"field": "everybody"}, []),
        ({"not": CLAIMS}, []),
        ({"any": [CLAIMS, CUSTOMERS]}, ["Brokers", "Policyholders"]),
        ({"all": [{"field": "everybody"}, CUSTOMERS]}, ["Brokers", "Policyholders"]),
        ({"all": [CLAIMS, CUSTOMERS]}, []),
        ({"all": [CUSTOMERS, {"not": CLAIMS}]}, []),
        ({"any": [NOT_CUSTOMERS, {"field": "stakeholder_group", "values": ["it_leaders"]}]}, []),
        ({"all": [NOT_CUSTOMERS, {"field": "stakeholder_group", "values": ["others", "customers"]}]}, ["Council"]),
        ({"all": [CUSTOMERS, {"field": "language", "values": ["pl"]}]}, ["Brokers"]),
        ({**CUSTOMERS, "waves": "own"}, ["Brokers"]),
        ({**CUSTOMERS, "waves": "other"}, ["Policyholders"]),
        ({**CUSTOMERS, "programmes": "other"}, ["Policyholders"]),
        ({**CUSTOMERS, "programmes": "own"}, ["Brokers"]),
    ],
)
def test_an_audience_reaches_outsiders_only_where_its_rule_names_their_group(wave, rule, reached):
    other = make_wave(make_programme("Another"))
    ids = {"waves": {"own": wave.id, "other": other.id}}
    ids["programmes"] = {"own": wave.programme_id, "other": other.programme_id}
    rule = {key: [ids[key][value]] if key in ids else value for key, value in rule.items()}
    put("Brokers", wave, language="pl")
    put("Policyholders", other.programme)
    put("Council", wave, group=G.OTHERS)
    remove_stakeholder(put("Former", wave), by=TESTER)
    assert names(rule) == reached


def test_another_audience_that_a_rule_names_counts_too(wave):
    put("Brokers", wave)
    inner = make_audience("Customers", CUSTOMERS)
    assert names({"any": [{"field": "audience", "values": [inner.id]}]}) == ["Brokers"]
    assert names({"not": {"field": "audience", "values": [inner.id]}}) == []


def test_a_copy_goes_out_in_their_language_without_links_and_with_the_reason(wave):
    row = put("Brokers", wave, email="brokers@example.org", organisation="Brokers’ house", language="de")
    put("No Address", wave)
    person = make_person("Ann Lead", "ann@example.com")
    add_stakeholder(person, G.CUSTOMERS, places=[wave], by=TESTER)
    occurrence = make_draft(
        make_line(wave.programme, audience=make_audience("Customers", CUSTOMERS), asks_confirmation=True)
    )
    writer = occurrence.communication.owner.actor
    write_occurrence(occurrence, "What changes", "Dear {{ name }}", by=writer)
    body = "Liebe {{ name }} von {{ department }},\n\n[Ihre Seite]({{ my_change_link }}) kommt."
    write_translation(occurrence, "de", "Neues", body, by=writer)
    ask_approval(occurrence, by=writer)
    approve(occurrence, by=make_approver().actor)
    page = occurrence_page(occurrence)
    assert (page.reach_now, page.outside) == (2, 1)
    queue(occurrence)
    assert occurrence.reached == 2
    [copy] = copies_to(row.id)
    assert (copy.address, copy.name, copy.person_id, copy.state) == (
        "brokers@example.org",
        "Brokers",
        None,
        DeliveryState.QUEUED,
    )
    assert subject_for(copy) == "Neues"
    text = text_for(copy)
    assert text.startswith(
        "Liebe Brokers von Brokers’ house,\n\nIhre Seite kommt.\n\n--\nSie erhalten diese Nachricht, weil"
    )
    assert "Ihre Antwort liest Ines Okafor." in text
    assert "als Brokers auf der Karte der Beteiligten von „Wave 3: Property claims“ stehen." in text
    letter = copy.letter.html.replace("{{ name }}", "").replace("{{ department }}", "")
    assert "{{" not in text + letter.replace("{{ map }}", "") + html_for(copy)
    assert [row.language for row in translations_in(occurrence.mailing_id)] == ["de"]
    assert occurrence.mailing.reply_to == "ines@example.com"
    db.session.execute(update(Delivery).values(state=DeliveryState.SENT))
    asked = db.session.scalars(deliveries_listed(DeliveryFilters(confirmed=False))).all()
    assert [delivery.person_id for delivery in asked] == [person.id]


@pytest.mark.parametrize(
    ("narrowed", "said"),
    [
        ({}, "Wave 3: Property claims"),
        ({"programmes": "other"}, "Another"),
        ({"waves": "other"}, "Another"),
        ({"waves": "third"}, "Wave 5: Recoveries"),
    ],
)
def test_the_reason_names_the_nearest_map_through_which_the_audience_reaches_them(wave, narrowed, said):
    other = make_wave(make_programme("Another"), number=4, name="Payments")
    third = make_wave(make_programme("A third"), number=5, name="Recoveries")
    put("Brokers", other.programme, third, wave, email="brokers@example.org")
    ids = {"programmes": {"other": other.programme_id}, "waves": {"other": other.id, "third": third.id}}
    rule = {**CUSTOMERS, **{part: [ids[part][value]] for part, value in narrowed.items()}}
    occurrence = make_approved(make_line(wave.programme, wave=wave, audience=make_audience("Customers", rule)))
    [who] = readers_outside(occurrence)
    values = values_outside(occurrence, [who], clock.today("UTC"))[who.stakeholder_id]
    assert why_outside(occurrence, values) == (
        f"You get this as Brokers, on the map of stakeholders of “{said}”. To object or to say something, answer this "
        "message: Ines Okafor reads it."
    )


def test_nobody_gets_two_copies_and_who_comes_later_gets_one(wave):
    row = put("Brokers", wave, email="brokers@example.org")
    put("Brokers’ desk", wave, email="brokers@example.org")
    occurrence = message(wave)
    assert occurrence.reach_when_planned == 2
    queue(occurrence)
    assert (occurrence.reached, [d.address for d in deliveries()]) == (1, ["brokers@example.org"])
    assert resume_occurrence(occurrence, now=clock.now(), by=TESTER) == 0
    put("Policyholders", wave, email="holders@example.org")
    assert resume_occurrence(occurrence, now=clock.now(), by=TESTER) == 1
    assert len(copies_to(row.id)) == 1


def test_the_link_that_stands_alone_is_gone_with_what_leads_to_it(wave):
    put("Brokers", wave, email="brokers@example.org")
    line = make_line(wave.programme, audience=make_audience("Customers", CUSTOMERS))
    body = f"{TEXT}\n\nWhat changes for you, and when: {{{{ my_change_link }}}}\n\nSam"
    occurrence = make_approved(line, body=body)
    queue(occurrence)
    [copy] = deliveries()
    assert text_for(copy).startswith(
        "Dear Brokers,\n\nFrom May new claims arrive sorted. You still decide every one.\n\nSam\n\n--\n"
    )
    assert "and when" not in copy.letter.html
    assert "See what changes for you" not in copy.letter.html
    assert "<a " not in copy.letter.html


def test_what_waits_is_stopped_when_they_are_taken_off_the_map(wave):
    row = put("Brokers", wave, email="brokers@example.org")
    queue(message(wave))
    remove_stakeholder(row, by=TESTER)
    [copy] = copies_to(row.id)
    assert (copy.state, copy.reason) == (DeliveryState.SUPPRESSED, OFF_THE_MAP)
    with clock.standing_at(AT_TWO + timedelta(hours=1)):
        assert claim() == []


def test_erasing_empties_what_was_sent(wave):
    row = put("Brokers", wave, email="brokers@example.org")
    queue(message(wave))
    erase_outsider(row, by=TESTER)
    [copy] = db.session.scalars(select(Delivery)).all()
    assert (copy.is_emptied, copy.state) == (True, DeliveryState.SUPPRESSED)


def test_an_audience_of_outsiders_alone_is_not_nobody(wave):
    put("Brokers", wave)
    occurrence = message(wave)
    queue(occurrence)
    assert (occurrence.status, occurrence.reached) == (OccurrenceStatus.SENT, 0)


def test_a_lead_writes_only_to_outsiders_on_the_own_maps(wave):
    other = make_wave(wave.programme, number=4)
    audience, own = make_audience("Customers", CUSTOMERS), Reach(waves=frozenset({wave.id}))
    put("Brokers", wave)
    refuse_readers_beyond(own, wave.programme_id, audience, clock.today("UTC"))
    put("Policyholders", other)
    with pytest.raises(BadInput, match="reaches 1 person outside the waves that you plan"):
        refuse_readers_beyond(own, wave.programme_id, audience, clock.today("UTC"))
    refuse_readers_beyond(Reach(everything=True), wave.programme_id, audience, clock.today("UTC"))
