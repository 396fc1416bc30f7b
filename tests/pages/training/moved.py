"""Short ways to the pages of old training."""

import re

from factories import PASSWORD, TESTER, make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engagement import clock
from engagement.accounts.actions import account_for_person, set_password
from engagement.accounts.rules import Role
from engagement.db import db
from engagement.people.models import Person
from engagement.training.actions.assigning import settle_assignments
from engagement.training.models import Leftover
from engagement.waves.actions import settle_memberships

KEEP, WAIVE = {"decision": "keep"}, {"decision": "waive"}


def settle() -> None:
    db.session.flush()
    settle_memberships()
    settle_assignments(clock.now())


def person(name: str) -> Person:
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def as_person(app: Flask, name: str) -> FlaskClient:
    account = account_for_person(person(name))
    set_password(account, PASSWORD, by=TESTER)
    return signed_in(app, account)


def as_role(app: Flask, *roles: Role, **scope: int) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", *roles, **scope))


def text(client: FlaskClient, path: str) -> str:
    """The words of a page's main part, with single blanks."""
    page = client.get(path).get_data(as_text=True)
    main = re.sub(r"<svg.*?</svg>", "", page[page.index("<main") : page.index("</main>")], flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def leftover(name: str) -> Leftover:
    db.session.expire_all()
    rows = db.session.scalars(
        select(Leftover).where(Leftover.person_id == person(name).id, Leftover.ended_at.is_(None))
    )
    return rows.one()


def names_listed(client: FlaskClient, query: str = "") -> list[str]:
    page = client.get(f"/training/leftovers{query}").get_data(as_text=True)
    return re.findall(r'<th scope="row">([^<]+)</th>', page)
