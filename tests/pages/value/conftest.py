"""A workflow and who plans it."""

import pytest
from factories import make_account, make_programme, make_workflow, signed_in
from flask import Flask
from flask.testing import FlaskClient

from engagement.accounts.rules import Role
from engagement.programmes.models import Workflow


@pytest.fixture
def workflow(app: Flask, frozen: object) -> Workflow:
    return make_workflow(make_programme())


@pytest.fixture
def manager(app: Flask, workflow: Workflow) -> FlaskClient:
    return signed_in(app, make_account("ines@example.com", "Ines Okafor", Role.CHANGE_MANAGER))
