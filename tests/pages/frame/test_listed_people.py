"""Lists of people and their files: the same people in each, and those of the reader alone."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from flask import Flask
from pages.frame.two_of_everything import World
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.usefixtures("frozen")


def names_on(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/people/\d+">([^<]+)</a>', page)


@pytest.mark.parametrize(
    ("letter", "names"),
    [
        ("M", ["Foreign Person", "Reader E", "Reader H", "Reader L", "Reader S", "Reader T"]),
        ("P", ["Reader E"]),
        ("W", ["Reader E"]),
        ("L", ["Reader E", "Reader L"]),
        ("H", ["Reader E", "Reader H"]),
        ("D", ["Reader E"]),
        *((letter, ["Reader E"]) for letter in "rwuvd"),
    ],
)
def test_lists_and_files_show_the_same_people(app: Flask, world: World, letter: str, names: list[str]):
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={world.cookies[letter]}"}
    assert sorted(names_on(client.get("/people", headers=headers).get_data(as_text=True))) == names
    rows = list(csv.DictReader(StringIO(client.get("/people.csv", headers=headers).data.decode("utf-8-sig"))))
    assert sorted(f"{row['first_name']} {row['last_name']}" for row in rows) == names
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/people.xlsx", headers=headers).data))
    sheet = book.get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in sheet] == [list(rows[0]), *(list(row.values()) for row in rows)]


def test_the_head_of_a_department_finds_its_training_by_name(app: Flask, world: World):
    client, headers = app.test_client(use_cookies=False), {"Cookie": f"engagement={world.cookies['H']}"}
    own = world.values["own"]
    department = client.get(f"/departments/{own['department_id']}", headers=headers).get_data(as_text=True)
    address = f"/waves/{own['wave_id']}/training/people"
    assert f'href="{address}"' in department
    page = client.get(address, headers=headers).get_data(as_text=True)
    assert re.findall(r'<th scope="row">([^<]+)</th>', page) == ["Reader E"]
    assert f'href="/waves/{own["wave_id"]}"' not in page
