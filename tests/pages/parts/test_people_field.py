"""One field for people everywhere: an address, a number, or a name that one person has; of several one is chosen."""

import html
import re

import pytest
from factories import make_account, make_change_manager, make_department, make_person, make_wave, signed_in
from flask.testing import FlaskClient

from engagement.accounts.rules import Role
from engagement.db import db
from engagement.waves.models import Wave


@pytest.fixture
def wave(app) -> Wave:
    made = make_wave()
    make_person("Max Marsh", "max.marsh@example.com", employee_id="17")
    make_person("Bo Twin", "bo.one@example.com", "Claims")
    make_person("Bo Twin", "bo.two@example.com", "Letters")
    db.session.commit()
    return made


def lead_after(client: FlaskClient, wave: Wave, *typed: str) -> tuple[int, str | None, str]:
    page = f"/waves/{wave.id}/edit"
    answer = client.post(page, data={"name": wave.name, "training_lead_days": "7", "lead": list(typed)})
    db.session.expire_all()
    lead = wave.lead.email if wave.lead else None
    return answer.status_code, lead, html.unescape(" ".join(answer.get_data(as_text=True).split()))


@pytest.mark.parametrize(
    "typed", ["max.marsh@example.com", "MAX.MARSH@example.com ", "17", "Max Marsh", " max   marsh "]
)
def test_an_address_a_number_and_a_unique_name_find_one_person(app, wave, typed):
    assert lead_after(signed_in(app, make_change_manager()), wave, typed)[:2] == (303, "max.marsh@example.com")


@pytest.mark.parametrize("typed", ["Zoë O’Connor-Łuk", "zoe o'connor luk", "O'Connor-Luk, Zoe"])
def test_a_name_is_understood_however_it_is_typed(app, wave, typed):
    make_person("Zoë O’Connor-Łuk", "zoe@example.com")
    db.session.commit()
    client = signed_in(app, make_change_manager())
    assert lead_after(client, wave, typed)[:2] == (303, "zoe@example.com")
    assert [row["reference"] for row in client.get("/people/suggestions", query_string={"words": typed}).json] == [
        "zoe@example.com"
    ]


def test_of_several_of_a_name_one_is_chosen(app, wave):
    client = signed_in(app, make_change_manager())
    status, lead, page = lead_after(client, wave, "Bo Twin")
    assert (status, lead) == (422, None)
    assert "2 people are called “Bo Twin”. Choose one." in page
    offered = re.findall(r'<input type="radio"[^>]* name="lead" value="([^"]+)"', page)
    assert offered == ["bo.one@example.com", "bo.two@example.com"]
    assert lead_after(client, wave, "Bo Twin", "bo.two@example.com")[:2] == (303, "bo.two@example.com")


def test_what_nobody_is_called_offers_who_is_close_and_is_kept(app, wave):
    status, lead, page = lead_after(signed_in(app, make_change_manager()), wave, "Marsh")
    assert (status, lead) == (422, None)
    assert 'value="max.marsh@example.com"' in page
    assert 'value="Marsh"' in page


def test_a_name_finds_nobody_whom_the_reader_does_not_see(app, wave):
    lead = make_person("Lea Lead", "lea@example.com", "Programme office")
    wave.lead = lead
    account = make_account("lea@example.com", "Lea Lead")
    account.person = lead
    db.session.commit()
    client = signed_in(app, account)
    for typed in ("Max Marsh", "Nobody At All"):
        answer = client.post(f"/waves/{wave.id}/people", data={"person": typed})
        page = answer.get_data(as_text=True)
        assert (answer.status_code, "max.marsh@example.com" in page) == (422, False)


def test_suggestions_show_only_whom_the_reader_sees(app, wave):
    head = make_person("Heidi Head", "heidi@example.com", "Claims")
    make_department("Claims").manager = head
    account = make_account("heidi@example.com", "Heidi Head")
    account.person = head
    auditor = make_account("aud@example.com", "Aud", Role.AUDITOR)
    db.session.commit()
    everybody = signed_in(app, auditor).get("/people/suggestions?words=twin").json
    assert [row["reference"] for row in everybody] == ["bo.one@example.com", "bo.two@example.com"]
    assert everybody[0]["name"] == "Bo Twin, Claims"
    own = signed_in(app, account).get("/people/suggestions?words=twin").json
    assert [row["reference"] for row in own] == ["bo.one@example.com"]
    assert signed_in(app, auditor).get("/people/suggestions?words=").json == []


@pytest.mark.parametrize("number", ["²", "١", "-1", "1e3", "9" * 30, "0x1", " ", "1;", "½"])
def test_an_id_in_any_scripts_digits_is_no_row_and_no_error(app, wave, number):
    client = signed_in(app, make_change_manager())
    for page in (
        f"/communications/standard?programme_id={number}",
        f"/communications/new?programme_id={number}",
        f"/concerns?wave={number}&owner={number}",
        f"/deliveries?message={number}&person={number}",
        f"/stakeholders/new?wave={number}",
        f"/waves/{wave.id}/training/people?department={number}",
        f"/concerns/new?wave={number}",
    ):
        assert client.get(page).status_code in (200, 404), page
    data = {"name": "x", "training_lead_days": "7", "departments": [number], "workflows": [number]}
    assert client.post(f"/waves/{wave.id}/edit", data=data).status_code in (303, 422)
