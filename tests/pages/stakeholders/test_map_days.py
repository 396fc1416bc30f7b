"""The power/interest map of a past day, and the way between two days."""

from datetime import timedelta

import pytest
from factories import PASSWORD, TESTER, make_person, make_programme, make_wave, signed_in
from pages.stakeholders.drawn_maps import put, say, section, table, text_of

from engagement.accounts import actions as accounts
from engagement.stakeholders.actions.mapping import remove_stakeholder
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.rules import Level

pytestmark = pytest.mark.usefixtures("frozen")
G = StakeholderGroup


def test_a_past_day_shows_the_map_of_its_evening(manager, wave, frozen):
    frozen.shift(timedelta(days=-2))
    row = put("Works council", wave, 20, 30)
    brokers = put("Brokers", wave, 40, 40)
    frozen.shift(timedelta(days=2))
    say(row, 80, 90, reason="They wrote to the board.")
    remove_stakeholder(brokers, by=TESTER)
    put("Letters", wave, 50, 50)
    past = manager.get("/stakeholders/map?on=2026-04-13").get_data(as_text=True)
    assert "As it stood at the end of Monday 13 April: 2 people and groups." in text_of(past)
    assert [row[1:4] for row in table(manager, "?on=2026-04-13")] == [
        ["Brokers", "4.0", "4.0"],
        ["Works council", "2.0", "3.0"],
    ]
    assert "/standing" not in past
    assert [row[1:4] for row in table(manager, "?on=2026-04-14")] == [
        ["Works council", "8.0", "9.0"],
        ["Letters", "5.0", "5.0"],
    ]
    assert table(manager, "?on=2026-04-14") == table(manager)
    assert "Nobody on the map fits all of these" in text_of(
        manager.get("/stakeholders/map?on=2026-04-11").get_data(as_text=True)
    )


def test_the_way_between_two_days_is_drawn_and_told(manager, wave, frozen):
    frozen.shift(timedelta(days=-2))
    row = put("Works council", wave, 59, 84, Level.RESISTANT)
    gone = put("Consultants", wave, 10, 10)
    frozen.shift(timedelta(days=2))
    say(row, 69, 86, Level.NEUTRAL, reason="They own the June renewals.")
    remove_stakeholder(gone, by=TESTER)
    put("Letters", wave, 50, 50, reason="")
    page = manager.get("/stakeholders/map?since=2026-04-12").get_data(as_text=True)
    text = text_of(section(page, "movement").join(("<main", "</main")))
    assert "Judged anew Works council Power 5.9 → 6.9, interest 8.4 → 8.6, engagement resistant → neutral." in text
    assert "“They own the June renewals.”" in text
    assert "Came onto the map Letters Power 5.0, interest 5.0." in text
    assert "Left the map Consultants" in text
    assert '<circle class="pi-trail" cx="310.6" cy="164.9" r="3"/><path class="pi-trail"' in page
    assert "Since the end of Sunday 12 April: 1 was judged anew, 1 came onto the map and 1 left it." in " ".join(
        text_of(page).split()
    )
    still = manager.get("/stakeholders/map?since=2026-04-13&on=2026-04-13").get_data(as_text=True)
    assert "Nothing moved between" in text_of(still)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("on=tomorrow", "“tomorrow” is no day. This is the map as it stands now."),
        ("on=2026-02-30", "“2026-02-30” is no day. This is the map as it stands now."),
        ("on=2026-04-15", "Wednesday 15 April is still to come. This is the map as it stands now."),
        ("since=2999-01-01", "Tuesday 1 January 2999 is still to come. No earlier day is compared."),
        ("since=x%3Cscript%3E", "“x<script>” is no day. No earlier day is compared."),
    ],
)
def test_a_day_that_makes_no_sense_is_told_in_a_sentence(manager, wave, query, sentence):
    put("Works council", wave, 20, 30)
    answer = manager.get(f"/stakeholders/map?{query}")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert sentence in text_of(page)
    assert query not in page
    assert [row[1] for row in table(manager, f"?{query}")] == ["Works council"]


def test_a_lead_sees_the_past_of_their_map_without_what_is_elsewhere(app, wave, frozen):
    lead = make_person("Sam Pryce", "sam@example.com")
    wave.lead = lead
    other = make_wave(make_programme("Another"), name="Elsewhere")
    put("Own", wave, 60, 60)
    put("Foreign", other, 60, 60)
    account = accounts.account_for_person(lead)
    accounts.set_password(account, PASSWORD, by=TESTER)
    client = signed_in(app, account)
    assert [row[1] for row in table(client)] == ["Own"]
    assert "Foreign" not in client.get(f"/stakeholders/map?wave={other.id}").get_data(as_text=True)
