"""What the page of one person shows of messages, training, posts, the map and concerns, and to whom."""

import re
from datetime import timedelta

import pytest
from factories import (
    TESTER,
    make_account,
    make_department,
    make_person,
    make_programme,
    make_unknown_concern,
    make_wave,
)
from factories import signed_in as sign_in

from engagement import clock
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.audit import Actor
from engagement.db import db
from engagement.mail.confirmations.actions import acknowledge
from engagement.mail.models import Delivery
from engagement.mail.rules import DeliveryState, MailingKind
from engagement.people.actions import mark_as_left
from engagement.people.models import Person
from engagement.people.rules import TrainingRole
from engagement.resistance.models import About
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import say_something
from engagement.resistance.saying.rules import Moment
from engagement.stakeholders.actions.mapping import add_stakeholder, remove_stakeholder
from engagement.stakeholders.actions.notes import write_note
from engagement.stakeholders.champions.actions import appoint_champion
from engagement.stakeholders.rules import StakeholderGroup
from engagement.training.actions.assigning import settle_assignments
from engagement.training.actions.completing import record_completion
from engagement.training.models import Completion
from engagement.training.rules import CompletionSource, ItemKind
from engagement.waves.models import Wave
from tests.conftest import Statements
from tests.mail.outbox import make_mailing, queue
from tests.training.courses import make_curriculum, make_module

pytestmark = pytest.mark.usefixtures("frozen")


def part(page: str, name: str) -> str | None:
    """The words of one section of a page, None when there is no such section."""
    found = re.search(rf'<section[^>]* id="{name}".*?</section>', page, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split()) if found else None


@pytest.fixture
def look(app):
    """What an account reads on the page of a person, part by part."""
    browsers = {}

    def looking(person: Person, account: Account, *parts: str):
        browser = browsers.setdefault(account.id, sign_in(app, account))
        answer = browser.get(f"/people/{person.id}")
        assert answer.status_code == 200
        page = answer.get_data(as_text=True)
        return [part(page, each) for each in parts]

    return looking


@pytest.fixture
def waves(app) -> tuple[Wave, Wave]:
    """Two programmes with a wave each; Ann is in both."""
    ann = make_person("Ann Abbott")
    place = (ann.department,) if ann.department else ()
    return (
        make_wave(make_programme("First"), name="First", members=[ann], departments=place),
        make_wave(make_programme("Second"), name="Second", members=[ann], departments=place),
    )


@pytest.fixture
def ann(waves) -> Person:
    return db.session.query(Person).one()


def manager(**scope: int) -> Account:
    return make_account(f"manager{len(scope)}@example.com", "Mary Manager", Role.CHANGE_MANAGER, **scope)


def test_messages_stand_there_with_their_state_for_who_reads_the_log(ann, waves, look):
    asking = make_mailing(subject="Please confirm, {{ first_name }}")
    asking.asks_confirmation = True
    for mailing in (make_mailing(), asking, make_mailing(MailingKind.SIGN_IN, "Your link")):
        queue(mailing)
    queue(make_mailing(subject="Told to the team only"), None)
    for delivery in db.session.query(Delivery):
        delivery.state, delivery.sent_at = DeliveryState.SENT, clock.now()
    admin = make_account("admin@example.com", "Ada Admin", Role.ADMINISTRATOR)
    (messages,) = look(ann, admin, "messages")
    assert messages is not None
    assert messages.index("Told to the team only") < messages.index("Please confirm, Ann Sent not confirmed yet")
    assert "What changes, Ann Sent" in messages
    assert "Your link" not in messages
    acknowledge(db.session.query(Delivery).filter_by(mailing_id=asking.id).one(), by=TESTER)
    (messages,) = look(ann, admin, "messages")
    assert "Please confirm, Ann Sent confirmed " in (messages or "")
    assert look(ann, manager(programme_id=waves[0].programme_id), "messages") == [None]


def test_nothing_sent_is_said(ann, look):
    assert look(ann, manager(), "messages") == ["Messages to them No message of a communication was sent to them yet."]


@pytest.fixture
def asked(ann):
    """Ann has to read two modules, and passed the test of the first."""
    module = make_module("first", 2)
    make_curriculum(TrainingRole.USER, (module, ItemKind.REQUIRED), (make_module("second"), ItemKind.REQUIRED))
    settle_assignments(clock.now())
    record_completion(ann, module, CompletionSource.ATTENDANCE, on=clock.now().date(), by=TESTER)
    done = db.session.query(Completion).one()
    done.source, done.score = CompletionSource.QUIZ, 83
    return module


def test_training_says_what_is_open_and_done_and_only_trainers_read_the_score(ann, waves, asked, look):
    trainer = make_account("trainer@example.com", "Theo Trainer", Role.TRAINER)
    (seen,) = look(ann, trainer, "training")
    assert seen is not None
    assert "1 of 2 modules finished" in seen
    assert seen.index("By ") < seen.index("Passed ")
    assert "with 83&nbsp;%" in seen.replace("\N{NO-BREAK SPACE}", "&nbsp;")
    here = make_account("here@example.com", "Here", Role.TRAINER, programme_id=waves[0].programme_id)
    elsewhere = make_account("there@example.com", "There", Role.TRAINER, programme_id=waves[1].programme_id)
    shown = [look(ann, one, "training")[0] or "" for one in (here, elsewhere)]
    assert sum("83" in words for words in shown) == 1
    auditor = make_account("auditor@example.com", "Aud", Role.AUDITOR)
    for other in (manager(), auditor, make_account("a@example.com", "Ada", Role.ADMINISTRATOR)):
        (words,) = look(ann, other, "training")
        assert "Passed " in (words or "")
        assert "83" not in (words or "")


def test_training_of_waves_out_of_reach_is_not_told(ann, waves, asked, look):
    both = look(ann, manager(), "training")[0] or ""
    titles = [wave.title for wave in waves]
    asking = [title for title in titles if title in both]
    assert len(asking) == 1
    outside = waves[1 - titles.index(asking[0])]
    words = look(ann, manager(programme_id=outside.programme_id), "training")
    assert words == ["Training No wave that you see asks anything of them."]


def test_a_head_of_department_sees_what_every_wave_asks_of_their_people(ann, asked, look):
    head = make_person("Hedda Head", "hedda@example.com", "Operations")
    make_department("Operations").manager = head
    account = make_account("hedda@example.com", "Hedda Head")
    account.person_id = head.id
    words, *others = look(ann, account, "training", "messages", "concerns", "champion", "stakeholder")
    assert "1 of 2 modules finished" in (words or "")
    assert others == [None] * 4


def test_no_training_says_why(ann, look):
    reader = manager()
    assert look(ann, reader, "training") == ["Training Nothing yet: there is nothing to learn for User so far."]
    new = make_person("New Nobody", roles=())
    words = "Training Nothing is asked of them until they have a training role."
    assert look(new, reader, "training") == [words]


def test_what_a_leaver_finished_stays(ann, asked, look):
    mark_as_left(ann, by=TESTER)
    settle_assignments(clock.now())
    (words,) = look(ann, manager(), "training")
    assert "Passed " in (words or "")
    assert "By " not in (words or "")


def test_a_champion_is_one_of_the_waves_that_the_reader_sees(ann, waves, look):
    today = clock.now().date()
    for wave, begins in zip(waves, (today, today + timedelta(days=3)), strict=True):
        appoint_champion(wave, ann, from_on=begins, by=TESTER)
    (words,) = look(ann, manager(), "champion")
    assert (waves[0].title in (words or ""), waves[1].title in (words or "")) == (True, True)
    assert (" since " in (words or ""), " from " in (words or "")) == (True, True)
    (words,) = look(ann, manager(programme_id=waves[1].programme_id), "champion")
    assert (waves[0].title in (words or ""), waves[1].title in (words or "")) == (False, True)


def test_the_map_is_told_to_its_readers_without_private_notes(ann, waves, look):
    row = add_stakeholder(ann, StakeholderGroup.OTHERS, places=[waves[0]], role="Speaks for drivers", by=TESTER)
    write_note(row, "Dislikes mornings", by=TESTER)
    everything = manager()
    seen = look(ann, everything, "stakeholder")[0] or ""
    assert "Speaks for drivers" in seen
    assert "Dislikes" not in seen
    assert look(ann, manager(programme_id=waves[1].programme_id), "stakeholder") == [
        "Stakeholder On no map that you read."
    ]
    trainer = make_account("trainer@example.com", "Theo", Role.TRAINER)
    assert look(ann, trainer, "stakeholder") == [None]
    remove_stakeholder(row, by=TESTER)
    assert look(ann, everything, "stakeholder") == ["Stakeholder On no map that you read."]


def test_what_they_said_with_their_name_is_for_who_answers_there(ann, waves, look, app):
    sender = make_account(ann.email or "", ann.name)
    sender.person_id = ann.id
    db.session.flush()
    on = clock.now().date()
    for text, wave in (("About the first", waves[0]), ("About the second", waves[1]), ("About no wave", None)):
        about = About(Source.OTHER, wave=wave)
        actor = Actor(sender.id, sender.name, ann.id)
        say_something(text, Sender.NAMED, about, secret="s", moment=Moment(on, "GB-ENG"), by=actor)
    make_unknown_concern("Said without a name", on=on, wave=waves[0])
    everything = manager()
    (words,) = look(ann, everything, "concerns")
    said = ("About the first", "About the second", "About no wave", "Said without a name")
    assert [text in (words or "") for text in said] == [True, True, True, False]
    (words,) = look(ann, manager(programme_id=waves[0].programme_id), "concerns")
    assert [text in (words or "") for text in said] == [True, False, False, False]
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.TRAINER):
        assert look(ann, make_account(f"{role.value}@example.com", "Other", role), "concerns") == [None]
    log = sign_in(app, everything).get(f"/concerns?person={ann.id}").get_data(as_text=True)
    assert [text in log for text in said] == [True, True, True, False]


def test_the_page_takes_as_many_statements_for_much_as_for_little(ann, waves, asked, look, statements: Statements):
    reader, places = manager(), (make_department("Operations/Claims"),)
    look(ann, reader)
    with statements() as few:
        look(ann, reader)
    for number in range(8):
        mailing = make_mailing(subject=f"Number {number}")
        queue(mailing)
        wave = make_wave(
            waves[0].programme, number=number + 10, name=f"Wave {number}", members=[ann], departments=places
        )
        appoint_champion(wave, ann, from_on=clock.now().date(), by=TESTER)
    settle_assignments(clock.now())
    with statements() as many:
        look(ann, reader)
    assert len(many) <= len(few) + 2
