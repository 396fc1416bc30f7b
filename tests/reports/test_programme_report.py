"""The figures and decisions of a programme's report, on both engines."""

from datetime import UTC, date, datetime, timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_change_manager,
    make_people,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
    recount_objections,
)

from engagement.attention.queries.ownership import vacancies
from engagement.attention.queries.waves import WaveTraining
from engagement.attention.rules import Reason, is_training_behind
from engagement.audiences.models import Audience
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.mail.models import Delivery, Mailing
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.programmes.models import Ownership
from engagement.programmes.rules import OwnershipPart
from engagement.reports.queries.decisions import wave_decision
from engagement.reports.queries.programme import programme_report
from engagement.reports.queries.standing import calm_of, standing_of
from engagement.reports.rules.pace import Pace
from engagement.training.queries.counts import Count
from engagement.waves.milestones.actions import MilestoneDetails, add_milestone
from engagement.waves.milestones.rules import MilestoneKind
from engagement.waves.queries import workflows_of_waves
from engagement.waves.rules import WaveStatus
from engagement.words import listed
from tests.attention.training_rows import assign, own_all

pytestmark = pytest.mark.usefixtures("app", "frozen")
NOW = datetime(2026, 4, 14, 8, 0, tzinfo=UTC)
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("days_to_due", "finished", "expected"),
    [(15, 0, False), (14, 79, True), (14, 80, False), (1, 90, False), (0, 94, True), (0, 95, False), (-3, 94, True)],
)
def test_training_is_behind_by_the_day_that_it_is(days_to_due, finished, expected):
    assert is_training_behind(TODAY + timedelta(days=days_to_due), TODAY, finished, 100) is expected
    assert is_training_behind(TODAY, TODAY, 0, 0) is False


def test_words_of_lists_and_days():
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_a_wave_with_late_training_and_a_vacancy_ask_for_decisions_in_order_of_their_day():
    programme = make_programme()
    people = make_people(10)
    owner, gone = make_person("Olga Owner"), make_person("Petra Lindqvist")
    complete, vacant = make_workflow(programme, "Claims triage"), make_workflow(programme, "Letter drafting")
    own_all(complete, owner)
    own_all(vacant, owner, without=(OwnershipPart.CHANGE_APPROVER,))
    db.session.add(
        Ownership(
            workflow=vacant,
            part=OwnershipPart.CHANGE_APPROVER,
            person=gone,
            since_on=date(2026, 1, 5),
            until_on=date(2026, 4, 9),
        )
    )
    wave = make_wave(programme, workflows=(complete, vacant), members=people, go_live_on=date(2026, 5, 5))
    assign(wave, people, 6)
    report = programme_report(programme, TODAY, 5)
    assert [(d.title, d.reason, d.by_on) for d in report.decisions] == [
        (
            "Name a change approver for Letter drafting",
            "Change approver vacant since 9 April, last held by Petra Lindqvist. It goes live with wave 3 on 5 May.",
            date(2026, 4, 21),
        ),
        (
            "Decide whether wave 3 (Property claims) keeps 5 May",
            "6 of 10 people have finished their training, which is due by 28 April. It goes live in 21 days.",
            date(2026, 4, 28),
        ),
    ]
    line = report.waves[0]
    assert (line.people, line.trained.finished, line.trained.assigned) == (10, 6, 10)
    assert report.next_wave is line
    assert report.as_of == NOW


def test_a_workflow_that_nobody_ever_owned_matters_only_near_its_go_live():
    programme = make_programme()
    near, far, running = (make_workflow(programme, name) for name in ("Near", "Far", "Running"))
    waves = [
        make_wave(programme, number=1, workflows=(near,), go_live_on=TODAY + timedelta(days=60)),
        make_wave(programme, number=2, workflows=(far,), go_live_on=TODAY + timedelta(days=61)),
        make_wave(
            programme, number=4, workflows=(running,), go_live_on=TODAY - timedelta(days=9), status=WaveStatus.LIVE
        ),
    ]
    done = make_workflow(programme, "Done")
    waves.append(
        make_wave(programme, number=5, workflows=(done,), status=WaveStatus.CLOSED, go_live_on=date(2026, 1, 5))
    )
    found = {
        vacancy.title.rpartition(" for ")[2]: vacancy
        for vacancy in vacancies(waves, TODAY, workflows_of_waves([wave.id for wave in waves]))
    }
    assert set(found) == {"Near", "Running", "Done"}
    assert found["Done"].why == "Nobody was named yet. It is in use."
    assert found["Running"].by_on is None
    assert found["Running"].why == "Nobody was named yet. It is in use since wave 4."


def test_late_concerns_ask_for_a_decision_only_as_a_group_that_may_be_shown():
    wave = make_wave()

    for number, titles in ((4, []), (1, ["Give somebody the time to answer concerns that have waited too long"])):
        for n in range(number):
            make_unknown_concern(f"Words {number} {n}", on=date(2026, 4, 1), wave=wave)
        recount_objections(TODAY)
        decisions = programme_report(wave.programme, TODAY, 5).decisions
        assert [d.title for d in decisions] == titles
    assert "Words" not in str(decisions)


def test_a_passed_go_live_asks_for_a_new_day():
    wave = make_wave(go_live_on=date(2026, 4, 10))
    decision = programme_report(wave.programme, TODAY, 5).decisions[0]
    assert (decision.title, decision.by_on) == ("Set a new day for wave 3 (Property claims)", TODAY)


@pytest.mark.parametrize(("days", "members", "asks"), [(21, 3, True), (15, 0, True), (22, 3, False)])
def test_a_wave_without_training_asks_for_a_decision_once_it_should_be_under_way(days, members, asks):
    wave = make_wave(members=make_people(members), go_live_on=TODAY + timedelta(days=days))
    report = programme_report(wave.programme, TODAY, 5)
    decisions = [(d.title, d.reason.partition(". ")[0], d.by_on) for d in report.decisions]
    who = "Nobody has training to do yet" if members else "Nobody is in it yet"
    day = f"{wave.go_live_on.day} May" if days > 16 else f"{wave.go_live_on.day} April"
    asked = (f"Decide whether wave 3 (Property claims) keeps {day}", who, TODAY + timedelta(days=days - 7))
    assert decisions == ([asked] if asks else [])
    assert [line.wave for line in report.in_doubt] == [wave]


def test_a_sheet_without_decisions_does_not_say_that_training_is_where_it_should_be_where_it_is_behind():
    members = make_people(20)
    wave = make_wave(members=members, go_live_on=TODAY + timedelta(days=70))
    assign(wave, members, 0)
    opened = MilestoneDetails(MilestoneKind.TRAINING_OPENS, falls_on=TODAY - timedelta(days=63))
    add_milestone(wave, opened, country="GB-ENG", by=TESTER)
    report = programme_report(wave.programme, TODAY, 5)
    assert report.decisions == []
    assert calm_of(report, standing_of(report)) == (
        "Nothing needs a decision from you: every workflow near its go-live has its owners. In wave 3, Property claims, none of 20 "
        "are trained, where 50\N{NO-BREAK SPACE}% should be by today. Objections are not counted yet."
    )


def test_a_wave_whose_people_are_trained_only_on_the_day_itself_is_not_proposed_to_keep_it():
    wave = make_wave(go_live_on=TODAY + timedelta(days=9))
    found = WaveTraining(wave, Reason.TRAINING_BEHIND, 100, Count(100, 50))
    decision = wave_decision(found, Pace(TODAY - timedelta(days=10), wave.training_due_on, TODAY, 100, 50), TODAY)
    assert decision.proposal == (
        "As it goes, 95\u00a0% are trained on 23 April: move the go-live behind that day, or give people time now."
    )


def test_reach_counts_what_servers_took_of_all_it_was_for():
    owner = make_change_manager()
    programme = make_programme()
    people = make_people(5)
    audience = Audience(name="All", rule={}, made_at=NOW)
    communication = Communication(
        programme=programme, kind=CommunicationKind.PROGRAMME_UPDATE, name="Programme update", audience=audience,
        owner=owner, timezone="Europe/London", starts_on=TODAY, cadence_since=NOW, made_at=NOW,
    )  # fmt: skip
    for number in range(2):
        mailing = Mailing(kind=MailingKind.COMMUNICATION, subject="s", text="t", html="h", built_at=NOW)
        at = NOW - timedelta(days=number)
        occurrence = Occurrence(
            communication=communication, planned_for=at, sends_at=at, write_by=TODAY, subject=f"Update {number}",
            status=OccurrenceStatus.SENT, mailing=mailing, queued_at=at,
        )  # fmt: skip
        db.session.add_all([occurrence, mailing])
        for place, person in enumerate(people):
            state = DeliveryState.BOUNCED if place < number + 1 else DeliveryState.SENT
            db.session.add(
                Delivery(mailing=mailing, person=person, address="a@example.com", state=state, queued_at=at, due_at=at)
            )
    db.session.flush()
    assert [(m.subject, m.sent, m.recipients) for m in programme_report(programme, TODAY, 5).messages] == [
        ("Update 0", 4, 5),
        ("Update 1", 3, 5),
    ]
    assert programme_report(make_programme("Silent"), TODAY, 5).messages == []


def test_the_report_takes_as_many_queries_for_many_waves_as_for_one(statements):
    make_account("x@example.com", "X")
    programme = make_programme()

    def counted():
        with statements() as sent:
            programme_report(programme, TODAY, 5)
        return len(sent)

    def add(number):
        workflow = make_workflow(programme, f"Workflow {number}")
        person = make_person(f"Person {number}", f"p{number}@example.com")
        own_all(workflow, person, until=date(2026, 4, 9))
        make_wave(programme, number=number, workflows=(workflow,), members=[person])
        db.session.flush()

    add(1)
    few = counted()
    for number in range(2, 9):
        add(number)
    assert counted() == few
