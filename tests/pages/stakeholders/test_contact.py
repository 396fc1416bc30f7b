"""Pages that say how often to be in touch, who is late by it, and how a relationship stands."""

import html
from datetime import date, timedelta

import pytest
from factories import PASSWORD, TESTER, make_person, signed_in
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.map_pages import text_of as plain_text

from engagement.accounts import actions as accounts
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.commitments.actions.promising import close_promise, make_promise
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.health.queries import judgement_of
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.rhythm.queries.said import own_rhythm, rhythms_of
from engagement.stakeholders.rhythm.rules import Every
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Quadrant, Standing

ON = date(2026, 4, 14)


def text_of(answer) -> str:
    return html.unescape(plain_text(answer))


def talk(row, ago=21):
    log_interaction([row], Said(Channel.CALL, ON - timedelta(days=ago), "Talked."), on=ON, by=TESTER)
    db.session.commit()


@pytest.fixture
def placed(council):
    say_standing(council, Standing(90, 90), on=ON, by=TESTER)
    db.session.commit()
    return council


def test_a_programme_says_its_rhythms(manager, wave):
    address = f"/stakeholders/rhythm/{wave.programme_id}"
    assert f'href="{address}"' in manager.get(f"/programmes/{wave.programme_id}").get_data(as_text=True)
    fields = opened(manager, address, "")
    answer = manager.post(address, data=changed(fields, keep_an_eye="half_year"))
    assert (answer.status_code, "It is kept." in text_of(manager.get(address))) == (303, True)
    db.session.expire_all()
    assert rhythms_of(wave.programme_id)[Quadrant.KEEP_AN_EYE] is Every.HALF_YEAR
    assert manager.post(address, data=changed(fields, keep_an_eye="daily")).status_code == 422
    mine = opened(manager, address, "")
    manager.post(address, data=changed(mine, keep_informed="week"))
    assert manager.post(address, data=changed(mine, keep_informed="quarter")).status_code == 422


def test_the_last_contact_and_how_late_the_next_is_stand_on_page_and_list(manager, placed):
    address = f"/stakeholders/{placed.id}"
    assert "Last contact None logged" in text_of(manager.get(address))
    talk(placed)
    assert "Last contact 24 March, 7 days late" in text_of(manager.get(address))
    assert "Every two weeks: was due Tuesday 7 April." in text_of(manager.get(address))
    assert "24 March, 7 days late" in text_of(manager.get("/stakeholders"))
    page = text_of(manager.get("/"))
    assert (
        "Not contacted in time 1 Works council Last contact on 24 March. Wanted every two weeks. Nobody looks after them."
        in page
    )
    assert "7 days late." in page


def test_one_stakeholder_has_a_rhythm_of_their_own(manager, placed):
    talk(placed)
    address = f"/stakeholders/{placed.id}/rhythm"
    fields = opened(manager, address, "")
    assert manager.post(address, data=changed(fields, every="month")).status_code == 303
    assert "Every month: next by Friday 24 April." in text_of(manager.get(f"/stakeholders/{placed.id}"))
    assert "Said by Ines Okafor on Tuesday 14 April." in text_of(manager.get(address))
    assert "Not contacted in time" not in text_of(manager.get("/"))
    manager.post(address, data=changed(opened(manager, address, ""), every=""))
    db.session.expire_all()
    assert own_rhythm(placed.id) is None


def test_the_figure_is_shown_with_its_parts_and_beside_a_judgement(manager, placed):
    address = f"/stakeholders/{placed.id}"
    assert "No figure yet: at least two of its parts have to be known." in text_of(manager.get(address))
    talk(placed)
    kept = make_promise(placed, "Send it", make_person("Sam Pryce"), ON, on=ON, by=TESTER)
    close_promise(kept, Outcome.KEPT, "Sent.", by=TESTER)
    page = text_of(manager.get(address))
    assert "8.6 of 10 , computed" in page
    assert "Contact Last on 24 March, every two weeks: 7 days late. 7.5 4" in page
    assert "Promises 1 of 1 kept, of those due in the last 180 days. 10.0 3" in page
    assert "How they spoke Not known: no talk says so. not known 3" in page
    fields = opened(manager, f"{address}/health", "")
    for typed, sentence in (
        ({"figure": "7", "reason": ""}, "Say why. One sentence is enough."),
        ({"figure": "11", "reason": "Why"}, "Write a number from 0 to 10, with one decimal at most, such as 7 or 7.5."),
        ({"figure": "", "reason": "Why"}, "Write a number from 0 to 10, with one decimal at most."),
    ):
        answer = manager.post(f"{address}/health", data=changed(fields, **typed))
        assert (answer.status_code, sentence in text_of(answer)) == (422, True), typed
    assert (
        manager.post(f"{address}/health", data=changed(fields, figure="7,5", reason="They called.")).status_code == 303
    )
    assert "7.5 of 10 , judged by Ines Okafor “They called.” Ines Okafor, Tuesday 14 April" in text_of(
        manager.get(address)
    )
    db.session.expire_all()
    assert judgement_of(placed.id).figure == 75


def test_a_relationship_with_an_employee_without_a_post_is_not_judged(manager, wave):
    row = add_stakeholder(make_person("Ann Employee"), StakeholderGroup.END_USERS, places=[wave], by=TESTER)
    db.session.commit()
    assert "It isn’t judged: an employee’s attitude is stored only" in text_of(manager.get(f"/stakeholders/{row.id}"))
    page = manager.get(f"/stakeholders/{row.id}/health").get_data(as_text=True)
    assert 'name="figure"' not in page
    assert manager.post(f"/stakeholders/{row.id}/health", data={"figure": "1", "reason": "Cold."}).status_code == 422
    db.session.expire_all()
    assert judgement_of(row.id) is None


def test_a_sponsor_sees_the_last_contact_but_not_how_it_stands(app, manager, wave, placed):
    talk(placed)
    person = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    page = text_of(signed_in(app, account).get(f"/stakeholders/{placed.id}"))
    assert "Last contact 24 March" in page
    assert "How the relationship stands" not in page
