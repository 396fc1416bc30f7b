"""How somebody outside is reached, on the pages: asked, kept, refused, and read only by those who keep the map."""

import pytest
from factories import make_account, make_person, signed_in
from pages.parts.test_overtaken import changed, opened
from pages.stakeholders.map_pages import form, rows_of, text_of
from sqlalchemy import select

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.stakeholders.models import Stakeholder
from engagement.stakeholders.rules import IN_DIRECTORY, Contact

ASKED = {"organisation": "Association of Brokers", "email": "Brokers@example.com", "language": "pl"}


def test_somebody_outside_is_put_on_the_map_with_an_address(manager, wave):
    answer = manager.post("/stakeholders/new", data=form(wave, name="Brokers", **ASKED))
    row = db.session.scalars(select(Stakeholder)).one()
    assert (answer.status_code, row.contact) == (
        303,
        Contact("Association of Brokers", "brokers@example.com", "pl"),
    )
    assert rows_of(manager.get("/stakeholders"))[0][0] == "Brokers Outside the directory, Association of Brokers"
    shown = text_of(manager.get(answer.location))
    assert "Outside the directory, Association of Brokers Mail address brokers@example.com Language Polish" in shown


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": "Brokers", "email": "ann@example.com"}, IN_DIRECTORY),
        ({"name": "Brokers", "email": "at home"}, "Write an address such as name@example.com, or leave it empty."),
        ({"name": "Brokers", "language": "Polish"}, "Write a language tag such as en or pt-BR, or leave it empty."),
        (
            {"person": "ann@example.com", "email": "other@example.com"},
            "Only somebody outside the directory has an address here; the directory has all others.",
        ),
    ],
)
def test_what_can_not_be_is_refused_and_kept_as_typed(manager, wave, answers, sentence):
    make_person("Ann Lead", "ann@example.com")
    answer = manager.post("/stakeholders/new", data=form(wave, **answers))
    page = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in page) == (422, True)
    assert all(f'value="{typed}"' in page for typed in answers.values())
    assert db.session.scalars(select(Stakeholder)).all() == []


def test_two_who_change_an_address_at_once_lose_nothing(manager, council):
    address = f"/stakeholders/{council.id}/edit"
    first, second = (opened(manager, address, "") for _ in range(2))
    assert manager.post(address, data=changed(first, email="council@example.com")).status_code == 303
    answer = manager.post(address, data=changed(second, email="chair@example.com"))
    assert answer.status_code == 422
    assert "was changed after you opened the page, to: “council@example.com”." in text_of(answer)
    assert 'value="chair@example.com"' in answer.get_data(as_text=True)


def test_a_department_has_no_fields_of_an_outsider(manager, wave):
    person = make_person("Ann Lead", "ann@example.com", "Legal")
    manager.post("/stakeholders/new", data=form(wave, department=str(person.department_id)))
    row = db.session.scalars(select(Stakeholder)).one()
    page = manager.get(f"/stakeholders/{row.id}/edit").get_data(as_text=True)
    assert all(f'name="{field}"' not in page for field in ("name", *ASKED))


@pytest.mark.parametrize(("role", "reads"), [(Role.AUDITOR, False), (Role.SPONSOR, False), (Role.ADMINISTRATOR, True)])
def test_the_address_is_read_by_those_who_write(app, manager, council, role, reads):
    address = f"/stakeholders/{council.id}"
    manager.post(f"{address}/edit", data=changed(opened(manager, f"{address}/edit", ""), email="council@example.com"))
    page = signed_in(app, make_account("else@example.com", "Else", role)).get(address).get_data(as_text=True)
    assert ("council@example.com" in page) == reads
