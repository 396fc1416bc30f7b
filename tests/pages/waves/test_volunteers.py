"""Marking who came of their own will: ticked on the list or written a line each, shown to whoever reads the list, and taken back."""

import re

import pytest
from factories import make_account, make_people, make_person, make_wave, signed_in
from markup import plain, text_of
from sqlalchemy import select

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.waves.models import Membership
from engagement.waves.rules import WaveStatus


@pytest.fixture
def people(wave):
    """Sixty people of the wave, so that its list has two pages."""
    found = make_people(60)
    for person in found:
        db.session.add(Membership(wave=wave, person=person, origin="hand", joined_at=wave.made_at))
    db.session.commit()
    return found


def marked() -> list[str]:
    db.session.expire_all()
    rows = db.session.scalars(select(Membership).where(Membership.volunteered).order_by(Membership.person_id))
    return [row.person.name for row in rows]


def post(client, wave, query="", **data):
    return client.post(f"/waves/{wave.id}/volunteers{query}", data=data)


def pills(answer) -> list[str]:
    """Whom the list shows as volunteers."""
    page = answer.get_data(as_text=True)
    return re.findall(r'<th scope="row"><a[^>]*>([^<]+)</a>\s*<span class="pill">', page)


def test_who_is_ticked_is_marked_and_the_list_shows_it_and_leads_back_to_its_page(manager, wave, people):
    page = manager.get(f"/waves/{wave.id}/people?page=2&order=-name").get_data(as_text=True)
    (address,) = re.findall(r'id="several" method="post" action="([^"]+)"', page)
    first, second = people[0], people[1]
    answer = manager.post(
        address.replace("&amp;", "&"), data={"person": [first.id, second.id, "x", "999999"], "what": "mark"}
    )
    assert (answer.status_code, answer.location) == (303, f"/waves/{wave.id}/people?order=-name&page=2")
    assert "2 people are marked as volunteers." in text_of(manager.get(answer.location))
    assert marked() == [first.name, second.name]
    only = manager.get(f"/waves/{wave.id}/people?came=volunteers")
    assert pills(only) == sorted([first.name, second.name])
    assert "2 people." in text_of(only)
    back = post(manager, wave, person=[first.id, people[2].id], what="take back")
    assert "1 person is no longer a volunteer. 1 person was not marked." in text_of(manager.get(back.location))
    assert marked() == [second.name]


def test_of_a_list_of_addresses_the_bad_ones_are_named_and_stay_and_the_others_are_done(manager, wave, people):
    out = make_person("Oda Outside", "oda@example.com", "Legal")
    db.session.commit()
    lines = [people[0].email, f"{people[1].name} <{people[1].email}>", "nobody@example.com", "oda@example.com", "<b>x"]
    answer = post(manager, wave, people="\n".join(lines), what="mark")
    page, shown = answer.get_data(as_text=True), plain(answer)
    assert answer.status_code == 422
    assert marked() == [people[0].name, people[1].name]
    assert "2 people are marked as volunteers." in shown
    for sentence in (
        "Nobody here has the name, address or employee number “nobody@example.com”.",
        "Nobody here has the name, address or employee number “<b>x”.",
        "Oda Outside is not in this wave.",
    ):
        assert sentence in shown
    assert "3 lines are left here, and what was understood is done." in shown
    (left,) = re.findall(r"<textarea[^>]*>\s*([^<]*)</textarea>", page)
    assert left.splitlines() == ["nobody@example.com", "&lt;b&gt;x", "Oda Outside &lt;oda@example.com&gt;"]
    assert out.name not in marked()
    again = post(manager, wave, people=people[0].email, what="mark")
    assert "Nothing had to change. 1 person was marked before." in text_of(manager.get(again.location))


def test_nobody_named_and_too_many_lines_are_refused_and_nothing_is_lost(manager, wave):
    empty = post(manager, wave, what="mark")
    assert (empty.status_code, "Tick people on the list, or write here who it is." in text_of(empty)) == (422, True)
    typed = "\n".join(f"person{n}@example.com" for n in range(501))
    many = post(manager, wave, people=typed, what="mark")
    unknown = plain(post(manager, wave, people="\n".join(f"n{n}@example.com" for n in range(22)), what="mark"))
    assert (unknown.count("Nobody here has the name"), "And 2 more lines below." in unknown) == (20, True)
    assert "Name at most 500 people at once; there are 501 lines." in text_of(many)
    assert (many.status_code, "person500@example.com" in many.get_data(as_text=True)) == (422, True)


def test_somebody_who_is_added_by_hand_may_be_a_volunteer_at_once(manager, wave):
    make_person("Oda Willing", "oda@example.com", "Legal")
    make_person("Ned Sent", "ned@example.com", "Legal")
    db.session.commit()
    manager.post(f"/waves/{wave.id}/people", data={"person": "oda@example.com", "volunteers": "y"})
    manager.post(f"/waves/{wave.id}/people", data={"person": "ned@example.com"})
    assert marked() == ["Oda Willing"]


def test_who_only_reads_the_list_sees_the_mark_and_can_set_none(app, manager, wave, people):
    post(manager, wave, person=[people[0].id], what="mark")
    auditor = signed_in(app, make_account("aud@example.com", "Aud Itor", Role.AUDITOR))
    page = auditor.get(f"/waves/{wave.id}/people?came=volunteers")
    assert pills(page) == [people[0].name]
    assert "volunteers" not in re.sub(r"came=volunteers", "", " ".join(re.findall(r'action="[^"]*"', page.text)))
    assert auditor.get(f"/waves/{wave.id}/volunteers").status_code == 403
    assert post(auditor, wave, person=[people[0].id], what="take back").status_code == 403
    assert marked() == [people[0].name]


def test_a_lead_marks_in_their_own_wave_alone(app, wave, people):
    other = make_wave(wave.programme, number=4, name="Other", members=people[:1])
    wave.lead = make_person("Sam Lead", "sam@example.com", "Programme office")
    lead = signed_in(app, make_account("sam@example.com", "Sam Lead"))
    assert post(lead, wave, people=people[0].email, what="mark").status_code == 303
    assert post(lead, other, people=people[0].email, what="mark").status_code in (403, 404)
    assert db.session.scalars(select(Membership.wave_id).where(Membership.volunteered)).all() == [wave.id]


def test_of_a_wave_that_is_over_nobody_is_marked_any_more(manager, wave, people):
    wave.status = WaveStatus.CLOSED
    db.session.commit()
    refused = post(manager, wave, people=people[0].email, what="mark")
    assert (refused.status_code, "its people stay as they are" in text_of(refused)) == (422, True)
    listed = manager.get(f"/waves/{wave.id}/people").get_data(as_text=True)
    assert ('id="several"' in listed, "<textarea" in manager.get(f"/waves/{wave.id}/volunteers").text) == (False, False)


def test_the_list_asks_as_often_for_many_volunteers_as_for_none(manager, wave, people, statements):
    def taken() -> int:
        manager.get(f"/waves/{wave.id}/people")
        with statements() as sent:
            manager.get(f"/waves/{wave.id}/people")
        return len(sent)

    none = taken()
    post(manager, wave, person=[each.id for each in people], what="mark")
    assert len(marked()) == 60
    assert taken() == none
