"""The letterbox on both engines: what is said without a name waits, is handed over once, in no order, and floods are marked."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from factories import make_change_manager, make_wave
from sqlalchemy import select, text, true
from sqlalchemy.exc import OperationalError

from engagement.audit import AuditEntry
from engagement.days.working_days import working_days_after
from engagement.db import count_of, db
from engagement.errors import BadInput
from engagement.resistance import actions, queries
from engagement.resistance.actions import log_concern
from engagement.resistance.models import About, Concern, ConcernReply
from engagement.resistance.queries import late_to_answer, waiting_counts
from engagement.resistance.rules import ConcernStatus, LeftOut, Sender, Source, is_flood
from engagement.resistance.saying.actions import empty_letterbox, say_back_unknown, say_something, settle_letterbox
from engagement.resistance.saying.models import Letter, LetterboxRound
from engagement.resistance.saying.queries import kept_under
from engagement.resistance.saying.rules import Moment
from engagement.scheduler import jobs

pytestmark = pytest.mark.usefixtures("app", "frozen")
SECRET = "a secret of the tests"
TUESDAY = date(2026, 4, 14)
WEDNESDAY = TUESDAY + timedelta(days=1)
SATURDAY, MONDAY = date(2026, 4, 18), date(2026, 4, 20)


def say(said="I fear for my job", source=Source.OTHER, wave=None, **more):
    return say_something(
        said, Sender.ANONYMOUS, About(source, wave=wave), secret=SECRET, moment=Moment(TUESDAY, "GB-ENG"), **more
    )


def said_so_far():
    return sorted(db.session.scalars(select(Concern.text)))


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


def test_a_day_has_one_round_however_many_try():
    assert empty_letterbox(WEDNESDAY, "GB-ENG")
    say()
    assert not empty_letterbox(WEDNESDAY, "GB-ENG")
    assert said_so_far() == []
    assert empty_letterbox(WEDNESDAY + timedelta(days=1), "GB-ENG")
    assert said_so_far() == ["I fear for my job"]


def test_on_days_off_letters_are_put_back_and_handed_over_on_monday():
    code = say().code
    assert empty_letterbox(SATURDAY, "GB-ENG")
    assert said_so_far() == []
    assert count_of(select(Letter)) == 1
    assert empty_letterbox(MONDAY, "GB-ENG")
    assert kept_under(code, secret=SECRET).received_on == MONDAY


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
    assert [flood.number for flood in queries.floods(true(), WEDNESDAY)] == [21, 84, 90, 90]


def test_a_flood_is_marked_counts_nowhere_and_waits_for_a_decision_that_can_be_taken_back():
    manager, wave = make_change_manager(), make_wave()
    for number in range(150):
        say(f"Flood {number}", wave=wave)
    for number in range(8):
        say(f"About another wave {number}")
    empty_letterbox(WEDNESDAY, "GB-ENG")
    assert [(f.on, f.number, f.is_left_out) for f in queries.floods(true(), WEDNESDAY)] == [(WEDNESDAY, 150, False)]
    of_the_day = Concern.received_on == WEDNESDAY
    assert actions.decide_flood(of_the_day, counts=False, by=manager.actor) == 150
    assert [(f.number, f.is_left_out) for f in queries.floods(true(), WEDNESDAY)] == [(150, True)]
    assert queries.floods(true(), WEDNESDAY + timedelta(days=1)) == []
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


def test_the_job_waits_for_six_in_the_morning_and_tells_no_number(app, frozen):
    say()
    db.session.commit()
    settings = app.config["SETTINGS"]
    frozen.move_to(datetime(2026, 4, 15, 4, 59, tzinfo=UTC))  # 05:59 in London
    assert jobs.empty_letterbox(settings) == "Nothing to do until the next morning."
    frozen.move_to(datetime(2026, 4, 15, 5, 0, tzinfo=UTC))
    assert jobs.empty_letterbox(settings) == "Done for today."
    assert said_so_far() == ["I fear for my job"]
    assert db.session.scalars(select(LetterboxRound.on)).all() == [WEDNESDAY]


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (WEDNESDAY, time(5, 30), WEDNESDAY),
        (WEDNESDAY, time(6), WEDNESDAY + timedelta(days=1)),
        (SATURDAY, time(5, 30), MONDAY),
        (date(2026, 4, 17), time(23), MONDAY),
    ],
)
def test_the_morning_that_is_promised_is_the_one_that_comes(day, at, expected):
    assert Moment(day, "GB-ENG", at).handed_over_on == expected


def test_a_table_that_somebody_reads_is_tried_again_soon_instead_of_stopping_everybody(app):
    """A backup holds such a lock for as long as it takes."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's readers hold no lock")
    say()
    db.session.commit()
    with db.engine.connect() as backup:
        backup.execute(text("LOCK TABLE concern_letter IN ACCESS SHARE MODE"))
        with pytest.raises(OperationalError):
            empty_letterbox(WEDNESDAY, "GB-ENG")
        db.session.rollback()
    assert empty_letterbox(WEDNESDAY, "GB-ENG")
    assert said_so_far() == ["I fear for my job"]


def test_a_late_round_takes_only_what_was_due_that_morning():
    """Letters have no day, so the round comes before the first of them that is for another morning."""
    assert empty_letterbox(TUESDAY, "GB-ENG")
    say("Due on Wednesday")
    early = say_something(
        "Before six", Sender.ANONYMOUS, secret=SECRET, moment=Moment(WEDNESDAY, "GB-ENG", time(5, 59))
    )
    assert said_so_far() == []
    late = say_something("After six", Sender.ANONYMOUS, secret=SECRET, moment=Moment(WEDNESDAY, "GB-ENG", time(9, 30)))
    assert (early.received_on, late.received_on) == (WEDNESDAY, WEDNESDAY + timedelta(days=1))
    assert said_so_far() == ["Before six", "Due on Wednesday"]
    assert not empty_letterbox(WEDNESDAY, "GB-ENG")
    assert isinstance(kept_under(late.code, secret=SECRET), Letter)
    assert empty_letterbox(WEDNESDAY + timedelta(days=1), "GB-ENG")
    assert kept_under(late.code, secret=SECRET).received_on == WEDNESDAY + timedelta(days=1)


def test_rounds_that_failed_for_days_hand_over_once_and_keep_the_newest_back():
    assert empty_letterbox(TUESDAY, "GB-ENG")
    say("Due on Wednesday")
    friday = date(2026, 4, 17)
    late = say_something("On Friday", Sender.ANONYMOUS, secret=SECRET, moment=Moment(friday, "GB-ENG", time(10)))
    assert said_so_far() == ["Due on Wednesday"]
    assert late.received_on == MONDAY
    assert settle_letterbox(Moment(SATURDAY, "GB-ENG", time(8)))
    assert said_so_far() == ["Due on Wednesday"]
    assert settle_letterbox(Moment(MONDAY, "GB-ENG", time(6)))
    assert not settle_letterbox(Moment(MONDAY, "GB-ENG", time(7)))
    assert said_so_far() == ["Due on Wednesday", "On Friday"]


def test_a_backup_that_reads_the_letterbox_costs_nobody_their_text(app):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite's readers hold no lock")
    empty_letterbox(TUESDAY, "GB-ENG")
    say("Due on Wednesday")
    db.session.commit()
    with db.engine.connect() as backup:
        backup.execute(text("LOCK TABLE concern_letter IN ACCESS SHARE MODE"))
        say_something("Meanwhile", Sender.ANONYMOUS, secret=SECRET, moment=Moment(WEDNESDAY, "GB-ENG", time(9)))
        db.session.commit()
    assert count_of(select(Letter)) == 2
    assert empty_letterbox(WEDNESDAY, "GB-ENG")


@pytest.mark.parametrize(
    ("said_on", "country", "morning"),
    [
        (date(2026, 4, 2), "GB-ENG", date(2026, 4, 7)),  # over Easter
        (date(2026, 4, 2), "GB-SCT", date(2026, 4, 6)),
        (date(2026, 12, 24), "DE", date(2026, 12, 28)),
        (date(2026, 12, 24), "GB-ENG", date(2026, 12, 29)),
        (date(2026, 4, 16), "IL", date(2026, 4, 19)),
    ],
)
def test_public_holidays_are_no_mornings_of_the_letterbox(said_on, country, morning):
    received = say_something("x", Sender.ANONYMOUS, secret=SECRET, moment=Moment(said_on, country))
    assert received.received_on == morning
    for day in range(1, (morning - said_on).days + 1):
        assert said_so_far() == []
        empty_letterbox(said_on + timedelta(days=day), country)
    concern = kept_under(received.code, secret=SECRET)
    assert (concern.received_on, concern.acknowledge_by(country)) == (morning, working_days_after(morning, 1, country))


def test_a_promise_over_holidays_is_late_from_the_day_after_it_was_due():
    """Said on Christmas Eve: five working days later is Tuesday 5 January in England."""
    due = date(2027, 1, 5)
    row = log_concern("x", About(Source.OTHER), by=make_change_manager().actor, on=date(2026, 12, 24))
    db.session.flush()
    assert row.answer_by("GB-ENG") == due
    late = {
        on: db.session.scalars(select(Concern).where(late_to_answer(on, "GB-ENG"))).all() == [row]
        for on in (due, due + timedelta(days=1))
    }
    assert late == {due: False, due + timedelta(days=1): True}
    assert waiting_counts(true(), due - timedelta(days=1), "GB-ENG").late == 0
    assert waiting_counts(true(), due, "GB-ENG").late == 1
