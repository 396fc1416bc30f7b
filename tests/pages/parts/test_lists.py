"""Every long list: its filters and order stay in all of its links, and nothing that an address holds makes it fall over."""

import csv
import re
from html import unescape
from io import StringIO

import pytest
from factories import make_account, make_person, make_wave, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.pages.frame.formats import breakable

pytestmark = pytest.mark.usefixtures("frozen")
LISTS = {
    "/people": "words department role left",
    "/people/without-role": "",
    "/people/leavers": "",
    "/people/import/runs": "",
    "/stakeholders": "q programme wave group owner removed",
    "/waves/1/people": "on role",
    "/waves/1/training/people": "role state",
    "/training/leftovers": "state move",
    "/communications?view=list": "status",
    "/deliveries": "state message person words",
    "/concerns": "q status source wave severity owner age",
    "/admin/audit": "words verb since until",
    "/admin/sign-ins": "words role",
    "/admin/sign-ins/waiting": "",
    "/audiences": "",
    "/mailbox": "recipient",
    "/me/messages": "",
}
#: What people and machines put into addresses: digits of other scripts, too many of them, nothing, what Flask's own
#: addresses take for orders, and what no database takes.
ODD = ["²", "٣", "9" * 400, "-1", "0", "", "\x00", "2026-02-30", "%", "'", "𝟛", "none", "a" * 5_000]
ADDRESSES = ["_external", "_scheme", "_anchor", "_method", "endpoint", "kind", "wave_id", "values"]


@pytest.fixture
def reader(app: Flask) -> FlaskClient:
    account = make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR)
    make_wave(members=[make_person("Ines Okafor", "ines@example.com")])
    return signed_in(app, account)


@pytest.fixture
def crowd(app: Flask) -> None:
    for number in range(120):
        make_person(f"Nia Ng{number:03}", f"nia{number:03}@example.com", job_title=f"Job {number % 7}")
    db.session.commit()


def _links(client: FlaskClient, path: str) -> list[str]:
    return [unescape(url) for url in re.findall(r'href="([^"]+)"', client.get(path).get_data(as_text=True))]


def _names(client: FlaskClient, path: str) -> list[str]:
    return re.findall(r'<th scope="row"><a [^>]+>([^<]+)', client.get(path).get_data(as_text=True))


@pytest.mark.parametrize("path", LISTS)
def test_no_list_falls_over_whatever_its_address_holds(reader: FlaskClient, path: str):
    path, _, fixed = path.partition("?")
    for value in ODD:
        asked = dict.fromkeys([*LISTS.get(f"{path}?{fixed}" if fixed else path, "").split(), "page", "order"], value)
        asked |= dict.fromkeys(ADDRESSES, value) | dict(part.split("=") for part in [fixed] if part)
        answer = reader.get(path, query_string=asked)
        assert (answer.status_code, path, value[:9]) == (200, path, value[:9])


@pytest.mark.usefixtures("crowd")
def test_links_of_a_list_keep_nothing_that_it_does_not_ask(reader: FlaskClient):
    links = _links(reader, "/people?endpoint=x&_scheme=x&strange=1&department=no&left=maybe")
    assert "/people?page=2" in links
    assert "/people.csv" in links


@pytest.mark.usefixtures("crowd")
def test_filters_and_order_stay_in_the_links_to_pages_orders_and_files(reader: FlaskClient):
    links = _links(reader, "/people?words=nia&order=-job&role=user&page=2")
    kept = "words=nia&role=user"
    assert f"/people?{kept}&order=-job&page=1" in links
    assert f"/people?{kept}&order=-job&page=3" in links
    assert f"/people?{kept}&order=job" in links
    assert f"/people?{kept}" in links
    assert f"/people.csv?{kept}&order=-job" in links
    assert f"/people.xlsx?{kept}&order=-job" in links
    assert "/people?order=-job" in links


@pytest.mark.usefixtures("crowd")
def test_a_heading_puts_the_list_and_its_file_in_order(reader: FlaskClient):
    everybody = ["Nia Ng000", "Nia Ng001", "Nia Ng002"]
    assert _names(reader, "/people?words=ng00")[:3] == everybody
    assert _names(reader, "/people?words=ng00&order=-name") == [f"Nia Ng00{n}" for n in range(9, -1, -1)]
    by_job = [f"Nia Ng00{n}" for n in (0, 7, 1, 8, 2, 9, 3, 4, 5, 6)]
    assert _names(reader, "/people?words=ng00&order=job") == by_job
    file = reader.get("/people.csv?words=ng00&order=job").data.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(file, newline="")))
    assert [f"{row['first_name']} {row['last_name']}" for row in rows] == by_job


def test_the_column_in_whose_order_a_list_stands_says_so(reader: FlaskClient):
    for order, stands in (
        ("", "ascending"),
        ("name", "ascending"),
        ("-name", "descending"),
        ("constructor", "ascending"),
    ):
        page = reader.get(f"/people?order={order}").get_data(as_text=True)
        assert re.findall(r'aria-sort="(\w+)">\s*<a [^>]+>(\w+)', page) == [(stands, "Name")]


def test_where_nothing_fits_a_link_takes_the_filters_away(reader: FlaskClient):
    for path, asked, everything in (
        ("/people", "words=nobody", "/people"),
        ("/people", "words=nobody&order=-name", "/people?order=-name"),
        ("/stakeholders", "q=nobody", "/stakeholders#list"),
        ("/deliveries", "words=nobody", "/deliveries"),
        ("/concerns", "q=nobody", "/concerns#log"),
        ("/admin/audit", "words=nobody", "/admin/audit"),
        ("/admin/sign-ins", "words=nobody", "/admin/sign-ins"),
        ("/communications", "view=list&status=missed", "/communications?view=list"),
        ("/waves/1/training/people", "state=finished", "/waves/1/training/people"),
        ("/mailbox", "recipient=nobody", "/mailbox"),
    ):
        page = reader.get(f"{path}?{asked}").get_data(as_text=True)
        assert ("Fewer filters show more." in page, path) == (True, path)
        assert (everything in _links(reader, f"{path}?{asked}"), path) == (True, path)


def test_a_choice_that_no_list_offers_is_not_forgotten_by_the_next_question(reader: FlaskClient):
    """A link may ask for a row that the reader's filters don't offer; searching within it stays within it."""
    page = reader.get("/stakeholders?wave=77").get_data(as_text=True)
    assert '<option value="77" selected>Something that is not listed here</option>' in page


def test_a_path_breaks_after_its_slashes_and_what_is_no_word_anywhere():
    assert breakable("Operations/Claims <b>") == "Operations/<wbr>Claims &lt;b&gt;"
    assert breakable("ines@example.com") == "ines@<wbr>example.com"
    assert breakable("x" * 59 + " " + "y" * 61) == "x" * 59 + " " + "y" * 60 + "<wbr>y<wbr>"
