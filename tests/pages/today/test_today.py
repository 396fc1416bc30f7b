"""The start page: the change team's day, and where everybody else begins."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import (
    make_account,
    make_change_manager,
    make_people,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
    make_workflow,
    signed_in,
)

from engagement.accounts.rules import Role
from engagement.attention.setup.models import SkippedSetup
from engagement.attention.setup.rules import SetupStep
from engagement.audiences.models import Audience
from engagement.communications.models import Communication, Occurrence
from engagement.communications.rules import CommunicationKind, OccurrenceStatus
from engagement.db import db
from engagement.waves.rules import WaveStatus
from tests.attention.training_rows import assign

pytestmark = pytest.mark.usefixtures("frozen", "first_setup_is_over")
NOW = datetime(2026, 4, 14, 8, 0, tzinfo=UTC)


@pytest.fixture
def first_setup_is_over(app):
    db.session.add(SkippedSetup(step=SetupStep.BRIEFING, by="The tests", at=NOW))
    db.session.commit()


def words_of(answer):
    assert answer.status_code == 200, answer.get_data(as_text=True)[:1500]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def say(text, on, wave=None):
    make_unknown_concern(text, on=on, wave=wave)


def make_message(programme, owner, approver, *, name="Department briefing", sends_at):
    audience = Audience(name=f"Audience of {name}", rule={}, made_at=NOW)
    communication = Communication(
        programme=programme,
        kind=CommunicationKind.DEPARTMENT_BRIEFING,
        name=name,
        audience=audience,
        owner=owner,
        approver=approver,
        timezone="Europe/London",
        starts_on=NOW.date(),
        cadence_since=NOW,
        made_at=NOW,
    )
    message = Occurrence(
        communication=communication,
        planned_for=sends_at,
        sends_at=sends_at,
        write_by=NOW.date(),
        status=OccurrenceStatus.IN_REVIEW,
        subject=name,
        body="What changes",
        written_by=owner,
        written_at=NOW,
    )
    db.session.add_all([audience, communication, message])
    db.session.flush()
    return message


@pytest.mark.parametrize(
    ("roles", "start"),
    [
        ((), "/me"),
        ((Role.SPONSOR,), "/reports"),
        ((Role.ADMINISTRATOR,), "/admin"),
        ((Role.TRAINER,), "/training"),
        ((Role.AUDITOR,), "/reports"),
    ],
)
def test_everybody_who_plans_nothing_begins_at_their_own_place(app, roles, start):
    browser = signed_in(app, make_account("r@example.com", "Robin Reader", *roles))
    assert browser.get("/").headers["Location"] == start


def test_nobody_signed_in_is_asked_to_sign_in(client):
    assert client.get("/").headers["Location"].startswith("/login")


def test_an_empty_service_says_where_to_begin(app):
    shown = words_of(signed_in(app, make_change_manager()).get("/"))
    assert "Tuesday 14 April" in shown
    assert "Nothing needs you today." in shown
    assert "No wave is planned yet" in shown


def test_today_lists_what_needs_the_change_manager_with_its_reason(app):
    manager = make_change_manager()
    programme = make_programme()
    wave = make_wave(
        programme, members=[*make_people(2), make_person("Nora None", roles=())], workflows=(make_workflow(programme),)
    )
    say("It read hail as flood, twice", date(2026, 4, 9), wave)
    writer = make_account("sam@example.com", "Sam Pryce")
    make_message(programme, writer, manager, sends_at=NOW + timedelta(hours=5))
    shown = words_of(signed_in(app, manager).get("/"))
    assert "Five things need you. The first message goes out at 14:00 today, or waits." in shown
    assert "Waiting for your approval 1 Department briefing" in shown
    assert "“It read hail as flood, twice” Other, wave 3. Promised to be read by Friday 10 April. 4 days late." in shown
    assert "for Claims triage Nobody was named yet. It goes live with wave 3 on 12 May." in shown
    assert "User: nothing to learn yet 2 people in wave 3 have this role; wave 3 goes live on 12 May." in shown
    assert "1 person in Wave 3: Property claims without a training role" in shown
    assert "One new concern in the seven days until yesterday, all of them about other." in shown
    assert "Go-live 12 May, 3 people. Nobody has training to do yet." in shown
    source = signed_in(app, manager).get("/").get_data(as_text=True)
    assert source.count("btn-primary") == 1
    assert 'aria-label="Timeline of 1 wave' in source


def test_the_page_takes_no_more_statements_than_it_did(app, statements):
    """Each look-up costs about a millisecond, however little it finds, so one asks first which of the seldom things are there at all.

    Those are faults, consultations, value metrics, mail that waits, old training, sponsors' steps, addresses that bounce, leavers,
    reviews, promises, and stakeholders.
    """
    manager = make_change_manager()
    both = make_account("both@example.com", "Bo Both", Role.CHANGE_MANAGER, Role.ADMINISTRATOR)
    programme = make_programme()
    members = [*make_people(2), make_person("Nora None", roles=())]
    wave = make_wave(programme, members=members, workflows=(make_workflow(programme),))
    say("It read hail as flood, twice", date(2026, 4, 9), wave)
    make_message(programme, make_account("sam@example.com", "Sam Pryce"), manager, sends_at=NOW + timedelta(hours=5))
    db.session.commit()
    for account, most in ((manager, 22), (both, 23)):
        browser = signed_in(app, account)
        with statements() as sent:
            assert browser.get("/").status_code == 200
        assert len(sent) <= most


def test_calm_says_only_what_was_looked_at(app):
    browser = signed_in(app, make_change_manager())
    assert "No wave that you plan is under way, so nothing is known yet" in words_of(browser.get("/"))
    programme, members = make_programme(), make_people(3)
    lead = make_account("lena@example.com", "Lena Lead")
    wave = make_wave(programme, members=members, go_live_on=date(2026, 5, 13), lead=make_person("Lena Lead"))
    lead.person_id = wave.lead_id
    db.session.commit()
    shown = words_of(browser.get("/"))
    assert (
        "every workflow that is in use or goes live within 60 days has its owners. No wave goes live within 28 days"
        in shown
    )
    assert "has its owners" not in words_of(signed_in(app, lead).get("/"))
    wave.go_live_on = date(2026, 5, 12)
    db.session.commit()
    assert "Nothing needs you" not in words_of(browser.get("/"))
    assign(wave, members, 0)
    db.session.commit()
    shown = words_of(browser.get("/"))
    assert "Nothing needs you today." in shown
    assert "and people have training to do in each wave that is live or soon will be." in shown


@pytest.mark.parametrize(
    ("status", "go_live_on", "finished", "asked", "title", "why"),
    [
        (WaveStatus.LIVE, date(2026, 4, 7), 0, 14, "Live, and nobody is trained", "0 of 14 people have finished their training. It is live since 7 April."),
        (WaveStatus.STABILISING, date(2026, 4, 7), 0, 0, "Live, and nobody is trained", "Nobody has training to do yet. It is live since 7 April."),
        (WaveStatus.READY, date(2026, 5, 5), 6, 14, "Training is behind", "6 of 14 people have finished their training, which is due by 28 April. It goes live on 5 May, in 21 days."),
        (WaveStatus.PLANNED, date(2026, 5, 12), 0, 0, "Nobody has training to do", "Nobody has training to do yet. It goes live on 12 May, in 28 days."),
        (WaveStatus.READY, date(2026, 4, 13), 13, 14, "Go-live has passed", "It was to go live on 13 April and has not. 13 of 14 people have finished their training."),
    ],
)  # fmt: skip
def test_a_wave_that_is_not_in_order_is_no_calm(app, status, go_live_on, finished, asked, title, why):
    members = make_people(14)
    assign(make_wave(members=members, go_live_on=go_live_on, status=status), members[:asked], finished)
    db.session.commit()
    shown = words_of(signed_in(app, make_change_manager()).get("/"))
    assert "One thing needs you." in shown
    assert f"{title} 1 Wave 3: Property claims {why}" in shown


def test_the_card_of_a_wave_that_was_rolled_back_does_not_call_it_live_or_quiet(app):
    wave = make_wave(go_live_on=date(2026, 4, 7), status=WaveStatus.ROLLED_BACK)
    wave.stabilises_until_on = date(2026, 5, 5)
    db.session.commit()
    shown = words_of(signed_in(app, make_change_manager()).get("/"))
    assert "Rolled back, was live from 7 April, 0 people." in shown
    assert "Quiet period ends" not in shown


def test_a_wave_lead_sees_only_the_own_wave(app):
    lead = make_person("Lena Lead", "lena@example.com")
    programme = make_programme()
    own = make_wave(programme, number=1, name="Own wave", lead=lead)
    make_wave(programme, number=2, name="Other wave")
    say("Mine", date(2026, 4, 13), own)
    say("Nobody’s", date(2026, 4, 13))
    account = make_account("lena@example.com", "Lena Lead")
    account.person_id = lead.id
    shown = words_of(signed_in(app, account).get("/"))
    assert "“Mine”" in shown
    assert "Nobody’s" not in shown
    assert "Other wave" not in shown


def test_the_number_of_queries_does_not_grow_with_what_there_is(app, statements):
    manager = make_change_manager()
    programme = make_programme()

    def add(number):
        workflow = make_workflow(programme, f"Workflow {number}")
        people = [make_person(f"P {number} {n}", f"p{number}.{n}@example.com", roles=()) for n in range(2)]
        wave = make_wave(programme, number=number, name=f"Wave {number}", members=people, workflows=(workflow,))
        say(f"Concern {number}", date(2026, 4, 1), wave)
        make_message(programme, manager, None, name=f"Message {number}", sends_at=NOW + timedelta(days=1, hours=number))

    add(1)
    browser = signed_in(app, manager)
    with statements() as few:
        assert browser.get("/").status_code == 200
    for number in range(2, 8):
        add(number)
    db.session.commit()
    with statements() as many:
        assert browser.get("/").status_code == 200
    assert len(many) == len(few)
