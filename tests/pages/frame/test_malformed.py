"""Requests that are malformed, too large, or count through ids."""

import pytest
from factories import TESTER, make_account, make_person, signed_in
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import AnyConverter, BaseConverter

from engagement.accounts import actions as accounts
from engagement.accounts.models import Account
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.models import Person
from engagement.resistance.models import Concern

pytestmark = pytest.mark.usefixtures("frozen")
BAD_QUERIES = [
    "page=99999999999999999999",
    "page=-1",
    "page=x",
    "words=%00",
    "words=%ED%A0%80",
    "q=%00",
    "q=" + "x" * 100_000,
    "department=99999999999999999999",
    "wave=99999999999999999999&owner=99999999999999999999",
    "month=9999-99",
    "message=99999999999999999999&person=99999999999999999999",
    "month=9999-12",
    "month=0001-01",
    "on=%00&since=%00",
    "on=0001-01-01&since=0001-01-01",
    "on=9999-12-31&since=9999-12-31",
    "on=2026-02-30&near=99999999999999999999",
    "as=%00",
    "state=%00&move=%00",
    "move=department-99999999999999999999-1-1-user",
]
LISTS = [
    "/people",
    "/people.csv",
    "/communications",
    "/concerns",
    "/deliveries",
    "/audiences",
    "/stakeholders",
    "/stakeholders.csv",
    "/stakeholders/gaps",
    "/stakeholders/gaps/wanted",
    "/stakeholders/map",
    "/stakeholders/map.csv",
    "/stakeholders/map.svg",
    "/stakeholders/new",
    "/admin/audit",
    "/mailbox",
    "/training/leftovers",
    "/training/leftovers.csv",
]


def test_no_malformed_query_breaks_a_list(app: Flask, manager: Account):
    accounts.grant_role(manager, Role.ADMINISTRATOR, by=TESTER)
    client, broken = signed_in(app, manager), []
    for path in LISTS:
        broken += [(path, query[:40]) for query in BAD_QUERIES if client.get(f"{path}?{query}").status_code >= 500]
    assert broken == []


def _malformed(argument: str, converter: BaseConverter) -> int | str:
    if argument.endswith("_id"):
        return 99999999999999999999
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return "csv" if argument == "kind" else "x\x00y"


@pytest.mark.usefixtures("frozen", "poisoned")
def test_no_malformed_id_or_body_breaks_a_page(app: Flask, manager: Account):
    accounts.grant_role(manager, Role.ADMINISTRATOR, by=TESTER)
    client, broken = signed_in(app, manager), []
    for rule in app.url_map.iter_rules():
        if rule.endpoint.endswith("static") or rule.endpoint in ("operation.readyz", "sign_in.sign_out"):
            continue
        path = rule.build({name: _malformed(name, converter) for name, converter in rule._converters.items()})[1]
        if "GET" in (rule.methods or ()) and client.get(path).status_code >= 500:
            broken.append(("GET", path))
        if "POST" in (rule.methods or ()):
            for body, kind in ((b"\xff\x00\xed\xa0\x80", "application/json"), (b"text=%00%ED%A0%80&email=%00", None)):
                form = kind or "application/x-www-form-urlencoded"
                if client.post(path, data=body, content_type=form).status_code >= 500:
                    broken.append((form, path))
    assert broken == []


def test_a_body_that_is_too_large_is_refused(app: Flask, manager: Account):
    answer = signed_in(app, manager).post("/concerns/new", data={"text": "x" * 3_000_000})
    assert answer.status_code == 413
    assert db.session.scalar(select(func.count()).select_from(Concern)) == 0


def test_no_person_is_found_by_counting(app: Flask):
    own = make_account("eve@example.com", "Eve")
    other = make_person("Other One", "other@example.com")
    client = signed_in(app, own)
    assert {client.get(f"/people/{n}").status_code for n in (other.id, 99999)} == {403}
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1
