"""The pages of relations: the network as table and picture, saying and ending a relation, and who may."""

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
from pages.stakeholders.map_pages import text_of
from sqlalchemy import select

from engagement import clock
from engagement.accounts import actions as accounts
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.pages.stakeholders.network_drawing import MOST_ROWS, Box, drawing
from engagement.stakeholders.actions.mapping import add_stakeholder
from engagement.stakeholders.relations.actions import say_relation
from engagement.stakeholders.relations.models import StakeholderRelation
from engagement.stakeholders.relations.rules import MOST_DRAWN, RelationKind
from engagement.stakeholders.rules import StakeholderGroup

G = StakeholderGroup


@pytest.fixture
def wave(app, frozen):
    return make_wave()


@pytest.fixture
def manager(app, wave):
    return signed_in(app, make_change_manager())


def put(whom, place, group=G.OTHERS):
    row = add_stakeholder(whom, group, places=[place], by=TESTER)
    db.session.commit()
    return row


def say(client, row, other, kind="influences"):
    return client.post(f"/stakeholders/{row.id}/relations", data={"kind": kind, "other": f"#{other.id}"})


def test_a_relation_is_said_shown_on_both_pages_and_in_the_network(manager, wave):
    council, brokers = put("Works council", wave), put("Brokers", wave, G.CUSTOMERS)
    assert "No relation is known yet" in text_of(manager.get("/stakeholders/network"))
    answer = say(manager, council, brokers)
    assert answer.location == f"/stakeholders/{council.id}/relations"
    page = text_of(manager.get(answer.location))
    assert "Influences Brokers Ines Okafor, 14 April" in page
    assert "Influenced by Works council Ines Okafor, 14 April" in text_of(
        manager.get(f"/stakeholders/{brokers.id}/relations")
    )
    page = manager.get("/stakeholders/network")
    assert "1 relation between 2 stakeholders." in text_of(page)
    assert "Works council influences Brokers Ines Okafor, 14 April" in text_of(page)
    assert 'aria-label="2 stakeholders in 2 groups, and 1 relations between them' in page.get_data(as_text=True)
    rows = manager.get("/stakeholders/network.csv").get_data(as_text=True).splitlines()
    assert rows[1] == "Works council,influences,Brokers,Ines Okafor,2026-04-14"
    assert "Relations All Influences Brokers" in text_of(manager.get(f"/stakeholders/{council.id}"))


def test_a_relation_can_be_said_from_the_other_side(manager, wave):
    council, brokers = put("Works council", wave), put("Brokers", wave)
    say(manager, council, brokers, "reports_to-back")
    row = db.session.scalars(select(StakeholderRelation)).one()
    assert (row.from_id, row.to_id, row.kind) == (brokers.id, council.id, RelationKind.REPORTS_TO)


def test_what_is_refused_says_why_and_keeps_the_choice(manager, wave):
    council, brokers = put("Works council", wave), put("Brokers", wave)
    answer = manager.post(f"/stakeholders/{council.id}/relations", data={"kind": "sponsors", "other": ""})
    assert answer.status_code == 422
    assert "Say to whom." in text_of(answer)
    say(manager, council, brokers)
    answer = say(manager, council, brokers)
    assert answer.status_code == 422
    assert "That is known already: Works council influences Brokers." in text_of(answer)
    assert f'value="#{brokers.id}"' in answer.get_data(as_text=True)


def test_what_has_ended_stays_among_what_was_said_once(manager, wave):
    council, brokers = put("Works council", wave), put("Brokers", wave)
    say(manager, council, brokers)
    row = db.session.scalars(select(StakeholderRelation)).one()
    assert manager.post(f"/stakeholders/{brokers.id}/relations/{row.id}/ending").status_code == 303
    page = text_of(manager.get(f"/stakeholders/{brokers.id}/relations"))
    assert "No relation is known." in page
    assert "Influenced by: Works council, from 14 April on ended by Ines Okafor" in page
    stranger = put("Stranger", wave)
    assert manager.post(f"/stakeholders/{stranger.id}/relations/{row.id}/ending").status_code == 404


def test_the_network_is_narrowed_by_wave_kind_and_around_somebody(manager, wave):
    other = make_wave(wave.programme, number=4, name="Later")
    a, b, c, d = put("Aa", wave), put("Bb", wave), put("Cc", other), put("Dd", other)
    say(manager, a, b)
    say(manager, c, d, "sponsors")
    assert "2 relations between 4 stakeholders." in text_of(manager.get("/stakeholders/network"))
    for query in (f"wave={wave.id}", "relation=influences", f"around={a.id}"):
        page = text_of(manager.get(f"/stakeholders/network?{query}"))
        assert "Aa influences Bb" in page
        assert "Cc sponsors" not in page
    assert "1 relation between 2 stakeholders around Aa." in text_of(
        manager.get(f"/stakeholders/network?around={a.id}")
    )
    assert "No relation fits all of these" in text_of(manager.get("/stakeholders/network?relation=champions"))


def test_too_many_for_a_picture_asks_around_whom(manager, wave):
    middle = put("Middle", wave)
    others = [add_stakeholder(f"N{n:03}", G.OTHERS, places=[wave], by=TESTER) for n in range(MOST_DRAWN)]
    for n, row in enumerate(others):
        first = middle if n < 3 else others[n - 1]
        db.session.add(
            StakeholderRelation(from_id=first.id, to_id=row.id, kind=RelationKind.INFLUENCES, said_at=clock.now())
        )
    db.session.commit()
    page = manager.get("/stakeholders/network").get_data(as_text=True)
    assert "Too many for one picture." in page
    assert 'class="chart network"' not in page
    page = manager.get(f"/stakeholders/network?around={middle.id}").get_data(as_text=True)
    assert 'class="chart network"' in page
    page = manager.get("/stakeholders/network?named=midd").get_data(as_text=True)
    assert 'class="chart network"' in page
    assert "around Middle." in page
    assert "around N001." in manager.get("/stakeholders/network?named=n001").get_data(as_text=True)
    page = text_of(manager.get("/stakeholders/network?named=n00"))
    assert "11 relations between 12 stakeholders." in page
    assert "No relation fits all of these" in text_of(manager.get("/stakeholders/network?named=nobody"))


def test_a_picture_has_a_box_for_each_and_splits_long_columns():
    keys = list(range(MOST_ROWS + 5))
    boxes = {key: Box(f"A name that is {'much ' * 30}too long for its box {key}", key == 3) for key in keys}
    picture = drawing(
        [("Others", keys)], boxes, [(0, 1, "influences"), (0, MOST_ROWS + 1, "sponsors"), (0, 999, "sponsors")]
    )
    assert picture.count("<rect") == len(keys)
    assert picture.count("n-middle") == 1
    assert picture.count("marker-end") == 2
    assert picture.count('class="t-strong"') == 1
    assert "…" in picture
    assert drawing([], {}, []) == ""


def test_a_title_is_escaped_in_the_picture():
    assert "<script>" not in drawing([("G", [1])], {1: Box("<script>")}, [])


def test_readers_of_the_map_see_it_and_change_nothing(app, manager, wave):
    council, brokers = put("Works council", wave), put("Brokers", wave)
    say(manager, council, brokers)
    row = db.session.scalars(select(StakeholderRelation)).one()
    sponsor = make_person("Margaret Leclerc", "margaret@example.com")
    wave.programme.sponsor = sponsor
    account = accounts.account_for_person(sponsor)
    accounts.set_password(account, PASSWORD, by=TESTER)
    for reader in (account, make_account("auditor@example.com", "Omar Auditor", Role.AUDITOR)):
        client = signed_in(app, reader)
        assert "Works council influences Brokers" in text_of(client.get("/stakeholders/network"))
        page = client.get(f"/stakeholders/{council.id}/relations")
        assert "Influences Brokers" in text_of(page)
        assert "It has ended" not in page.get_data(as_text=True)
        assert say(client, council, brokers, "sponsors").status_code == 403
        assert client.post(f"/stakeholders/{council.id}/relations/{row.id}/ending").status_code == 403


def test_a_planner_relates_only_those_on_maps_that_they_keep(app, manager, wave):
    foreign = make_wave(make_programme("Other"))
    council, stranger = put("Works council", wave), put("Stranger", foreign)
    say_relation(council, stranger, RelationKind.INFLUENCES, on=clock.now().date(), by=TESTER)
    db.session.commit()
    lead = signed_in(app, make_account("w@example.com", "Wave Manager", Role.CHANGE_MANAGER, wave_id=wave.id))
    page = lead.get(f"/stakeholders/{council.id}/relations")
    assert "Stranger" not in text_of(page)
    answer = say(lead, council, stranger, "sponsors")
    assert answer.status_code == 422
    assert f"Nobody on your maps is called “#{stranger.id}”." in text_of(answer)
    assert lead.get(f"/stakeholders/{stranger.id}/relations").status_code == 404
