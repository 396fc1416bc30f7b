"""Moving somebody on the map: the form that opens with the new place, two who move the same dot, and the way back."""

import html
import re

import pytest
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.test_standing import now, put, text_of

pytestmark = pytest.mark.usefixtures("frozen")


@pytest.fixture
def moved(manager, wave):
    """A stakeholder at power 5, interest 6, and the form as the map opens it at power 7, interest 8."""
    row = put("Works council", wave)
    page = f"/stakeholders/{row.id}/standing"
    manager.post(page, data=changed(opened(manager, page, ""), influence="5", interest="6"))
    return row, f"{page}?from=map&group=others&influence=7.0&interest=8.0"


def test_the_form_opens_with_the_new_place_and_keeps_nothing_yet(manager, moved):
    row, address = moved
    answer = manager.get(address)
    assert "Moved on the map: Power 5.0 → 7.0, interest 6.0 → 8.0. Nothing is kept yet." in text_of(answer)
    assert 'href="/stakeholders/map?group=others">Leave it' in html.unescape(answer.get_data(as_text=True))
    assert now(row)[:2] == (50, 60)


def test_saving_needs_a_reason_and_leads_back_to_the_map(manager, moved):
    row, address = moved
    fields = opened(manager, address, "")
    refused = manager.post(address, data=changed(fields))
    assert refused.status_code == 422
    assert 'value="7.0"' in refused.get_data(as_text=True)
    answer = manager.post(address, data=changed(fields, reason="They wrote to the board."))
    assert (answer.status_code, answer.location) == (303, "/stakeholders/map?group=others")
    assert now(row)[:2] == (70, 80)
    assert "It is kept. Works council: Power 5.0 → 7.0, interest 6.0 → 8.0." in text_of(manager.get(answer.location))


def test_two_who_move_one_dot_see_each_other(manager, moved):
    row, address = moved
    mine = opened(manager, address, "")
    other = f"/stakeholders/{row.id}/standing"
    manager.post(other, data=changed(opened(manager, other, ""), influence="2", reason="They are quiet now."))
    answer = manager.post(address, data=changed(mine, reason="They wrote to the board."))
    assert answer.status_code == 422
    assert "was changed after you opened the page, to: “2.0”. The field still shows what you typed." in text_of(answer)
    assert 'value="7.0"' in answer.get_data(as_text=True)
    assert "They wrote to the board." in answer.get_data(as_text=True)
    assert now(row)[:2] == (20, 60)
    marks = html.unescape(re.search(r'name="drawn_from"[^>]* value="([^"]*)"', answer.get_data(as_text=True))[1])
    again = changed(mine, reason="They wrote to the board.", drawn_from=marks)
    assert manager.post(address, data=again).status_code == 303
    assert now(row)[:2] == (70, 80)


@pytest.mark.parametrize(
    "query", ["influence=11&interest=-1", "influence=high", "influence=%00&from=%00", "from=elsewhere"]
)
def test_a_place_that_makes_no_sense_changes_nothing(manager, moved, query):
    _row, address = moved
    page = manager.get(f"{address.partition('?')[0]}?{query}")
    assert page.status_code == 200
    assert "Moved on the map" not in text_of(page)
    assert 'value="5.0"' in page.get_data(as_text=True)
