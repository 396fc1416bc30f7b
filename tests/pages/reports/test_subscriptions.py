"""The pages of reports that are sent: asking for one, for oneself or a sponsor, and ending it on the page or from the mail."""

import html
import re
from datetime import UTC, datetime

import pytest
from factories import (
    PASSWORD,
    TESTER,
    make_account,
    make_change_manager,
    make_person,
    make_programme,
    make_wave,
    signed_in,
)
from reports.subscribed import COUNTRY
from sqlalchemy import select

from engagement.accounts.actions import set_password
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.reports.subscriptions.actions.subscribing import rest, subscribe
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.rules.endings import ending_address
from engagement.reports.subscriptions.rules.rhythm import NO_ACCESS, ReportRhythm, Wish

pytestmark = pytest.mark.usefixtures("frozen")
ASKED = {"whom": "0", "rhythm": "monthly", "at": "08:00"}


@pytest.fixture
def programme(app):
    programme = make_programme("Claims and finance", make_person("Margaret Leclerc", "margaret@example.com"))
    make_wave(programme)
    return programme


def sponsor(app, programme):
    account = make_account("margaret@example.com", "Margaret Leclerc")
    account.person_id = programme.sponsor_id
    return signed_in(app, account)


def page_of(answer, status=200):
    assert answer.status_code == status, answer.get_data(as_text=True)[:1500]
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def rows():
    return list(db.session.scalars(select(ReportSubscription).order_by(ReportSubscription.id)))


def test_a_sponsor_has_the_report_sent_changes_that_and_ends_it(app, programme):
    browser = sponsor(app, programme)
    sheet = f"/reports/programmes/{programme.id}"
    assert f'href="{sheet}/subscriptions"' in browser.get(sheet).get_data(as_text=True)
    empty = page_of(browser.get("/reports/subscriptions"))
    assert "Nothing is sent to you" in empty
    assert "Have it sent : Claims and finance" in empty
    form = page_of(browser.get(f"{sheet}/subscriptions"))
    assert "To whom?" not in form
    assert "By London time" in form
    shown = page_of(browser.post(f"{sheet}/subscriptions", data=ASKED, follow_redirects=True))
    assert "The report is sent to you: every month, on the first working day at 08:00, London time." in shown
    assert "Next Friday 1 May at 08:00" in shown
    assert "Not sent yet." in shown
    assert "What you could have sent" not in shown
    source = browser.get(f"{sheet}/subscriptions").get_data(as_text=True)
    assert re.search(r'value="monthly"[^>]*checked|checked[^>]*value="monthly"', source)
    changed = page_of(
        browser.post(
            f"{sheet}/subscriptions",
            data={"whom": "0", "rhythm": "when_closed", "at": "07:30", "with_csv": "y"},
            follow_redirects=True,
        )
    )
    assert "as PDF and CSV. Next Friday 1 May at 07:30, once April is closed." in changed
    (row,) = rows()
    ended = page_of(browser.post(f"/reports/subscriptions/{row.id}/ending", follow_redirects=True))
    assert "It is not sent to you any more." in ended
    assert "Nothing is sent to you" in ended
    assert "not sent any more already" in page_of(browser.post(f"/reports/subscriptions/{row.id}/ending"), 422)


@pytest.mark.parametrize(
    ("sent", "complaint"),
    [
        ({"rhythm": ""}, "Choose how often it is sent."),
        ({"rhythm": "hourly"}, "Choose one of those that are offered"),
        ({"at": ""}, "Choose a time, such as 08:00."),
        ({"at": "25:99"}, "Write a time, such as 08:00"),
        ({"whom": "77"}, "Choose one of those that are offered"),
        ({"whom": "²"}, "Choose one of those that are offered"),
    ],
)
def test_what_cannot_be_sent_like_this_is_said_above_its_field(app, programme, sent, complaint):
    browser = sponsor(app, programme)
    address = f"/reports/programmes/{programme.id}/subscriptions"
    assert complaint in page_of(browser.post(address, data=ASKED | sent), 422)
    assert rows() == []


def test_who_plans_has_it_sent_to_a_sponsor_who_sees_by_whom_and_ends_it(app, programme):
    manager = signed_in(app, make_change_manager())
    address = f"/reports/programmes/{programme.id}/subscriptions"
    offered = page_of(manager.get(address))
    assert "To me Margaret Leclerc" in offered
    answer = manager.post(address, data=ASKED | {"whom": str(programme.sponsor_id)}, follow_redirects=True)
    shown = page_of(answer)
    assert "The report is sent to Margaret Leclerc: every month" in shown
    assert "To whom it is sent Margaret Leclerc Every month" in shown
    (row,) = rows()
    assert (row.account.email, row.made_by.name) == ("margaret@example.com", "Ines Okafor")
    assert "Nothing is sent to you" in page_of(manager.get("/reports/subscriptions"))
    set_password(row.account, PASSWORD, by=TESTER)
    browser = signed_in(app, row.account)
    assert "Asked for by Ines Okafor." in page_of(browser.get("/reports/subscriptions"))
    assert "To whom it is sent" not in page_of(browser.get(address))
    browser.post(f"/reports/subscriptions/{row.id}/ending")
    assert "To whom it is sent" not in page_of(manager.get(address))


def test_nobody_else_sees_or_ends_it_or_has_it_sent_to_a_sponsor(app, programme):
    account = make_change_manager()
    row = subscribe(programme, account, Wish(ReportRhythm.WEEKLY, "08:00", "Europe/London"), COUNTRY, by=account.actor)
    key = row.id
    browser = sponsor(app, programme)
    address = f"/reports/programmes/{programme.id}/subscriptions"
    assert "Ines Okafor" not in page_of(browser.get(address))
    assert browser.post(f"/reports/subscriptions/{key}/ending").status_code == 403
    assert "Choose one of those that are offered" in page_of(browser.post(address, data=ASKED | {"whom": "1"}), 422)
    auditor = signed_in(app, make_account("a@example.com", "Ada Auditor", Role.AUDITOR, programme_id=programme.id))
    assert auditor.post(f"/reports/subscriptions/{key}/ending").status_code == 403
    assert auditor.post("/reports/subscriptions/99/ending").status_code == 404
    employee = signed_in(app, make_account("e@example.com", "Emil Employee"))
    assert employee.get("/reports/subscriptions").status_code == 403
    assert employee.get(address).status_code == 403


def test_who_lost_access_sees_that_it_rests_and_ends_it(app, programme):
    account = make_account("lost@example.com", "Lou Lost")
    row = subscribe(programme, account, Wish(ReportRhythm.WEEKLY, "08:00", "Europe/London"), COUNTRY, by=TESTER)
    rest(row, NO_ACCESS)
    browser = signed_in(app, account)
    shown = page_of(browser.get("/reports/subscriptions"))
    assert f"Rests since 14 April. {NO_ACCESS}" in shown
    assert "Change" not in shown.partition("What comes, and when")[2].partition("Send no more")[0]
    assert browser.post(f"/reports/subscriptions/{row.id}/ending").status_code == 303


def test_a_closed_programme_says_that_it_is_not_sent_any_more(app, programme):
    programme.closed_at = datetime(2026, 4, 1, tzinfo=UTC)
    browser = sponsor(app, programme)
    address = f"/reports/programmes/{programme.id}/subscriptions"
    assert "its report is not sent any more" in page_of(browser.get(address))
    assert "is closed. Its report is not sent" in page_of(browser.post(address, data=ASKED), 422)


def test_opening_the_address_of_the_end_ends_nothing_and_one_post_does(app, programme):
    """As mail programs do it: without cookies, without a token, from anywhere."""
    account = make_change_manager()
    row = subscribe(programme, account, Wish(ReportRhythm.WEEKLY, "08:00", "Europe/London"), COUNTRY, by=account.actor)
    db.session.commit()
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        stranger = app.test_client(use_cookies=False)
        address = ending_address("", str(app.config["SECRET_KEY"]), row.id)
        for method in ("GET", "HEAD", "OPTIONS"):
            assert stranger.open(address, method=method).status_code == 200
        assert "Send this report no more? Reports on Claims and finance come to this mailbox" in page_of(
            stranger.get(address)
        )
        assert [each.ended_at for each in rows()] == [None]
        for _ in range(2):
            answer = stranger.post(
                address, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example.com"}
            )
            assert "It is not sent any more" in page_of(answer)
        db.session.expire_all()
        (ended,) = rows()
        assert (ended.ended_at is not None, ended.ended_by_id) == (True, account.id)
        assert stranger.get(f"{address}x").status_code == 404
        assert stranger.post("/reports/endings/nonsense").status_code == 404
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
