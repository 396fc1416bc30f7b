"""What the menu holds for whom: few places in one line, and everything else where it belongs."""

import re

import pytest
from factories import make_account, make_person, make_programme, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement.accounts.rules import Role

pytestmark = pytest.mark.usefixtures("frozen")
SEVEN = ["Today", "Waves", "People", "Calendar", "Training", "Concerns", "Reports"]


def places_on(page: str) -> list[str]:
    (menu,) = re.findall(r'<ul class="places">(.*?)</ul>', page, re.DOTALL)
    return re.findall(r"<a [^>]*>([^<]+)</a>", menu)


def current_on(page: str) -> list[str]:
    (menu,) = re.findall(r'<ul class="places">(.*?)</ul>', page, re.DOTALL)
    return re.findall(r'<a [^>]*aria-current="page">([^<]+)</a>', menu)


def client_with(app: Flask, *roles: Role) -> FlaskClient:
    make_person("Ida Reader", "ida@example.com")
    return signed_in(app, make_account("ida@example.com", "Ida Reader", *roles))


@pytest.mark.parametrize(
    ("roles", "places"),
    [
        ((Role.CHANGE_MANAGER,), SEVEN),
        ((Role.CHANGE_MANAGER, Role.ADMINISTRATOR), [*SEVEN, "Administration"]),
        ((Role.SPONSOR,), ["Waves", "Stakeholders", "Reports"]),
    ],
)
def test_the_menu_holds_the_places_that_were_drawn(app: Flask, roles: tuple[Role, ...], places: list[str]):
    page = client_with(app, *roles).get("/reports").get_data(as_text=True)
    assert places_on(page) == places


def test_what_left_the_menu_is_reached_from_every_page(app: Flask):
    client = client_with(app, Role.CHANGE_MANAGER)
    page = client.get("/people").get_data(as_text=True)
    whoami, _, rest = page.partition("</header>")
    assert '<a href="/me">My change</a>' in whoami
    assert '<a href="/admin">Jobs and mail</a>' in rest
    assert '<a href="/stakeholders">Stakeholders</a>' in rest


def test_what_hangs_on_waves_stands_under_waves(app: Flask):
    make_programme()
    client = client_with(app, Role.CHANGE_MANAGER)
    for address in ("/waves", "/blackouts", "/consultations"):
        assert current_on(client.get(address).get_data(as_text=True)) == ["Waves"], address


def test_stakeholders_stand_under_people_or_alone(app: Flask):
    make_programme()
    planner = client_with(app, Role.CHANGE_MANAGER).get("/stakeholders").get_data(as_text=True)
    assert current_on(planner) == ["People"]
    assert '<a href="/people">Everybody</a>' in planner


def test_who_sees_stakeholders_alone_finds_them_in_the_menu(app: Flask):
    sponsor = client_with(app, Role.SPONSOR).get("/stakeholders").get_data(as_text=True)
    assert current_on(sponsor) == ["Stakeholders"]
    assert 'href="/people"' not in sponsor
