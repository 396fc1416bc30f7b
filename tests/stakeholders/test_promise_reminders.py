"""Reminders of promises, and word of late ones: to whom, when, and each once."""

from datetime import date, timedelta

import pytest
from factories import TESTER, make_account, make_person, make_programme
from sqlalchemy import select, true
from stakeholders.map_rows import ON, add, promise

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.mail.models import Delivery
from engagement.scheduler import stakeholder_jobs
from engagement.set_aside import set_aside
from engagement.stakeholders.actions import mapping
from engagement.stakeholders.commitments.actions import promising
from engagement.stakeholders.commitments.actions.reminding import remind_of_promise, tell_of_late_promise
from engagement.stakeholders.commitments.queries.lists import made_in, same_elsewhere
from engagement.stakeholders.commitments.queries.reminding import promises_to_remind_of, promises_to_tell_of
from engagement.stakeholders.commitments.rules import Outcome, reminded_from
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said

pytestmark = pytest.mark.usefixtures("frozen")
GB = "GB-ENG"


def letters():
    db.session.flush()
    rows = db.session.scalars(select(Delivery).order_by(Delivery.id))
    return [(row.address, row.mailing.subject) for row in rows]


def run(app):
    db.session.commit()
    return stakeholder_jobs.remind_of_promises(app.config["SETTINGS"])


def test_the_day_of_a_reminder_counts_working_days():
    # Easter Monday 2026 is 6 April.
    assert reminded_from(date(2026, 4, 16), GB) == date(2026, 4, 14)
    assert reminded_from(date(2026, 4, 7), GB) == date(2026, 4, 1)


def test_the_owner_is_reminded_once_for_each_day(app, wave, sam, frozen):
    row = promise(add("Works council", wave, owner=sam), sam, "Secret words", ON + timedelta(days=3))
    assert run(app) == "0 reminders queued, 0 letters about late promises."
    frozen.shift(timedelta(days=1))
    assert run(app) == "1 reminder queued, 0 letters about late promises."
    assert run(app) == "0 reminders queued, 0 letters about late promises."
    assert letters() == [("sam@example.com", "What you promised is due on {{ due }}")]
    (copy,) = db.session.scalars(select(Delivery))
    assert copy.filled == {"due": "Friday 17 April", "promise_link": f"/stakeholders/promises/{row.id}"}
    for told in (copy.mailing.text, copy.mailing.html):
        assert "Secret" not in told
        assert "council" not in told
    promising.move_promise(row, ON + timedelta(days=10), sam, "Ill.", on=ON, by=TESTER)
    frozen.shift(timedelta(days=9))
    assert run(app) == "1 reminder queued, 0 letters about late promises."


def test_who_took_a_promise_over_is_reminded_too(wave, sam):
    row = promise(add("Brokers", wave), sam, due=ON + timedelta(days=1))
    assert remind_of_promise(row.id, ON) == 1
    promising.move_promise(row, row.due_on, make_person("Ann Employee"), "Ill.", on=ON, by=TESTER)
    assert remind_of_promise(row.id, ON) == 1
    assert [address for address, _ in letters()] == ["sam@example.com", "ann.employee@example.com"]


def test_one_talk_with_many_is_one_letter(wave, sam):
    rows = [add(name, wave) for name in ("Brokers", "Works council", "Suppliers")]
    talk = log_interaction(rows, Said(Channel.WORKSHOP, ON, "Talked."), on=ON, by=TESTER)
    due = ON + timedelta(days=1)
    promising.promise_to_all(rows, "Send the rota", sam, due, on=ON, interaction=talk, by=TESTER)
    made = made_in(talk.id, true())
    assert [each.stakeholder.title for each in made] == ["Brokers", "Works council", "Suppliers"]
    assert [remind_of_promise(each.id, ON) for each in made] == [1, 0, 0]
    assert same_elsewhere(made[0]) == made[1:]
    promising.close_promise(made[1], Outcome.KEPT, "Sent.", by=TESTER)
    assert same_elsewhere(made[0]) == [made[2]]
    assert [tell_of_late_promise(each.id, due + timedelta(days=1)) for each in (made[0], made[2])] == [0, 0]
    assert promises_to_tell_of(due + timedelta(days=9)) == []


def test_a_late_promise_is_told_to_who_looks_after_them_else_to_leads_else_to_change_managers(wave, sam):
    ann, lead = make_person("Ann Owner", "ann@example.com"), make_person("Lena Lead", "lena@example.com")
    make_account("all@example.com", "All", Role.CHANGE_MANAGER)
    make_account("here@example.com", "Here", Role.CHANGE_MANAGER, programme_id=wave.programme_id)
    make_account("far@example.com", "Far", Role.CHANGE_MANAGER, programme_id=make_programme("B").id)
    after = ON + timedelta(days=1)
    looked_after = promise(add("Brokers", wave, owner=ann), sam, due=ON)
    own = promise(add("Suppliers", wave.programme, owner=sam), sam, due=ON)
    assert promises_to_tell_of(ON) == []
    assert promises_to_tell_of(after) == [looked_after.id, own.id]
    assert [tell_of_late_promise(each.id, after) for each in (looked_after, own)] == [1, 2]
    assert [tell_of_late_promise(each.id, after) for each in (looked_after, own)] == [0, 0]
    wave.lead = lead
    db.session.flush()
    led = promise(add("Tenants", wave.programme, owner=sam), sam, due=ON)
    assert tell_of_late_promise(led.id, after) == 1
    assert [address for address, _ in letters()] == [
        "ann@example.com",
        "all@example.com",
        "here@example.com",
        "lena@example.com",
    ]


def test_nobody_without_an_address_stops_the_others(app, wave, sam):
    bare = make_person("Bo Bare", "bo@example.com")
    bare.email = None
    rows = [promise(add(name, wave), owner, due=ON) for name, owner in (("Brokers", bare), ("Suppliers", sam))]
    assert promises_to_remind_of(ON, GB) == [row.id for row in rows]
    assert run(app) == "1 reminder queued, 0 letters about late promises."
    assert promises_to_remind_of(ON, GB) == []


def test_one_that_fails_is_set_aside_and_the_next_goes_on(app, wave, sam):
    broken, fine = (promise(add(name, wave), sam, due=ON) for name in ("Brokers", "Suppliers"))
    set_aside("remind-of-promises", "commitment", str(broken.id), broken.title, "A fault.")
    assert run(app) == "1 reminder queued, 0 letters about late promises."
    db.session.expire_all()
    assert (broken.reminded_for, fine.reminded_for) == (None, ON)


def test_closed_ones_and_those_off_the_map_are_left_in_peace(app, wave, sam):
    closed, off = (promise(add(name, wave), sam, due=ON) for name in ("Brokers", "Suppliers"))
    promising.close_promise(closed, Outcome.NO_LONGER_WANTED, "They withdrew.", by=TESTER)
    mapping.remove_stakeholder(off.stakeholder, by=TESTER)
    assert run(app) == "0 reminders queued, 0 letters about late promises."
    assert promises_to_tell_of(ON + timedelta(days=9)) == []
