"""A change manager who imports files, and an administrator."""

import pytest
from factories import make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient
from intake.companies import ADA, BEN
from pages.admin.waiting import applied

from engagement.accounts.rules import Role


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))


@pytest.fixture
def ada(app: Flask, ines: FlaskClient) -> FlaskClient:
    """An administrator who is in the directory, signed in."""
    applied(ines, ADA, BEN)
    account = make_account("ada@example.com", "Ada Lovelace", Role.ADMINISTRATOR)
    assert account.person_id is not None
    return signed_in(app, account)
