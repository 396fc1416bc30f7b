"""The page that says where a stakeholder stands: what it asks of whom, what it refuses, and two who save at once."""

import html
import re

import pytest
from factories import PASSWORD, TESTER, make_account, make_change_manager, make_person, make_wave, signed_in
from pages.parts.test_overtaken import changed, opened
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.rules import WHY, Level

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def wave(app):
    return make_wave()


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


@pytest.fixture
def council(wave):
    return put("Works council", wave)


def put(whom, wave, **said):
    row = add_stakeholder(whom, StakeholderGroup.OTHERS, places=[wave], by=TESTER, **said)
    db.session.commit()
    return row


def text_of(answer) -> str:
    page = answer.get_data(as_text=True)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page[page.index("<main") : page.index("</main")])).split())


def save(client, row, **values):
    fields = opened(client, f"/stakeholders/{row.id}/standing", "")
    return client.post(f"/stakeholders/{row.id}/standing", data=changed(fields, **values))


def now(row):
    db.session.expire_all()
    held = (StakeholderStanding.stakeholder_id == row.id, StakeholderStanding.superseded_at.is_(None))
    found = db.session.scalars(select(StakeholderStanding).where(*held)).one_or_none()
    return found and (found.influence, found.interest, found.impact, found.level_now, found.level_wanted, found.reason)


def test_what_is_said_stands_on_the_stakeholders_page(manager, council):
    assert "Nobody has said yet how much power and interest they have" in text_of(
        manager.get(f"/stakeholders/{council.id}")
    )
    answer = save(manager, council, influence="8,6", interest="8.6", level_now="neutral", level_wanted="supportive")
    assert (answer.status_code, answer.location) == (303, f"/stakeholders/{council.id}")
    assert now(council) == (86, 86, None, Level.NEUTRAL, Level.SUPPORTIVE, "")
    page = text_of(manager.get(answer.location))
    assert "Power 8.6 Interest 8.6 Impact on them not said Engagement now Neutral Engagement wanted Supportive" in page
    assert "Work closely with; 1 level below where we need them." in page
    assert "Power 8.6, interest 8.6, engagement neutral, engagement wanted supportive. Ines Okafor" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"influence": "10.1"}, "Write a number from 0 to 10, with one decimal at most, such as 7 or 7.5."),
        ({"interest": "high"}, "Write a number from 0 to 10, with one decimal at most, such as 7 or 7.5."),
        ({"impact": "-1"}, "Write a number from 0 to 10, with one decimal at most, such as 7 or 7.5."),
        ({"level_now": "furious"}, "Choose one of those that are offered."),
        ({"reason": "x" * 1_001}, "Keep this under 1,000 characters."),
    ],
)
def test_what_makes_no_sense_is_refused_and_stays_as_it_was_typed(manager, council, typed, sentence):
    answer = save(manager, council, **{"interest": "4", **typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"Error: </span>{sentence}" in page
    assert now(council) is None
    assert all(value in page for value in typed.values() if value != "furious")


def test_a_change_of_what_was_said_asks_why(manager, council):
    save(manager, council, influence="5.9", interest="8.4")
    answer = save(manager, council, influence="6.9")
    assert answer.status_code == 422
    assert WHY in answer.get_data(as_text=True)
    assert save(manager, council, influence="6.9", reason="They own the June renewals.").status_code == 303
    assert now(council) == (69, 84, None, None, None, "They own the June renewals.")
    page = text_of(manager.get(f"/stakeholders/{council.id}"))
    assert "“They own the June renewals.” Ines Okafor, Tuesday 14 April" in page
    assert "Power 5.9 → 6.9. “They own the June renewals.”" in page


def test_the_second_of_two_sees_what_the_first_said_and_decides(manager, council):
    save(manager, council, influence="5", interest="5")
    page = f"/stakeholders/{council.id}/standing"
    mine = opened(manager, page, "")
    save(manager, council, influence="7", reason="They spoke at the board.")
    answer = manager.post(page, data=changed(mine, influence="3", reason="They were quiet."))
    text = text_of(answer)
    assert answer.status_code == 422
    assert (
        "“How much power do they have over this change?” was changed after you opened the page, to: “7.0”. "
        "The field still shows what you typed." in text
    )
    assert now(council)[0] == 70
    marks = html.unescape(re.search(r'name="drawn_from"[^>]* value="([^"]*)"', answer.get_data(as_text=True))[1])
    again = changed(mine, influence="3", reason="They were quiet.", drawn_from=marks)
    assert manager.post(page, data=again).status_code == 303
    assert now(council) == (30, 50, None, None, None, "They were quiet.")


def test_a_comma_is_no_change(manager, council):
    save(manager, council, influence="7.5")
    assert "Nothing was changed." in text_of(manager.get(save(manager, council, influence="7,5").location))


def test_an_employee_without_a_post_is_not_asked_for_an_attitude(manager, wave):
    row = put(make_person("Ann Employee", "ann@example.com"), wave)
    page = manager.get(f"/stakeholders/{row.id}/standing")
    assert 'name="level_now"' not in page.get_data(as_text=True)
    assert "An employee’s attitude is stored only while they hold a post in the change" in text_of(page)
    assert save(manager, row, influence="5", level_now="resistant", impact="9").status_code == 303
    assert now(row) == (50, None, None, None, None, "")
    assert "How an employee feels about the change is stored only while they hold a post" in text_of(
        manager.get(f"/stakeholders/{row.id}")
    )


def test_who_speaks_for_others_is_asked(manager, wave):
    row = put(make_person("Ann Council", "ann@example.com"), wave)
    fields = opened(manager, f"/stakeholders/{row.id}/edit", "")
    manager.post(f"/stakeholders/{row.id}/edit", data=changed(fields, represents="Works council"))
    assert 'name="level_now"' in manager.get(f"/stakeholders/{row.id}/standing").get_data(as_text=True)
    assert "Speaks for Works council." in text_of(manager.get(f"/stakeholders/{row.id}"))


def test_levels_are_not_shown_from_the_moment_a_post_ends(app, manager, wave):
    person = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = person
    row = put(person, wave)
    save(manager, row, influence="9", level_now="resistant", level_wanted="leading")
    assert "Resistant" in text_of(manager.get(f"/stakeholders/{row.id}"))
    wave.programme.sponsor = None
    page = text_of(manager.get(f"/stakeholders/{row.id}"))
    assert "esistant" not in page
    assert "eading" not in page
    assert "Power 9.0" in page


def test_sponsors_read_it_and_do_not_change_it(app, manager, wave, council):
    save(manager, council, influence="9", level_now="resistant")
    person = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    auditor = make_account("auditor@example.com", "Omar Auditor", Role.AUDITOR)
    for reader in (account, auditor):
        client = signed_in(app, reader)
        page = client.get(f"/stakeholders/{council.id}")
        assert "Engagement now Resistant" in text_of(page)
        assert "/standing" not in page.get_data(as_text=True)
        assert client.get(f"/stakeholders/{council.id}/standing").status_code == 403
