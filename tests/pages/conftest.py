"""What the tables of access stand on."""

import pytest
import time_machine
from flask import Flask
from pages.frame.two_of_everything import World, make_world

from engagement.db import db
from tests.conftest import come_back_to, keep_as


@pytest.fixture(scope="session")
def _made() -> list[World]:
    """The world once it has been made; its database is kept beside."""
    return []


@pytest.fixture
def world(app: Flask, frozen: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch, _made: list[World]) -> World:
    """Two of everything; what requests change is undone after each, so that all meet the same things."""
    if _made:
        come_back_to(app, "world")
    else:
        _made.append(make_world(app))
        keep_as(app, "world")
    monkeypatch.setattr(db.session, "commit", db.session.flush)
    return _made[0]
