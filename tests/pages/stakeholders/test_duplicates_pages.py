"""Two entries side by side: what stays is chosen, the other's address leads on, and two can be told apart."""

import re

from factories import TESTER
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.map_pages import G, rows_of, text_of

from engagement.db import db
from engagement.stakeholders.actions.mapping import add_stakeholder


def twin(wave, **said):
    row = add_stakeholder("Worls council", G.CUSTOMERS, places=[wave], role="Asks for notice.", by=TESTER, **said)
    db.session.commit()
    return row


def test_a_pair_is_compared_and_made_one(manager, wave, council):
    other = twin(wave)
    page = manager.get("/stakeholders/duplicates")
    assert "Works council Outside the directory Worls council Outside the directory Names that look alike." in text_of(
        page
    )
    [address] = re.findall(r'href="(/stakeholders/\d+/merging/\d+)"', page.get_data(as_text=True))
    fields = opened(manager, address, "")
    shown = text_of(manager.get(address))
    assert "Role in the change Has to agree. Asks for notice." in shown
    assert "Speaks for nothing nothing" in shown
    answer = manager.post(address, data=changed(fields, stays="one", name="one", group="other", role="other"))
    assert (answer.status_code, answer.location) == (303, f"/stakeholders/{council.id}")
    assert rows_of(manager.get("/stakeholders"))[0][:3] == [
        "Works council Outside the directory",
        "Customers",
        "Asks for notice.",
    ]
    moved = manager.get(f"/stakeholders/{other.id}")
    assert (moved.status_code, moved.location) == (303, f"/stakeholders/{council.id}")
    assert "As “Worls council”: Made one with this entry." in text_of(manager.get(moved.location))
    for again in (manager.get(address), manager.post(address, data=changed(fields, stays="two"))):
        assert (again.status_code, again.location) == (303, f"/stakeholders/{council.id}")
    assert "The two are one already." in text_of(manager.get(again.location))
    assert "Nobody seems to be on the map twice" in text_of(manager.get("/stakeholders/duplicates"))


def test_a_choice_is_asked_for_and_what_changed_meanwhile_is_shown(manager, wave, council):
    address = f"/stakeholders/{council.id}/merging/{twin(wave).id}"
    fields = opened(manager, address, "")
    assert manager.post(address, data=changed(fields, stays="")).status_code == 422
    edit = f"/stakeholders/{council.id}/edit"
    manager.post(edit, data=changed(opened(manager, edit, ""), group="customers"))
    assert manager.post(address, data=changed(fields, stays="one")).status_code in (303, 422)


def test_two_are_told_apart(manager, wave, council):
    address = f"/stakeholders/{council.id}/merging/{twin(wave).id}"
    answer = manager.post(f"{address}/difference")
    assert (answer.status_code, answer.location) == (303, "/stakeholders/duplicates")
    assert "Works council and Worls council are two." in manager.get(answer.location).get_data(as_text=True)
    assert "Nobody seems to be on the map twice" in text_of(manager.get("/stakeholders/duplicates"))


def test_the_list_of_pairs_takes_the_same_statements_for_many(manager, wave, council, statements):
    twin(wave)
    with statements() as few:
        manager.get("/stakeholders/duplicates")
    for number in range(12):
        for name in (f"Quay{number} harbours", f"Quay{number} harbour"):
            add_stakeholder(name, G.OTHERS, places=[wave], by=TESTER)
    db.session.commit()
    with statements() as many:
        page = manager.get("/stakeholders/duplicates").get_data(as_text=True)
    assert page.count("/merging/") == 13
    assert len(few) == len(many)
