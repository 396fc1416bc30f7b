"""Everybody's own instant and text, worked out for groups and given by one statement, on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from factories import TESTER, make_person
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from engagement import clock
from engagement.audiences.queries import people_in
from engagement.communications.actions import sending
from engagement.communications.queries.one_message import occurrence_page
from engagement.communications.queries.readers import (
    LaterReaders,
    delivery_plan,
    due_column,
    reader_groups,
    unread_languages,
)
from engagement.communications.rules import OccurrenceStatus, QueueOutcome
from engagement.days.working_hours import next_working_instant
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.queries import Waiting, waiting_for_hours
from engagement.people.models import Person
from engagement.people.organisation.rules import UNSET, Organisation, working_time
from tests.communications.calendar_rows import AT_TWO, make_approved, make_line
from tests.conftest import Statements

pytestmark = pytest.mark.usefixtures("app", "frozen")
#: Wednesday, nine in Tokyo.
TOKYO_MORNING = datetime(2026, 4, 15, 0, 0, tzinfo=UTC)


def make_three_zones() -> None:
    make_person("Ann London", "ann@example.com", timezone="Europe/London", country="GB")
    make_person("Bob Tokyo", "bob@example.com", timezone="Asia/Tokyo", country="JP")
    make_person("Cay New York", "cay@example.com", timezone="America/New_York", country="US")
    make_person("Dee Nowhere", "dee@example.com")


def due() -> dict[str, datetime]:
    return dict(db.session.execute(select(Delivery.address, Delivery.due_at)).all())


def queue(**details: bool) -> None:
    occurrence = make_approved(make_line(**details))
    assert sending.queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24) is QueueOutcome.QUEUED


def test_each_gets_it_in_their_own_working_hours() -> None:
    make_three_zones()
    queue(in_working_hours=True)
    assert due() == {
        "ann@example.com": AT_TWO,
        "bob@example.com": TOKYO_MORNING,
        "cay@example.com": AT_TWO,
        "dee@example.com": AT_TWO,
    }


def test_an_urgent_message_goes_to_everybody_at_once() -> None:
    make_three_zones()
    queue(in_working_hours=False)
    assert set(due().values()) == {AT_TWO}


def test_everybody_is_queued_by_one_statement(statements: Statements) -> None:
    make_three_zones()
    occurrence = make_approved(make_line(in_working_hours=True))
    with statements() as sent:
        sending.queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    assert len([statement for statement in sent if "INSERT INTO delivery" in statement]) == 1
    assert len(due()) == 4


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, "Europe/London", "Asia/Tokyo", "America/New_York", "Pacific/Auckland"]),
            st.sampled_from([None, ("07:30", "15:30"), ("12:00", "20:00")]),
            st.sampled_from(["", "GB", "JP", "SA", "Wonderland"]),
        ),
        max_size=8,
    ),
    st.integers(0, 14 * 24 * 60),
)
def test_the_database_gives_everybody_the_instant_that_is_worked_out_for_them(people, minutes):
    instant = AT_TWO + timedelta(minutes=minutes)
    try:
        for n, (zone, hours, country) in enumerate(people):
            begins, ends = hours or (None, None)
            make_person(
                f"P{n}", f"p{n}@example.com", timezone=zone, works_from=begins, works_until=ends, country=country
            )
        rows = db.session.execute(
            select(Person.timezone, Person.works_from, Person.works_until, Person.country, due_column(instant, UNSET))
        ).all()
        assert len(rows) == len(people)
        for *habits, due_at in rows:
            assert due_at == next_working_instant(instant, working_time(*habits, UNSET)), habits
    finally:
        db.session.rollback()


def test_the_plan_says_before_what_the_queue_does_after() -> None:
    make_three_zones()
    groups = reader_groups(people_in({"field": "everybody"}, AT_TWO.date()))
    plan = delivery_plan(groups, AT_TWO, UNSET, in_working_hours=True)
    assert (plan.at_once, plan.people_later) == (3, 1)
    assert plan.later == (LaterReaders(TOKYO_MORNING, "Asia/Tokyo", 1),)
    at_once = delivery_plan(groups, AT_TWO, UNSET, in_working_hours=False)
    assert (at_once.at_once, at_once.later) == (4, ())


def test_the_organisation_s_hours_hold_where_nobody_said_otherwise() -> None:
    make_person("Dee Nowhere", "dee@example.com")
    late = Organisation(works_from="18:00", works_until="22:00")
    occurrence = make_approved(make_line(in_working_hours=True))
    sending.queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24, organisation=late)
    assert due() == {"dee@example.com": datetime(2026, 4, 14, 17, tzinfo=UTC)}


def test_who_waits_is_counted_with_the_last_instant_and_its_zone() -> None:
    make_three_zones()
    queue(in_working_hours=True)
    assert waiting_for_hours(AT_TWO) == Waiting(1, TOKYO_MORNING, "Asia/Tokyo")
    assert waiting_for_hours(TOKYO_MORNING) == Waiting()


def test_waiting_for_the_morning_is_not_late_and_keeps_the_message_open() -> None:
    """The message may be a day late when it is handed over; who waits for Monday after that is not held."""
    make_three_zones()
    friday = AT_TWO + timedelta(days=3)
    occurrence = make_approved(make_line(in_working_hours=True), friday - timedelta(hours=20))
    outcome = sending.queue_occurrence(occurrence.id, now=friday, lateness_limit_hours=24)
    assert outcome is QueueOutcome.QUEUED
    assert due()["bob@example.com"] == datetime(2026, 4, 20, 0, tzinfo=UTC)
    with clock.standing_at(friday):
        assert occurrence_page(occurrence).waiting.number == 1
    assert sending.settle_sending(friday + timedelta(days=2)) == 0
    assert occurrence.status is OccurrenceStatus.SENDING


def test_resuming_gives_newcomers_their_own_hours_too() -> None:
    make_person("Ann London", "ann@example.com")
    occurrence = make_approved(make_line(in_working_hours=True))
    sending.queue_occurrence(occurrence.id, now=AT_TWO, lateness_limit_hours=24)
    make_person("Bob Tokyo", "bob@example.com", timezone="Asia/Tokyo", country="JP")
    assert sending.resume_occurrence(occurrence, now=AT_TWO, by=TESTER) == 1
    assert due()["bob@example.com"] == TOKYO_MORNING


def test_languages_without_a_text_are_counted_by_their_readers() -> None:
    for n, language in enumerate(("pl", "pl", "de-AT", "en-GB", None, "pt-BR")):
        make_person(f"P{n}", f"p{n}@example.com", language=language)
    groups = reader_groups(people_in({"field": "everybody"}, AT_TWO.date()))
    assert unread_languages(groups, ["en"], UNSET) == {"pl": 2, "de-AT": 1, "pt-BR": 1}
    assert unread_languages(groups, ["en", "pt", "de"], UNSET) == {"pl": 2}
    assert unread_languages(groups, ["pl"], Organisation(language="pl")) == {"de-AT": 1, "en-GB": 1, "pt-BR": 1}
