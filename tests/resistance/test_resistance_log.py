"""The resistance log on both engines: taking in, answering, closing, and the lists."""

from datetime import date

import pytest
from factories import (
    hand_over_letters,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_wave,
)
from sqlalchemy import select, true

from engagement.audit import Actor, AuditEntry
from engagement.db import count_of, db
from engagement.errors import BadInput, RuleBroken
from engagement.resistance import actions, queries
from engagement.resistance.models import About, Concern, ConcernReply, ConcernStep
from engagement.resistance.queries import LogFilters
from engagement.resistance.rules import ConcernStatus, Sender, Severity, Source
from engagement.resistance.saying import actions as saying
from engagement.resistance.saying.queries import concerns_of_sender, kept_under
from engagement.resistance.saying.rules import Moment

pytestmark = pytest.mark.usefixtures("app", "frozen")
TODAY = date(2026, 4, 14)
SECRET = "a secret of the tests"
KEY = "a form key that is long enough"


def say(text="I fear for my job", sender=Sender.ANONYMOUS, key=KEY, on=TODAY, source=Source.OTHER, wave=None, **more):
    received = saying.say_something(
        text, sender, About(source, wave=wave), secret=SECRET, moment=Moment(on, "GB-ENG"), form_key=key, **more
    )
    hand_over_letters(on)
    return received


def only_concern():
    return db.session.scalars(select(Concern)).one()


def test_an_anonymous_concern_holds_nothing_but_text_source_wave_and_day():
    wave = make_wave()
    received = say(source=Source.JOB_SECURITY, wave=wave)
    concern = only_concern()
    stored = {
        c.name: getattr(concern, c.name) for c in Concern.__table__.columns if getattr(concern, c.name) is not None
    }
    assert stored == {
        "id": concern.id,
        "is_anonymous": True,
        "source": Source.JOB_SECURITY,
        "severity": Severity.MEDIUM,
        "text": "I fear for my job",
        "wave_id": wave.id,
        "status": ConcernStatus.RECEIVED,
        "received_on": TODAY,
        "waiting_since_on": TODAY,
        "receipt_hash": concern.receipt_hash,
    }
    assert received.concern_id is None
    assert kept_under(received.code, secret=SECRET) is concern
    assert received.code.replace(" ", "") not in str(stored)


def test_a_repeated_request_stores_once_and_shows_the_same_code():
    assert say().code == say().code
    assert count_of(select(Concern)) == 1
    assert say(text="Something else entirely").code != say().code
    assert count_of(select(Concern)) == 2


def test_forms_without_a_proper_key_are_never_taken_for_each_other():
    assert say(key="").code != say(key="").code
    assert say(key="short").code != say(key="short").code
    assert count_of(select(Concern)) == 4


def test_a_named_concern_is_stored_once_for_each_person():
    tomasz, petra = make_person(), make_person("Petra Lindqvist")
    actors = [Actor(make_account(f"{p.id}@example.com", p.name).id, p.name, p.id) for p in (tomasz, petra)]
    ids = [say(sender=Sender.NAMED, by=by).concern_id for by in (actors[0], actors[0], actors[1])]
    assert ids[0] == ids[1]
    assert ids[0] != ids[2]
    concern = db.session.get(Concern, ids[0])
    assert (concern.person, concern.department, concern.is_anonymous) == (tomasz, tomasz.department, False)
    assert concerns_of_sender(petra.id, 99) == [db.session.get(Concern, ids[2])]


def test_what_is_said_leaves_no_audit_entry_and_no_step():
    before = count_of(select(AuditEntry))
    say()
    say(sender=Sender.NAMED, by=make_change_manager().actor)
    own = select(AuditEntry).where(AuditEntry.subject_kind == "concern")
    assert count_of(own) == 0
    assert count_of(select(ConcernStep)) == 0
    assert count_of(select(AuditEntry)) > before


@pytest.mark.parametrize(
    ("text", "sender", "field"),
    [
        ("  ", Sender.ANONYMOUS, "text"),
        ("x" * 5001, Sender.ANONYMOUS, "text"),
        ("x", None, "sender"),
        ("x", Sender.NAMED, "sender"),
    ],
)
def test_what_cannot_be_taken_in_says_why_above_the_field(text, sender, field):
    with pytest.raises(BadInput) as refused:
        say(text=text, sender=sender)
    assert list(refused.value.problems) == [field]
    assert count_of(select(Concern)) == 0


def test_the_table_itself_refuses_a_person_on_an_anonymous_concern():
    say()
    concern = only_concern()
    concern.person = make_person()
    with pytest.raises(Exception, match="anonymous_means_unknown"):
        db.session.flush()
    db.session.rollback()


def test_a_concern_goes_from_received_to_closed_and_every_step_is_dated(frozen):
    manager = make_change_manager()
    say()
    concern = only_concern()
    actions.acknowledge(concern, by=manager.actor)
    actions.acknowledge(concern, by=manager.actor)
    actions.take_over(concern, manager, by=manager.actor)
    actions.answer(concern, "No post is removed by this wave.", by=manager.actor, on=date(2026, 4, 16))
    assert (concern.status, concern.first_answered_on, concern.waiting_since_on) == (
        ConcernStatus.ANSWERED,
        date(2026, 4, 16),
        None,
    )
    actions.close(concern, "Said in writing to everybody in the wave.", by=manager.actor)
    db.session.flush()
    talk = queries.conversation(concern)
    assert [step.status.value for step in talk.steps] == ["acknowledged", "in_response", "answered", "closed"]
    assert [(m.text, m.author) for m in talk.messages] == [
        ("I fear for my job", None),
        ("No post is removed by this wave.", "Ines Okafor"),
    ]
    verbs = db.session.scalars(
        select(AuditEntry.verb).where(AuditEntry.subject_kind == "concern").order_by(AuditEntry.id)
    )
    # However many steps on however many concerns: the audit would count them otherwise.
    assert list(verbs) == ["worked on concerns"]


def test_the_audit_of_later_steps_holds_no_word_of_the_conversation():
    manager = make_change_manager()
    say()
    concern = only_concern()
    actions.answer(concern, "My answer in words", by=manager.actor, on=TODAY)
    actions.change_source(concern, Source.CHANGE_FATIGUE, "It reads like fatigue", by=manager.actor)
    db.session.flush()
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "concern")).all()
    assert [entry.person_id for entry in entries] == [None]
    written = " ".join(f"{e.subject_name} {e.changes}" for e in entries)
    assert {(e.subject_id, e.wave_id, e.programme_id) for e in entries} == {(None, None, None)}
    assert written == "Concerns {}"


def test_an_open_concern_is_not_closed_without_an_answer():
    manager = make_change_manager()
    say()
    with pytest.raises(RuleBroken):
        actions.close(only_concern(), "Nothing to do", by=manager.actor)


def test_a_reply_by_receipt_opens_it_again_and_writes_no_instant():
    manager = make_change_manager()
    code = say().code
    concern = only_concern()
    actions.answer(concern, "It holds until March.", by=manager.actor, on=TODAY)
    db.session.flush()
    steps, entries = count_of(select(ConcernStep)), count_of(select(AuditEntry))
    for _ in range(2):
        saying.say_back_unknown(kept_under(code.lower(), secret=SECRET), "And after March?")
        db.session.flush()
    assert concern.status is ConcernStatus.ANSWERED
    hand_over_letters(date(2026, 4, 15))
    assert (concern.status, concern.waiting_since_on, concern.answered_on) == (
        ConcernStatus.IN_RESPONSE,
        date(2026, 4, 15),
        None,
    )
    assert concern.first_answered_on == TODAY
    assert (count_of(select(ConcernStep)), count_of(select(AuditEntry))) == (steps, entries)
    replies = db.session.scalars(select(ConcernReply).order_by(ConcernReply.place)).all()
    assert [(r.place, r.text, r.author_id is None) for r in replies] == [
        (1, "It holds until March.", False),
        (2, "And after March?", True),
    ]
    assert kept_under("BBBB 2222 BBBB BBBB", secret=SECRET) is None


def test_a_logged_concern_begins_acknowledged_in_the_hands_of_whoever_logged_it():
    manager, person = make_change_manager(), make_person()
    concern = actions.log_concern(
        "He won’t be overruled by a machine", About(Source.LOSS_OF_CONTROL), by=manager.actor, on=TODAY, person=person
    )
    assert (concern.status, concern.owner_id, concern.department) == (
        ConcernStatus.ACKNOWLEDGED,
        manager.id,
        person.department,
    )
    assert db.session.scalar(select(AuditEntry.person_id).where(AuditEntry.verb == "worked on concerns")) is None


def test_the_log_is_narrowed_by_each_filter_and_by_what_may_be_read():
    manager = make_change_manager()
    programme = make_programme()
    mine, other = make_wave(programme, number=1), make_wave(programme, number=2)
    say(text="Alpha ÜBUNG", source=Source.JOB_SECURITY, wave=mine, on=date(2026, 4, 1))
    say(text="Beta", source=Source.OTHER, wave=other)
    say(text="Gamma")
    beta = db.session.scalars(select(Concern).where(Concern.text == "Beta")).one()
    actions.take_over(beta, manager, by=manager.actor)
    actions.change_severity(beta, Severity.SEVERE, by=manager.actor)
    db.session.flush()

    def texts(readable=None, **filters):
        rows = queries.concerns_listed(true() if readable is None else readable, TODAY, "GB-ENG", LogFilters(**filters))
        return [c.text for c in queries.log_page(rows, 0, 50)]

    assert texts()[0] == "Alpha ÜBUNG"
    assert sorted(texts()) == ["Alpha ÜBUNG", "Beta", "Gamma"]
    assert texts(Concern.wave_id == mine.id) == ["Alpha ÜBUNG"]
    assert texts(words="übung alpha") == ["Alpha ÜBUNG"]
    assert texts(source=Source.JOB_SECURITY) == ["Alpha ÜBUNG"]
    assert texts(wave_id=other.id) == ["Beta"]
    assert texts(owner_id=manager.id) == ["Beta"]
    assert texts(severity=Severity.SEVERE) == ["Beta"]
    assert texts(status=ConcernStatus.IN_RESPONSE) == ["Beta"]
    assert texts(is_late=True) == ["Alpha ÜBUNG"]
    assert texts(older_than_days=5) == ["Alpha ÜBUNG"]
    assert texts(is_open=False) == []


def test_what_needs_somebody_is_counted_and_the_longest_wait_comes_first():
    manager = make_change_manager()
    for number, day in enumerate((date(2026, 4, 13), date(2026, 4, 9), date(2026, 4, 1))):
        say(text=f"Concern {number}", on=day)
    oldest = db.session.scalars(select(Concern).where(Concern.text == "Concern 2")).one()
    actions.acknowledge(oldest, by=manager.actor)
    db.session.flush()
    waiting = queries.needs_answer(true(), TODAY, "GB-ENG")
    assert [c.text for c in waiting.unread] == ["Concern 1", "Concern 0"]
    assert [c.text for c in waiting.late] == ["Concern 2"]
    assert (waiting.unread_count, waiting.late_count) == (2, 1)
    # The one of Monday was to be read by Tuesday, so it is late when Tuesday is over, and not before.
    assert queries.waiting_counts(true(), TODAY, "GB-ENG") == queries.WaitingCounts(open=3, late=3)
    assert queries.waiting_counts(true(), date(2026, 4, 13), "GB-ENG") == queries.WaitingCounts(open=3, late=2)
    assert queries.received_between(true(), date(2026, 4, 9), TODAY) == {Source.OTHER: 2}
    assert queries.received_between(true(), date(2026, 4, 9), date(2026, 4, 12)) == {Source.OTHER: 1}


def test_pages_of_the_log_and_conversations_read_no_row_alone(statements):
    manager = make_change_manager()
    wave = make_wave()
    for n in range(8):
        person = make_person(f"Person {n}", f"p{n}@example.com")
        concern = actions.log_concern(
            f"Said {n}", About(Source.OTHER, wave=wave), by=manager.actor, on=TODAY, person=person
        )
        actions.answer(concern, "Answered", by=manager.actor, on=TODAY)
    db.session.flush()
    db.session.expunge_all()
    with statements() as sent:
        rows = queries.log_page(queries.concerns_listed(true(), TODAY, "GB-ENG"), 0, 50)
        names = [(c.sender_words, c.wave.title, c.department.path, c.owner.name) for c in rows]
        talks = queries.conversations(rows)
        authors = [m.author for talk in talks for m in talk.messages]
    assert len(names) == 8
    assert authors.count("Ines Okafor") == 8
    assert len(sent) == 3
