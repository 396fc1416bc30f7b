"""The pages of promises: making one, from a talk or alone, moving and closing it, the list, and its keeper's own page."""

import html
import re
from datetime import date, timedelta

import pytest
from factories import PASSWORD, TESTER, make_person, signed_in
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.map_pages import text_of as plain_text
from sqlalchemy import select

from engagement.accounts import actions as accounts
from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.commitments.actions.promising import WHY_MOVED, make_promise
from engagement.stakeholders.commitments.models import Commitment
from engagement.stakeholders.commitments.rules import Outcome
from engagement.stakeholders.interactions.models import Interaction
from engagement.stakeholders.rules import StakeholderGroup
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import Standing

ON = date(2026, 4, 14)
TALK = {"happened_on": "2026-04-14", "channel": "call", "sentiment": "", "notes": "Talked.", "parties": "Works council"}


def text_of(answer) -> str:
    return html.unescape(plain_text(answer))


@pytest.fixture
def sam(council):
    person = make_person("Sam Pryce", "sam@example.com")
    db.session.commit()
    return person


def promise(row, owner, text="Send the rota", due=ON + timedelta(days=9)):
    made = make_promise(row, text, owner, due, on=min(ON, due), by=TESTER)
    db.session.commit()
    return made


def stored():
    db.session.expire_all()
    return db.session.scalars(select(Commitment).order_by(Commitment.id)).all()


def test_a_promise_is_made_on_a_stakeholders_page(manager, council, sam):
    address = f"/stakeholders/{council.id}/promises/new"
    assert f'href="{address}"' in manager.get(f"/stakeholders/{council.id}").get_data(as_text=True)
    data = {"text": "Send the rota", "due_on": "2026-04-23", "owner": "sam@example.com"}
    answer = manager.post(address, data=data)
    assert answer.status_code == 303
    page = text_of(manager.get(answer.location))
    assert (
        "To Works council Due Thursday 23 April Kept by Sam Pryce “Send the rota” Ines Okafor, Tuesday 14 April" in page
    )
    assert "23 April Send the rota Sam Pryce" in text_of(manager.get(f"/stakeholders/{council.id}"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Write what was promised, or what comes next. One line is enough."),
        ({"text": "x" * 1_001}, "Keep this under 1,000 characters."),
        ({"due_on": ""}, "Choose the day by which it is due."),
        ({"due_on": "2026-04-13"}, "This day has passed. Choose today or a later one."),
        ({"owner": ""}, "Say who keeps it. A name, work address or employee number."),
        ({"owner": "Nobody Atall"}, "Nobody here has the name, address or employee number “Nobody Atall”."),
    ],
)
def test_what_makes_no_sense_is_refused_and_stays_as_it_was_typed(manager, council, sam, typed, sentence):
    data = {"text": "Kept as typed", "due_on": "2026-04-23", "owner": "sam@example.com", **typed}
    answer = manager.post(f"/stakeholders/{council.id}/promises/new", data=data)
    page = html.unescape(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert f"Error: </span>{sentence}" in page
    assert data["text"] in page
    assert stored() == []


def test_a_talk_asks_what_comes_next_and_wants_it_of_important_ones(manager, council, sam):
    say_standing(council, Standing(80, 80), on=ON, by=TESTER)
    new = "/stakeholders/interactions/new"
    answer = manager.post(new, data=TALK)
    assert answer.status_code == 422
    assert "Works council: much power and much interest, and nothing is planned. Say what comes next" in text_of(answer)
    for half, sentence in (
        ({"next_text": "Call again"}, "Say by which day."),
        (
            {"next_on": "2026-04-20", "next_owner": "sam@example.com"},
            "Say what comes next, or leave the day empty too.",
        ),
        ({"next_text": "Call again", "next_on": "2026-04-20"}, "Say who does it."),
        (
            {"next_text": "Call again", "next_on": "2026-04-01", "next_owner": "sam@example.com"},
            "This day has passed. Choose today or a later one.",
        ),
    ):
        refused = manager.post(new, data={**TALK, **half})
        assert (refused.status_code, sentence in text_of(refused)) == (422, True), half
    assert (db.session.query(Interaction).count(), stored()) == (0, [])
    step = {"next_text": "Call again", "next_on": "2026-04-20", "next_owner": "sam@example.com"}
    answer = manager.post(new, data={**TALK, **step})
    assert answer.status_code == 303
    assert "What comes next 20 April Call again Sam Pryce, for Works council" in text_of(manager.get(answer.location))
    # Now there is a next step, so the following talk needs none.
    assert manager.post(new, data=TALK).status_code == 303


def test_it_is_moved_with_a_reason_and_closed_with_a_sentence(manager, council, sam):
    row = promise(council, sam)
    address = f"/stakeholders/promises/{row.id}"
    fields = opened(manager, address, f"{address}/move")
    answer = manager.post(f"{address}/move", data=changed(fields, due_on="2026-05-04"))
    assert (answer.status_code, WHY_MOVED in text_of(answer)) == (422, True)
    assert manager.post(f"{address}/move", data=changed(fields, due_on="2026-05-04", reason="Ill.")).status_code == 303
    assert "Thursday 23 April → Monday 4 May. “Ill.” Ines Okafor" in text_of(manager.get(address))
    answer = manager.post(f"{address}/closing", data={"outcome": "kept", "outcome_words": ""})
    assert (answer.status_code, "Say what came of it. One sentence is enough." in text_of(answer)) == (422, True)
    assert manager.post(f"{address}/closing", data={"outcome": "kept", "outcome_words": "Sent."}).status_code == 303
    page = manager.get(address)
    assert "What came of it Kept “Sent.” Ines Okafor, Tuesday 14 April" in text_of(page)
    assert "/closing" not in page.get_data(as_text=True)
    again = manager.post(f"{address}/closing", data={"outcome": "not_kept", "outcome_words": "No."})
    assert (again.status_code, stored()[0].outcome) == (422, Outcome.KEPT)


def test_two_who_move_it_at_once_do_not_overwrite_each_other(manager, council, sam):
    row = promise(council, sam)
    address = f"/stakeholders/promises/{row.id}"
    mine = opened(manager, address, f"{address}/move")
    manager.post(f"{address}/move", data=changed(mine, due_on="2026-05-04", reason="Ill."))
    answer = manager.post(f"{address}/move", data=changed(mine, due_on="2026-06-01", reason="Away."))
    assert (answer.status_code, stored()[0].due_on) == (422, date(2026, 5, 4))
    assert "“By which day?” was changed after you opened the page, to: “Monday 4 May 2026”." in text_of(answer)


def test_what_was_promised_to_several_is_closed_together_if_asked(manager, wave, council, sam):
    add_stakeholder("Brokers", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    step = {"next_text": "Send it", "next_on": "2026-04-20", "next_owner": "sam@example.com"}
    manager.post("/stakeholders/interactions/new", data={**TALK, **step, "parties": "Works council\nBrokers"})
    first = stored()[0]
    assert "It was promised in the same talk to Brokers." in text_of(manager.get(f"/stakeholders/promises/{first.id}"))
    data = {"outcome": "kept", "outcome_words": "Sent.", "others_too": "y"}
    manager.post(f"/stakeholders/promises/{first.id}/closing", data=data)
    assert [row.outcome for row in stored()] == [Outcome.KEPT, Outcome.KEPT]


def test_the_list_is_narrowed_and_downloaded(manager, council, sam):
    assert "Nothing is promised" in text_of(manager.get("/stakeholders/promises"))
    promise(council, sam, "Soon", ON - timedelta(days=2))
    promise(council, make_person("Ann Employee", "ann@example.com"), "Later", ON + timedelta(days=30))

    def listed(query=""):
        page = manager.get(f"/stakeholders/promises{query}").get_data(as_text=True)
        return re.findall(r'<th scope="row"><a href="/stakeholders/promises/\d+">(\w+)</a>', page)

    assert listed() == ["Soon", "Later"]
    assert listed("?order=-due") == ["Later", "Soon"]
    assert listed("?state=late") == ["Soon"]
    assert listed("?state=closed") == []
    assert listed(f"?owner={sam.id}") == ["Soon"]
    assert "2 days late" in text_of(manager.get("/stakeholders/promises?state=late"))
    file = manager.get("/stakeholders/promises.csv?state=late").get_data(as_text=True)
    assert file.splitlines()[1] == "2026-04-12,Soon,Works council,Sam Pryce,,,,2026-04-14"
    assert manager.get("/stakeholders/promises.xlsx").status_code == 200


def test_whoever_keeps_it_reads_it_closes_it_and_nothing_else(app, manager, wave, council, sam):
    row = promise(council, sam)
    other = promise(council, make_person("Ann Employee", "ann@example.com"), "Not for Sam")
    account = accounts.account_for_person(sam)
    accounts.set_password(account, PASSWORD, by=TESTER)
    client = signed_in(app, account)
    assert "What you promised 23 April Send the rota For Works council." in text_of(client.get("/me"))
    page = client.get(f"/stakeholders/promises/{row.id}")
    assert "“Send the rota”" in text_of(page)
    assert f'href="/stakeholders/{council.id}"' not in page.get_data(as_text=True)
    assert "Not for Sam" not in text_of(client.get("/stakeholders/promises"))
    assert client.get(f"/stakeholders/promises/{other.id}").status_code == 403
    assert client.get(f"/stakeholders/{council.id}").status_code == 403
    data = {"outcome": "kept", "outcome_words": "Sent."}
    assert client.post(f"/stakeholders/promises/{row.id}/closing", data=data).status_code == 303
    assert "What you promised" not in text_of(client.get("/me"))


def test_today_lists_late_promises_and_important_ones_without_a_next_step(manager, wave, council, sam):
    row = add_stakeholder("Brokers", StakeholderGroup.OTHERS, places=[wave], by=TESTER)
    say_standing(row, Standing(90, 90), on=ON, by=TESTER)
    soon = promise(council, sam, "Send the rota", ON)
    page = text_of(manager.get("/"))
    assert "Send the rota" not in page
    assert "Brokers Much power and much interest, and nothing is planned with them. Nobody looks after them." in page
    soon.due_on = ON - timedelta(days=2)
    page = text_of(manager.get("/"))
    assert "“Send the rota” Promised to Works council by Sam Pryce. Was due Sunday 12 April. 2 days late." in page
