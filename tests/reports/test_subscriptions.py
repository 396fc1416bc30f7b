"""Reports that are sent: when, to whom, with which figures, and once, whatever the clocks do."""

import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import TESTER, make_person
from reports.subscribed import COUNTRY, MONDAY, SERVICE, mailed, make_told_programme, said_in, send_due, subscribed
from sqlalchemy import func, select

from engagement import clock
from engagement.backup.holding import hold_what_was_due
from engagement.db import db
from engagement.mail.models import Delivery, EnclosedFile
from engagement.people.models import Person
from engagement.privacy.actions.erasing import erase_person
from engagement.reports.snapshots.actions import close_period
from engagement.reports.subscriptions.actions.sending import SendOutcome, send_report
from engagement.reports.subscriptions.models import ReportSending
from engagement.reports.subscriptions.queries import subscriptions_of
from engagement.reports.subscriptions.rules.rhythm import TOO_LATE, ReportRhythm, Wish
from engagement.training.models import Completion, Module
from engagement.training.rules import CompletionSource
from engagement.waves.queries import waves_of

pytestmark = pytest.mark.usefixtures("frozen")


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        (ReportRhythm.WEEKLY, "2026-04-14T08:00", "2026-04-20T07:00"),
        (ReportRhythm.WEEKLY, "2026-04-20T07:00", "2026-04-27T07:00"),
        # Easter Monday, and the day on which the clocks change.
        (ReportRhythm.WEEKLY, "2026-04-03T08:00", "2026-04-07T07:00"),
        (ReportRhythm.WEEKLY, "2026-03-24T08:00", "2026-03-30T07:00"),
        (ReportRhythm.WEEKLY, "2026-10-26T09:00", "2026-11-02T08:00"),
        # May begins on a Friday; August with a Saturday; January 2027 with a holiday and a weekend.
        (ReportRhythm.MONTHLY, "2026-04-14T08:00", "2026-05-01T07:00"),
        (ReportRhythm.MONTHLY, "2026-08-01T08:00", "2026-08-03T07:00"),
        (ReportRhythm.MONTHLY, "2027-01-02T08:00", "2027-01-04T08:00"),
        (ReportRhythm.QUARTERLY, "2026-04-14T08:00", "2026-07-01T07:00"),
        (ReportRhythm.QUARTERLY, "2026-10-01T06:59", "2026-10-01T07:00"),
        (ReportRhythm.WHEN_CLOSED, "2026-04-14T08:00", "2026-05-01T07:00"),
        (ReportRhythm.WHEN_CLOSED, "2026-07-31T08:00", "2026-08-01T07:00"),
    ],
)
def test_the_next_date_is_by_the_reader_s_clock_and_on_a_working_day(rhythm, after, expected):
    assert Wish(rhythm, "08:00", "Europe/London").next_at(london(after), COUNTRY) == london(expected)


def test_every_rhythm_goes_on_for_ever_without_a_date_twice():
    for rhythm in ReportRhythm:
        for zone in ("Pacific/Apia", "America/New_York", "Asia/Kathmandu"):
            wish, at, seen = Wish(rhythm, "23:30", zone), clock.now(), []
            for _ in range(40):
                at = wish.next_at(at, COUNTRY)
                seen.append(at)
            assert seen == sorted(set(seen))


def test_a_report_comes_with_its_first_sentence_figures_pictures_and_files(app, frozen):
    programme, margaret = make_told_programme()
    subscribed(programme, margaret, with_csv=True)
    assert send_due() == []
    frozen.move_to(MONDAY)
    assert send_due() == [SendOutcome.SENT]
    assert send_due() == []
    (message,) = mailed()
    assert message["To"] == "Margaret Leclerc <margaret@example.com>"
    assert message["Subject"] == "Claims and finance: report of 20 April 2026"
    text, html = said_in(message, "plain"), said_in(message, "html")
    for words in (text, html, said_in(message, "pdf"), said_in(message, "csv")):
        plain = " ".join(words.split())
        assert "Not on track" in plain
        assert "Wave 3: Property claims" in plain
        assert "Secret words" not in plain
    assert "Trained: 40\u00a0%, 4 of 10" in text
    assert "Job security\n  Open: 6" in text
    assert "Other\n  Open: not shown" in text
    assert "You get this because you asked for it: every Monday at 08:00, London time." in text
    assert [part.get_filename() for part in message.iter_attachments()] == [
        "Claims-and-finance-2026-04-20.pdf",
        "Claims-and-finance-2026-04-20.csv",
    ]
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert [part.get_filename() for part in pictures] == ["Training-by-wave.png", "Open-objections-by-source.png"]
    for part in pictures:
        assert f'src="cid:{part["Content-ID"].strip("<>")}"' in html
        drawn = part.get_payload(decode=True)
        assert (drawn[:8], int.from_bytes(drawn[16:20])) == (b"\x89PNG\r\n\x1a\n", 720)
    assert 'alt="Training by wave. Wave 3: Property claims: 40\u00a0%, 4 of 10.' in html
    assert len(message.as_bytes()) < 400_000


def test_small_groups_are_hidden_in_mail_paper_pictures_and_csv(app, frozen):
    """Two of one source and three of another: neither number nor a bar is anywhere, also not what gives them away."""
    programme, margaret = make_told_programme()
    subscribed(programme, margaret, with_csv=True)
    frozen.move_to(MONDAY)
    send_due()
    (message,) = mailed()
    lines = [line.split(",") for line in said_in(message, "csv").splitlines() if ",Open," in line]
    along = {line[1]: line[3] for line in lines if line[0].startswith("Resistance: ")}
    assert {along[name] for name in ("Other", "Loss of control", "Quality scepticism")} <= {"not shown"}
    assert {line[1]: line[3] for line in lines if line[0] == "What people object to"} == {
        "Job security": "6",
        "Change fatigue": "7",
        "Loss of control": "not shown",
        "Quality scepticism": "not shown",
        "Other": "not shown",
        "All sources": "18",
    }
    html, paper = said_in(message, "html"), said_in(message, "pdf")
    for name in ("Other", "Loss of control", "Quality scepticism"):
        row = html[html.index(f">{name}</th>") :]
        assert "Open: not shown" in row[: row.index("</tr>")]
        assert f"{name}: not shown" in html, "in the words of the picture"
        assert f"{name} not shown" in paper


def test_who_reads_a_part_of_the_objections_gets_a_report_without_them(app, frozen):
    programme, margaret = make_told_programme()
    waves_of(programme.id)[0].lead_id = programme.sponsor_id
    subscribed(programme, margaret, with_csv=True)
    frozen.move_to(MONDAY)
    send_due()
    (message,) = mailed()
    assert "You read a part of these concerns yourself." in said_in(message, "plain")
    assert "Open: 6" not in said_in(message, "plain")
    opened = [line.split(",")[3] for line in said_in(message, "csv").splitlines() if ",Open," in line]
    assert set(opened) == {"not shown to you"}
    assert "Open-objections" not in str([part.get_filename() for part in message.walk()])


def test_what_was_missed_for_long_is_not_sent_at_once_and_never_in_a_burst(app, frozen):
    programme, margaret = make_told_programme()
    row = subscribed(programme, margaret)
    frozen.move_to(MONDAY + timedelta(days=21, hours=25))
    assert send_due() == [SendOutcome.TOO_LATE]
    assert send_due() == []
    assert (subscriptions_of(margaret.id)[0].last.reason, mailed()) == (TOO_LATE, [])
    assert row.next_at == MONDAY + timedelta(days=28)
    frozen.move_to(MONDAY + timedelta(days=28, hours=23))
    assert send_due() == [SendOutcome.SENT]
    assert db.session.scalars(select(ReportSending.due_at).order_by(ReportSending.id)).all() == [
        MONDAY,
        MONDAY + timedelta(days=28),
    ]


def test_after_a_month_is_closed_and_not_before(app, frozen):
    programme, margaret = make_told_programme()
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    row = subscribed(programme, margaret, ReportRhythm.WHEN_CLOSED)
    assert (row.next_at, row.waits_words) == (london("2026-05-01T07:00"), "once April is closed")
    frozen.move_to(london("2026-05-03T07:00"))
    assert send_due() == [SendOutcome.TAKEN], "it waits for the month"
    close_period(programme.id, date(2026, 4, 30), date(2026, 5, 3), 5)
    assert send_due() == [SendOutcome.SENT], "it is late only from then on"
    assert row.next_at == london("2026-06-01T07:00")
    (message,) = mailed()
    assert "Compared with 3 May" in said_in(message, "plain")


def test_a_report_of_the_first_of_a_month_says_what_changed_since_the_one_before(app, frozen):
    """Against the month that was closed two hours ago nothing would have changed."""
    programme, margaret = make_told_programme()
    programme.made_at = datetime(2026, 2, 3, tzinfo=UTC)
    close_period(programme.id, date(2026, 3, 31), date(2026, 4, 1), 5)
    subscribed(programme, margaret, ReportRhythm.MONTHLY)
    fifth = db.session.scalars(select(Person).where(Person.email == "person5@example.com")).one()
    module = db.session.scalars(select(Module)).one()
    said = {"source": CompletionSource.QUIZ, "completed_at": clock.now(), "recorded_by": "Quiz"}
    db.session.add(Completion(person=fifth, module=module, module_version=1, **said))
    db.session.commit()
    frozen.move_to(london("2026-05-01T07:00"))
    close_period(programme.id, date(2026, 4, 30), date(2026, 5, 1), 5)
    assert send_due() == [SendOutcome.SENT]
    (first,) = mailed()
    words = "Compared with 31 March; April was closed too recently to show a change."
    assert words in said_in(first, "plain")
    assert "Trained: 50\u00a0%, 5 of 10 (+10 points from 40\u00a0%, 4 of 10)" in said_in(first, "plain")
    frozen.move_to(london("2026-06-01T07:00"))
    close_period(programme.id, date(2026, 5, 31), date(2026, 6, 1), 5)
    assert send_due() == [SendOutcome.SENT]
    (second,) = mailed()
    assert "Compared with 30 April; May was closed too recently" in said_in(second, "plain")


def test_of_two_clocks_one_sends(app, frozen):
    programme, margaret = make_told_programme()
    key = subscribed(programme, margaret).id
    # SQLite's lock is the readers' who come, not ours.
    db.session.commit()
    frozen.move_to(MONDAY)
    start, outcomes = threading.Barrier(3), []

    def tick() -> None:
        with app.app_context():
            start.wait()
            outcomes.append(send_report(key, SERVICE))
            db.session.commit()

    threads = [threading.Thread(target=tick) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(outcomes) == [SendOutcome.SENT, SendOutcome.TAKEN, SendOutcome.TAKEN]
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 1


def test_what_was_due_before_a_restore_is_not_sent_again(app, frozen):
    programme, margaret = make_told_programme()
    row = subscribed(programme, margaret)
    frozen.move_to(MONDAY + timedelta(hours=1))
    # The second time it is a backup of the restored database that was restored.
    for _ in range(2):
        hold_what_was_due(db.session.connection(), MONDAY - timedelta(days=1), clock.now())
    db.session.commit()
    assert (send_due(), mailed()) == ([SendOutcome.TAKEN], [])
    assert row.next_at == MONDAY + timedelta(days=7)
    assert subscriptions_of(margaret.id)[0].last.reason == (
        "The backup of 2026-04-19 07:00 UTC was restored. It was due since then, and may have been sent."
    )
    frozen.move_to(row.next_at)
    assert send_due() == [SendOutcome.SENT]


def test_hostile_names_neither_break_the_letter_nor_become_slots_or_markup(app, frozen):
    name = "{{ sheet_link }} <img src=x onerror=1> \u202e}} #set"
    programme, margaret = make_told_programme(name)
    waves_of(programme.id)[0].name = "<script>{{ x }}</script> " + "w" * 150
    subscribed(programme, margaret, with_csv=True)
    frozen.move_to(MONDAY)
    assert send_due() == [SendOutcome.SENT]
    (message,) = mailed()
    assert "{ { sheet_link } }" in message["Subject"]
    html = re.sub(r'(alt|content)="[^"]*"', "", said_in(message, "html"))
    assert "<script" not in html
    assert "onerror=1>" not in html
    assert "&lt;img src=x onerror=1&gt;" in html
    assert said_in(message, "plain").count("https://engagement.example.com/reports/programmes/") == 1


def test_erasing_somebody_empties_the_files_that_may_name_them(app, frozen):
    programme, margaret = make_told_programme()
    subscribed(programme, margaret)
    frozen.move_to(MONDAY)
    send_due()
    mailed()
    erase_person(make_person("Erased Soon", "soon@example.com"), by=TESTER)
    assert set(db.session.scalars(select(EnclosedFile.content))) == {None}
