"""What is done to programmes, their workflows, what these say, tell and measure, and where its entry belongs."""

from datetime import timedelta
from typing import Any

from factories import STATEMENT, TESTER, make_person, make_statement
from flows.deeds.place import DAY, PEOPLE_OF_DEPARTMENT, Deed, Place

from engagement import clock
from engagement.accounts.posts.actions import name_sponsor
from engagement.db import db
from engagement.notices.actions import end_effect, publish_notice, say_effect, send_notice, write_notice
from engagement.notices.models import Notice
from engagement.people.organisation.rules import Organisation
from engagement.programmes import actions as programmes
from engagement.programmes.oversight.actions import OverseerDetails, change_overseer, name_overseer, release_overseer
from engagement.programmes.portfolio.actions import announce_version
from engagement.programmes.rules import OwnershipPart
from engagement.programmes.scope.actions import discard_draft, publish_statement, write_statement
from engagement.programmes.scope.rules import StatementTexts
from engagement.reports.subscriptions.actions.sending import Service, send_report
from engagement.reports.subscriptions.actions.subscribing import end_subscription, rest, subscribe
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.rules.rhythm import ReportRhythm, Wish
from engagement.training.scope_answers.actions import answer_statement
from engagement.value.actions.metrics import change_metric, end_metric, make_metric, say_baseline
from engagement.value.actions.readings import Read, add_reading, correct_reading, take_back_reading
from engagement.value.models import MetricReading, ValueMetric
from engagement.value.rules import BaselineSaid, Better, MetricDetails, ReadingRhythm
from engagement.verbs import Verb
from engagement.waves import actions as waves


def whole_draft(at: Place) -> Any:
    return write_statement(
        at.workflow, StatementTexts(**STATEMENT | {"who_decides": "All do."}, changed="All"), by=TESTER
    )


def overseer(at: Place) -> Any:
    return name_overseer(at.workflow, at.person, OverseerDetails(hours="Always"), on=DAY, by=TESTER)


def hand_over(at: Place) -> None:
    programmes.name_holder(at.workflow, OwnershipPart.SUPPORT_TEAM, at.person, by=TESTER)


METRIC = MetricDetails("Minutes a claim", "minutes", Better.LOWER, ReadingRhythm.MONTH)


def measure(at: Place) -> ValueMetric:
    return make_metric(at.workflow, METRIC, None, by=TESTER)


def read(at: Place) -> MetricReading:
    return add_reading(measure(at), Read(DAY, 12_000), today=DAY, by=TESTER)


def tell(at: Place) -> Notice:
    say_effect(at.workflow, "It watches.", by=TESTER)
    return write_notice(at.workflow, "Notice", "What you have to know.", by=TESTER)


def tell_later(at: Place) -> None:
    notice = tell(at)
    publish_notice(notice, by=TESTER)
    waves.add_member(at.wave, make_person("Later Person", "later@example.com"), by=TESTER)
    send_notice(notice.id)


def have_sent(at: Place) -> ReportSubscription:
    at.account.person_id = at.person.id
    wish = Wish(ReportRhythm.WEEKLY, "08:00", "Europe/London")
    return subscribe(at.programme, at.account, wish, "GB-ENG", by=TESTER)


def have_sent_now(at: Place) -> None:
    at.programme.sponsor_id = at.person.id
    row = have_sent(at)
    row.next_at = clock.now()
    db.session.flush()
    send_report(row.id, Service(Organisation(), 5, 24, "https://engagement.example.com", "secret"))


DONE: list[Deed] = [
    (Verb.SUBSCRIBED_TO_REPORT, have_sent, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.CHANGED_SUBSCRIPTION, lambda at: (have_sent(at), have_sent(at)), PEOPLE_OF_DEPARTMENT | {"programme"}),
    (
        Verb.ENDED_SUBSCRIPTION,
        lambda at: end_subscription(have_sent(at), by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (Verb.RESTED_SUBSCRIPTION, lambda at: rest(have_sent(at), "Why."), PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.SENT_REPORT, have_sent_now, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.CHANGED_PROGRAMME, lambda at: name_sponsor(at.programme, at.person, by=TESTER), {"programme"}),
    (
        Verb.CHANGED_PROGRAMME,
        lambda at: programmes.change_programme(at.programme, "Another name", "", by=TESTER),
        {"programme"},
    ),
    (
        Verb.ANNOUNCED_VERSION,
        lambda at: announce_version(at.workflow, "More.", DAY + timedelta(days=9), by=TESTER),
        {"programme"},
    ),
    (Verb.WROTE_STATEMENT, lambda at: write_statement(at.workflow, StatementTexts("New"), by=TESTER), {"programme"}),
    (Verb.PUBLISHED_STATEMENT, lambda at: publish_statement(whole_draft(at), by=TESTER), {"programme"}),
    (Verb.DISCARDED_STATEMENT, lambda at: discard_draft(whole_draft(at), by=TESTER), {"programme"}),
    (
        Verb.CONFIRMED_STATEMENT,
        lambda at: answer_statement(at.person, make_statement(at.workflow), None, by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (Verb.NAMED_OVERSEER, overseer, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (
        Verb.CHANGED_OVERSEER,
        lambda at: change_overseer(overseer(at), OverseerDetails(hours="Never"), on=DAY, by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (
        Verb.RELEASED_OVERSEER,
        lambda at: release_overseer(overseer(at), on=DAY, by=TESTER),
        PEOPLE_OF_DEPARTMENT | {"programme"},
    ),
    (Verb.CHANGED_WORKFLOW, lambda at: programmes.change_workflow(at.workflow, name="Other", by=TESTER), {"programme"}),
    (Verb.NAMED_HOLDER, hand_over, PEOPLE_OF_DEPARTMENT | {"programme"}),
    (Verb.SAID_EFFECT, lambda at: say_effect(at.workflow, "It watches.", by=TESTER), {"programme"}),
    (Verb.ENDED_EFFECT, lambda at: end_effect(tell(at).workflow, by=TESTER), {"programme"}),
    (Verb.WROTE_NOTICE, tell, {"programme"}),
    (Verb.PUBLISHED_NOTICE, lambda at: publish_notice(tell(at), by=TESTER), {"programme"}),
    (Verb.SENT_NOTICE, tell_later, {"programme"}),
    (Verb.MADE_METRIC, measure, {"programme"}),
    (Verb.CHANGED_METRIC, lambda at: change_metric(measure(at), METRIC, at.person, by=TESTER), {"programme"}),
    (Verb.ENDED_METRIC, lambda at: end_metric(measure(at), by=TESTER), {"programme"}),
    (
        Verb.SAID_BASELINE,
        lambda at: say_baseline(measure(at), BaselineSaid(reason="Too late."), today=DAY, by=TESTER),
        {"programme"},
    ),
    (Verb.ADDED_READING, read, {"programme"}),
    (
        Verb.CORRECTED_READING,
        lambda at: correct_reading(read(at), Read(DAY, 13_000), today=DAY, by=TESTER),
        {"programme"},
    ),
    (Verb.TOOK_BACK_READING, lambda at: take_back_reading(read(at), by=TESTER), {"programme"}),
]
