"""What the tables of access stand on."""

import pytest
from flask import Flask
from pages.frame.two_of_everything import World, make_world

from engagement.db import db


@pytest.fixture
def world(app: Flask, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two of everything; what requests change is undone after each, so that all meet the same things."""
    made = make_world(app)
    db.session.remove()
    monkeypatch.setattr(db.session, "commit", db.session.flush)
    return made
