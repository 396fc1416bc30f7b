"""The pages of interactions: logging from a page or the hall, what is refused, the timeline, correcting and withdrawing."""

import html
import re
from datetime import date, timedelta

import pytest
from factories import PASSWORD, TESTER, make_account, make_person, make_programme, make_wave, signed_in
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.map_pages import text_of as plain_text
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.interactions.actions import log_interaction
from engagement.stakeholders.interactions.models import Interaction, InteractionWording
from engagement.stakeholders.interactions.rules import Channel, Said
from engagement.stakeholders.rules import StakeholderGroup

ON = date(2026, 4, 14)
NEW = "/stakeholders/interactions/new"
PUT = {
    "sentiment": "",
    "happened_on": "2026-04-13",
    "channel": "call",
    "notes": "They ask for eight weeks.",
    "topics": "notice",
}


def text_of(answer) -> str:
    return html.unescape(plain_text(answer))


def put(whom, wave):
    row = add_stakeholder(whom, StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    db.session.commit()
    return row


def log(*parties, notes="They ask for eight weeks.", on=ON):
    row = log_interaction(parties, Said(Channel.CALL, on, notes), on=ON, by=TESTER)
    db.session.commit()
    return row


def stored():
    db.session.expire_all()
    return db.session.scalars(select(InteractionWording).order_by(InteractionWording.id)).all()


def test_it_is_logged_from_a_stakeholders_page_and_stands_there(manager, council):
    page = manager.get(f"/stakeholders/{council.id}").get_data(as_text=True)
    assert f'href="{NEW}?stakeholder={council.id}"' in page
    form = manager.get(f"{NEW}?stakeholder={council.id}").get_data(as_text=True)
    assert re.findall(r"<textarea[^>]*>\s*(Works council)</textarea>", form) == ["Works council"]
    assert 'value="2026-04-14"' in form
    data = {**PUT, "parties": "Works council", "began_at": "15:30", "sentiment": "critical"}
    answer = manager.post(NEW, data=data)
    assert answer.status_code == 303
    shown = text_of(manager.get(answer.location))
    assert "Call, Monday 13 April at 15:30 With Works council." in shown
    assert "“They ask for eight weeks.” Ines Okafor, Tuesday 14 April" in shown
    assert "Call. About notice. They spoke of the change: against." in shown
    assert "13 April Call: notice “They ask for eight weeks.”" in text_of(manager.get(f"/stakeholders/{council.id}"))
    assert stored()[0].began_at.isoformat() == "2026-04-13T14:30:00+00:00"


def test_several_are_named_a_line_each_and_a_colleague(manager, wave, council):
    ann = put(make_person("Ann Employee", "ann@example.com"), wave)
    make_person("Sam Pryce", "sam@example.com")
    answer = manager.post(
        NEW, data={**PUT, "parties": "works council\nann@example.com\n", "colleague": "sam@example.com"}
    )
    assert answer.status_code == 303
    shown = text_of(manager.get(f"/stakeholders/{ann.id}"))
    assert "Sam Pryce was there too. Together with Works council ." in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"parties": ""}, "Name at least one stakeholder."),
        ({"parties": "Work council"}, "Nobody on your maps is called “Work council”."),
        ({"notes": ""}, "Write what was said. One sentence is enough."),
        ({"notes": "x" * 5_001}, "Keep this under 5,000 characters."),
        ({"happened_on": ""}, "Choose the day on which it was."),
        ({"happened_on": "2026-04-15"}, "This day is still to come. Log it when it has happened."),
        ({"channel": "pigeon"}, "Choose one of those that are offered."),
        (
            {"parties": "\n".join(f"N{n}" for n in range(51))},
            "Name at most 50. For more, put the group itself on the map.",
        ),
        ({"colleague": "Nobody Atall"}, "Nobody here has the name, address or employee number “Nobody Atall”."),
    ],
)
def test_what_makes_no_sense_is_refused_and_stays_as_it_was_typed(manager, council, typed, sentence):
    answer = manager.post(NEW, data={**PUT, "parties": "Works council", "topics": "kept as typed", **typed})
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert f"Error: </span>{sentence}" in page
    assert "kept as typed" in page
    assert stored() == []


def test_how_an_employee_without_a_post_spoke_is_not_taken(manager, wave):
    ann = put(make_person("Ann Employee", "ann@example.com"), wave)
    answer = manager.post(NEW, data={**PUT, "parties": "Ann Employee", "sentiment": "critical"})
    assert answer.status_code == 422
    assert "How an employee without a post in the change feels isn’t stored under their name." in text_of(answer)
    form = manager.get(f"{NEW}?stakeholder={ann.id}")
    assert "Stored only of groups, people outside the directory, and people while they hold a post" in text_of(form)
    row = log(ann)
    page = manager.get(f"/stakeholders/interactions/{row.id}/correction")
    assert 'name="sentiment"' not in page.get_data(as_text=True)
    assert "How they spoke of the change isn’t asked here." in text_of(page)


def test_a_correction_shows_the_former_words_and_withdrawing_takes_all(manager, council):
    row = log(council)
    address = f"/stakeholders/interactions/{row.id}"
    fields = opened(manager, f"{address}/correction", "")
    assert manager.post(f"{address}/correction", data=changed(fields, notes="They ask for nine.")).status_code == 303
    shown = text_of(manager.get(address))
    assert "“They ask for nine.” Ines Okafor" in shown
    assert "What it said before Tuesday 14 April “They ask for eight weeks.” The service" in shown
    same = manager.post(f"{address}/correction", data=changed(opened(manager, f"{address}/correction", "")))
    assert "Nothing was changed." in text_of(manager.get(same.location))
    assert manager.post(f"{address}/withdrawal").status_code == 303
    gone = text_of(manager.get(address))
    assert "This was withdrawn. Ines Okafor withdrew it on Tuesday 14 April." in gone
    for page in (gone, text_of(manager.get(f"/stakeholders/{council.id}"))):
        assert "nine" not in page
        assert "eight weeks" not in page
    assert manager.get(f"{address}/correction").status_code == 200
    assert manager.post(f"{address}/correction", data=changed(fields, notes="Again")).status_code == 422


def test_the_second_of_two_who_correct_sees_what_the_first_said(manager, council):
    address = f"/stakeholders/interactions/{log(council).id}/correction"
    mine = opened(manager, address, "")
    manager.post(address, data=changed(opened(manager, address, ""), notes="First."))
    answer = manager.post(address, data=changed(mine, notes="Second."))
    assert answer.status_code == 422
    assert "“What was said?” was changed after you opened the page, to: “First.”." in text_of(answer)
    assert [row.notes for row in stored()] == ["They ask for eight weeks.", "First."]


def test_a_long_timeline_has_pages(manager, council):
    assert "Nothing is logged yet." in text_of(manager.get(f"/stakeholders/{council.id}"))
    for number in range(30):
        log(council, notes=f"Talk {number}.", on=ON - timedelta(days=number))
    page = manager.get(f"/stakeholders/{council.id}").get_data(as_text=True)
    assert re.findall(r"Talk \d+\.", page) == [f"Talk {number}." for number in range(5)]
    assert "All 30" in page
    second = manager.get(f"/stakeholders/{council.id}/interactions?page=2").get_data(as_text=True)
    assert re.findall(r"Talk \d+\.", second) == [f"Talk {number}." for number in range(25, 30)]


def test_sponsors_and_auditors_see_no_word_of_it(app, manager, wave, council):
    row = log(council, notes="Between us.")
    person = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = person
    account = accounts.account_for_person(person)
    accounts.set_password(account, PASSWORD, by=TESTER)
    for reader in (account, make_account("auditor@example.com", "Omar Auditor", Role.AUDITOR)):
        client = signed_in(app, reader)
        page = client.get(f"/stakeholders/{council.id}").get_data(as_text=True)
        assert "Between us." not in page
        assert "Talks and contacts" not in page
        for path in (f"interactions/{row.id}", f"{council.id}/interactions", "interactions/new"):
            assert client.get(f"/stakeholders/{path}").status_code == 403


def test_who_took_part_on_another_map_is_counted_not_named(app, wave, council):
    other = make_wave(make_programme("Another"), name="Elsewhere")
    row = log(council, put("Secret brokers", other))
    lead = make_account("sam@example.com", "Sam Pryce", Role.CHANGE_MANAGER, wave_id=wave.id)
    client = signed_in(app, lead)
    for path in (f"interactions/{row.id}", str(council.id)):
        page = text_of(client.get(f"/stakeholders/{path}"))
        assert "1 stakeholder on maps that you don’t see" in page
        assert "Secret" not in page
    answer = client.post(NEW, data={**PUT, "parties": "Secret brokers"})
    assert (answer.status_code, db.session.query(Interaction).count()) == (422, 1)
    assert "Nobody on your maps is called “Secret brokers”." in text_of(answer)
