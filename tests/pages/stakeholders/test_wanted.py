"""Saying of several stakeholders at once how engaged they need to be: whom it lists, what it keeps, and what it leaves."""

import html
import re

import pytest
from factories import PASSWORD, TESTER, make_person, make_programme, make_wave, signed_in
from pages.stakeholders.drawn_maps import put, say
from pages.stakeholders.map_pages import G, text_of
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.standings.models import StakeholderStanding
from engagement.stakeholders.standings.queries.present import standing_of
from engagement.stakeholders.standings.rules import Level

pytestmark = pytest.mark.usefixtures("frozen")
PATH = "/stakeholders/gaps/wanted"


def offered(answer) -> list[str]:
    """Return of whom the page asks."""
    return [
        html.unescape(name) for name in re.findall(r'aria-label="Where we need ([^"]+)"', answer.get_data(as_text=True))
    ]


def sent(client, levels, query="", **more):
    return client.post(f"{PATH}{query}", data={**{f"level_{row.id}": level for row, level in levels.items()}, **more})


def test_who_lacks_a_desired_level_is_counted_under_the_gaps_and_set_from_there(manager, wave):
    put("Set", wave, 50, 50, Level.NEUTRAL, Level.SUPPORTIVE)
    weak, strong = put("Weak", wave, 20, 20, Level.RESISTANT), put("Strong", wave, 90, 20, Level.RESISTANT)
    new = put("New", wave)
    put(make_person("Ann Employee", "ann@example.com"), wave, 40, 40)
    gaps = manager.get(f"/stakeholders/gaps?wave={wave.id}")
    assert "3 of the 4 have no desired level yet. Set them" in text_of(gaps)
    assert f'href="{PATH}?wave={wave.id}"' in gaps.get_data(as_text=True)
    page = manager.get(PATH)
    assert offered(page) == ["Strong", "Weak", "New"]
    assert "3 have no desired level yet. Those with most power stand first." in text_of(page)
    answer = sent(
        manager, {strong: "neutral", weak: "", new: "supportive"}, f"?wave={wave.id}", reason="As the board said."
    )
    assert (answer.status_code, answer.location) == (303, f"{PATH}?wave={wave.id}")
    kept = {row.id: standing_of(row.id) for row in (strong, weak, new)}
    assert [(row.influence, row.level_now, row.level_wanted, row.reason) for row in kept.values()] == [
        (90, Level.RESISTANT, Level.NEUTRAL, "As the board said."),
        (20, Level.RESISTANT, None, "Said so."),
        (None, None, Level.SUPPORTIVE, "As the board said."),
    ]
    shown = manager.get(answer.location)
    assert "2 desired levels are kept." in text_of(shown)
    assert offered(shown) == ["Weak"]
    assert sent(manager, {weak: "neutral"}).location == "/stakeholders/gaps"
    assert "no desired level yet" not in text_of(manager.get("/stakeholders/gaps"))
    assert "Everybody whom you may change has a desired level. Nothing is missing" in text_of(manager.get(PATH))


def test_what_somebody_else_said_meanwhile_stays(manager, wave):
    row, other = put("Works council", wave, 50, 50), put("Brokers", wave, 40, 40)
    assert offered(manager.get(PATH)) == ["Works council", "Brokers"]
    say(row, 50, 50, None, Level.LEADING)
    answer = sent(manager, {row: "neutral", other: "neutral"})
    assert "1 desired level is kept. Of 1 somebody said it while you looked; theirs stays." in text_of(
        manager.get(answer.location)
    )
    assert standing_of(row.id).level_wanted is Level.LEADING
    answer = sent(manager, {row: "neutral"})
    assert "Nothing was changed. Of 1 somebody said it" in text_of(manager.get(answer.location))


@pytest.mark.parametrize(
    ("level", "more", "sentence"),
    [
        ("", {}, "Choose a level for at least one of them."),
        ("keen", {}, "Choose one of those that are offered."),
        ("neutral", {"reason": "x" * 1_001}, "Keep this under 1,000 characters."),
    ],
)
def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(manager, wave, level, more, sentence):
    row, other = put("Works council", wave, 50, 50), put("Brokers", wave, 40, 40)
    answer = sent(manager, {row: level, other: ""}, **more)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert offered(answer) == ["Works council", "Brokers"]
    assert (
        db.session.scalars(
            select(StakeholderStanding.level_wanted).where(StakeholderStanding.level_wanted.is_not(None))
        ).all()
        == []
    )


def test_only_who_plans_all_maps_of_somebody_sets_it(app, manager, wave):
    other = make_wave(make_programme("Another"), name="Elsewhere")
    own, both = (
        put("Brokers", wave, 50, 50),
        add_stakeholder("Policyholders", G.OTHERS, places=[wave, other], by=TESTER),
    )
    lead = make_person("Sam Pryce", "sam@example.com", department="Programme office")
    wave.lead = lead
    account = accounts.account_for_person(lead)
    accounts.set_password(account, PASSWORD, by=TESTER)
    client = signed_in(app, account)
    assert offered(client.get(PATH)) == ["Brokers"]
    answer = sent(client, {own: "neutral", both: "neutral"})
    assert (answer.status_code, standing_of(both.id)) == (303, None)
    sponsor = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = sponsor
    account = accounts.account_for_person(sponsor)
    accounts.set_password(account, PASSWORD, by=TESTER)
    reader = signed_in(app, account)
    assert reader.get(PATH).status_code == 403
    assert "Set them" not in text_of(reader.get("/stakeholders/gaps"))
