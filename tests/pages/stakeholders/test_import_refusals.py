"""Files of the register that can't be read as they are: what is refused, in which words, and who may see a file."""

import html
import re
from io import BytesIO

import pytest
from factories import TESTER, make_account, make_person, signed_in
from pages.stakeholders.map_pages import text_of
from pages.stakeholders.register_files import csv_of, give, press, tally
from sqlalchemy import select

from engagement import clock
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.intake.actions.files import drop_old_uploads
from engagement.intake.models import KeptUpload
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import IN_DIRECTORY
from engagement.stakeholders.standings.actions import say_standing
from engagement.stakeholders.standings.rules import NOT_LABELLED, WHY, Standing


def told_of(answer):
    page = answer.get_data(as_text=True).replace("<wbr>", "")
    main = page[page.index("<main") : page.index("</main")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


REFUSED = [
    ({"name": "A", "maps": "Wave 3"}, "The group is missing. Somebody new needs one under stakeholder_group."),
    ({"name": "A", "group": "Others"}, "No map is named."),
    ({"name": "A", "group": "Friends", "maps": "Wave 3"}, "“Friends” is none of Executive sponsors"),
    ({"name": "A", "group": "Others", "maps": "Wave 33"}, "“Wave 33” is no programme or wave that you see."),
    ({"name": "A" * 201, "group": "Others", "maps": "Wave 3"}, "Write a name, at most 200 characters."),
    ({"name": "A", "group": "Others", "maps": "Wave 3", "power": "11"}, "Write a number from 0 to 10"),
    ({"name": "A", "group": "Others", "maps": "Wave 3", "level now": "angry"}, "“angry” is none of Unaware"),
    (
        {"name": "A", "group": "Others", "maps": "Wave 3", "owner": "x@example.com"},
        "has the address or number “x@example.com”, given as owner.",
    ),
    (
        {"name": "A", "group": "Others", "maps": "Wave 3", "represents": "Us"},
        "Only a person of the directory speaks for others.",
    ),
    (
        {"name": "A", "group": "Others", "maps": "Wave 3", "email": "not one"},
        "Write an address such as name@example.com",
    ),
    ({"name": "A", "group": "Others", "maps": "Wave 3", "kind": "outside", "email": "ann@example.com"}, IN_DIRECTORY),
    ({"name": "", "group": "Others", "maps": "Wave 3"}, "The name is missing."),
    (
        {"kind": "person", "email": "x@example.com"},
        "Nobody in the directory whom you may name has the address or number “x@example.com”.",
    ),
    ({"kind": "department", "name": "Nowhere"}, "No open department has the path “Nowhere”."),
    ({"kind": "robot", "name": "A"}, "“robot” is none of Person"),
    ({"stakeholder_id": "99", "name": "A"}, "No stakeholder that you see has the number “99”."),
    ({"email": "ann@example.com", "group": "Others", "maps": "Wave 3", "impact": "4"}, NOT_LABELLED),
    ({"name": "Works council", "group": "Others", "maps": "Wave 3", "power": "3"}, f"{WHY} Write it under reason."),
]


@pytest.mark.parametrize(("row", "sentence"), REFUSED)
def test_a_row_that_can_not_be_is_refused_with_its_line_and_the_others_stand(manager, wave, council, row, sentence):
    make_person("Ann Lead", "ann@example.com")
    say_standing(council, Standing(50), on=clock.today("UTC"), by=TESTER)
    db.session.commit()
    fine = {"name": "Brokers", "group": "customers", "maps": "Wave 3"}
    address = give(manager, csv_of(dict.fromkeys(row, "") | fine, row))
    told = told_of(manager.get(f"{address}?show=refused"))
    assert (tally(manager, address), sentence in told) == ([1, 0, 0, 1], True), told
    assert " Why 3 " in told
    press(manager, address)
    assert [row.title for row in db.session.scalars(select(Stakeholder).order_by(Stakeholder.id))] == [
        "Works council",
        "Brokers",
    ]


def test_the_same_stakeholder_twice_in_a_file_is_refused_both_times(manager, wave):
    make_person("Ann Lead", "ann@example.com", employee_id="7")
    said = {"group": "others", "maps": "Wave 3", "name": "", "email": "", "number": ""}
    rows = [
        said | {"email": "ann@example.com"},
        said | {"staff id": "7", "kind": "person"},
        said | {"name": "Brokers"},
        said | {"name": "BRÓKERS"},
    ]
    address = give(manager, csv_of(*({"staff id": "", "kind": ""} | row for row in rows)))
    told = told_of(manager.get(address))
    assert tally(manager, address) == [0, 0, 0, 4]
    assert "The same stakeholder is in line 3 too. Keep one row of them." in told
    assert "The same stakeholder is in line 4 too." in told


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"name,group\n", "The file has a header and no rows below it."),
        (b"colour,size\nred,9\n", "No column says who the stakeholders are."),
        (b"name,stakeholder\nA,B\n", "The columns “name” and “stakeholder” say the same."),
        (b"%PDF-1.4 nothing", "This is a PDF."),
        (b"PK\x03\x04 broken", ""),
    ],
)
def test_a_file_that_is_no_register_is_refused_in_words(manager, wave, data, sentence):
    answer = manager.post(
        "/stakeholders/import", data={"file": (BytesIO(data), "r.csv")}, content_type="multipart/form-data"
    )
    assert (answer.status_code, sentence in text_of(answer)) == (422, True)
    assert db.session.scalars(select(KeptUpload)).all() == []


def test_columns_without_a_meaning_are_named(manager, wave):
    address = give(
        manager, csv_of({"name": "Brokers", "group": "others", "maps": "Wave 3", "Shoe size": "9", "works_in": ""})
    )
    assert "Not read, because no column of the register has such a header: “Shoe size”." in text_of(
        manager.get(address)
    )


def test_a_file_is_its_senders_alone_and_goes_when_dropped_or_old(app, manager, wave, frozen):
    other = signed_in(app, make_account("else@example.com", "Else", Role.CHANGE_MANAGER))
    address = give(manager, csv_of({"name": "Brokers"}))
    for path in ("", "/application", "/discarding"):
        assert (other.post(f"{address}{path}") if path else other.get(address)).status_code == 404
    assert manager.get(f"/people/import/columns/{address.rpartition('/')[2]}").status_code == 404
    assert manager.post(f"{address}/discarding").status_code == 303
    assert db.session.scalars(select(KeptUpload)).all() == []
    give(manager, csv_of({"name": "Brokers"}))
    frozen.shift(24 * 3_600 + 1)
    assert drop_old_uploads(clock.now()) == 1
