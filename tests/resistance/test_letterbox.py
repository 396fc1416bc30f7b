"""The letterbox on both engines: what is said without a name waits, comes in no order, and floods are marked."""

from datetime import date, datetime, timedelta

import pytest
from factories import make_change_manager, make_wave
from resistance.letters import MONDAY, SATURDAY, SECRET, TUESDAY, WEDNESDAY, said_so_far, say
from sqlalchemy import select, text, true

from engagement.audit import AuditEntry
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.resistance import actions
from engagement.resistance.models import Concern, ConcernReply
from engagement.resistance.rules import ConcernStatus, LeftOut, Sender, Source, is_flood
from engagement.resistance.saying.actions import empty_letterbox, say_back_unknown, say_something
from engagement.resistance.saying.models import Letter
from engagement.resistance.saying.queries import floods, kept_under
from engagement.resistance.saying.rules import Moment

pytestmark = pytest.mark.usefixtures("app", "frozen")


def test_nothing_comes_to_the_change_team_before_the_next_working_morning():
    received = say(source=Source.JOB_SECURITY)
    assert received.received_on == WEDNESDAY
    assert said_so_far() == []
    assert isinstance(kept_under(received.code, secret=SECRET), Letter)
    assert empty_letterbox(WEDNESDAY, "GB-ENG")
    assert said_so_far() == ["I fear for my job"]
    concern = kept_under(received.code, secret=SECRET)
    assert (concern.received_on, concern.waiting_since_on, concern.source) == (
        WEDNESDAY,
        WEDNESDAY,
        Source.JOB_SECURITY,
    )
    assert count_of(select(Letter)) == 0


def test_a_letter_has_no_day_and_no_instant():
    say()
    db.session.flush()
    kinds = {column.type.python_type for column in Letter.__table__.columns}
    assert not kinds & {date, datetime}


def test_letters_come_in_another_order_than_they_were_written_in(monkeypatch):
    for number in range(30):
        say(f"{number:02}")
    db.session.commit()
    inserted = []
    original = db.session.execute

    def watched(statement, *rest, **more):
        values = getattr(statement, "compile", lambda: None)()
        if "INSERT INTO concern " in str(statement):
            inserted.append(values.params["text"])
        return original(statement, *rest, **more)

    monkeypatch.setattr(db.session, "execute", watched)
    assert empty_letterbox(WEDNESDAY, "GB-ENG")
    assert len(inserted) == 30
    assert inserted != sorted(inserted)


def test_all_letters_of_a_morning_are_written_by_one_transaction():
    if db.engine.dialect.name != "postgresql":
        pytest.skip("only PostgreSQL keeps the number of the transaction")
    for number in range(5):
        say(f"{number:02}")
        db.session.commit()
    apart = set(db.session.scalars(text("SELECT CAST(xmin AS TEXT) FROM concern_letter")))
    assert len(apart) == 5
    assert empty_letterbox(SATURDAY, "GB-ENG")
    db.session.commit()
    assert len(set(db.session.scalars(text("SELECT CAST(xmin AS TEXT) FROM concern_letter")))) == 1
    assert empty_letterbox(MONDAY, "GB-ENG")
    db.session.commit()
    assert len(set(db.session.scalars(text("SELECT CAST(xmin AS TEXT) FROM concern")))) == 1
    assert db.session.scalar(text("SELECT pg_relation_size('concern_letter')")) == 0


def test_a_reply_waits_too_and_what_is_added_stays_one_letter():
    code = say().code
    empty_letterbox(WEDNESDAY, "GB-ENG")
    concern = kept_under(code, secret=SECRET)
    actions.answer(concern, "Until March.", by=make_change_manager().actor, on=WEDNESDAY)
    say_back_unknown(concern, "And then?")
    say_back_unknown(concern, "And then?")
    say_back_unknown(concern, "I mean after March.")
    db.session.flush()
    assert concern.status is ConcernStatus.ANSWERED
    assert count_of(select(ConcernReply)) == 1
    empty_letterbox(WEDNESDAY + timedelta(days=1), "GB-ENG")
    replies = db.session.scalars(select(ConcernReply).order_by(ConcernReply.place)).all()
    assert [(r.text, r.written_on) for r in replies][1] == (
        "And then?\n\nI mean after March.",
        WEDNESDAY + timedelta(days=1),
    )
    assert concern.status is ConcernStatus.IN_RESPONSE


def test_what_is_added_to_a_letter_that_waits_belongs_to_it_and_has_an_end():
    code = say().code
    letter = kept_under(code, secret=SECRET)
    say_back_unknown(letter, "And for my colleagues.")
    with pytest.raises(BadInput, match=r"longer than 5,000"):
        say_back_unknown(letter, "x" * 4990)
    empty_letterbox(WEDNESDAY, "GB-ENG")
    assert said_so_far() == ["I fear for my job\n\nAnd for my colleagues."]


def test_a_form_that_is_sent_again_on_a_later_day_counts_once():
    codes = set()
    for day in (TUESDAY, WEDNESDAY):
        codes.add(
            say_something(
                "Twice", Sender.ANONYMOUS, secret=SECRET, moment=Moment(day, "GB-ENG"), form_key="k" * 20
            ).code
        )
        empty_letterbox(day + timedelta(days=1), "GB-ENG")
    assert len(codes) == 1
    assert said_so_far() == ["Twice"]


@pytest.mark.parametrize(
    ("letters", "earlier", "expected"),
    [
        (20, [], False),
        (21, [], True),
        (21, [200] * 9, True),
        (40, [10] * 10, False),
        (41, [10] * 10, True),
        (80, [20], True),
        (320, [20, 80], True),
        (90, [1] * 9 + [500] * 9, True),
    ],
)
def test_a_flood_is_out_of_all_proportion_and_nobody_creeps_past_the_mark(letters, earlier, expected):
    assert is_flood(letters, earlier) is expected


def test_four_mornings_that_grow_fourfold_are_floods():
    for number, day in enumerate((WEDNESDAY, date(2026, 4, 16), date(2026, 4, 17), MONDAY)):
        for letter in range(21 * 4**number if number < 2 else 90):
            say(f"{day} {letter}")
        empty_letterbox(day, "GB-ENG")
    assert [flood.number for flood in floods(true(), WEDNESDAY)] == [21, 84, 90, 90]


def test_a_flood_is_marked_counts_nowhere_and_waits_for_a_decision_that_can_be_taken_back():
    manager, wave = make_change_manager(), make_wave()
    for number in range(150):
        say(f"Flood {number}", wave=wave)
    for number in range(8):
        say(f"About another wave {number}")
    empty_letterbox(WEDNESDAY, "GB-ENG")
    assert [(f.on, f.number, f.is_left_out) for f in floods(true(), WEDNESDAY)] == [(WEDNESDAY, 150, False)]
    of_the_day = Concern.received_on == WEDNESDAY
    assert actions.decide_flood(of_the_day, counts=False, by=manager.actor) == 150
    assert [(f.number, f.is_left_out) for f in floods(true(), WEDNESDAY)] == [(150, True)]
    assert floods(true(), WEDNESDAY + timedelta(days=1)) == []
    assert actions.decide_flood(of_the_day, counts=True, by=manager.actor) == 150
    assert set(db.session.scalars(select(Concern.left_out))) == {None}
    assert db.session.scalars(select(AuditEntry.verb).where(AuditEntry.subject_kind == "concern")).all() == [
        "decided that a flood of concerns is left out",
        "decided that a flood of concerns counts",
    ]


def test_what_came_from_outside_is_kept_apart_where_that_is_asked():
    say("From outside", is_from_outside=True)
    say("From inside")
    empty_letterbox(WEDNESDAY, "GB-ENG")
    assert dict(db.session.execute(select(Concern.text, Concern.left_out)).all()) == {
        "From outside": LeftOut.OUTSIDE,
        "From inside": None,
    }
