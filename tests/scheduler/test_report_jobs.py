"""The line that sends reports: one that fails is set aside with its reason, and the others go."""

from datetime import UTC, datetime

import pytest
from factories import TESTER, make_account
from reports.subscribed import mailed, make_told_programme, subscribed
from scheduler.running_lines import Poison, left_alone, run
from sqlalchemy import func, select

from engagement.accounts.actions import grant_role
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.mail.rules import STOPPED, DeliveryState
from engagement.reports.subscriptions.actions.subscribing import end_subscription
from engagement.reports.subscriptions.rules.rhythm import ENDED, NO_ACCESS

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.mark.parametrize("happens", ["lost access", "ended"])
def test_what_waits_for_the_mail_server_is_stopped_when_it_may_not_be_read_any_more(app, frozen, happens):
    programme, margaret = make_told_programme()
    row = subscribed(programme, margaret)
    frozen.move_to(datetime(2026, 4, 20, 7, 0, tzinfo=UTC))
    assert run("send-reports").outcome == "1 queued."
    assert run("send-reports").outcome == "No report was due."
    if happens == "ended":
        end_subscription(row, by=margaret.actor)
    else:
        programme.sponsor_id = None
    assert run("send-reports").outcome == "1 stopped while they waited."
    assert run("send-reports").outcome == "No report was due."
    why = ENDED if happens == "ended" else NO_ACCESS
    (delivery,) = db.session.scalars(select(Delivery))
    assert (delivery.state, delivery.reason) == (DeliveryState.SUPPRESSED, STOPPED.format(why=why))
    assert (row.rests_because, mailed()) == ("" if happens == "ended" else NO_ACCESS, [])


def test_a_report_that_fails_is_set_aside_and_the_others_go(app, frozen, poison: Poison):
    programme, margaret = make_told_programme()
    auditor = make_account("ada@example.com", "Ada Auditor")
    grant_role(auditor, Role.AUDITOR, by=TESTER, programme_id=programme.id)
    db.session.flush()
    first = subscribed(programme, margaret)
    subscribed(programme, auditor)
    assert run("send-reports").outcome == "No report was due."
    frozen.move_to(datetime(2026, 4, 20, 7, 0, tzinfo=UTC))
    poison("delivery", "INSERT", "NEW.address = 'margaret@example.com'")
    assert run("send-reports").outcome == "1 queued and 1 set aside."
    assert left_alone() == [("send-reports", "report_subscription", str(first.id))]
    poison.heal()
    assert run("send-reports").outcome == "1 set aside."
    assert run("send-reports", anyway=True).outcome == "1 queued."
    addresses = db.session.scalars(select(Delivery.address).order_by(Delivery.id)).all()
    assert addresses == ["ada@example.com", "margaret@example.com"]
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 2
