"""When letters are handed over: on the next working morning, once, whoever else reads and whatever failed before."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from factories import make_change_manager
from resistance.letters import MONDAY, SATURDAY, SECRET, TUESDAY, WEDNESDAY, said_so_far, say
from sqlalchemy import select, text, true
from sqlalchemy.exc import OperationalError

from engagement.days.working_days import working_days_after
from engagement.db import count_of, db
from engagement.resistance.actions import log_concern
from engagement.resistance.models import About, Concern
from engagement.resistance.queries import late_to_answer, waiting_counts
from engagement.resistance.rules import Sender, Source
from engagement.resistance.saying.actions import empty_letterbox, say_something, settle_letterbox
from engagement.resistance.saying.models import Letter, LetterboxRound
from engagement.resistance.saying.queries import kept_under
from engagement.resistance.saying.rules import Moment
from engagement.scheduler import concern_jobs

pytestmark = pytest.mark.usefixtures("app", "frozen")


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


def test_the_job_waits_for_six_in_the_morning_and_tells_no_number(app, frozen):
    say()
    db.session.commit()
    settings = app.config["SETTINGS"]
    frozen.move_to(datetime(2026, 4, 15, 4, 59, tzinfo=UTC))  # 05:59 in London
    assert concern_jobs.empty_letterbox(settings) == "Nothing to do until the next morning."
    frozen.move_to(datetime(2026, 4, 15, 5, 0, tzinfo=UTC))
    assert concern_jobs.empty_letterbox(settings) == "Done for today."
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
