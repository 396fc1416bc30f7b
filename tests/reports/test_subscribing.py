"""Who has a report sent, how that is changed, ended, or rests, and for whom it may be asked."""

from datetime import UTC, datetime, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_programme, make_wave
from mail.outbox import only_row
from reports.subscribed import COUNTRY, MONDAY, SERVICE, mailed, make_told_programme, said_in, send_due, subscribed
from sqlalchemy import func, select

from engagement import clock
from engagement.accounts.actions import deactivate, grant_role, withdraw_grant
from engagement.accounts.rules import Role
from engagement.audit import AuditEntry
from engagement.db import db
from engagement.errors import BadInput, RuleBroken
from engagement.mail.models import Delivery, EnclosedFile
from engagement.mail.rules import UNSUBSCRIBE
from engagement.reports.subscriptions.actions.sending import SendOutcome
from engagement.reports.subscriptions.actions.subscribing import end_subscription, subscribe
from engagement.reports.subscriptions.models import ReportSubscription
from engagement.reports.subscriptions.queries import due_subscriptions, sponsors_of, subscriptions_of
from engagement.reports.subscriptions.rules.endings import PATH, subscription_behind
from engagement.reports.subscriptions.rules.rhythm import CLOSED, NO_ACCESS, SIGN_IN_ENDED, ReportRhythm, Wish
from engagement.waves.queries import waves_of

pytestmark = pytest.mark.usefixtures("frozen")


def test_who_lost_access_is_told_nothing_and_the_sending_rests(app, frozen):
    programme, _ = make_told_programme()
    auditor = make_account("ada@example.com", "Ada Auditor")
    grant = grant_role(auditor, Role.AUDITOR, by=TESTER, programme_id=programme.id)
    db.session.flush()
    row = subscribed(programme, auditor)
    withdraw_grant(grant, by=TESTER)
    frozen.move_to(MONDAY)
    assert send_due() == [SendOutcome.RESTS]
    assert mailed() == []
    assert db.session.scalar(select(func.count()).select_from(EnclosedFile)) == 0
    (shown,) = subscriptions_of(auditor.id)
    assert (shown.row.is_resting, shown.row.rests_because, shown.last.reason) == (True, NO_ACCESS, NO_ACCESS)
    frozen.shift(timedelta(days=7))
    assert due_subscriptions(clock.now()) == []
    # Let in again it goes on when somebody says so, and not before.
    grant_role(auditor, Role.AUDITOR, by=TESTER, programme_id=programme.id)
    assert subscribed(programme, auditor).id == row.id
    # The Monday after next is a holiday.
    frozen.shift(timedelta(days=8))
    assert send_due() == [SendOutcome.SENT]


@pytest.mark.parametrize("happens", ["deactivated", "left", "closed"])
def test_a_sending_rests_when_its_reader_or_its_programme_is_gone(app, frozen, happens):
    programme, margaret = make_told_programme()
    subscribed(programme, margaret)
    if happens == "deactivated":
        deactivate(margaret, by=TESTER)
    elif happens == "left":
        programme.sponsor.left_at = clock.now()
    else:
        programme.closed_at = clock.now()
    frozen.move_to(MONDAY)
    assert send_due() == [SendOutcome.RESTS]
    reason = db.session.scalars(select(ReportSubscription.rests_because)).one()
    assert reason == (CLOSED if happens == "closed" else SIGN_IN_ENDED)
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


def test_asking_again_changes_the_one_that_there_is_and_ending_stays(app, frozen):
    programme, margaret = make_told_programme()
    first = subscribed(programme, margaret)
    again = subscribed(programme, margaret, ReportRhythm.QUARTERLY, with_csv=True)
    assert (again.id, again.next_at, again.with_csv) == (first.id, datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True)
    end_subscription(again, by=margaret.actor)
    with pytest.raises(RuleBroken, match="not sent any more already"):
        end_subscription(again, by=margaret.actor)
    third = subscribed(programme, margaret)
    assert third.id != first.id
    entries = db.session.execute(
        select(AuditEntry.verb, AuditEntry.subject_name, AuditEntry.programme_id, AuditEntry.person_id)
        .where(AuditEntry.subject_kind == "report_subscription")
        .order_by(AuditEntry.id)
    ).all()
    about = ("Claims and finance, to Margaret Leclerc", programme.id, programme.sponsor_id)
    assert entries == [
        (verb, *about)
        for verb in ("subscribed to report", "changed subscription", "ended subscription", "subscribed to report")
    ]
    with pytest.raises(BadInput, match="not a time of day"):
        subscribe(programme, margaret, Wish(ReportRhythm.WEEKLY, "25:00", "UTC"), COUNTRY, by=TESTER)
    with pytest.raises(BadInput, match="not a time zone"):
        subscribe(programme, margaret, Wish(ReportRhythm.WEEKLY, "08:00", "Mars"), COUNTRY, by=TESTER)
    programme.closed_at = clock.now()
    db.session.flush()
    with pytest.raises(RuleBroken, match="is closed"):
        subscribe(programme, margaret, Wish(ReportRhythm.WEEKLY, "08:00", "UTC"), COUNTRY, by=TESTER)


def test_the_mail_can_be_ended_in_one_click(app, frozen):
    programme, margaret = make_told_programme()
    row = subscribed(programme, margaret)
    frozen.move_to(MONDAY)
    send_due()
    address = only_row().filled[UNSUBSCRIBE]
    (message,) = mailed()
    assert message["List-Unsubscribe"] == f"<{address}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in said_in(message, "plain")
    token = address.removeprefix(f"https://engagement.example.com{PATH}")
    assert subscription_behind(SERVICE.secret, token) == row.id
    for forged in (f"{token}x", "1", "", "nonsense", token.swapcase()):
        assert subscription_behind(SERVICE.secret, forged) is None
    assert subscription_behind("another secret", token) is None


def test_sponsors_of_a_programme_are_those_whom_the_data_or_a_role_names(app):
    programme, _ = make_told_programme()
    wave = waves_of(programme.id)[0]
    wave.sponsor = make_person("Wanda Ward", "wanda@example.com")
    make_wave(make_programme("Another"), number=7).sponsor = make_person("Olive Other", "olive@example.com")
    held = make_account("rita@example.com", "Rita Role", Role.SPONSOR, programme_id=programme.id)
    held.person_id = make_person("Rita Role", "rita.role@example.com").id
    gone = make_person("Gone Gray", "gone@example.com")
    db.session.flush()
    assert [person.name for person in sponsors_of(programme)] == ["Margaret Leclerc", "Rita Role", "Wanda Ward"]
    wave.sponsor, gone.left_at = gone, clock.now()
    db.session.flush()
    assert [person.name for person in sponsors_of(programme)] == ["Margaret Leclerc", "Rita Role"]
