"""Every place of a room has its page, and every reason its sentence and its button."""

from urllib.parse import parse_qsl

import pytest
from flask import Flask

from engagement.attention.rules import Place, Reason
from engagement.pages.parts.places import address_of
from engagement.pages.today.tasks import ENDS, WHY_IT_WAITS

KEYS: dict[Place, int | str | None] = {
    Place.CURRICULUM: "user",
    Place.OLD_TRAINING: "department-1--3-user",
    Place.JUDGE: "7 own-8",
    Place.LEAVERS: None,
    Place.STOPPED: None,
    Place.SIGN_INS: None,
    Place.JOBS: None,
}


@pytest.mark.parametrize("place", list(Place))
def test_every_place_leads_to_a_page_that_is_read(app: Flask, place: Place) -> None:
    with app.test_request_context():
        address = address_of(place, KEYS.get(place, 7))
    path, _, query = address.partition("?")
    app.url_map.bind("").match(path, method="GET")
    key = KEYS.get(place, 7)
    named = [*path.split("/"), *(value for _, value in parse_qsl(query))]
    assert key is None or set(str(key).split()) <= set(named)


def test_no_two_places_are_the_same_page(app: Flask) -> None:
    with app.test_request_context():
        addresses = [address_of(place, KEYS.get(place, 7)) for place in Place]
    assert len(set(addresses)) == len(Place)
    assert "/people?wave=7&role=none" in addresses


def test_every_reason_has_its_words_and_its_button() -> None:
    assert set(ENDS) == set(Reason)
    assert len({reason.word for reason in Reason}) == len(Reason)
    assert all(reason.word for reason in Reason)
    # What is about messages, from their approval on, says why it waits.
    of_messages = (Reason.APPROVAL, Reason.SENT_BACK, Reason.HELD, Reason.UNWRITTEN, Reason.MISSED, Reason.UNREACHED)
    assert tuple(WHY_IT_WAITS) == of_messages
