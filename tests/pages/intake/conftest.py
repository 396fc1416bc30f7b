"""A change manager who imports files."""

import pytest
from factories import make_account, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement.accounts.rules import Role


@pytest.fixture
def ines(app: Flask) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
